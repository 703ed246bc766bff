"""--resume: a run that was interrupted goes on, and its table is of all its blocks."""

import signal
import time

from _harness import Check, main

LIBRARIES = ("null", "reference")
WORDS = ["run-all", "--test", "fetch_range", "--warm-up", "0.1", "--budget", "6", "--blocks", "3"]
WORDS += [word for library in LIBRARIES for word in ("--library", library)]


class Resume(Check):
    def blocks(self):
        """The numbers of the blocks that the database has, and of whom."""
        if not self.db.exists():
            return []
        try:
            return self.query("select block, library from trials order by block, library")
        except Exception:  # it is being made
            return []

    def interrupted(self):
        """A run of which one block at least is kept, and not all three: its id."""
        process = self.start(*WORDS)
        while not self.blocks():
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.status, 130, result)
        self.assert_sentence(result.stderr, r"interrupted: \d of 6 trials are finished and kept")
        return self.query("select id from runs")[0][0]

    def test_goes_on(self):
        run = self.interrupted()
        before = self.blocks()
        first = self.query("select distinct comparison from trials")
        result = self.benchmark(*WORDS, "--resume", run)
        self.assertEqual(self.query("select id, ended from runs"), [(run, "finished")])
        self.assertEqual(self.query("select distinct comparison from trials"), first)
        after = self.blocks()
        self.assertEqual(after[: len(before)], before)
        self.assertEqual(after, [(block, library) for block in range(3) for library in LIBRARIES])
        self.assertRegex(result.stdout, "50 in flight, dataset s2, 3 blocks")

    def test_nothing_is_left_to_do(self):
        self.benchmark(*WORDS)
        run = self.query("select id from runs")[0][0]
        before = self.blocks()
        result = self.benchmark(*WORDS, "--resume", run)
        self.assertEqual(self.blocks(), before)
        self.assertRegex(result.stdout, "50 in flight, dataset s2, 3 blocks")

    def test_another_command(self):
        run = self.interrupted()
        before = self.blocks()
        result = self.benchmark(*WORDS, "--concurrency", "7", "--resume", run, status=2)
        self.assert_sentence(result.stderr, f"--resume {run}: that run was `benchmark run-all .*same command")
        result = self.benchmark(*WORDS, "--resume", "no-such-run", status=2)
        self.assert_sentence(result.stderr, "--resume no-such-run: the database has no such run")
        self.assertEqual(self.blocks(), before)
        self.assertEqual(len(self.query("select id from runs")), 1)


if __name__ == "__main__":
    main()
