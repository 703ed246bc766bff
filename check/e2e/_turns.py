"""What the checks of comparisons in slices share: libraries that break the rules of turns, and all slices."""

import contextlib
import csv
import itertools
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from _harness import CHECK_LIBRARIES, groups_of, processes_with, scratch_name

# Not the budget ends a block, which a busy machine needs for its start, but each library's working time.
BUDGET = 600
CONCURRENCY = 4
PACE = ("--test", "fetch_range", "--warm-up", "0.1", "--concurrency", CONCURRENCY)
# Why a library may take no turns where the machine stands still, or its operations are slow.
TOO_SLOW = (
    r"of what was in flight ended|longer than a slice|no operation of it ended|slices would have to be"
    r"|too soon for slices"
)
# What the store and the library count differently.
COUNTS = {"requests_more", "requests_fewer", "attempts_more", "bytes_differ", "repeated", "requests_unknown"}
# Of CPU time, which no load adds to: what the stop itself may cost, and how exact the clocks are.
IDLE_MOST_NS = 1_000_000


def stopped_places(pid):
    """Places ("replica-3") of this harness whose replicas are frozen, or stopped by a signal."""
    places = set()
    for group in groups_of(pid):
        for name, sign in (("freezer.state", "FROZEN"), ("cgroup.events", "frozen 1")):
            with contextlib.suppress(OSError):  # they come and go
                for path in Path(group).rglob(name):
                    with contextlib.suppress(OSError):
                        if sign in path.read_text():
                            places.add(path.parent.name)
    for process, _ in processes_with(scratch_name(pid)):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                places.add(place_of(process))
    return places


def place_of(process):
    return os.path.basename(os.readlink(f"/proc/{process}/cwd"))


@dataclass
class Slice:
    """Times are CLOCK_MONOTONIC ns. Only slices with a window are told of."""

    library: str
    block: int
    round: int
    position: int
    go_ns: int
    begin_ns: int
    end_ns: int
    paused_ns: int
    cpu_ns: int
    idle_cpu_ns: int
    operations: int
    failures: int
    marks: str

    @property
    def key(self):
        return self.library, self.block, self.round, self.position


class Turns:
    """For a Check."""

    def make_libraries(self, *names):
        """Copies of check/libraries/turns, each of which does what its name says; they may be read by all."""
        base = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="turns-", dir="/tmp")))
        base.chmod(0o755)
        for name in names:
            folder = base / name
            shutil.copytree(
                Path(CHECK_LIBRARIES) / "turns", folder, ignore=shutil.ignore_patterns("__pycache__")
            )
            toml = folder / "library.toml"
            toml.write_text(toml.read_text().replace('"turns"', f'"{name}"'))
        return str(base)

    def all_words(self, names, *more, pace=("--budget", BUDGET)):
        libraries = [word for name in names for word in ("--library", name)]
        return ["run-all", *libraries, *map(str, (*PACE, *pace, *more))]

    def with_time(self, run, *names, timeouts=(1.5, 3, 6)):
        """Returns what `run("--timeout", seconds)` returns: again, with longer timeouts, while a machine that
        stands still leaves one of `names` without turns.
        """
        for timeout in timeouts:
            result = run("--timeout", timeout)
            why = [text for name in names for text in self.findings().get(name, {}).get("separate", ())]
            if timeout == timeouts[-1] or not re.search(TOO_SLOW, "\n".join(why)):
                return result
            self.forget()

    def forget(self):
        """What a run has left: the next one begins in an empty folder."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def slices(self):
        """All slices that have a window, as they lie in time."""
        rows = self.query(
            "select library, block, round, position, go_ns + t.at, begin_ns + t.at, end_ns + t.at,"
            " paused_ns + t.at, cpu_ns, idle_cpu_ns, operations, failures, coalesce(marks, '') from slices"
            " join (select id, library, block, go_ns as at from trials) t on t.id = trial_id"
            " where end_ns > begin_ns"
        )
        return sorted((Slice(*row) for row in rows), key=lambda slice: slice.go_ns)

    def findings(self):
        """library -> {name of a finding: its sentences}"""
        found = {}
        for library, name, text in self.query(
            "select library, name, findings.text from findings join trials on trials.id = trial_id"
        ):
            found.setdefault(library, {}).setdefault(name, []).append(text)
        return found

    def states(self):
        """(library, block) -> the states of its trials"""
        states = {}
        for library, block, state in self.query(
            "select t.library, t.block, r.state from trials t join results r on r.trial_id = t.id"
            " where r.replica is null order by t.start_time"
        ):
            states.setdefault((library, block), []).append(state)
        return states

    def assert_turns(self, slices):
        """Nobody works in another's turn, each has one at most in a round, and windows are long enough."""
        self.assertTrue(slices, (self.states(), self.findings()))
        keys = [slice.key for slice in slices]
        self.assertEqual(
            len({(library, block, number) for library, block, number, _ in keys}), len(keys), keys
        )
        seen = set()
        for slice in slices:
            self.assertLessEqual(slice.go_ns, slice.begin_ns, slice)
            # One in which a replica ended has no window.
            self.assertTrue(slice.paused_ns, slice)
            self.assertGreaterEqual(slice.end_ns - slice.begin_ns, 100_000_000, slice)
            # Before its first turn it has not been paused.
            if (slice.library, slice.block) in seen:
                self.assertIsNotNone(slice.idle_cpu_ns, slice)
            seen.add((slice.library, slice.block))
            self.assertLess(slice.idle_cpu_ns or 0, IDLE_MOST_NS, slice)
            self.assertNotRegex(slice.marks, "woke|overlap", slice)
        for before, after in itertools.pairwise(slices):
            self.assertLessEqual(before.end_ns, after.go_ns, (before, after))
            self.assertLessEqual(before.paused_ns, after.go_ns, (before, after))

    def orders(self, slices, names):
        """block -> the orders of its rounds, up to the first in which not all took part."""
        rounds = {}
        for slice in slices:
            rounds.setdefault((slice.block, slice.round), []).append((slice.position, slice.library))
        orders = {}
        for (block, number), turns in sorted(rounds.items()):
            if len(turns) == len(names) and len(orders.setdefault(block, [])) == number:
                orders[block].append(tuple(library for _, library in sorted(turns)))
        return orders

    def rounds_written(self):
        """The rows of --per-round."""
        self.benchmark("get-results", "results.csv", "--per-round", "rounds.csv")
        with open(self.folder / "rounds.csv", newline="") as file:
            return list(csv.DictReader(file))
