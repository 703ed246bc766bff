"""Workers that are known to be slower: copies that spin for so many us in each operation.

usage: make bench-truth PART=spin [RUNS=1] [BUDGET=240] [BLOCKS=12] [KIND=c|python]

A run is of copies of `reference` (C) or of aiohttp (Python), whichever has fewer so far: one that spins for
BASE_US in each operation, and three that spin for longer, by some 2, 5 and 10% of what an operation of the
first costs. The lengths are fixed at the start of the run, from a short trial. So the true ratio of CPU an
operation is known: 1 + what is added / what the first one costs, which is taken from the run itself. What is
added is the length by which the spin is longer, times what that really costs by the clock of the thread: the
part `spun` has measured it, without slices. That has an interval too, of what it is in one run: the truth is
missed where the two are further apart than the two intervals allow, the root of the sum of their squares. How
many miss were it certain, is printed. A truth whose centre is less well known than what it is held against
proves nothing, nor does one that is not measured: the goal stays open.

The first one spins too, since a call costs more within an operation than in a loop (0.1 us in C, 1 us in
Python: caches). That is the same for all, and so is how far a spin misses its end. And `reference` alone
keeps the origin's CPU as busy as its own: what slows it down also changes how many answers it finds at a
time, so that its other work costs another amount. Of 48 us an operation, the origin has time to spare.

The true ratio of rates is known only where the worker uses up a CPU. It is not judged, but for the wrong
way round.

Goals, of 10 runs of each kind, by one uncorrected interval of 95%: the truth is missed at most twice a
share; 10% is found 9 times, 5% 6 times; never the wrong way round.
"""

import math
from statistics import median

import _estimate
import _goals
import _rounds
import _runs
import _spinning
import spun

NEEDED, MISSED_MOST = 10, 2
FOUND_LEAST = {5: 6, 10: 9}


# ------------------------------------------------------------------ a run


def names_of(kind):
    """Share -> library."""
    return {share: f"{_spinning.KINDS[kind]}_{share}" for share in (0, *_spinning.SHARES)}


def nominal(cells, plain, added_us):
    """Of CPU an operation, of what spins for so much longer over the first, as if only the spin were added:
    the median over blocks of the medians over rounds."""
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


def make(lines, folder):
    kind = _spinning.kind_of_next(lines)
    names = names_of(kind)
    added_us = _spinning.calibrate(folder, kind, names[0])
    for share, us in added_us.items():
        _spinning.make_spinning(folder, kind, names[share], us)
    line = _runs.run("spin", folder, [*names.values(), "null"])
    cells = _rounds.make_cells(_rounds.read(folder.path / "rounds.csv"))
    return {
        **line,
        "kind": kind,
        "added_us": {str(share): us for share, us in added_us.items()},
        "truth": {str(share): nominal(cells, names[0], us) for share, us in added_us.items()},
    }


# ------------------------------------------------------------------ the summary


def pair_of(line, share):
    """The spinning one over the plain one."""
    names = names_of(line["kind"])
    return _goals.pair_of(line, names[share], names[0])


def true_ratio(line, share, estimate):
    """An Estimate: of CPU an operation, with that of what a longer spin costs."""
    return _estimate.Estimate(*(1 + (line["truth"][str(share)] - 1) * one for one in estimate))


def is_missed(pair, true):
    """Whether what the run measured and what is true are further apart than their two intervals allow. None:
    the run has no interval."""
    value, low, high = pair["cpu"]["ratio"]
    if low is None:
        return None
    off = math.log(value / true.value)
    end, true_end = (low, true.high) if off > 0 else (high, true.low)
    return abs(off) > math.hypot(math.log(value / end), math.log(true.value / true_end))


def half_width(value, low, high):
    """Of an interval, in logarithms."""
    return math.log(high / low) / 2 if low else math.inf


def is_known(pairs):
    """Whether the truth of these (pair, true) is known, in the median run, as well as the ratio."""
    halves = [(half_width(*true), half_width(*pair["cpu"]["ratio"])) for pair, true in pairs]
    true, run = [median(found) for found in zip(*halves, strict=True)] if halves else (0, 0)
    return true <= run


def show_share(lines, share, factor):
    def show(line):
        pair, true = pair_of(line, share), true_ratio(line, share, factor.one_run)
        missed = pair and is_missed(pair, true)
        _goals.show_run(line, pair, f"; true of CPU {true.value:.4f}{', missed' if missed else ''}")

    _goals.show_sorted(lines, show)


def truth_goal(words, lines, share, factor):
    def with_truth(estimate):
        return [(pair_of(line, share), true_ratio(line, share, estimate)) for line in lines]

    def misses(estimate):
        return [is_missed(pair, true) is True for pair, true in with_truth(estimate)]

    certain = misses(_estimate.Estimate(*[factor.centre.value] * 3))
    what = f"{words}: the truth is missed"
    if not factor.is_measured:
        return _goals.goal(f"{what} (it is not measured)", sum(certain), None, len(certain), NEEDED)
    what += f", {sum(certain[:NEEDED])} times were it certain"
    known = is_known(with_truth(factor.centre))
    return _goals.at_most(what, misses(factor.one_run), MISSED_MOST, NEEDED, can_tell=known)


def share_goals(kind, lines, share, factor):
    lines = [line for line in lines if pair_of(line, share)]
    pairs = [pair_of(line, share) for line in lines]
    words, done = f"{kind}, {share}%", len(pairs)
    good = [truth_goal(words, lines, share, factor)]
    if share in FOUND_LEAST:
        found = [pair["cpu"]["alone"] == "worse" for pair in pairs]
        good.append(_goals.at_least(f"{words}: found", found, FOUND_LEAST[share], NEEDED))
    wrong = sum(pair[by]["alone"] == "better" for pair in pairs for by in _rounds.BY)
    good.append(_goals.never(f"{words}: the wrong way round", wrong, done, NEEDED))
    return good


def summary(lines):
    good, by_turns = [], _runs.lines_of(spun.LINES)
    for kind in _spinning.KINDS:
        factor = spun.show_factor(by_turns, kind)
        own, names = _goals.of_kind(lines, kind), names_of(kind)
        counted = _goals.sort_out(own).counted
        for share in _spinning.SHARES:
            print(f"{kind}, some {share}%:")
            show_share(own, share, factor)
        _goals.show_noise(counted)
        _goals.show_power(counted, names[5], names[0])
        for share in _spinning.SHARES:
            good += share_goals(kind, counted, share, factor)
    return all(good)


if __name__ == "__main__":
    _runs.main(make, summary)
