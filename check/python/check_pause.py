"""Checks of replicas that are paused and go on: by coroutines, and by threads.

check: waits
"""

import signal
import time
import unittest
from collections import Counter
from pathlib import Path

from benchmark._work import DRAIN_SECONDS

from fake_harness import go, read_records
from replicas import SLOW, TESTS, Replicas

COROUTINES = SLOW
THREADS = SLOW.replace("async def", "def").replace("import asyncio\n", "import time\n")
WAITS = {COROUTINES: "await asyncio.sleep({})", THREADS: "time.sleep({})"}
NOWHERE = "http://127.0.0.1:1"
NS = 1_000_000_000
# What a check that got no CPU has missed is done anew, so often.
TRIES = 20
PATIENCE_SECONDS = 30


def wait_until(is_so):
    """Waits for an event; who asserts what has happened sees where it did not."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while not is_so() and time.monotonic() < patience:
        time.sleep(0.001)


class Pausing(Replicas):
    """What the checks below share. slices: of those that have ended (at_ns, pause_ns, paused_ns, records)."""

    concurrency, operations = 4, 200

    def begin(self, text, wait, **changes):
        """Starts a replica of that text; returns it when it is ready."""
        scene = self.scene(concurrency=self.concurrency, count=self.operations)
        script = text if isinstance(text, Path) else self.script(text.format(wait=wait))
        changes = {"n_requests": None, "capacity": 5_000_000, **changes}
        self.packet = scene.setup("odd", NOWHERE, **changes)
        replica = self.start(script)
        replica.send(self.packet)
        ready = replica.receive()
        pausable = changes.get("rate") is None
        self.assertEqual((ready["type"], ready.get("pause")), ("ready", pausable), ready)
        self.slices, self.seen = [], 0
        return replica

    def each_kind(self, seconds):
        """Yields (the text of a test, what lets an operation of it take so long) for both schedulers."""
        for text, wait in WAITS.items():
            with self.subTest(kind="coroutines" if text is COROUTINES else "threads"):
                yield text, wait.format(seconds)

    def records(self):
        return read_records(self.packet["records"]["path"])

    def work(self, replica, seconds, ahead_seconds=0.02, meanwhile=lambda: None, until=lambda new: True):
        """One slice, with a call in its middle; returns what ends it, `paused` or `done`.

        until: tells by the slice's records whether it may be paused; a busy machine may need longer.
        """
        at_ns = go(replica, ahead_seconds)
        time.sleep(max(0, ahead_seconds) + seconds / 2)
        meanwhile()
        time.sleep(seconds / 2)
        wait_until(lambda: until(self.records()[self.seen :]))
        pause_ns = time.monotonic_ns()
        replica.send({"type": "pause"})
        said = replica.receive()
        now = time.monotonic_ns()
        self.assertIn(said["type"], ("paused", "done"), said)
        records = self.records()
        self.assertEqual(
            (said["finished"], said["started"]), (len(records), len(records) + said["unfinished"])
        )
        self.slices.append((at_ns, pause_ns, now, records[self.seen :]))
        self.seen = len(records)
        return said

    def end(self, replica):
        replica.send({"type": "bye"})
        self.assertIsNone(replica.receive())
        self.assertEqual(replica.wait(), 0, replica.process.stderr.read())

    def finish(self, replica):
        """Ends a paused replica; returns its `done`."""
        replica.send({"type": "finish"})
        done = replica.receive()
        self.assertEqual((done["type"], done["stopped_by"], done["finished"]), ("done", "finish", self.seen))
        self.end(replica)
        return done


class GoingOn(Pausing):
    def test_the_plan_goes_on_with_no_gap(self):
        for text, wait in self.each_kind(0.002):
            replica = self.begin(text, wait)
            for number in range(12):
                least = 4 * (number % 4)
                said = self.work(replica, 0.01 * (number % 4), until=lambda new, n=least: len(new) >= n)
                self.assertEqual((said["type"], said["unfinished"]), ("paused", 0))
            self.finish(replica)
            records = self.records()
            self.assertEqual(
                Counter(r[5] for r in records), Counter(i % self.operations for i in range(len(records)))
            )
            self.assertGreater(len(records), 24)

    def test_records_lie_in_the_slice_that_they_are_of(self):
        for text, wait in self.each_kind(0.002):
            replica = self.begin(text, wait)
            for _ in range(4):
                self.work(replica, 0.1, until=bool)
            self.finish(replica)
            for at_ns, _, paused_ns, records in self.slices:
                self.assertGreaterEqual(min(r[0] for r in records), at_ns)
                self.assertLess(max(r[3] for r in records), paused_ns)

    def test_a_go_that_is_past_starts_at_once(self):
        for text, wait in self.each_kind(0.002):
            replica = self.begin(text, wait)
            self.work(replica, 0.02)
            before = time.monotonic_ns()
            self.work(replica, 0, ahead_seconds=-0.01, until=lambda new: first_ones(new) >= self.concurrency)
            self.finish(replica)
            records = self.slices[1][3]
            self.assertGreaterEqual(min(r[0] for r in records), before)
            self.assertEqual(first_ones(records), self.concurrency)

    def test_a_pause_right_behind_go(self):
        for text, wait in self.each_kind(0.002):
            replica = self.begin(text, wait)
            for _ in range(5):
                self.assertEqual(self.work(replica, 0, ahead_seconds=0)["type"], "paused")
            self.finish(replica)

    def test_a_coroutine_that_never_waits_is_paused(self):
        replica = self.begin(COROUTINES, "pass")
        for _ in range(2):
            self.assertEqual(self.work(replica, 0.05)["type"], "paused")
        self.finish(replica)

    def test_null_is_paused(self):
        replica = self.begin(TESTS / "null" / "fetch_range.py", "")
        for _ in range(3):
            self.assertEqual(self.work(replica, 0.02)["type"], "paused")
        self.finish(replica)
        records = self.records()
        self.assertEqual(
            Counter(r[5] for r in records), Counter(i % self.operations for i in range(len(records)))
        )


def first_ones(records):
    """How many have the earliest intended start: at a GO all of them, whenever a slot has the CPU."""
    intended = Counter(r[0] for r in records)
    return intended[min(intended, default=0)]


class Ending(Pausing):
    def test_n_requests_in_a_later_slice(self):
        for text, wait in self.each_kind(0.002):
            # Where the check gets no CPU for that long, all are done in the first slice.
            counts = []
            while counts[-1:] in ([], [1]) and len(counts) < TRIES:
                counts.append(self.slices_of(self.begin(text, wait, n_requests=70)))
            self.assertGreater(counts[-1], 1, counts)

    def slices_of(self, replica):
        """Lets it do all; returns in how many slices."""
        said, count = {"type": "paused"}, 0
        while said["type"] == "paused" and count < 1000:
            said, count = self.work(replica, 0.01), count + 1
        self.assertEqual((said["stopped_by"], said["finished"]), ("n_requests", 70))
        self.assertEqual({r[5] for r in self.records()}, set(range(70)))
        # Its last `pause` may have crossed `done`.
        self.end(replica)
        return count

    def test_a_pause_that_crosses_done_is_not_answered(self):
        for text, wait in self.each_kind(0.001):
            replica = self.begin(text, wait, n_requests=8)
            go(replica)
            self.assertEqual(replica.receive()["stopped_by"], "n_requests")
            replica.send({"type": "pause"})
            self.end(replica)

    def test_the_time_that_counts_is_working_time(self):
        for text, wait in self.each_kind(0.002):
            seconds = 1
            for _ in range(TRIES):
                replica = self.begin(text, wait, timeout_seconds=seconds)
                if self.paused_thrice(replica, seconds / 4):
                    break
                self.end(replica)
            at_ns = go(replica)
            done = replica.receive()
            self.assertEqual((done["type"], done["stopped_by"]), ("done", "deadline"))
            last = self.records()[self.seen :]
            begins = [min(r[0] for r in records) for *_, records in self.slices]
            most = sum(s[2] - begin for s, begin in zip(self.slices, begins, strict=True))
            least = sum(s[1] - begin for s, begin in zip(self.slices, begins, strict=True))
            self.assertGreaterEqual(done["end_ns"] - at_ns, seconds * NS - most)
            self.assertLess(max(r[1] for r in last) - min(r[0] for r in last), seconds * NS - least)
            self.end(replica)

    def paused_thrice(self, replica, seconds):
        """For so many seconds each; False: the check slept too long, and the replica's time was over."""
        for _ in range(3):
            said = self.work(replica, 0.1, until=bool)
            if said["type"] == "done":
                self.assertEqual(said["stopped_by"], "deadline")
                return False
            # Stopped, so that time jumps for it.
            replica.process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            replica.process.send_signal(signal.SIGCONT)
        return True

    def test_an_open_loop_is_not_paused(self):
        setup = self.scene().setup("odd", NOWHERE, rate=1000)
        for text, wait in self.each_kind(0.001):
            replica = self.start(self.script(text.format(wait=wait)))
            replica.send(setup)
            self.assertIs(replica.receive()["pause"], False)

    def test_the_end_of_the_harness_ends_a_paused_replica(self):
        for text, wait in self.each_kind(0.002):
            replica = self.begin(text, wait)
            self.work(replica, 0.01)
            replica.socket.close()
            self.assertEqual(replica.wait(), 1)

    def test_a_packet_of_another_type(self):
        for text, wait in self.each_kind(0.002):
            replica = self.begin(text, wait)
            self.work(replica, 0.01)
            replica.send({"type": "bye"})
            error = replica.receive()
            self.assertEqual((error["type"], error["stage"]), ("error", "run"))
            self.assertIn("'bye' instead of 'go' or 'finish'", error["message"])


def most_at_once(records):
    steps = sorted([(r[1], 1) for r in records] + [(r[3], -1) for r in records])
    most = now = 0
    for _, step in steps:
        most = max(most, now := now + step)
    return most


class Hanging(Pausing):
    """Operations that do not end: a task can be stopped, mostly, and a thread is stuck in them."""

    operations = 5000

    def begin_hanging(self, text, sleep, **changes):
        release = self.folder / "release"
        wait = f"""
        if op.number == 2:
            import os
            while not os.path.exists({str(release)!r}):
                {sleep.format(0.005)}
        {sleep.format(0.002)}"""
        return release, self.begin(text, wait, **changes)

    def test_what_does_not_end_is_unfinished(self):
        stubborn = "with __import__('contextlib').suppress(asyncio.CancelledError): await asyncio.sleep({})"
        for text, sleep in (*WAITS.items(), (COROUTINES, stubborn)):
            with self.subTest(sleep=sleep):
                release, replica = self.begin_hanging(text, sleep)
                fewer = 3 if text is THREADS else 4
                for slots, meanwhile in ((3, None), *[(fewer, None)] * 3, *[(4, release.touch)] * 2):
                    self.assertEqual(self.work_at_once(replica, slots, meanwhile)["unfinished"], 1)
                self.assertEqual(self.finish(replica)["unfinished"], 1)
                self.judge(fewer)
                release.unlink()

    def work_at_once(self, replica, slots, meanwhile):
        """A slice in which so many work at once; a thread that comes back may need a moment."""
        return self.work(
            replica,
            0.1,
            meanwhile=meanwhile or (lambda: None),
            until=lambda new: most_at_once(new) >= slots,
        )

    def judge(self, fewer):
        took, *again = (paused - pause for _, pause, paused, _ in self.slices[:4])
        self.assertGreaterEqual(took, DRAIN_SECONDS * NS)
        # It is waited for once; the machine may delay one answer, and not each.
        self.assertLess(min(again), took / 2)
        slots = [most_at_once(records) for *_, records in self.slices]
        self.assertEqual(slots[1:], [fewer] * 3 + [4] * 2)
        ops = [r[5] for r in self.records()]
        self.assertEqual(set(range(len(ops) + 1)) - set(ops), {2})

    def test_a_slice_in_which_all_are_stuck(self):
        long = {"timeout_seconds": 10000}
        for text, sleep in WAITS.items():
            with self.subTest(threads=text is THREADS):
                self.begun = self.folder / "begun"
                self.begun.write_bytes(b"")
                wait = f"open({str(self.begun)!r}, 'a').write('.'); {sleep.format(3600)}"
                replica = self.begin(text, wait, operation_timeout_seconds=0.2, **long)
                unfinished = self.work(replica, 0, until=self.all_have_begun)["unfinished"]
                said = self.work(replica, 0.2)
                # Threads that are stuck start nothing; a task is stopped, and its slot goes on.
                if text is THREADS:
                    self.assertEqual((unfinished, said["unfinished"]), (4, 4))
                self.finish(replica)

    def all_have_begun(self, new):
        return self.begun.stat().st_size >= self.concurrency


# A thread that gets no CPU when it has just taken an operation, once: until the file `release` is there.
HELD = """
from pathlib import Path
from benchmark import _work
next_index, held = _work.Work.next_index, []

def hold(work):
    i = next_index(work)
    if i == 5 and work.job.target.timed and not held:
        held.append(i)
        Path({held!r}).touch()
        while not Path({release!r}).exists():
            time.sleep(0.001)
    return i

_work.Work.next_index = hold
"""


class TakenTooLate(Pausing):
    """A thread that takes an operation, and comes to start it only when its slice is over, gives it back."""

    def begin_holding(self, **changes):
        self.release, self.held = self.folder / "release", self.folder / "held"
        hold = HELD.format(held=str(self.held), release=str(self.release))
        text = THREADS.replace(
            "worker.main()", hold.replace("{", "{{").replace("}", "}}") + "\nworker.main()"
        )
        # A slice waits so long for the thread, and for one that a busy machine gives no CPU.
        return self.begin(text, WAITS[THREADS].format(0.002), operation_timeout_seconds=1, **changes)

    def begin_held(self, **changes):
        replica = self.begin_holding(**changes)
        said = self.work(replica, 0, until=lambda new: self.held.exists())
        self.assertEqual((said["type"], said["unfinished"]), ("paused", 0))
        self.assertNotIn(5, [r[5] for r in self.records()])
        return replica

    def end_with(self, replica, count):
        """Gives it slices until it is done with all of them."""
        for _ in range(1000):
            if (said := self.work(replica, 0.02))["type"] == "done":
                break
        self.assertEqual((said["stopped_by"], said["finished"], said["unfinished"]), ("n_requests", count, 0))
        self.assertEqual(sorted(r[5] for r in self.records()), list(range(count)))
        self.end(replica)

    def test_it_comes_back_within_the_next_slice(self):
        count = self.operations
        replica = self.begin_held(n_requests=count)
        self.work(replica, 0.02, meanwhile=self.release.touch)
        self.end_with(replica, count)

    def test_it_comes_back_when_no_other_is_left(self):
        replica = self.begin_held(n_requests=70)
        said = self.work(replica, 0.1, until=lambda new: self.seen + len(new) == 69)
        self.assertEqual((said["type"], said["finished"]), ("paused", 69))
        said = self.work(replica, 0.02)
        self.assertEqual((said["type"], said["finished"]), ("paused", 69))
        self.release.touch()
        self.end_with(replica, 70)

    def test_it_comes_back_where_there_is_no_number(self):
        replica = self.begin_held()
        self.work(replica, 0, meanwhile=self.release.touch, until=lambda new: 5 in (r[5] for r in new))
        self.work(replica, 0.05)
        self.finish(replica)
        ops = Counter(r[5] for r in self.records())
        self.assertEqual(ops, Counter(i % self.operations for i in range(len(self.records()))))

    def test_the_deadline_comes_first(self):
        """All others were taken and done by then, and yet that is no end of all requests."""
        for rate in (None, 1000):
            with self.subTest(rate=rate):
                replica = self.begin_holding(n_requests=70, timeout_seconds=0.3, rate=rate)
                go(replica)
                done = replica.receive()
                self.assertEqual((done["type"], done["stopped_by"]), ("done", "deadline"))
                self.assertLess(done["finished"], 70)
                self.release.touch()
                self.end(replica)
                self.release.unlink()

    def test_the_deadline_comes_first_in_an_open_loop_of_coroutines(self):
        """The last one sleeps until its time, and another blocks the event loop then."""
        wait = "if op.number == 2: __import__('time').sleep(0.3)"
        replica = self.begin(COROUTINES, wait, n_requests=4, timeout_seconds=0.35, rate=10)
        go(replica)
        done = replica.receive()
        self.assertEqual((done["type"], done["stopped_by"]), ("done", "deadline"))
        self.assertLess(done["finished"], 4)
        self.end(replica)


class Resting(Pausing):
    def test_it_uses_no_cpu(self):
        for text, wait in self.each_kind(0.002):
            # So short a limit that who looks for it in vain is seen.
            replica = self.begin(text, wait, operation_timeout_seconds=0.02)
            for _ in range(2):
                self.work(replica, 0.05)
            # Other processes may delay its falling asleep, but not for ever.
            windows = []
            while len(windows) < 10 and min(windows, default=(1,))[0]:
                windows.append(self.window(replica))
            switches, share = min(windows)
            self.assertEqual(switches, 0, windows)
            self.assertLess(share, 0.005, windows)
            self.finish(replica)

    def window(self, replica):
        """Returns (how often it went to sleep, its share of a CPU) in 0.3 s."""
        before, began = self.usage(replica), time.monotonic_ns()
        time.sleep(0.3)
        took, after = time.monotonic_ns() - began, self.usage(replica)
        return after[0] - before[0], (after[1] - before[1]) / took

    @staticmethod
    def usage(replica):
        """Returns how often its threads went to sleep, and the ns that they ran."""
        switches = ran = 0
        for task in Path(f"/proc/{replica.process.pid}/task").iterdir():
            status = (task / "status").read_text()
            switches += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
            ran += int((task / "schedstat").read_text().split()[0])
        return switches, ran


if __name__ == "__main__":
    unittest.main()
