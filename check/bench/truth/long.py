"""Slices against long trials of the same libraries in the same sitting: their ratios must agree.

usage: make bench-truth PART=long [RUNS=1] [BUDGET=240] [BLOCKS=12]

A run makes BLOCKS pairs, each in its share of BUDGET: a block of slices, and one trial of each library by
itself (`--no-slices --repeats 1`). Which comes first alternates, so what drifts meets both alike. Of the
share the slices have SLICES_PART. A trial is as long as what is left lets it be: some 1.5 s at 240 s, 4.5 at
480. Of each two libraries, a pair's number is the logarithm of their ratio by slices (the median over
rounds) over their ratio by long trials; intervals are over these numbers.

Goals, over the numbers of all runs: the interval of the quotient holds 1, or it is off by less than 3%. An
interval whose half width is more than 5% says neither: then it takes more runs, and the goal stays open. The
figures of each library by itself are printed and no goal: a library that has just waited finds the caches
of others.
"""

import csv
import math
import os
from itertools import combinations

import _estimate
import _goals
import _rounds
import _runs

LIBRARIES = ("aiohttp", "obstore", "reference", "null")
SLICES_PART = 0.4
START_S, TRIAL_LEAST_S = 1.5, 0.5  # of a trial: what it takes besides, the shortest
NEEDED = 5
OFF_MOST, HALF_MOST = 0.03, 0.05


# ------------------------------------------------------------------ a run


def times(budget, pairs):
    """Seconds of a pair's block of slices, and of each of its long trials."""
    share = budget / pairs
    left = (1 - SLICES_PART) * share / len(LIBRARIES) - START_S
    return round(SLICES_PART * share, 1), round(max(left, TRIAL_LEAST_S), 1)


def make_way(folder, number, way, words):
    """The rounds of one block, or of a trial each, which are then of the block `number`."""
    database = folder.path / f"{number}.{way}.db"
    _runs.run_all(folder, database, LIBRARIES, *words)
    _, rounds = _runs.results_of(folder, database)
    return [{**row, "block": str(number)} for row in _rounds.read(rounds)]


def keep_rounds(name, rows):
    folder = _runs.BUILD / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def make(_lines, folder):
    head = _runs.Head("long", LIBRARIES)
    sliced_s, trial_s = times(_runs.BUDGET, _runs.BLOCKS)
    words = {
        "slices": ("--budget", sliced_s, "--blocks", 1),
        "long": ("--no-slices", "--repeats", 1, "--timeout", trial_s),
    }
    rows = {way: [] for way in words}
    for number in range(_runs.BLOCKS):
        for way in (*words,)[:: -1 if number % 2 else 1]:
            rows[way] += make_way(folder, number, way, (*words[way], "--seed", head.seed + number))
    for way, found in rows.items():
        keep_rounds(f"{head.name()}.{way}", found)
    return {**head.line(), "trial_seconds": trial_s, **figures(rows["slices"], rows["long"])}


# ------------------------------------------------------------------ what it comes to: pure


def figures(sliced_rows, long_rows):
    """All that is kept of the rounds of both ways, whose blocks have the same numbers."""
    sliced, long = map(_rounds.make_cells, (sliced_rows, long_rows))
    both = sorted({*sliced} & {*long}, key=lambda name: (name in _rounds.BASELINES, name))
    cpus = os.cpu_count()
    rows = [*sliced_rows, *long_rows]
    return {
        "blocks": len(set.union(*({*sliced[name]} & {*long[name]} for name in both))) if both else 0,
        "rounds": _rounds.rounds_of(sliced),
        "steal": _rounds.share(rows, "steal_seconds", cpus),
        "others": _rounds.share(rows, "others_seconds", cpus),
        "figures": {name: each(own_numbers, sliced, long, name) for name in both},
        "pairs": [
            {"a": a, "b": b, **each(_rounds.numbers_by_block, sliced, long, a, b)}
            for a, b in combinations(both, 2)
        ],
    }


def own_numbers(cells, library, by):
    """Block -> ln of its figure, of those in which it is known."""
    numbers = {block: getattr(cells[library][block], by) for block in sorted(cells[library])}
    return {block: number for block, number in numbers.items() if not math.isnan(number)}


def each(numbers, sliced, long, *names):
    return {by: way_against_way(numbers, sliced, long, names, by) for by in _rounds.BY}


def way_against_way(numbers, sliced, long, names, by):
    """Both ways' figure, or ratio, and their quotient with intervals, and ln of each block's quotient; of the
    blocks of which both know it."""
    by_block = [numbers(cells, *names, by) for cells in (sliced, long)]
    common = sorted(set.intersection(*map(set, by_block)))
    one, other = ([found[block] for block in common] for found in by_block)
    logs = [x - y for x, y in zip(one, other, strict=True)]
    return {
        "slices": interval(one),
        "long": interval(other),
        "quotient": interval(logs),
        "blocks": [_rounds.known(log) for log in logs],
    }


def interval(logs):
    """[value, low, high] of numbers whose logarithms these are; None: unknown."""
    return [_rounds.known(math.exp(x)) for x in _estimate.centre(logs)] if logs else [None] * 3


# ------------------------------------------------------------------ all runs


def pooled(lines):
    """(a, b, by) -> ln of the quotient in each block of all runs, of the pairs that are judged."""
    found = {}
    for line in lines:
        judged = _rounds.judged_pairs(line["figures"])
        for pair in line["pairs"]:
            for by in _rounds.BY if (pair["a"], pair["b"]) in judged else ():
                found.setdefault((pair["a"], pair["b"], by), []).extend(pair[by]["blocks"])
    return found


def agree(quotient):
    """(whether its interval holds 1, whether it is off by less than OFF_MOST); None: there is no interval."""
    value, low, high = quotient
    return _goals.holds([low, high], 1), value is not None and abs(value - 1) < OFF_MOST


def half_width(quotient):
    """A part of 1; infinite where there is no interval."""
    low, high = quotient[1:]
    return math.inf if low is None else math.expm1((math.log(high) - math.log(low)) / 2)


def judge(quotient, runs):
    """Whether both ways agree. None: it takes more runs, as what a few miss more may meet."""
    agrees = any(agree(quotient))
    if half_width(quotient) > HALF_MOST:
        # Proven to differ it is all the same.
        return None if agrees or quotient[1] is None or runs < NEEDED else False
    return None if runs < NEEDED and not agrees else agrees


def agreement(key, logs, runs):
    """Prints the goal of one pair by one figure."""
    quotient = interval(logs)
    holds = agree(quotient)[0]
    good = judge(quotient, runs)
    words = {True: "holds 1", False: "does not hold 1", None: "no interval"}[holds]
    off = "none" if quotient[0] is None else f"{100 * (quotient[0] - 1):+.1f}%"
    half = _goals.percent(half_width(quotient))
    value = (
        f"{_goals.show_interval(quotient)} of {len(logs)} blocks, {words}, off by {off}, half width {half}"
    )
    what = f"{key[0]}/{key[1]} by {key[2]}, slices over long trials"
    what += f" (holds 1, or off by less than {OFF_MOST:.0%}; half width at most {HALF_MOST:.0%})"
    return _goals.goal(what, value, good, runs, NEEDED)


def show_ways(names, parts, form):
    for by in _rounds.BY:
        one, other = (form(parts[by][way]) for way in ("slices", "long"))
        quotient = _goals.show_interval(parts[by]["quotient"])
        print(f"    {names:20} {by:4}  slices {one}  long trials {other}  quotient {quotient}")


def show_line(line):
    _goals.show_run(line, None, f"; long trials of {line['trial_seconds']:g} s")
    for name, parts in line["figures"].items():
        show_ways(name, parts, lambda figure: f"{figure[0]:,.5g}")
    for pair in line["pairs"]:
        show_ways(f"{pair['a']}/{pair['b']}", pair, _goals.show_interval)


def summary(lines):
    _goals.show_sorted(lines, show_line)
    counted = _goals.sort_out(lines).counted
    good = [agreement(key, logs, len(counted)) for key, logs in pooled(counted).items()]
    return all(good)


if __name__ == "__main__":
    _runs.main(make, summary)
