"""Checks of benchmark/tiff.py: what it finds, and what it says about headers that are damaged."""

import contextlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

from benchmark import tiff

from fake_harness import ROOT, cog, tiff_header


class Found(unittest.TestCase):
    def test_levels_of_every_kind_of_tiff(self):
        for order in "<>":
            for big in (False, True):
                with self.subTest(order=order, big=big):
                    draw = random.Random(7)
                    header = tiff_header([700, 350, 175], 256, draw, order, big)
                    levels = tiff.levels(header)
                    self.assertEqual([level.width for level in levels], [700, 350, 175])
                    self.assertEqual([level.tiles for level in levels], [9, 4, 1])
                    self.assertEqual({level.tile_height for level in levels}, {256})

    def test_tables_crc32_is_as_the_protocol_defines_it(self):
        draw = random.Random(3)
        header = tiff_header([600], 256, random.Random(3))
        offsets = [draw.randrange(1 << 31) for _ in range(9)]
        counts = [draw.randrange(1 << 31) for _ in range(9)]
        expected = zlib.crc32(struct.pack("<18Q", *offsets, *counts))
        self.assertEqual(tiff.levels(header)[0].tables_crc32, expected)

    def test_a_value_in_its_own_field_is_read_in_both_byte_orders(self):
        for order in "<>":
            draw = random.Random(5)
            offset, count = draw.randrange(1 << 31), draw.randrange(1 << 31)
            header = tiff_header([100], 128, random.Random(5), order)
            expected = zlib.crc32(struct.pack("<2Q", offset, count))
            self.assertEqual(tiff.levels(header), ((100, 100, 128, 128, 1, expected),))

    def test_any_buffer_will_do(self):
        header = tiff_header([600], 256, random.Random(3))
        wide = memoryview(header + b"\0" * (-len(header) % 2)).cast("H")
        for data in (bytearray(header), memoryview(header), wide):
            self.assertEqual(tiff.levels(data), tiff.levels(header))

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


class Refused(unittest.TestCase):
    def refuse(self, data, text):
        with self.assertRaisesRegex(tiff.TiffError, text):
            tiff.levels(data)

    def test_what_is_no_tiff(self):
        self.refuse(b"", "too few")
        self.refuse(b"\x89PNG\r\n\x1a\n" + bytes(16), "neither II nor MM")
        self.refuse(b"II\x07\0" + bytes(16), "version is 7")
        self.refuse(b"II\x2b\0\x04\0\0\0" + bytes(16), "version is 43")
        self.refuse(b"II\x2a\0\0\0\0\0" + bytes(16), "no image directory")

    def test_a_table_outside_of_the_bytes(self):
        header = tiff_header([4000], 256, random.Random(1))
        self.refuse(
            header[:1500],
            r"tile byte counts of directory 0, from byte 1122, .* beyond the 1500 bytes given",
        )

    def test_a_directory_outside_of_the_bytes(self):
        self.refuse(b"II\x2a\0" + struct.pack("<I", 999) + bytes(16), "entry count of directory 0")
        header = tiff_header([700, 350], 256, random.Random(1))
        self.refuse(header[: len(header) - 60], "directory 1")

    def test_a_chain_that_does_not_end(self):
        header = bytearray(tiff_header([100], 128, random.Random(1)))
        header[-4:] = struct.pack("<I", 8)
        self.refuse(header, "does not end")

    def test_strips(self):
        header = tiff_header([100], 128, random.Random(1))
        self.refuse(header.replace(struct.pack("<H", 322), struct.pack("<H", 278)), "not tiled")

    def test_tables_of_unequal_length(self):
        header = tiff_header([600], 256, random.Random(1))
        short = header.replace(struct.pack("<HHI", 325, 4, 9), struct.pack("<HHI", 325, 4, 8))
        self.refuse(short, "9 tile offsets and 8 tile byte counts")

    def test_a_type_that_no_table_has(self):
        header = tiff_header([600], 256, random.Random(1))
        self.refuse(header.replace(struct.pack("<HHI", 324, 4, 9), struct.pack("<HHI", 324, 2, 9)), "type 2")

    def test_damage_of_any_kind_raises_nothing_else(self):
        draw = random.Random(11)
        headers = [cog(3000, 256, 1, order, big)[:4096] for order in "<>" for big in (False, True)]
        for _ in range(4000):
            data = bytearray(draw.choice(headers))
            for _ in range(draw.randint(1, 4)):
                data[draw.randrange(400)] = draw.randrange(256)
            with contextlib.suppress(tiff.TiffError):
                tiff.levels(memoryview(data)[: draw.randrange(len(data))])


class Odd(unittest.TestCase):
    """The files of check/tiff, which the parser in C is held against too (check/unit/tiff_parse.c)."""

    folder = ROOT / "check/tiff"

    def test_they_are_judged_alike(self):
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
