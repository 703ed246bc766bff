"""Reads the image directories of a TIFF from the first bytes of the file.

Shared by the cog_header test of every Python library, so that all do the same parsing. It reads classic
TIFF and BigTIFF in both byte orders, and only what a reader of tiles needs: the sizes and the tables of
tile offsets and byte counts.
"""

import struct
import sys
import zlib
from typing import NamedTuple

_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT, _OFFSETS, _COUNTS = 256, 257, 322, 323, 324, 325
_NAMES = {
    _WIDTH: "width",
    _HEIGHT: "height",
    _TILE_WIDTH: "tile width",
    _TILE_HEIGHT: "tile height",
    _OFFSETS: "tile offsets",
    _COUNTS: "tile byte counts",
}
# Field type -> (format character, bytes): SHORT, LONG, LONG8 and IFD8.
_TYPES = {3: ("H", 2), 4: ("I", 4), 16: ("Q", 8), 18: ("Q", 8)}
_SIZES = (_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT)
# More directories than any pyramid has: ten levels and their masks are 20.
_MAX_LEVELS = 64
_MAX_PIXELS = 0xFFFFFFFF


class TiffError(ValueError):
    """The bytes are not a tiled TIFF's header, or do not hold all of it; the text says what and where."""


class Level(NamedTuple):
    """One image directory (IFD), in file order: the image itself or one of its overviews or masks.

    width, height, tile_width, tile_height: pixels. tiles: how many. tables_crc32: zlib's CRC-32 of the
    tile offsets followed by the tile byte counts, each as a little-endian 64-bit integer.
    """

    width: int
    height: int
    tile_width: int
    tile_height: int
    tiles: int
    tables_crc32: int


class _Layout(NamedTuple):
    """How one kind of TIFF writes its directories."""

    order: str
    count: struct.Struct
    # Tag, type, number of values, and the value field: the values themselves if they fit, else their
    # offset; read as one unsigned integer.
    entry: struct.Struct
    # A directory's last field, the offset of the next; the value field has the same form.
    word: struct.Struct


def _layout(order, big):
    count, word = ("Q", "Q") if big else ("H", "I")
    return _Layout(
        order,
        struct.Struct(order + count),
        struct.Struct(order + "HH" + word + word),
        struct.Struct(order + word),
    )


_LAYOUTS = {(order, big): _layout(order, big) for order in "<>" for big in (False, True)}


def levels(data):
    """Returns a tuple of Level, one an IFD, from the first bytes of a TIFF.

    data: any buffer of bytes, usually the file's first 16,384; it is not copied. Raises TiffError when it
    is no TIFF, when an image is not tiled, or when a directory or table lies outside of the bytes given.
    """
    view = memoryview(data).cast("B")
    layout, at = _file_header(view)
    found = []
    seen = set()
    while at:
        if at in seen:
            raise TiffError(f"the chain of directories does not end: one leads back to byte {at}")
        if len(found) == _MAX_LEVELS:
            raise TiffError(f"more than {_MAX_LEVELS} directories, the limit of this program")
        seen.add(at)
        entries, at = _directory(view, layout, at, len(found))
        found.append(_level(view, layout, entries, len(found)))
    if not found:
        raise TiffError("the file has no image directory")
    return tuple(found)


def _file_header(view):
    """Returns (layout, offset of the first directory)."""
    if len(view) < 16:
        raise TiffError(f"{len(view)} bytes are too few for a TIFF's header")
    order = {b"II": "<", b"MM": ">"}.get(bytes(view[:2]))
    if order is None:
        raise TiffError("not a TIFF: it starts with neither II nor MM")
    version, offset_bytes, zero = struct.unpack_from(order + "HHH", view, 2)
    if version == 42:
        return _LAYOUTS[order, False], struct.unpack_from(order + "I", view, 4)[0]
    if version != 43 or offset_bytes != 8 or zero != 0:
        raise TiffError(f"not a TIFF: its version is {version}")
    return _LAYOUTS[order, True], struct.unpack_from(order + "Q", view, 8)[0]


def _check_within(view, start, size, what, number):
    if start + size > len(view):
        raise TiffError(
            f"the {what} of directory {number}, from byte {start}, would end at byte {start + size}, "
            f"beyond the {len(view)} bytes given"
        )


def _directory(view, layout, at, number):
    """Returns ({tag: (type, count, value field)}, offset of the next directory, 0 at the end)."""
    _check_within(view, at, layout.count.size, "entry count", number)
    (count,) = layout.count.unpack_from(view, at)
    start = at + layout.count.size
    size = count * layout.entry.size
    _check_within(view, start, size + layout.word.size, "entries", number)
    known = [entry for entry in layout.entry.iter_unpack(view[start : start + size]) if entry[0] in _NAMES]
    entries = {tag: (kind, values, field) for tag, kind, values, field in known}
    if len(entries) != len(known):
        raise TiffError(f"directory {number} has two entries of one kind")
    return entries, layout.word.unpack_from(view, start + size)[0]


def _entry(entries, tag, number):
    """Returns (type's format character, its bytes, count, value field) of one entry."""
    if tag not in entries:
        raise TiffError(f"directory {number} has no {_NAMES[tag]}: it is not tiled")
    kind, count, field = entries[tag]
    if kind not in _TYPES or count == 0:
        raise TiffError(f"directory {number}: {_NAMES[tag]} has type {kind} and {count} values")
    code, width = _TYPES[kind]
    return code, width, count, field


def _number(view, layout, entries, tag, number):
    """Returns the one value of an entry, a number of pixels."""
    code, width, count, field = _entry(entries, tag, number)
    if width > layout.word.size:
        # LONG8 in a classic TIFF: elsewhere, as a table.
        _check_within(view, field, width, _NAMES[tag], number)
        (value,) = struct.unpack_from(layout.order + code, view, field)
    elif layout.order == "<":
        # A value that is narrower than its field stands in the field's first bytes.
        value = field & ((1 << 8 * width) - 1)
    else:
        value = field >> 8 * (layout.word.size - width)
    if count != 1 or not 0 < value <= _MAX_PIXELS:
        raise TiffError(f"directory {number}: {_NAMES[tag]} is not a number of pixels")
    return value


def _table(view, layout, entries, tag, number):
    """Returns the values of one entry as little-endian 64-bit integers, in a buffer."""
    code, width, count, at = _entry(entries, tag, number)
    size = count * width
    if size <= layout.word.size:
        view, at = memoryview(layout.word.pack(at)), 0
    else:
        _check_within(view, at, size, _NAMES[tag], number)
    if layout.order == "<" and sys.byteorder == "little":
        # The low bytes of each number, all at once: a table has thousands of them.
        table = bytearray(8 * count)
        memoryview(table).cast(code)[:: 8 // width] = view[at : at + size].cast(code)
        return table
    values = struct.unpack_from(f"{layout.order}{count}{code}", view, at)
    return struct.pack(f"<{count}Q", *values)


def _level(view, layout, entries, number):
    offsets = _table(view, layout, entries, _OFFSETS, number)
    counts = _table(view, layout, entries, _COUNTS, number)
    if len(offsets) != len(counts):
        raise TiffError(
            f"directory {number} has {len(offsets) // 8} tile offsets and {len(counts) // 8} tile byte counts"
        )
    width, height, tile_width, tile_height = [_number(view, layout, entries, tag, number) for tag in _SIZES]
    tiles = len(offsets) // 8
    if tiles % (-(-width // tile_width) * -(-height // tile_height)):
        raise TiffError(
            f"directory {number}: {tiles} tiles do not fit {width} x {height} pixels in tiles of "
            f"{tile_width} x {tile_height}"
        )
    return Level(width, height, tile_width, tile_height, tiles, zlib.crc32(counts, zlib.crc32(offsets)))
