"""Workers that are known to be slower: copies that spin for so many us in each operation.

usage: make bench-truth PART=spin [RUNS=1] [BUDGET=240] [BLOCKS=12] [KIND=c|python]

A run is of copies of `reference` (C) or of aiohttp (Python), whichever has fewer so far: one that does not
spin and three that spin for some 2, 5 and 10% of what an operation costs. The length is fixed at the start
of the run, from a short trial, and what such a call really costs is measured outside of the program. So the
true ratio of CPU an operation is known: 1 + spin / what the copy without spin costs, which is taken from
the run itself. A tenth of error in that is half a per cent of the ratio at most, and moves nothing that is
judged.

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
import time
from statistics import median

import _goals
import _rounds
import _runs
from _common import BUILD, TOP

KINDS = {"c": "reference", "python": "aiohttp"}
SHARES = (2, 5, 10)
NEEDED, MISSED_MOST = 10, 2
FOUND_LEAST = {5: 6, 10: 9}
CALLS = 20_000

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
{{
	{call}
	client_start(client, slot);
}}

int main(int argc, char **argv)
{{
	struct benchmark_test test = reference;

	test.start = spinning_start;
	return benchmark_worker_main(argc, argv, &test);
}}
"""
C_COST = """#include "_spin.h"

#include <stdio.h>

int main(void)
{{
	struct timespec a, b;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < {calls}; i++)
		spin();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	b.tv_sec -= a.tv_sec;
	printf("%.3f\\n", ((double)b.tv_sec * 1e6 + (double)(b.tv_nsec - a.tv_nsec) / 1e3) / {calls});
	return 0;
}}
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
    made = folder.twin("reference", name)
    (made / "_spin.h").write_text(C_SPIN.format(ns=ns))
    (made / "_verbs.c").write_text(C_VERBS.format(call="spin();" if ns else "(void)spin;"))
    (made / "_cost.c").write_text(C_COST.format(calls=CALLS * 10))
    compile_c(made, "_verbs")
    compile_c(made, "_cost")


def cost_c(folder, name):
    return float(subprocess.check_output([folder.tests / name / "_cost"], text=True))


# ------------------------------------------------------------------ in Python


def make_python(folder, name, ns):
    """The copy calls _spin() first in its operation; the one without spin has not even the call."""
    path = folder.twin("aiohttp", name) / "fetch_range.py"
    head, mark, body = path.read_text().partition("\n@worker.operation\n")
    if not mark:
        sys.exit(f"{path} has no operation")
    if not ns:
        return
    first, rest = body.split("\n", 1)
    path.write_text(f"{head}{PYTHON_SPIN.format(ns=ns)}{mark}{first}\n    _spin()\n{rest}")


def cost_python(_folder, ns):
    """Of the same function, in this interpreter, which is that of environments."""
    names = {}
    exec(PYTHON_SPIN.format(ns=ns), names)
    spin = names["_spin"]
    began = time.process_time_ns()
    for _ in range(CALLS):
        spin()
    return (time.process_time_ns() - began) / CALLS / 1e3


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


def make_spinning(folder, kind, plain_us):
    """Makes the copies that spin: share -> us that a call really costs, the median of some tries."""
    costs = {}
    for share in SHARES:
        name, ns = names_of(kind)[share], round(plain_us * share * 10)
        if kind == "c":
            make_c(folder, name, ns)
            costs[share] = median(cost_c(folder, name) for _ in range(5))
        else:
            make_python(folder, name, ns)
            costs[share] = median(cost_python(folder, ns) for _ in range(5))
    return costs


def truth(cells, plain, spin_us):
    """Of CPU an operation, spun over plain: the median over blocks of the medians over rounds."""
    blocks = [
        median(
            [cost_ratio(turn.cpu, spin_us) for turn in cell.turns.values()] or [cost_ratio(cell.cpu, spin_us)]
        )
        for cell in cells[plain].values()
    ]
    return _rounds.known(median(blocks))


def cost_ratio(ln_cpu, spin_us):
    return 1 + spin_us / math.exp(ln_cpu)


def kind_of_next(lines):
    return os.environ.get("KIND") or min(KINDS, key=lambda kind: len(of_kind(lines, kind)))


def of_kind(lines, kind):
    return [line for line in lines if line["kind"] == kind]


def make(lines, folder):
    kind = kind_of_next(lines)
    if kind not in KINDS:
        sys.exit(f"KIND is {kind}: c or python")
    names = names_of(kind)
    (make_c if kind == "c" else make_python)(folder, names[0], 0)
    costs = make_spinning(folder, kind, calibrate(folder, names[0]))
    line = _runs.run("spin", folder, [*names.values(), "null"])
    cells = _rounds.make_cells(_rounds.read(folder.path / "rounds.csv"))
    return {
        **line,
        "kind": kind,
        "spin_us": {str(share): _rounds.known(cost) for share, cost in costs.items()},
        "truth": {str(share): truth(cells, names[0], cost) for share, cost in costs.items()},
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
    missed = sum(_goals.holds(pair["cpu"]["ratio"][1:], true) is False for pair, true in pairs)
    good = [_goals.at_most(f"{words}: the truth is missed", missed, MISSED_MOST, done, NEEDED)]
    if share in FOUND_LEAST:
        found = sum(pair["cpu"]["alone"] == "worse" for pair, _ in pairs)
        good.append(_goals.at_least(f"{words}: found", found, FOUND_LEAST[share], done, NEEDED))
    wrong = sum(pair[by]["alone"] == "better" for pair, _ in pairs for by in _rounds.BY)
    good.append(_goals.at_most(f"{words}: the wrong way round", wrong, 0, done, NEEDED))
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
