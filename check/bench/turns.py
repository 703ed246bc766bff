"""What turning from one library to the next costs: of the time from the first `go` of a block to its last
pause, the part that is no window, as it would be at slices of 0.2 s. At most 15%.

The slices of this run may be shorter; what a turn costs beside its window does not depend on their length.
"""

import itertools
import sqlite3
import subprocess
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge
from _common import BUILD

LIBRARIES = ("aiohttp", "obstore", "reference", "null")
SLICE_NS = 200_000_000
LOST_LIMIT = 0.15
BLOCKS = 3


def turns(connection):
    """(block, library, go, begin, end) of each slice that has a window, in the order of time."""
    found = connection.execute(
        "select t.block, t.library, t.go_ns, s.go_ns, s.begin_ns, s.end_ns"
        " from slices s join trials t on t.id = s.trial_id where s.end_ns > 0"
    )
    rows = [(block, library, *(go + ns for ns in times)) for block, library, go, *times in found]
    return sorted(rows, key=lambda row: (row[0], row[2]))


def beside(rows):
    """What each turn took beside its window, until the next turn's `go`, by library, in ns."""
    found = {}
    for now, then in itertools.pairwise(rows):
        if now[0] == then[0]:
            found.setdefault(now[1], []).append(then[2] - now[2] - (now[4] - now[3]))
    return found


def main():
    words = [word for library in LIBRARIES for word in ("--library", library)]
    command = [BUILD / "benchmark", "run-all", "--test", "fetch_range", *words]
    command += ["--budget", "60", "--blocks", str(BLOCKS), "--db", "turns.db"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cost = beside(turns(sqlite3.connect("turns.db")))
    for library, times in sorted(cost.items()):
        lost = median(times)
        print(f"{library}: {lost / 1e6:.1f} ms a turn beside its window, {len(times)} turns")
    lost = sum(median(times) for times in cost.values()) / len(cost)
    print(f"of a turn with a slice of 0.2 s lost: {100 * lost / (lost + SLICE_NS):.1f}%")
    return judge("turns", lost / (lost + SLICE_NS), LOST_LIMIT)


if __name__ == "__main__":
    sys.exit(not main())
