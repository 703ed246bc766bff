"""The harness is killed, or asked to stop: what was finished is there, nothing else is left.

check: deadline 900

KILLS in the environment is the number of moments at which it is killed (`make soak`: 100).
"""

import contextlib
import os
import random
import signal
import socket
import sqlite3
import time
from pathlib import Path

from _harness import QUICK, Check, groups_of, main, processes_with, scratch_folders, scratch_name

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
            process = self.start("run-all", "--no-slices", *JOBS, "--replicas", "2")
            time.sleep(rng.uniform(0.02, 4))
            process.kill()
            stderr = self.finish(process).stderr
            self.assert_nothing_left()
            with self.subTest(number, said=stderr):
                if self.db.exists():
                    self.assert_whole_database()
                    known = self.query("select count(*) from results where replica is null")[0][0]
                    self.assertGreaterEqual(known, len(finished(stderr)))
                said = self.benchmark("doctor", status=None).stderr
                self.assertEqual(groups_of(process.pid), [], said)
                self.assertEqual(scratch_folders(process.pid), [], said)
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
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
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

    def kill_with_children(self, process):
        """As a terminal does that goes away."""
        children = []
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.finish(process)

    def test_what_the_doctor_tried_is_cleared(self):
        tmp = self.folder / "tmp"
        tmp.mkdir()
        rng = random.Random(7)
        for _ in range(2 * KILLS):
            process = self.start("doctor", TMPDIR=tmp)
            time.sleep(rng.uniform(0, 0.3))
            self.kill_with_children(process)
        patience = time.monotonic() + 20
        while list(tmp.iterdir()) and time.monotonic() < patience:
            self.benchmark("doctor", status=None, TMPDIR=tmp)
        self.assertEqual(list(tmp.iterdir()), [])


class Interrupted(Check):
    def interrupt(self, number, after_trials):
        """Sends the signal once so many trials are over."""
        process = self.start("run-all", "--no-slices", *JOBS, "--timeout", "1.5")
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
        # A check that is late itself finds one more.
        over = len(finished(result.stderr))
        self.assertIn(over, (2, 3), result)
        self.assert_sentence(result.stderr, rf"interrupted: {over} of 4 trials")
        self.assert_nothing_left()
        self.assert_whole_database()
        rows = self.results()
        self.assertEqual(len([row for row in rows if row["state"] == "ok"]), over, rows)
        for row in rows:
            self.assertIn(row["library_name"], result.stdout)
        self.assertEqual(self.query("select ended from runs"), [("interrupted",)])
        told = self.benchmark("get-results", "again.csv").stderr
        self.assert_sentence(
            told, rf"the run {rows[0]['run_id']} of \S+ \S+ was interrupted: {over} of its trials are here"
        )

    def test_ctrl_c(self):
        self.check(signal.SIGINT)

    def test_terminated(self):
        self.check(signal.SIGTERM)

    def test_ctrl_c_before_anything(self):
        process = self.start("run-all", "--no-slices", *JOBS)
        time.sleep(0.3)
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGINT)
        result = self.finish(process, 30)
        self.assertIn(result.status, (130, -signal.SIGINT), result)
        self.assertNotIn("Traceback", result.stderr)
        self.assert_nothing_left()


class Preparing(Check):
    """A store that takes requests and never answers: only the signal ends what waits for it."""

    def setUp(self):
        super().setUp()
        silent = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        self.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        # The checks themselves may run below nohup.
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.addCleanup(signal.signal, signal.SIGHUP, before)

    def prepare(self, *words):
        """Starts a command and waits until it says what it waits for."""
        process = self.start(*words)
        patience = time.monotonic() + 60
        while time.monotonic() < patience and process.poll() is None:
            if "preparing: " in (self.folder / f"{len(self.started) - 1}.err").read_text(errors="replace"):
                return process
            time.sleep(0.05)
        self.fail(f"no line of progress\n{self.finish(process, 1)}")

    def run_words(self):
        # Longer than the patience of finish(): nothing but the signal can end it.
        return (
            "run-test",
            "null",
            "fetch_range",
            "--endpoint",
            self.url,
            "--anonymous",
            "--operation-timeout",
            3600,
        )

    def end(self, process, *numbers):
        for number in numbers:
            os.kill(process.pid, number)
        result = self.finish(process, 60)
        self.assertEqual(result.status, 130, result)
        return result

    def test_each_signal_ends_a_run(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number):
                result = self.end(self.prepare(*self.run_words()), number)
                self.assert_sentence(
                    result.stderr, r"preparing: listing bench", r"interrupted: 0 of 1 trials"
                )

    def test_who_presses_twice_in_a_hurry(self):
        result = self.end(self.prepare(*self.run_words()), signal.SIGINT, signal.SIGINT, signal.SIGTERM)
        self.assert_sentence(result.stderr, r"interrupted: 0 of 1 trials")

    def test_nohup(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            process = self.prepare(*self.run_words())
        finally:
            signal.signal(signal.SIGHUP, before)
        os.kill(process.pid, signal.SIGHUP)
        time.sleep(0.5)
        self.assertIsNone(process.poll(), "nohup keeps a run alive")
        self.end(process, signal.SIGTERM)

    def test_other_commands(self):
        outside = ("--endpoint", self.url, "--anonymous", "--operation-timeout", 3600)
        self.benchmark("run-test", "null", "fetch_range", *QUICK, "--rate", 50)
        for words in (
            ("data", "plan", *outside),
            ("data", "manifest", *outside),
            ("get-results", "x.csv", "--from", "prometheus", self.url, "--timeout", 3600),
        ):
            with self.subTest(words):
                result = self.end(self.prepare(*words), signal.SIGTERM)
                self.assert_sentence(result.stderr, r"benchmark: interrupted while ")
        self.assertEqual([path.name for path in self.folder.glob("x.csv*")], [])


if __name__ == "__main__":
    main()
