"""Medians of a few values with exact intervals, as the program's own comparisons have them.

They are in C (src/analyse/statistics.h, libgeoio-statistics.so); this calls them.
"""

import ctypes
import functools
import math
import os
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _common import BUILD

_LIBRARY = BUILD / "libgeoio-statistics.so"


class Estimate(NamedTuple):
    """A median with its interval; low and high are nan where so few values allow none."""

    value: float
    low: float
    high: float

    @property
    def seen(self):
        """For a ratio, the smallest difference that could have been seen, a part of 1; nan: none could."""
        return math.expm1((math.log(self.high) - math.log(self.low)) / 2)


class _Estimate(ctypes.Structure):
    _fields_ = (("value", ctypes.c_double), ("low", ctypes.c_double), ("high", ctypes.c_double))


@functools.cache
def _load():
    if not os.path.exists(_LIBRARY):
        raise OSError(f"there is no {_LIBRARY}: build it with `make`")
    library = ctypes.CDLL(_LIBRARY)
    doubles = ctypes.POINTER(ctypes.c_double)
    for function in (library.statistics_median, library.statistics_centre):
        function.restype = None
        function.argtypes = (doubles, ctypes.c_size_t, ctypes.c_double, ctypes.POINTER(_Estimate))
    library.statistics_least.restype = ctypes.c_size_t
    library.statistics_least.argtypes = (ctypes.c_double,)
    return library


def median(values, alpha=0.05):
    """The median of independent values, and an interval that misses that of their distribution with a
    probability of at most alpha. Raises ValueError for nan."""
    return _ask(_load().statistics_median, values, alpha)


def centre(values, alpha=0.05):
    """The same of the centre that signed ranks find, as the program has it of differences: it is narrower."""
    return _ask(_load().statistics_centre, values, alpha)


def _ask(function, values, alpha):
    values = [float(value) for value in values]
    if any(map(math.isnan, values)):
        raise ValueError("nan is among the values")
    found = _Estimate()
    function((ctypes.c_double * len(values))(*values), len(values), alpha, found)
    return Estimate(found.value, found.low, found.high)


def ratio(ratios, alpha=0.05):
    """The same of ratios, of which the logarithms count. Raises ValueError for one that is not above 0."""
    return Estimate(*map(math.exp, median(map(math.log, ratios), alpha)))


def least(alpha=0.05):
    """The fewest values that allow an interval."""
    return _load().statistics_least(alpha)
