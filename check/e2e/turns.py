"""Libraries that break the rules of turns: each has its sentence, and the others' block goes on.

check: deadline 700
"""

import functools
import os
import re
import signal
import time
import unittest

from _harness import Check, groups_of, main, processes_with, scratch_name
from _turns import CONCURRENCY, COUNTS, TOO_SLOW, Turns, place_of, stopped_places
from _user import AsUser

GOOD = ("null", "reference")
BREAK_OFF = {
    "dies": r"replica 0 was killed by signal 9 \(SIGKILL\)",
    "mute": r"did not say that it was paused within [\d.]+ s after 'pause'",
    "quits": r"exited with status 0",
    "repeats": r"it sent 'paused' after",
    "stops": r"was stopped by signal \d+ \(SIGSTOP\)",
    "forgets": r"'paused' with less done than it said before",
    "reverses": r"replica 0 recorded what cannot be true, (\d+) of \1 records: .* before it was started",
    "boasts": r"replica 0 recorded what cannot be true, (\d+) of \1 .* 9\.2\S+e\+08 s after it was read",
    "lapses": r"replica 0 recorded what cannot be true, \d+ of \d+ records: .* s after it was read",
}
GO_ON = ("busy", "sends", "escapes", "flees")
SHORT = ("--blocks", 1, "--operation-timeout", 1)


class Hostile(Turns):
    def run_once(self, words, **named):
        raise NotImplementedError

    def run_turns(self, names, *more, status=0):
        """All of them in one block, each in turn; returns what is said."""
        tests = self.make_libraries(*(set(names) - set(GOOD)))

        def run(*time):
            words = self.all_words(names, *SHORT, *time, *more)
            return self.run_once(words, status=status, GEOIO_TESTS=tests)

        return self.with_time(run, *GOOD, timeouts=(1.2, 2.4, 4.8))

    def assert_whole(self, names):
        """They took their turns, and nothing that others did shows in what they counted. A machine may be too
        busy for the slices of a library that wastes its time.
        """
        slices, findings = self.slices(), self.findings()
        self.assert_turns(slices)
        for name in names:
            if name not in GOOD and self.is_separate(name):
                continue
            own = [slice for slice in slices if slice.library == name]
            self.assertTrue(own, f"{name} has no slice: {findings}")
            self.assertEqual(self.states()[name, 0], ["ok"], name)
            self.assertNotIn("separate", findings.get(name, {}))
        for name in GOOD:
            self.assertEqual(COUNTS & set(findings.get(name, {})), set(), (name, findings))

    def is_separate(self, name):
        """It had to be measured apart, as nothing fits into its slices here."""
        why = self.findings().get(name, {}).get("separate", ())
        for text in why:
            self.assert_sentence(text, TOO_SLOW)
        return bool(why)

    def assert_broken_off(self):
        for name, sentence in BREAK_OFF.items():
            self.assertEqual(self.states()[name, 0], ["failed"], name)
            text = self.query("select text from trials where library = ?", name)[0][0]
            self.assert_sentence(text, sentence)

    def assert_requests_named(self, *names):
        """What is in no record is named beside whoever sent it."""
        for name in names:
            if not self.is_separate(name):
                self.assertIn("requests_more", self.findings()[name], name)

    def assert_gone(self):
        self.assert_nothing_left()
        self.assertEqual(groups_of(*self.started), [])

    def check_stopped_as_a_whole(self, *more):
        """Whatever they start, wherever it goes to: it does nothing in the turn of another."""
        self.run_turns((*GOOD, *GO_ON), *more)
        self.assert_whole((*GOOD, *GO_ON))
        self.assert_requests_named("sends", "escapes", "flees")
        self.assertIn("processes_left", self.findings()["escapes"])
        self.assert_gone()


class Hopeless(Hostile, Check):
    """Nothing succeeds, or nothing ends."""

    WORKING_S, OPERATION_S = 4, 1

    def test_in_one_block(self):
        names = (*GOOD, "fail", "hang", "stalls", "lingers")
        words = self.all_words(
            names, "--blocks", 1, "--timeout", self.WORKING_S, "--operation-timeout", self.OPERATION_S
        )
        result = self.benchmark(*words, status=1, GEOIO_TESTS=self.make_libraries("stalls", "lingers"))
        self.assert_whole(GOOD)
        self.assertGreater(max(slice.round for slice in self.slices() if slice.library in GOOD), 2)
        self.rows = {row["library_name"]: row for row in self.results()}
        self.assert_fail(result.stdout)
        self.assert_hang()
        self.assert_stalls()
        self.assert_lingers()
        self.assert_not_held_up()
        self.assert_nothing_left()
        self.assertEqual(groups_of(*self.started), [])

    def assert_fail(self, table):
        """It takes its turns, with failures alone."""
        own = [slice for slice in self.slices() if slice.library == "fail"]
        self.assertTrue(own)
        self.assertEqual({slice.operations for slice in own}, {0})
        self.assertEqual(sum(slice.failures for slice in own), self.rows["fail"]["number_failures"])
        self.assertGreater(self.rows["fail"]["number_failures"], 0)
        self.assertIn(self.rows["fail"]["requests_per_second"], (0, None))
        self.assertEqual(self.states()["fail", 0], ["failed"])
        self.assert_sentence(table, r"fail +FAILED: (\d+) of its \1 operations failed: \1 http_error")

    def assert_hang(self):
        self.assertEqual(self.states()["hang", 0], ["nothing succeeded"])
        self.assertEqual([slice for slice in self.slices() if slice.library == "hang"], [])
        found = self.findings()["hang"]
        self.assert_sentence(found["separate"][0], "no operation of it ended within")
        self.assert_sentence(found["none_ended"][0], "no operation ended in time")
        self.assert_sentence(found["unfinished"][0], f"{CONCURRENCY} operations were still in flight")

    def assert_stalls(self):
        """Not from the beginning on. Where they are more than a few it is measured apart: it has one `go`
        only then, and works.
        """
        self.assertEqual(self.states()["stalls", 0], ["ok"])
        found = self.findings()["stalls"]
        if not self.is_separate("stalls"):
            self.assert_sentence(found["unfinished"][0], f"{CONCURRENCY} operations .* given up")
        elif "longer than a slice" in found["separate"][0]:
            self.assert_sentence(found["separate"][0], f"{CONCURRENCY} of its operations took longer")

    def assert_lingers(self):
        """What hangs is cut off by the pauses: slices would count what went well. It is measured apart, where
        it hangs for as long as it may.
        """
        self.assertEqual(self.states()["lingers", 0], ["partly failed"])
        self.assertGreater(self.rows["lingers"]["failures_timeout"], 0)
        self.assertEqual([slice for slice in self.slices() if slice.library == "lingers"], [])
        self.assertTrue(self.is_separate("lingers"))

    def assert_not_held_up(self):
        """What no trial of the block has used is what those three took that left it: less than they may."""
        turns = self.query(
            "select go_ns + t.at, coalesce(paused_ns, end_ns, go_ns) + t.at from slices"
            " join (select id, go_ns as at from trials) t on t.id = trial_id"
        )
        used_ns = sum(paused - go for go, paused in turns)
        all_ns = max(paused for _, paused in turns) - min(go for go, _ in turns)
        self.assertLess((all_ns - used_ns) / 1e9, 3 * 2 * (self.WORKING_S + self.OPERATION_S), turns)


class Halves(Hostile, Check):
    """One of two replicas dies."""

    def run_halves(self, name, seconds=3):
        """`name` is the one of which a replica dies."""
        tests = self.make_libraries(name)

        def run(*time):
            words = self.all_words((*GOOD, name), "--blocks", 1, "--replicas", 2, *time)
            return self.benchmark(*words, status=1, GEOIO_TESTS=tests)

        return self.with_time(run, *GOOD, timeouts=(seconds, 2 * seconds, 4 * seconds))

    def assert_half_ended(self, library, others):
        """Its whole slices count, the other replica ended well, and the others' block went on."""
        slices = self.slices()
        self.assert_turns(slices)
        own = [slice for slice in slices if slice.library == library]
        self.assertTrue(own, f"{library} has no slice")
        for other in others:
            self.assertEqual(self.states()[other, 0], ["ok"], other)
            last = max(slice.round for slice in slices if slice.library == other)
            self.assertTrue(last > own[-1].round or self.has_no_time(other), other)
        self.assertEqual(self.states()[library, 0], ["replica 1 killed"])
        replicas = self.query(
            "select state from replicas join trials on id = trial_id where library = ? order by replica",
            library,
        )
        self.assertEqual(replicas, [("finished",), ("killed",)])
        self.assert_sentence(
            self.findings()[library]["replica_ended"][0], r"replica 1 was killed by signal 9 \(SIGKILL\)"
        )
        self.assert_gone()

    def has_no_time(self, library):
        """What is left of its --timeout has no room for another turn: a busy machine made its slices long."""
        timeout, used, longest = self.query(
            "select timeout_seconds, sum(paused_ns - go_ns) / 1e9, max(paused_ns - go_ns) / 1e9"
            " from slices join (select id, timeout_seconds from trials where library = ?) on id = trial_id",
            library,
        )[0]
        return timeout - used <= 2 * longest

    def test_in_its_turn(self):
        self.run_halves("halves", 8)  # for seven turns, however long they are
        self.assert_half_ended("halves", GOOD)

    def test_while_slices_are_settled(self):
        """It has no window: it failed, and why is said."""
        self.run_halves("loses")
        self.assert_whole(GOOD)
        self.assertEqual(self.states()["loses", 0], ["failed"])
        self.assertNotIn("separate", self.findings()["loses"])
        self.assert_sentence(
            self.findings()["loses"]["failed"][0], r"replica 1 was killed by signal 9 \(SIGKILL\)"
        )
        self.assert_gone()

    def test_while_paused(self):
        """Of a worker in C, and of one in Python, killed by somebody else."""
        for isolation in ((), ("--isolation", "process")):
            with self.subTest(isolation):
                self.forget()
                self.with_time(functools.partial(self.run_killed, *isolation), "null", timeouts=(6, 12, 24))
                for library in ("reference", "pass"):
                    self.assert_half_ended(library, {"null"})

    def run_killed(self, *more):
        process = self.start(*self.all_words((*GOOD, "pass"), "--blocks", 1, "--replicas", 2, *more))
        self.kill_last(process, "/_verbs")
        self.kill_last(process, "/pass/")
        result = self.finish(process)
        self.assertEqual(result.status, 1, result)
        return result

    def kill_last(self, process, program):
        """Kills the last replica of that program while it is stopped, and after more turns than probes."""
        turns, stopped = 0, True
        patience = time.monotonic() + 100
        while time.monotonic() < patience and process.poll() is None:
            places = stopped_places(process.pid)
            replicas = sorted(
                (place_of(pid), int(pid))
                for pid, command in processes_with(scratch_name(process.pid))
                if program in command
            )
            if len(replicas) == 2:
                place, pid = replicas[-1]
                turns += stopped and place not in places
                stopped = place in places
                if stopped and turns >= 8:
                    os.kill(pid, signal.SIGKILL)
                    return
            time.sleep(0.01)
        self.fail(f"no replica of {program} to kill\n{self.finish(process, 1)}")


@unittest.skipUnless(os.geteuid() == 0, "only root has cells without a namespace of users")
class AsRoot(Hostile, Check):
    def run_once(self, words, **named):
        return self.benchmark(*words, **named)

    def test_in_cells(self):
        self.check_stopped_as_a_whole()

    def test_as_processes(self):
        self.check_stopped_as_a_whole("--isolation", "process")

    def test_those_that_fail_leave_the_block(self):
        names = (*GOOD, *BREAK_OFF, "stiff")
        result = self.run_turns(names, status=1)
        self.assert_whole(GOOD)
        self.assert_broken_off()
        self.assert_stiff(result.stdout)
        self.assertEqual(
            [slice for slice in self.slices() if slice.round > 2 and slice.library in BREAK_OFF], []
        )
        self.assert_gone()

    def assert_stiff(self, table):
        """One that cannot be paused is measured all the same, and never in turn."""
        self.assertEqual(self.states()["stiff", 0], ["ok"])
        self.assertNotIn("stiff", {slice.library for slice in self.slices()})
        self.assert_sentence(self.findings()["stiff"]["separate"][0], "do not say that they can be paused")
        self.assert_measured_apart(table, "stiff")


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class AsOrdinaryUser(Hostile, AsUser):
    def run_once(self, words, **named):
        return self.as_user(*words, **named)

    def test_in_a_user_namespace(self):
        self.check_stopped_as_a_whole()

    def test_as_processes(self):
        """Nobody knows whose an orphan is, but that it came in the turn of one: it ends, that one leaves."""
        self.run_turns((*GOOD, "busy", "sends", "bolts", "flees", "strays"), "--isolation", "process")
        self.assert_gone()
        self.assert_whole((*GOOD, "busy", "sends"))
        for name in ("bolts", "flees"):
            self.assert_apart_as_it_cannot_be_stopped(name)
        self.assert_strayed()

    def assert_apart_as_it_cannot_be_stopped(self, name):
        """Its first turns only settle how long its slices are: it has no other."""
        self.assertEqual(self.states()[name, 0], ["ok"], name)
        self.assertNotIn(name, {slice.library for slice in self.slices()})
        why = self.findings()[name]["separate"][0]
        self.assert_sentence(why, "its processes could not be stopped: a process has left its replica")

    def assert_strayed(self):
        """What it did until then counts, and a sentence says why there is no more of it."""
        self.assertEqual(self.states()["strays", 0], ["ok"])
        slices = [slice for slice in self.slices() if slice.library == "strays"]
        # A busy machine may need longer probes, or have no time for it at all.
        if not slices:
            self.assertIn("separate", self.findings()["strays"])
            return
        sql = "select count(*) from slices join trials on id = trial_id where library = 'strays'"
        if self.query(sql)[0][0] < 6:
            return
        left = "\n".join(self.findings()["strays"]["processes_left"])
        self.assert_sentence(left, r"could not be stopped after turn 6, .*: a process has left its replica")
        self.assertLessEqual(len(slices), 3)

    def test_as_processes_with_an_orphan_from_the_beginning(self):
        """It may be anybody's: all are measured apart."""
        self.run_turns((*GOOD, "escapes"), "--isolation", "process")
        self.assertEqual(self.slices(), [])
        for name in (*GOOD, "escapes"):
            self.assertEqual(self.states()[name, 0], ["ok"])
            why = self.findings()[name]["separate"][0]
            self.assert_sentence(why, "a process has left its replica, and without control groups")
        self.assert_gone()


class Ended(Turns, Check):
    """In the middle of the second block."""

    def in_second_block(self, *more):
        words = self.all_words((*GOOD, "pass"), "--timeout", 2, *more)
        process = self.start(*words)
        patience = time.monotonic() + 100
        while time.monotonic() < patience and process.poll() is None:
            text = (self.folder / "0.err").read_text(errors="replace")
            if re.search(r"^\[2/", text, re.MULTILINE) and stopped_places(process.pid):
                return process
            time.sleep(0.02)
        self.fail(f"no second block in which replicas are stopped\n{self.finish(process, 1)}")

    def assert_first_kept(self):
        self.assert_whole_database()
        kept = {name for name, block in self.states() if block == 0}
        self.assertEqual(kept, {*GOOD, "pass"})
        self.assert_turns([slice for slice in self.slices() if slice.block == 0])

    def test_ctrl_c(self):
        for isolation in ((), ("--isolation", "process")):
            with self.subTest(isolation):
                self.forget()
                process = self.in_second_block(*isolation)
                process.send_signal(signal.SIGINT)
                result = self.finish(process, 60)
                self.assertEqual(result.status, 130, result)
                self.assert_sentence(result.stderr, r"interrupted: \d+ of 36 trials are finished and kept")
                self.assert_nothing_left()
                self.assertEqual(groups_of(process.pid), [])
                self.assert_first_kept()
                self.assertEqual(self.query("select ended from runs"), [("interrupted",)])

    def test_kill_9(self):
        """Replicas that are frozen cannot end by themselves: the next command ends them."""
        process = self.in_second_block()
        process.kill()
        self.finish(process)
        self.benchmark("doctor", status=None)
        self.assert_nothing_left()
        self.assertEqual(groups_of(process.pid), [])
        self.assert_first_kept()


if __name__ == "__main__":
    main()
