"""On a terminal nothing is wider than it: the table, what is said meanwhile, doctor, and `monitor --tty`."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time

from _harness import BENCHMARK, Check, main

WIDTHS = (80, 100, 200)
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What has no blanks is not broken: paths, the names of the kernel's files.
WORD = re.compile(r"\S{40,}")


class Terminal(Check):
    def on_terminal(self, width, *words, seconds=None, streams=("stdout", "stderr")):
        """What benchmark writes to a terminal of so many columns, as lines without escapes; with `seconds`
        it gets Ctrl-C then.
        """
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        process = subprocess.Popen(
            [BENCHMARK, *map(str, words)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            **{name: its if name in streams else subprocess.DEVNULL for name in ("stdout", "stderr")},
        )
        os.close(its)
        self.addCleanup(process.kill)
        read = []

        def copy():
            with contextlib.suppress(OSError):  # that is how a terminal ends
                while data := os.read(ours, 65536):
                    read.append(data)

        reader = threading.Thread(target=copy)
        reader.start()
        if seconds:
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
        process.wait(120)
        reader.join(10)
        os.close(ours)
        text = b"".join(read).decode(errors="replace").replace("\r", "")
        return [ESCAPE.sub("", line) for line in text.split("\n")]

    def assert_fits(self, lines, width):
        self.assertTrue(any(lines))
        for line in lines:
            if not WORD.search(line):
                self.assertLessEqual(len(line), width, line)

    def test_table(self):
        """The widest that fits: a narrow terminal lacks columns, and is told which."""
        for width in WIDTHS:
            with self.subTest(width):
                libraries = [word for name in ("null", "reference") for word in ("--library", name)]
                words = ("run-all", *libraries, "--test", "fetch_range", "--budget", 2, "--blocks", 1)
                lines = self.on_terminal(width, *words)
                self.assert_fits(lines, width)
                text = "\n".join(lines)
                titles = next(line for line in lines if "requests" in line and "CPU us" in line)
                self.assertEqual("p99.9" in titles, width == 200, text)
                self.assertEqual("peak" in titles, width > 80, text)
                self.assertEqual(f"left out in {width} columns: " in text, width < 200, text)
                # Folded where it is longer than the terminal: how long it is a busy machine decides.
                said = next(i for i, line in enumerate(lines) if "the budget of 2 s" in line)
                more = lines[said + 1].strip() if lines[said + 1].startswith("  ") else ""
                whole = f"{lines[said]} {more}".strip()
                self.assertGreater(len(whole), 80, text)
                self.assertEqual(bool(more), len(whole) > width, text)

    def test_no_terminal(self):
        """Elsewhere a sentence is a line, and a table has 100 columns."""
        libraries = [word for name in ("null", "reference") for word in ("--library", name)]
        words = ("run-all", *libraries, "--test", "fetch_range", "--budget", 2, "--blocks", 1)
        result = self.benchmark(*words)
        self.assert_fits(result.stdout.split("\n"), 100)
        self.assertIn("left out in 100 columns: ", result.stdout)
        self.assertRegex(
            result.stderr, r"the budget of 2 s leaves about .*too few for close verdicts[:,] .*\n"
        )

    def test_doctor(self):
        for width in (60, 200):
            lines = self.on_terminal(width, "doctor", streams=("stdout",))
            self.assert_fits(lines, width)
            self.assertTrue(any(line.startswith(21 * " ") for line in lines), lines)

    def test_monitor(self):
        """Lines are taken back by their number, so none may be two of the terminal."""
        self.benchmark("run-test", "null", "fetch_range", "--n-requests", 20, "--timeout", 60)
        for width in (40, 200):
            lines = self.on_terminal(width, "monitor", "--tty", seconds=2, streams=("stdout",))
            self.assert_fits(lines, width)
            self.assertTrue(any("null fetch_range: " in line for line in lines), lines)
            self.assertEqual(any(", ok" in line for line in lines), width == 200, lines)


if __name__ == "__main__":
    main()
