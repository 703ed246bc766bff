"""Checks of benchmark/tiff.py: what the parser in C says through it, and what is said where it is missing."""

import _ctypes
import mmap
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
import unittest
import unittest.mock
from pathlib import Path

from benchmark import tiff

from fake_harness import ROOT, tiff_header

HEADER = tiff_header([600, 300], 256, random.Random(3))
LEVELS = ((600, 600, 256, 256, 9), (300, 300, 256, 256, 4))


class Found(unittest.TestCase):
    def test_levels(self):
        self.assertEqual(tuple(level[:5] for level in tiff.levels(HEADER)), LEVELS)

    def test_what_is_expected(self):
        levels = tiff.levels(HEADER)
        self.assertIsNone(tiff.Expected(levels).flaw(HEADER))
        for other in (levels[:1], (levels[1], levels[0]), (levels[0], levels[1]._replace(tables_crc32=0))):
            self.assertRegex(tiff.Expected(other).flaw(HEADER), "header parses to .* instead of ")
        self.assertRegex(tiff.Expected(levels).flaw(HEADER[:150]), "cannot be parsed: .* TIFF directory 0 ")

    def test_any_buffer_will_do_and_none_is_copied(self):
        size = 1 << 20
        data = HEADER.ljust(size, b"\0")
        expected = tiff.Expected(tiff.levels(data))
        wide = memoryview(data).cast("H")
        for buffer in (data, bytearray(data), memoryview(data), wide, mmap.mmap(-1, size)):
            if isinstance(buffer, mmap.mmap):
                buffer[:] = data
            with self.subTest(kind=type(buffer)):
                tracemalloc.start()
                self.assertIsNone(expected.flaw(buffer))
                _, most = tracemalloc.get_traced_memory()
                tracemalloc.stop()
                self.assertLess(most, size // 10)
                held = sys.getrefcount(buffer)
                expected.flaw(buffer)
                self.assertEqual(sys.getrefcount(buffer), held)

    def test_what_is_no_buffer(self):
        for answer in (None, "text", memoryview(HEADER)[::2]):
            with self.assertRaises((TypeError, BufferError)):
                tiff.Expected(((1,) * 6,)).flaw(answer)

    @unittest.skipUnless(shutil.which("gdal_create"), "GDAL's programs are not installed")
    def test_what_gdal_wrote(self):
        with tempfile.TemporaryDirectory() as folder:
            for big in ("NO", "YES"):
                path = Path(folder) / f"{big}.tif"
                options = ["-of", "COG", "-co", "BLOCKSIZE=256", "-co", f"BIGTIFF={big}"]
                size = ["-outsize", "1000", "600", "-ot", "UInt16", "-burn", "7"]
                subprocess.run(["gdal_create", "-q", *options, *size, path], check=True)
                levels = tiff.levels(path.read_bytes()[:16384])
                self.assertEqual(levels[0][:5], (1000, 600, 256, 256, 12))
                self.assertEqual(levels[1][:2], (500, 300))


class Library(unittest.TestCase):
    def refuse(self, path, text):
        with unittest.mock.patch.dict(os.environ, GEOIO_FORMATS=str(path)):
            with self.assertRaisesRegex(OSError, text) as found:
                tiff.levels(HEADER)
            self.assertNotIn("\n", str(found.exception))

    def test_where_it_is_missing_or_another(self):
        self.refuse("/nowhere/libgeoio-formats.so", "no /nowhere/libgeoio-formats.so, .*build it with `make`")
        with tempfile.NamedTemporaryFile() as file:
            self.refuse(file.name, f"{file.name} cannot be used .* build it again with `make`")
        self.refuse(_ctypes.__file__, "cannot be used .*tiff_parse")

    def test_who_says_nothing_finds_the_installed_one_or_the_checkouts(self):
        with unittest.mock.patch.dict(os.environ):
            del os.environ["GEOIO_FORMATS"]
            places = [ROOT / "benchmark/libgeoio-formats.so", ROOT / "build/libgeoio-formats.so"]
            self.assertEqual(list(tiff._places()), list(map(str, places)))


class Odd(unittest.TestCase):
    """The files of check/tiff, judged by the way that tests in Python go (in C: check/unit/tiff_parse.c)."""

    folder = ROOT / "check/tiff"

    def test_verdicts(self):
        for line in (self.folder / "verdicts").read_text().splitlines():
            name, _, verdict = line.partition(" ")
            try:
                levels = tiff.levels((self.folder / f"{name}.tif").read_bytes())
                found = " ".join(["ok", *("/".join(map(str, level)) for level in levels)])
            except tiff.TiffError:
                found = "refused"
            self.assertEqual(found, verdict, name)

    def test_they_are_what_the_generator_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, self.folder / "make.py", folder], check=True)
            for path in Path(folder).iterdir():
                self.assertEqual(path.read_bytes(), (self.folder / path.name).read_bytes(), path.name)

    @unittest.skipUnless(shutil.which("gdalinfo"), "GDAL's programs are not installed")
    def test_gdal_reads_what_is_accepted(self):
        for line in (self.folder / "verdicts").read_text().splitlines():
            name, verdict, *_ = line.split(" ")
            if verdict == "ok" and name != "three-bands-apart":
                path = self.folder / f"{name}.tif"
                done = subprocess.run(["gdalinfo", path], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, f"{name}: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
