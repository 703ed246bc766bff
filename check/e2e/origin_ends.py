"""Our own origin ends or is stopped in a trial: named as that, and the next trial has another.

check: deadline 240
"""

import contextlib
import os
import re
import signal
import time
from pathlib import Path

from _harness import Check, main
from _turns import TOO_SLOW, Turns, stopped_places

# The trial ends by what is done to the origin, not by its time.
LONG = ("run-test", "reference", "fetch_range", "--timeout", "100", "--warm-up", "0", "--concurrency", "2")
BUSY_TICKS = 20  # of CPU time: more than all that is asked of an origin before GO


def origin_of(pid):
    """The process and its CPU time in ticks, or None."""
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                name, _, rest = Path(f"/proc/{child}/stat").read_text().rpartition(")")
                fields = rest.split()
                if name.endswith("(geoio-origin") and fields[0] != "Z":
                    return int(child), int(fields[11]) + int(fields[12])
    return None


class OriginEnds(Check):
    def signal_origin(self, process, number, ticks=BUSY_TICKS):
        patience = time.monotonic() + 60
        while time.monotonic() < patience and process.poll() is None:
            found = origin_of(process.pid)
            if found and found[1] >= ticks:
                os.kill(found[0], number)
                return found[0]
            time.sleep(0.01)
        self.fail(f"no origin has worked\n{self.finish(process, 1)}")

    def test_its_end_fails_the_trial_at_once(self):
        for number, advice in ((signal.SIGKILL, "dmesg"), (signal.SIGTERM, "who sent it")):
            with self.subTest(number):
                process = self.start(*LONG)
                self.signal_origin(process, number)
                result = self.finish(process, 60)
                self.assertEqual(result.status, 1, result)
                sentence = rf"the origin ended \(signal {int(number)}\) [\d.]+ s after GO.*{advice}"
                self.assert_sentence(result.stderr, rf"FAILED: {sentence}")
                self.assert_nothing_left()
                row = self.results()[-1]
                self.assertEqual(row["state"], "failed")
                self.assert_sentence(row["findings"], sentence)

    def test_the_next_trial_has_another(self):
        words = ("--n-requests", "10000", "--timeout", "100", "--warm-up", "0", "--concurrency", "4")
        process = self.start("run-all", "--no-slices", "--library", "reference", *words)
        self.signal_origin(process, signal.SIGKILL, 0)
        result = self.finish(process)
        self.assertEqual(result.status, 1, result)
        self.assertEqual(sorted(row["state"] for row in self.results()), ["failed", "ok"], result)
        self.assert_sentence(result.stderr, r"the origin ended")

    def test_one_that_stands_still_is_named(self):
        words = ("--timeout", "5", "--operation-timeout", "1")
        process = self.start(*LONG[:3], *words, *LONG[5:])
        origin = self.signal_origin(process, signal.SIGSTOP, 5)
        time.sleep(1.5)
        with contextlib.suppress(ProcessLookupError):
            os.kill(origin, signal.SIGCONT)
        self.finish(process)
        findings = self.only_result()["findings"]
        self.assert_sentence(findings, r"the origin stood still for [\d.]+ of the [\d.]+ s")


class StandsStill(Turns, Check):
    """While slices are settled, which begins when replicas are first stopped, and until its block ends."""

    NAMES = ("null", "reference", "pass")
    SENTENCE = r"it could take no turn in this block: the origin stood still for [\d.]+ of the [\d.]+ s"

    def stop_in_probes(self):
        words = self.all_words(self.NAMES, "--blocks", 2, "--timeout", 6, "--operation-timeout", 1)
        process = self.start(*words)
        patience = time.monotonic() + 60
        while time.monotonic() < patience and process.poll() is None:
            if stopped_places(process.pid) and (found := origin_of(process.pid)):
                os.kill(found[0], signal.SIGSTOP)
                return self.finish(process)
            time.sleep(0.01)
        self.fail(f"no replicas are stopped\n{self.finish(process, 1)}")

    def came_in_time(self):
        """Before slices were settled, and no library stood still for a second by itself."""
        texts = self.query("select coalesce(text, '') from trials where library != 'null' and block = 0")
        separate = [text for found in self.findings().values() for text in found.get("separate", ())]
        return all("no turn" in text for (text,) in texts) and not re.search(TOO_SLOW, "\n".join(separate))

    def test_no_library_is_blamed(self):
        """The next block has another origin, and decides."""
        for attempt in range(3):
            if attempt:
                self.forget()
            result = self.stop_in_probes()
            if self.came_in_time():
                break
        for library, block, state, text in self.query(
            "select t.library, t.block, r.state, t.text from trials t join results r on r.trial_id = t.id"
            " where r.replica is null"
        ):
            stopped = block == 0 and library != "null"
            self.assertEqual(state, "failed" if stopped else "ok", (library, block, text))
            if stopped:
                self.assert_sentence(text, self.SENTENCE)
        for library, found in self.findings().items():
            self.assertNotIn("separate", found, library)
        self.assertEqual({slice.library for slice in self.slices() if slice.block == 1}, set(self.NAMES))
        self.assertEqual(result.status, 1, result)
        self.assert_nothing_left()


if __name__ == "__main__":
    main()
