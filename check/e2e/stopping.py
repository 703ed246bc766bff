"""The harness is killed, or asked to stop: what was finished is there, nothing else is left.

check: deadline 900

KILLS in the environment is the number of moments at which it is killed (`make soak`: 100).
"""

import contextlib
import os
import random
import signal
import sqlite3
import time

from _harness import Check, groups_of, main, processes_with, scratch_folders, scratch_name

JOBS = (
    "--library",
    "null",
    "--library",
    "reference",
    "--timeout",
    "0.6",
    "--warm-up",
    "0.1",
    "--concurrency",
    "8",
)


KILLS = int(os.environ.get("KILLS", "10"))


def interfaces():
    return sorted(os.listdir("/sys/class/net"))


def finished(stderr):
    """Names of trials whose closing line was printed."""
    return [line for line in stderr.splitlines() if "requests/s" in line]


class Killed(Check):
    def test_kill_9_at_any_moment(self):
        """Nothing is lost but the trial in flight, and the next command leaves nothing of the dead run."""
        rng = random.Random(20250423)  # the same moments each time
        before = interfaces()
        for number in range(KILLS):
            process = self.start("run-all", *JOBS, "--replicas", "2")
            time.sleep(rng.uniform(0.02, 4))
            process.kill()
            stderr = self.finish(process).stderr
            self.assert_nothing_left()
            with self.subTest(number, said=stderr):
                if self.db.exists():
                    self.assert_whole_database()
                    known = self.query("select count(*) from results where replica is null")[0][0]
                    self.assertGreaterEqual(known, len(finished(stderr)))
                self.benchmark("doctor", status=None)
                self.assertEqual(groups_of(process.pid), [])
                self.assertEqual(scratch_folders(process.pid), [])
                self.assertEqual(interfaces(), before)
                self.assertEqual(list(processes_with(str(self.folder))), [])
            for path in self.folder.glob("sqlite.db*"):
                path.unlink()

    def query(self, sql, *values):
        """Nothing, where the database was not made yet."""
        try:
            return super().query(sql, *values)
        except sqlite3.OperationalError:
            return [(0,)]

    def test_the_next_command_clears_up(self):
        process = self.start("run-test", "null", "fetch_range", "--timeout", "30", "--warm-up", "0")
        patience = time.monotonic() + 20
        while not scratch_folders(process.pid) and time.monotonic() < patience:
            time.sleep(0.02)
        self.assertTrue(scratch_folders(process.pid), "a run has a scratch folder")
        time.sleep(0.5)
        process.kill()
        self.finish(process)
        self.assert_nothing_left()
        self.benchmark("run-test", "null", "fetch_range", "--timeout", "0.2", "--warm-up", "0")
        for pid in self.started:
            self.assertEqual(scratch_folders(pid), [], "the next command removes what a killed one left")

    def test_killed_replicas_parent_leaves_no_replica(self):
        """Also when the replicas are in the middle of their work."""
        process = self.start("run-test", "pass", "fetch_range", "--timeout", "30", "--replicas", "3")
        patience = time.monotonic() + 30
        while len(list(processes_with(scratch_name(process.pid)))) < 3 and time.monotonic() < patience:
            time.sleep(0.05)
        time.sleep(1)
        process.kill()
        self.finish(process)
        self.assert_nothing_left()


class Interrupted(Check):
    def interrupt(self, number, after_trials):
        """Sends the signal once so many trials are over."""
        process = self.start("run-all", *JOBS, "--timeout", "1.5")
        patience = time.monotonic() + 60
        while time.monotonic() < patience and process.poll() is None:
            text = (self.folder / "0.err").read_text(errors="replace")
            if len(finished(text)) >= after_trials and text.count("[") > after_trials:
                break
            time.sleep(0.05)
        time.sleep(0.7)
        os.kill(process.pid, number)
        began = time.monotonic()
        result = self.finish(process, 30)
        self.assertLess(time.monotonic() - began, 10)
        return result

    def check(self, number):
        result = self.interrupt(number, after_trials=2)
        self.assertEqual(result.status, 130, result)
        self.assert_sentence(result.stderr, r"interrupted: 2 of 4 trials")
        self.assert_nothing_left()
        self.assert_whole_database()
        rows = self.results()
        self.assertEqual(len([row for row in rows if row["state"] == "ok"]), 2, rows)
        for row in rows:
            self.assertIn(row["library_name"], result.stdout)

    def test_ctrl_c(self):
        self.check(signal.SIGINT)

    def test_terminated(self):
        self.check(signal.SIGTERM)

    def test_ctrl_c_before_anything(self):
        process = self.start("run-all", *JOBS)
        time.sleep(0.3)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
        result = self.finish(process, 30)
        self.assertIn(result.status, (130, -signal.SIGINT), result)
        self.assertNotIn("Traceback", result.stderr)
        self.assert_nothing_left()


if __name__ == "__main__":
    main()
