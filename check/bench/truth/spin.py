"""Workers that are known to be slower: copies that spin for so many us in each operation.

usage: make bench-truth PART=spin [RUNS=1] [BUDGET=240] [BLOCKS=12] [KIND=c|python]

A run is of copies of `reference` (C) or of aiohttp (Python), whichever has fewer so far: one that spins for
BASE_US in each operation, and three that spin for longer, by some 2, 5 and 10% of what an operation of the
first costs. The lengths are fixed at the start of the run, from a short trial. A spin lasts until a time has
come, and how far it misses that is the same for all. So the true ratio of CPU an operation is known: 1 + what
is added / what the first one costs, which is taken from the run itself.

The first one spins too, since a call costs more within an operation than in a loop (0.1 us in C, 1 us in
Python: caches), and that is the same for all. And `reference` alone keeps the origin's CPU as busy as its
own: what slows it down also changes how many answers it finds at a time, so that its other work costs
another amount. Of 48 us an operation, the origin has time to spare.

The true ratio of rates is known only where the worker uses up a CPU. It is not judged, but for the wrong
way round.

Goals, of 10 runs of each kind, by one uncorrected interval of 95%: the truth is missed at most twice a
share; 10% is found 9 times, 5% 6 times; never the wrong way round.
"""

import json
import math
import os
import subprocess
import sys
from statistics import median

import _goals
import _rounds
import _runs
from _common import BUILD, TOP

KINDS = {"c": "reference", "python": "aiohttp"}
BASE_US = {"c": 40, "python": 10}
SHARES = (2, 5, 10)
NEEDED, MISSED_MOST = 10, 2
FOUND_LEAST = {5: 6, 10: 9}

C_SPIN = """#include <stdint.h>
#include <time.h>

static uint64_t spin_now(void)
{{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}}

static void spin(void)
{{
	uint64_t until = spin_now() + {ns};

	while (spin_now() < until)
		;
}}
"""
C_VERBS = """#include "_client.h"
#include "_spin.h"

static void spinning_start(void *client, struct benchmark_slot *slot)
{
	spin();
	client_start(client, slot);
}

int main(int argc, char **argv)
{
	struct benchmark_test test = reference;

	test.start = spinning_start;
	return benchmark_worker_main(argc, argv, &test);
}
"""
PYTHON_SPIN = """
from time import perf_counter_ns


def _spin():
    until = perf_counter_ns() + {ns}
    while perf_counter_ns() < until:
        pass

"""


# ------------------------------------------------------------------ in C


def compile_c(folder, source):
    """FOLDER/SOURCE.c to FOLDER/SOURCE, as the program says for tests that lie elsewhere."""
    words = ["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", '-DBENCHMARK_VERSION="1"', "-pthread"]
    words += [f"-I{TOP / 'include'}", "-o", folder / source, folder / f"{source}.c"]
    words += [BUILD / "libbenchmark-worker.a", "-ljansson", "-lcurl", "-lz", "-lm"]
    subprocess.run(words, check=True)


def make_c(folder, name, ns):
    """The copy calls spin() first in each operation."""
    made = folder.twin("reference", name)
    (made / "_spin.h").write_text(C_SPIN.format(ns=ns))
    (made / "_verbs.c").write_text(C_VERBS)
    compile_c(made, "_verbs")


# ------------------------------------------------------------------ in Python


def make_python(folder, name, ns):
    """The copy calls _spin() first in its operation."""
    path = folder.twin("aiohttp", name) / "fetch_range.py"
    head, mark, body = path.read_text().partition("\n@worker.operation\n")
    if not mark:
        sys.exit(f"{path} has no operation")
    first, rest = body.split("\n", 1)
    path.write_text(f"{head}{PYTHON_SPIN.format(ns=ns)}{mark}{first}\n    _spin()\n{rest}")


# ------------------------------------------------------------------ a run


def names_of(kind):
    """Share -> library."""
    return {share: f"{KINDS[kind]}_{share}" for share in (0, *SHARES)}


def calibrate(folder, library):
    """CPU us an operation, roughly."""
    said = _runs.benchmark(
        folder,
        "run-test",
        library,
        "fetch_range",
        "--timeout",
        3,
        "--json",
        "--db",
        "sqlite:///calibration.db",
    )
    return json.loads(said)["results"][0]["cpu_seconds_per_1000_requests"] * 1000


def make_spinning(folder, kind, share, added_us):
    """Makes the copy that spins for so much longer than BASE_US."""
    make_copy = make_c if kind == "c" else make_python
    make_copy(folder, names_of(kind)[share], round(1000 * (BASE_US[kind] + added_us)))


def truth(cells, plain, added_us):
    """Of CPU an operation, of what spins for so much longer over the first: the median over blocks of the
    medians over rounds."""
    blocks = [
        median(
            [cost_ratio(turn.cpu, added_us) for turn in _rounds.turns_with(cell, "cpu").values()]
            or [cost_ratio(cell.cpu, added_us)]
        )
        for cell in cells[plain].values()
    ]
    return _rounds.known(median(blocks))


def cost_ratio(ln_cpu, added_us):
    return 1 + added_us / math.exp(ln_cpu)


def kind_of_next(lines):
    return os.environ.get("KIND") or min(KINDS, key=lambda kind: len(of_kind(lines, kind)))


def of_kind(lines, kind):
    return [line for line in lines if line["kind"] == kind]


def make(lines, folder):
    kind = kind_of_next(lines)
    if kind not in KINDS:
        sys.exit(f"KIND is {kind}: c or python")
    names = names_of(kind)
    make_spinning(folder, kind, 0, 0)
    plain_us = calibrate(folder, names[0])
    added_us = {share: round(plain_us * share / 100, 3) for share in SHARES}
    for share, us in added_us.items():
        make_spinning(folder, kind, share, us)
    line = _runs.run("spin", folder, [*names.values(), "null"])
    cells = _rounds.make_cells(_rounds.read(folder.path / "rounds.csv"))
    return {
        **line,
        "kind": kind,
        "added_us": {str(share): us for share, us in added_us.items()},
        "truth": {str(share): truth(cells, names[0], us) for share, us in added_us.items()},
    }


# ------------------------------------------------------------------ the summary


def pair_of(line, share):
    """The spinning one over the plain one."""
    names = names_of(line["kind"])
    return _goals.pair_of(line, names[share], names[0])


def show_share(lines, share):
    def show(line):
        pair, true = pair_of(line, share), line["truth"][str(share)]
        missed = pair and _goals.holds(pair["cpu"]["ratio"][1:], true) is False
        _goals.show_run(line, pair, f"; true of CPU {true:.3f}{', missed' if missed else ''}")

    _goals.show_sorted(lines, show)


def share_goals(kind, lines, share):
    pairs = [(pair_of(line, share), line["truth"][str(share)]) for line in lines]
    pairs = [(pair, true) for pair, true in pairs if pair]
    words, done = f"{kind}, {share}%", len(pairs)
    missed = [_goals.holds(pair["cpu"]["ratio"][1:], true) is False for pair, true in pairs]
    good = [_goals.at_most(f"{words}: the truth is missed", missed, MISSED_MOST, NEEDED)]
    if share in FOUND_LEAST:
        found = [pair["cpu"]["alone"] == "worse" for pair, _ in pairs]
        good.append(_goals.at_least(f"{words}: found", found, FOUND_LEAST[share], NEEDED))
    wrong = sum(pair[by]["alone"] == "better" for pair, _ in pairs for by in _rounds.BY)
    good.append(_goals.never(f"{words}: the wrong way round", wrong, done, NEEDED))
    return good


def summary(lines):
    good = []
    for kind in KINDS:
        own, names = of_kind(lines, kind), names_of(kind)
        counted = _goals.sort_out(own).counted
        for share in SHARES:
            print(f"{kind}, some {share}%:")
            show_share(own, share)
        _goals.show_noise(counted)
        _goals.show_power(counted, names[5], names[0])
        for share in SHARES:
            good += share_goals(kind, counted, share)
    return all(good)


if __name__ == "__main__":
    _runs.main(make, summary)
