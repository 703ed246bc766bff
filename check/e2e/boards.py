"""Root's monitor survives any board of anybody, and says whose it is."""

import contextlib
import json
import os
import random
import shutil
import signal
import struct
import time
import unittest
import urllib.request
from pathlib import Path

from _harness import Check, main, scratch_folders

NOBODY = 65534
SHARED = Path("/dev/shm")
ESCAPES = b"\x1b[2J\xc2\x9b31m\x9b2J\n[1/2] forged"


@unittest.skipIf(os.geteuid(), "only root sees the boards of others")
class Boards(Check):
    def setUp(self):
        super().setUp()
        if not os.access(SHARED, os.W_OK):
            self.skipTest("no /dev/shm")

    def real_board(self):
        """One of a run: as its own program reads it."""
        run = self.start("run-test", "null", "fetch_range", "--timeout", "600", "--warm-up", "0")
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for folder in scratch_folders(run.pid):
                with contextlib.suppress(OSError):
                    if b"running" in (board := (folder / "board").read_bytes()):
                        run.send_signal(signal.SIGINT)
                        self.finish(run)
                        # Of a process that lives.
                        return board.replace(struct.pack("i", run.pid), struct.pack("i", os.getpid()))
            time.sleep(0.02)
        self.fail("no run has a board")

    def forge(self, board):
        """A run in progress of another user: this process's number, that user's folder."""
        stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        folder = SHARED / f"geoio-benchmark-{NOBODY}-{os.getpid()}-{stat[19]}"
        folder.mkdir(mode=0o700)
        self.addCleanup(shutil.rmtree, folder)
        path = folder / "board"
        path.write_bytes(board)
        path.chmod(0o600)
        os.chown(path, NOBODY, NOBODY)
        os.chown(folder, NOBODY, NOBODY)
        return path

    def shown(self, monitor, words, seconds=30):
        until = time.monotonic() + seconds
        while words not in (text := self.out(monitor)):
            self.assertIsNone(monitor.poll(), text)
            self.assertLess(time.monotonic(), until, text[-2000:])
            time.sleep(0.02)
        return text

    def out(self, process):
        process.streams[0].seek(0)
        return process.streams[0].read()

    def ends_well(self, process):
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).status, 0)

    def test_cut_noise_and_escapes(self):
        good = self.real_board()
        path = self.forge(good)
        monitor = self.start("monitor", "--tty", "--db", "none.db")
        self.shown(monitor, b"of user %d, as that user's board says" % NOBODY)
        forged = good.replace(b"null".ljust(len(ESCAPES), b"\0"), ESCAPES)
        self.assertNotEqual(forged, good)
        rng = random.Random(7)
        with open(path, "r+b", buffering=0) as file:
            file.write(forged)
            text = self.shown(monitor, b"[1/2] forged")
            for size in (len(good) // 2, 100, 0, len(good)):
                file.truncate(size)
                time.sleep(0.6)
            for _ in range(4):
                # What begins it says how long all is; the rest is noise, or ones.
                noise = rng.choice((rng.randbytes(len(good) - 44), b"\xff" * (len(good) - 44)))
                file.seek(0)
                file.write(good[:40] + b"\0\0\0\0" + noise)
                time.sleep(0.6)
        text = self.out(monitor)
        for bad in (b"\x1b", b"\x9b", b"\n[1/2] forged"):
            self.assertNotIn(bad, text)
        self.ends_well(monitor)

    def test_the_page(self):
        good = self.real_board()
        path = self.forge(good)
        monitor = self.start("monitor", "--listen", "127.0.0.1:0", "--db", "none.db")
        url = self.shown(monitor, b"\n").decode().split()[1].rstrip("/")
        rng = random.Random(8)
        for fill in (good[44:], rng.randbytes(len(good) - 44), b"\xff" * (len(good) - 44)):
            path.write_bytes(good[:40] + b"\0\0\0\0" + fill)
            time.sleep(0.2)
            with urllib.request.urlopen(f"{url}/live.json", timeout=30) as answer:
                runs = json.load(answer)["runs"]
            self.assertIn(NOBODY, [run["uid"] for run in runs])
            with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
                self.assertIn(b"geoio_run", answer.read())
        self.ends_well(monitor)


if __name__ == "__main__":
    main()
