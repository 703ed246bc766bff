"""`ulimit -f`: what cannot grow is named, with the limit, and nothing is left of the run.

check: deadline 120
"""

import resource
import signal
import subprocess

from _harness import BENCHMARK, Check, main, scratch_folders

FIXED = ("--warm-up", "0", "--concurrency", "2")


class FileLimit(Check):
    def run_within(self, kib, *words):
        """In a shell that lets no file of its children grow beyond so much; pipes are no files."""

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
            resource.setrlimit(resource.RLIMIT_FSIZE, (kib << 10, kib << 10))

        process = subprocess.Popen(
            [BENCHMARK, "run-test", "null", "fetch_range", *FIXED, *map(str, words)],
            cwd=self.folder,
            preexec_fn=limit,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, said = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 1, said)
        self.assertEqual(scratch_folders(process.pid), [])
        self.assert_sentence(said, rf"`ulimit -f` allows no file above {kib} KiB here: raise it")
        return said

    def test_records(self):
        said = self.run_within(20000, "--timeout", "1")
        self.assert_sentence(said, r"room for \d+ records")

    def test_the_room_beside_the_database(self):
        said = self.run_within(300, "--n-requests", 10, "--timeout", "60")
        self.assert_sentence(said, r"results may need \d+ KiB")

    def test_the_database(self):
        """Its log is what grows first, by the schema, of whatever size it is now, and then by the trial."""
        said = ""
        for kib in range(150, 500, 10):
            for path in self.folder.glob("sqlite.db*"):
                path.unlink()
            said = self.run_within(kib, "--n-requests", 10, "--timeout", "0.5")
            self.assert_sentence(said, r"sqlite\.db: it cannot grow: `ulimit")
            if "The trial is kept in" in said:
                return
        self.fail(said)


if __name__ == "__main__":
    main()
