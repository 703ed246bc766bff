"""A finished measurement is never thrown away: locked databases, full disks, closed folders."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
import unittest

from _harness import Check, main

QUICK = ("--timeout", "0.3", "--warm-up", "0", "--concurrency", "4")
NULL = ("run-test", "null", "fetch_range", *QUICK)


class Keeping(Check):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        os.environ["XDG_STATE_HOME"] = str(self.state)
        self.addCleanup(os.environ.pop, "XDG_STATE_HOME")

    def spooled(self):
        return list(self.state.rglob("*.db"))

    def said(self, process, words, seconds=60):
        """Waits until the program has said that on stderr."""
        until = time.monotonic() + seconds
        while words not in (text := (self.folder / "0.err").read_text()):
            self.assertIsNone(process.poll(), text)
            self.assertLess(time.monotonic(), until, text)
            time.sleep(0.02)
        return text

    @contextlib.contextmanager
    def locked(self, path=None):
        """Another program that has the database locked."""
        with contextlib.closing(sqlite3.connect(path or self.db, isolation_level=None)) as db:
            db.execute("begin immediate")
            yield
            db.execute("rollback")

    def begun(self, *words):
        """A run that has stored its beginning, and its trial not yet."""
        process = self.start(*words)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(sqlite3.Error):
                if self.query("select count(*) from runs") == [(1,)]:
                    return process
            time.sleep(0.005)
        self.fail("no run has begun")

    def test_lock_that_ends(self):
        process = self.begun("run-test", "null", "fetch_range", "--timeout", "1.5", "--warm-up", "0")
        with self.locked():
            text = self.said(process, "waiting for the database")
            self.assert_sentence(text, rf"which \S+ \(process {os.getpid()}\) has locked")
            self.assertIsNone(process.poll())
        self.assertEqual(self.finish(process).status, 0)
        self.assertEqual(self.spooled(), [])
        self.only_result()
        self.assertEqual(self.query("select ended from runs"), [("finished",)])

    def test_lock_and_ctrl_c(self):
        words = ("run-all", "--library", "null", "--test", "fetch_range", "--library", "reference")
        process = self.begun(*words, "--timeout", "1.5", "--warm-up", "0")
        with self.locked():
            self.said(process, "waiting for the database")
            process.send_signal(signal.SIGINT)
            result = self.finish(process)
        self.assertEqual(result.status, 130, result)
        files = self.spooled()
        self.assertEqual(len(files), 2, "the trial and the end of the run")
        for file in files:
            self.assertIn(str(file), result.stderr)
        self.assertEqual(self.query("select count(*) from trials"), [(0,)])
        result = self.benchmark("db", "recover")
        self.assertIn("1 trial taken in", result.stdout)
        self.assertEqual(self.spooled(), [])
        self.assertIn(self.only_result()["library_name"], ("null", "reference"))
        self.assertEqual(self.query("select ended from runs"), [("interrupted",)])
        self.assert_whole_database()
        self.assertIn("nothing waits", self.benchmark("db", "recover").stdout)

    def test_next_command_takes_it_in(self):
        process = self.begun("run-test", "null", "fetch_range", "--timeout", "1.5", "--warm-up", "0")
        with self.locked():
            self.said(process, "waiting for the database")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(self.finish(process).status, 130, "of the last trial, too")
        result = self.benchmark("get-results", "results.csv")
        self.assert_sentence(result.stderr, "1 trial that could not be stored earlier is in the database now")
        self.only_result()
        self.assertEqual(self.spooled(), [])


@unittest.skipIf(os.geteuid(), "only root mounts")
class Full(Check):
    """A file system of 300 KiB."""

    def setUp(self):
        super().setUp()
        self.small = self.folder / "small"
        self.small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", self.small])
        if mounted.returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=True)
        self.db = self.small / "r.db"
        os.environ["XDG_STATE_HOME"] = str(self.folder / "state")
        self.addCleanup(os.environ.pop, "XDG_STATE_HOME")

    def fill(self):
        """All that is free; how much that was."""
        count = 0
        with open(self.small / "filler", "ab", buffering=0) as file, contextlib.suppress(OSError):
            while written := file.write(bytes(4096)):
                count += written
        return count

    def rows(self):
        result = self.benchmark("get-results", "-", "--db", self.db)
        return len(result.stdout.splitlines()) - 1

    def test_many_trials_fit(self):
        for _ in range(6):
            self.benchmark(*NULL, "--db", self.db)
        self.assertEqual(self.rows(), 6)

    def test_room_is_kept(self):
        process = self.start(
            "run-test", "null", "fetch_range", "--timeout", "2", "--warm-up", "0", "--db", self.db
        )
        until = time.monotonic() + 60
        while "running" not in self.stage(process) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertGreater(self.fill(), 0)
        result = self.finish(process)
        self.assertEqual(result.status, 0, result)
        (self.small / "filler").unlink()
        self.assertEqual(self.rows(), 1)

    def stage(self, process):
        """By the reserve: a file without a name that the program has open."""
        links = f"/proc/{process.pid}/fd"
        with contextlib.suppress(OSError):
            for link in os.listdir(links):
                if str(self.small) in (target := os.readlink(f"{links}/{link}")) and "(deleted)" in target:
                    return "running"
        return ""

    def test_not_begun_without_room(self):
        self.benchmark(*NULL, "--db", self.db)
        self.fill()
        result = self.benchmark(*NULL, "--db", self.db, status=1)
        self.assertNotIn("requests/s", result.stderr)
        self.assert_sentence(result.stderr, "full|no room")
        (self.small / "filler").unlink()
        self.assertEqual(self.rows(), 1)


if __name__ == "__main__":
    main()
