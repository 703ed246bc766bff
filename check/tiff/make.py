#!/usr/bin/env python3
"""Writes the odd TIFFs of this folder, which all parsers of the project must judge alike.

usage: make.py [FOLDER]

verdicts, which check/unit/tiff_parse.c and check/python/check_tiff.py hold the parsers against, has a line a
file: its name and either the words `ok`, the sizes of each level and the CRC of its tables, or `refused`.
"""

import struct
import sys
import zlib
from pathlib import Path

SHORT, LONG, LONG8 = 3, 4, 16
CODES = {1: "B", 2: "c", SHORT: "H", LONG: "I", LONG8: "Q", 18: "Q"}
WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT, OFFSETS, COUNTS = 256, 257, 322, 323, 324, 325


class Tiff:
    """Directories are added one by one; what does not fit an entry stands behind its directory."""

    def __init__(self, order="<", big=False):
        self.order, self.big = order, big
        mark = b"II" if order == "<" else b"MM"
        head = struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8)
        self.out = bytearray(mark + head)
        self.link = None
        self.expected = []

    def pack(self, code, *values):
        return struct.pack(self.order + code, *values)

    def directory(self, entries):
        """entries: (tag, type, values), or (tag, type, count, offset) to point anywhere."""
        word, count = ("Q", "Q") if self.big else ("I", "H")
        word_bytes = struct.calcsize(word)
        at = len(self.out)
        if self.link is not None:
            self.out[self.link : self.link + word_bytes] = self.pack(word, at)
        behind = at + struct.calcsize(count) + len(entries) * (4 + 2 * word_bytes) + word_bytes
        packed, extra = b"", b""
        for tag, kind, *rest in entries:
            if len(rest) == 2:
                packed += self.pack("HH" + word * 2, tag, kind, *rest)
                continue
            values = b"".join(self.pack(CODES[kind], value) for value in rest[0])
            packed += self.pack("HH" + word, tag, kind, len(rest[0]))
            if len(values) > word_bytes:
                packed += self.pack(word, behind + len(extra))
                extra += values
            else:
                packed += values.ljust(word_bytes, b"\0")
        self.link = behind - word_bytes
        self.out += self.pack(count, len(entries)) + packed + self.pack(word, 0) + extra
        return at

    def level(self, width=700, height=500, tile=256, tiles=None, change=None, sizes=SHORT):
        """A directory of a tiled image; `change` may replace or add entries by their tags."""
        if tiles is None:
            tiles = -(-width // tile) * -(-height // tile)
        offsets = [1000 + 70 * i for i in range(tiles)]
        counts = [60 + 3 * i for i in range(tiles)]
        entries = {
            WIDTH: (sizes, [width]),
            HEIGHT: (sizes, [height]),
            TILE_WIDTH: (sizes, [tile]),
            TILE_HEIGHT: (sizes, [tile]),
            OFFSETS: (LONG, offsets),
            COUNTS: (SHORT, counts),
        }
        entries.update(change or {})
        self.expected.append(
            (width, height, tile, tile, tiles, zlib.crc32(struct.pack(f"<{2 * tiles}Q", *offsets, *counts)))
        )
        return self.directory([(tag, *entry) for tag, entry in sorted(entries.items()) if entry])


def accepted():
    """name, TIFF: each is read, as GDAL does."""
    for order, name in (("<", "intel"), (">", "motorola")):
        for big in (False, True):
            tiff = Tiff(order, big)
            tiff.level()
            tiff.level(350, 250)
            tiff.level(100, 100)
            yield f"plain-{name}-{'big' if big else 'classic'}", tiff
        tiff = Tiff(order)
        tiff.level(sizes=LONG8)
        yield f"long8-sizes-{name}", tiff
        tiff = Tiff(order)
        tiff.level(100, 100, change={OFFSETS: (LONG8, [1000]), COUNTS: (LONG8, [60])})
        yield f"long8-tables-{name}", tiff
    tiff = Tiff()
    for number in range(10):
        tiff.level(256 << (9 - number) >> 4, 64, 64)
        tiff.level(256 << (9 - number) >> 4, 64, 64)
    yield "ten-levels-with-masks", tiff
    tiff = Tiff()
    for _ in range(64):
        tiff.level(50, 50)
    yield "as-many-directories-as-may-be", tiff
    tiff = Tiff()
    tiff.level(tiles=18)
    yield "three-bands-apart", tiff


def refused():
    """name, TIFF, the words of both parsers."""
    tiff = Tiff()
    for _ in range(65):
        tiff.level(50, 50)
    yield "too-many-directories", tiff
    tiff = Tiff()
    tiff.level()
    tiff.out[tiff.link : tiff.link + 4] = struct.pack("<I", 8)
    yield "chain-in-a-ring", tiff
    for name, change in (
        ("no-width", {WIDTH: None}),
        ("strips", {OFFSETS: None, 273: (LONG, [1000]), 278: (LONG, [500])}),
        ("width-of-text", {WIDTH: (2, [b"7"])}),
        ("width-of-bytes", {WIDTH: (1, [7])}),
        ("width-zero", {WIDTH: (SHORT, [0])}),
        ("width-of-nothing", {WIDTH: (SHORT, [])}),
        ("two-widths", {WIDTH: (SHORT, [700, 700])}),
        ("width-too-large", {WIDTH: (LONG8, [1 << 32])}),
        ("width-beyond-the-end", {WIDTH: (LONG8, 1, 1 << 20)}),
        ("tile-height-zero", {TILE_HEIGHT: (LONG, [0])}),
        ("tables-of-unequal-length", {COUNTS: (SHORT, [60] * 5)}),
        ("too-few-tiles", {WIDTH: (SHORT, [800])}),
        ("tables-beyond-the-end", {OFFSETS: (LONG, 6, 1 << 20)}),
        ("tables-without-end", {OFFSETS: (LONG, (1 << 32) - 1, 8)}),
        ("tables-at-the-last-byte", {OFFSETS: (LONG, 6, (1 << 32) - 1)}),
    ):
        tiff = Tiff()
        tiff.level(change=change)
        yield name, tiff
    tiff = Tiff()
    entry = (WIDTH, SHORT, [700])
    tiff.directory(
        [
            entry,
            entry,
            (HEIGHT, SHORT, [500]),
            (TILE_WIDTH, SHORT, [256]),
            (TILE_HEIGHT, SHORT, [256]),
            (OFFSETS, LONG, [9] * 6),
            (COUNTS, LONG, [9] * 6),
        ]
    )
    yield "width-twice", tiff
    tiff = Tiff()
    yield "no-directory", tiff
    tiff = Tiff()
    tiff.level()
    tiff.out[4:8] = struct.pack("<I", 1 << 30)
    yield "directory-beyond-the-end", tiff
    tiff = Tiff(big=True)
    tiff.level()
    tiff.out[4:6] = struct.pack("<H", 4)
    yield "big-tiff-of-narrow-offsets", tiff
    tiff = Tiff()
    tiff.level()
    tiff.out[2:4] = b"\x2c\0"
    yield "version-44", tiff


def write(folder):
    lines = []
    for name, tiff in accepted():
        (folder / f"{name}.tif").write_bytes(tiff.out)
        lines.append(" ".join([name, "ok", *("/".join(map(str, level)) for level in tiff.expected)]))
    for name, tiff in refused():
        if name == "no-directory":
            tiff.out += bytes(16)
            tiff.out[4:8] = bytes(4)
        (folder / f"{name}.tif").write_bytes(tiff.out)
        lines.append(f"{name} refused")
    (folder / "verdicts").write_text("\n".join(sorted(lines)) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
