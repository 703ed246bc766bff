"""What turning from one library to the next costs: freezing, readings, thawing and `go`. For each library at
most 15% of a turn whose slice is 0.2 s.

Beside a window three things lie. Filling, until the library is at full work again and caches are its own,
and draining, until nothing of it is in flight, are the library's: they follow from its latency, as the
length of its slices does, so a library whose latency fills 0.2 s loses more of it. They are printed, with
what would be lost in all. What is left is the harness's own, and is judged: from the last `paused` of a
library to the `go` of the next, and from the end of the window to `pause`.

The slices of this run may have another length; what turning costs does not depend on it. Each block gives a
value a library, the median of its turns.
"""

import contextlib
import itertools
import sqlite3
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge_values
from _common import BUILD

LIBRARIES = ("aiohttp", "obstore", "requests", "reference", "null")
SLICE_NS = 200_000_000
TURNING_LIMIT = 0.15
BLOCKS, BUDGET_S = 8, 110


class Turn(NamedTuple):
    """Of one library, in ns."""

    fill: int
    window: int
    drain: int
    turning: int


def read_slices(path):
    """(block, library, go, begin, end, pause, paused) in the order of time; None: it was not."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "select t.block, t.library, t.go_ns, s.go_ns, s.begin_ns, s.end_ns, s.pause_ns, s.paused_ns"
            " from slices s join trials t on t.id = s.trial_id"
        )
        rows = [(block, library, *(ns and go + ns for ns in times)) for block, library, go, *times in found]
    return sorted(rows, key=lambda row: (row[0], row[2]))


def turns(rows):
    """Library -> block -> its turns, of slices that have a window, drained, and were not the last."""
    found = {}
    for now, then in itertools.pairwise(rows):
        block, library, go, begin, end, pause, paused = now
        if block == then[0] and all((begin, end, pause, paused)):
            turn = Turn(begin - go, end - begin, paused - pause, then[2] - paused + pause - end)
            found.setdefault(library, {}).setdefault(block, []).append(turn)
    return found


def lost(ns):
    """Of a turn with a slice of SLICE_NS, a part of 1."""
    return ns / (ns + SLICE_NS)


def judge_library(library, blocks):
    middle = [Turn(*map(median, zip(*made, strict=True))) for made in blocks.values()]
    fill, window, drain, turning = map(median, zip(*middle, strict=True))
    beside = fill + drain + turning
    print(
        f"{library}: fill {fill / 1e6:.1f}, slice {window / 1e6:.1f}, drain {drain / 1e6:.1f},"
        f" turning {turning / 1e6:.2f} ms: lost {100 * beside / (beside + window):.1f}%;"
        f" with a slice of 0.2 s {100 * lost(beside):.1f}%, by turning {100 * lost(turning):.1f}%"
        f" ({sum(map(len, blocks.values()))} turns)"
    )
    parts = [lost(turn.turning) for turn in middle]
    return judge_values(f"turning_from_{library}_of_15_percent", parts, TURNING_LIMIT)


def main():
    words = [word for library in LIBRARIES for word in ("--library", library)]
    command = [BUILD / "benchmark", "run-all", "--test", "fetch_range", *words]
    command += ["--budget", str(BUDGET_S), "--blocks", str(BLOCKS), "--db", "turns.db"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = turns(read_slices("turns.db"))
    good = [judge_library(library, found[library]) for library in LIBRARIES if library in found]
    if missing := [library for library in LIBRARIES if library not in found]:
        print(f"took no turns, or never two in a block: {', '.join(missing)}")
    return all(good) and not missing


if __name__ == "__main__":
    sys.exit(not main())
