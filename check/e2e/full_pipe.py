"""Output that finds no way out: a pipe that nobody empties, a full device, a closed descriptor.

check: deadline 120
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from _harness import BENCHMARK, QUICK, Check, end, main


def handles(pid, number):
    """Whether that process has a handler of its own for the signal."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        caught = next(line.split()[1] for line in lines if line.startswith("SigCgt:"))
        return bool(int(caught, 16) >> (number - 1) & 1)
    return False


class FullPipe(Check):
    def full_pipe(self):
        ends = os.pipe()
        for descriptor in ends:
            self.addCleanup(os.close, descriptor)
        os.set_blocking(ends[1], False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(ends[1], b"x" * 4096)
        os.set_blocking(ends[1], True)
        return ends

    def start_into(self, stdout, *words):
        process = subprocess.Popen(
            [BENCHMARK, *map(str, words)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(end, process)
        self.addCleanup(process.stderr.close)
        return process

    def interrupt(self, number, *words):
        process = self.start_into(self.full_pipe()[1], *words)
        patience = time.monotonic() + 60
        while not handles(process.pid, number) and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.01)
        if words[0] == "run-test":  # its table comes behind this line
            self.assertTrue(any("requests/s" in line for line in process.stderr))
        time.sleep(0.5)  # so that it most likely waits; all is as well where it does not yet
        process.send_signal(number)
        status = process.wait(60)
        said = process.stderr.read()
        self.assertEqual(status, 130, said)
        self.assertRegex(said, r"interrupted")

    def test_it_ends(self):
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        for number in (signal.SIGINT, signal.SIGTERM):
            for words in (("-",), ("--json",), ("/dev/stdout",)):
                with self.subTest(number, words=words):
                    self.interrupt(number, "get-results", *words)
        for words in ((), ("--json",)):
            with self.subTest(words):
                self.interrupt(signal.SIGINT, "run-test", "null", "fetch_range", *QUICK, *words)

    def test_a_slow_reader_gets_all(self):
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        whole = self.benchmark("get-results", "-").stdout
        source, sink = self.full_pipe()
        process = self.start_into(sink, "get-results", "-")
        got = b""
        while not got.endswith(whole[-200:].encode()):
            got += os.read(source, 512)
        self.assertEqual(got.lstrip(b"x").decode(), whole)
        self.assertEqual(process.wait(60), 0)

    def test_a_reader_that_has_read_enough(self):
        """`| head`: no error, told by the status that a shell would give it."""
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        source, sink = os.pipe()
        os.close(source)
        self.addCleanup(os.close, sink)
        for words in (
            ("get-results", "-"),
            ("get-results", "--json"),
            ("data", "plan"),
            ("data", "manifest"),
            ("list",),
            ("--help",),
            ("run-test", "null", "fetch_range", *QUICK),
        ):
            with self.subTest(words):
                process = self.start_into(sink, *words)
                self.assertEqual(process.wait(60), 128 + signal.SIGPIPE)
                self.assertNotRegex(process.stderr.read(), r"write|ipe")

    def run_closed(self, closed, *words):
        """Without these descriptors, in a shell's words; the status and what it says."""
        process = subprocess.run(
            ["sh", "-c", f'exec "$@" {closed}', "sh", *map(str, words)],
            cwd=self.folder,
            capture_output=True,
            timeout=60,
            text=True,
        )
        return process.returncode, process.stdout + process.stderr

    def test_closed_descriptors(self):
        """Lost output is an error of who only prints; nothing is written into a file that took its number."""
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        for closed, lost in (
            (">&-", True),
            (">&- 2>&-", True),
            ("<&- >&- 2>&-", True),
            (">/dev/full", True),
            ("2>&-", False),
            ("<&-", False),
        ):
            for words in (
                ("get-results", "-"),
                ("get-results", "--json"),
                ("get-results", "--per-round", "-"),
                ("--version",),
                ("manual",),  # which is longer than a buffer
                ("run-test", "null", "fetch_range", *QUICK),
                ("run-test", "null", "fetch_range", *QUICK, "--json"),
            ):
                with self.subTest(closed, words=words):
                    status, said = self.run_closed(closed, BENCHMARK, *words)
                    self.assertEqual(status, int(lost), said)
                    if lost and "2>&-" not in closed:
                        self.assertRegex(said, "cannot write (the )?standard output: (Bad file|No space)")
        self.assertGreater(len(self.results()), 12, "they are kept all the same")
        self.assert_whole_database()

    def test_closed_descriptors_of_other_programs(self):
        """A test in C by itself, and who makes COGs."""
        test = Path(BENCHMARK).parent / "tests/reference/_verbs"
        with self.origin() as origin:
            store = ("--endpoint", origin.url, "--bucket", "bench")
            run = (test, "--test", "fetch_range", *store, "--key", "s2/00000/B04.tif")
            run = (*run, "--object-size", "218693282", "--n-requests", "20")
            for closed, status in ((">&-", 1), (">/dev/full", 1), ("2>&-", 0), ("<&-", 0)):
                self.assertEqual(self.run_closed(closed, *run)[0], status, closed)
        maker = Path(BENCHMARK).parent / "make-cog"
        self.assertEqual(self.run_closed("<&- >&- 2>&-", maker, self.folder / "cogs", "1")[0], 0)
        self.assertEqual((self.folder / "cogs/00.tif").read_bytes()[:2], b"II")


if __name__ == "__main__":
    main()
