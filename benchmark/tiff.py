"""The parser of TIFF headers that all tests share. It is in C (src/formats/tiff.h); this calls it.

Imported only where a header is expected: a replica that parses none has none of it in its memory.
"""

import ctypes
import os
import struct
from typing import NamedTuple

_FILE = "libgeoio-formats.so"
_LEVELS_MOST = 64
_COUNT = struct.Struct("=I")
_LEVEL = struct.Struct("=6I")
_SENTENCE_BYTES = 1024


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


class _Buffer(ctypes.Structure):
    """Python's Py_buffer."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_void_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


def _places():
    """Yields where the library may be: where the harness says; beside this file, installed; in a checkout."""
    if path := os.environ.get("GEOIO_FORMATS"):
        yield path
        return
    here = os.path.dirname(os.path.abspath(__file__))
    yield os.path.join(here, _FILE)
    yield os.path.join(os.path.dirname(here), "build", _FILE)


def _load(name):
    """Returns a function of the library. Raises OSError, one sentence, where it is not to be had."""
    path = next(filter(os.path.exists, _places()), None)
    if path is None:
        raise OSError(f"there is no {' and no '.join(_places())}, which parses headers: build it with `make`")
    try:
        # It takes microseconds: to let other threads run meanwhile, as CDLL does, would cost more.
        function = ctypes.PyDLL(path)[name]
    except (OSError, AttributeError) as error:
        raise OSError(f"{path} cannot be used ({error}): build it again with `make`") from None
    function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_char_p)
    return function


def _with_buffer(function, data, *arguments):
    """Calls function(address, bytes, ...) with those of a buffer, which is not copied."""
    buffer = _Buffer()
    get, release = ctypes.pythonapi.PyObject_GetBuffer, ctypes.pythonapi.PyBuffer_Release
    get(ctypes.py_object(data), ctypes.byref(buffer), 0)
    try:
        return function(buffer.buf, buffer.len, *arguments)
    finally:
        release(ctypes.byref(buffer))


def levels(data):
    """Returns a tuple of Level, one an IFD, from the first bytes of a TIFF.

    data: any contiguous buffer, usually of the file's first 16,384 bytes; it is not copied. Raises TiffError
    when it is no TIFF, when an image is not tiled, or when a directory or table lies outside of the bytes
    given; OSError when the library is missing.
    """
    parse = _load("tiff_parse")
    found = ctypes.create_string_buffer(_COUNT.size + _LEVELS_MOST * _LEVEL.size)
    sentence = ctypes.create_string_buffer(_SENTENCE_BYTES)
    if _with_buffer(parse, data, found, sentence) < 0:
        raise TiffError(sentence.value.decode())
    (count,) = _COUNT.unpack_from(found)
    return tuple(Level(*_LEVEL.unpack_from(found, _COUNT.size + i * _LEVEL.size)) for i in range(count))


class Expected:
    """Levels, tuples as Level, that headers are to hold."""

    __slots__ = ("_compare", "_levels", "_packed")

    def __init__(self, levels):
        """Raises OSError, one sentence, when the library is missing."""
        self._compare = _load("tiff_compare")
        self._levels = levels
        self._packed = _COUNT.pack(len(levels)) + b"".join(_LEVEL.pack(*level) for level in levels)

    def __len__(self):
        return len(self._levels)

    def flaw(self, data):
        """Returns None where a header, a buffer as of levels(), parses to these levels; else a sentence."""
        if type(data) is bytes:
            same = self._compare(data, len(data), self._packed, None)
        else:
            same = _with_buffer(self._compare, data, self._packed, None)
        return None if same == 1 else self._words(data)

    def _words(self, data):
        try:
            return f"the header parses to {levels(data)} instead of {self._levels}"
        except TiffError as error:
            return f"the header cannot be parsed: {error}"
