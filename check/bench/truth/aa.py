"""A library under two names, beside others: how often it is told apart from itself.

usage: make bench-truth PART=aa [RUNS=1] [BUDGET=240] [BLOCKS=12]

Goals, of 20 runs: told apart in at most 3, by one uncorrected interval of 95%, by rate or CPU or both; half
width of that interval in the median run at most 4% of CPU an operation and 5% of the rate; in at most 1 a
verdict of the table, whose intervals are corrected for all its verdicts, whatever the steal: any of them is
false in 5% of tables, so of 20 one is what is to be expected at most. Where steal was high, it is named
beside each row.
"""

import _goals
import _rounds
import _runs

A, B = "aiohttp_a", "aiohttp_b"
LIBRARIES = (A, B, "obstore", "reference", "null")
NEEDED, APART_MOST, FALSE_MOST = 20, 3, 1
HALF_MOST = {"cpu": 0.04, "rate": 0.05}


def make(_lines, folder, part="aa"):
    for name in (A, B):
        folder.twin("aiohttp", name)
    return {**_runs.run(part, folder, LIBRARIES), "truth": {f"{A}/{B}": 1}}


def pairs_of(lines):
    return [pair for line in lines if (pair := _goals.pair_of(line, A, B))]


def is_told(pair, by, which):
    return pair[by][which] in _goals.OPPOSITE


def told_apart(what, pairs, which, limit, needed):
    """A run counts once, by whichever figure; how many by each is printed."""
    for by in _rounds.BY:
        print(f"  {what}, by {by}: {sum(is_told(pair, by, which) for pair in pairs)} of {len(pairs)} runs")
    told = [any(is_told(pair, by, which) for by in _rounds.BY) for pair in pairs]
    return _goals.at_most(what, told, limit, needed)


def few_false_verdicts(lines, limit, needed):
    """By intervals that are corrected as the program's are; whatever the steal."""
    pairs = pairs_of(_goals.whole(lines))
    return told_apart("runs with a false verdict of the table", pairs, "verdict", limit, needed)


def steal_is_named(lines):
    """Of the runs that are listed apart for their steal; without any it is open."""
    stolen = _goals.sort_out(lines).stolen
    _goals.show_named(stolen, "steal")
    named = sum(_goals.names_noise(line, "steal") for line in stolen)
    good = named == len(stolen) if stolen else None
    what = f"with more than {_goals.STEAL_MOST:.0%} of steal: it is named beside each row (in all)"
    return _goals.goal(what, named, good, len(stolen), max(len(stolen), 1))


def goals(lines):
    pairs = pairs_of(_goals.sort_out(lines).counted)
    good = [
        few_false_verdicts(lines, FALSE_MOST, NEEDED),
        steal_is_named(lines),
        told_apart("told apart, one pair", pairs, "alone", APART_MOST, NEEDED),
    ]
    for by in _rounds.BY:
        halves = [pair[by]["half"] for pair in pairs]
        good.append(_goals.half_width(f"half width of {by}", halves, HALF_MOST[by], NEEDED))
    return all(good)


def show_run(line):
    """Equals should have equal slices too: where these differ, a verdict may be about them."""
    slices = (
        f"{1000 * fill:.0f} + {1000 * window:.0f}"
        for fill, window in (line["turns"].get(name, (0, 0)) for name in (A, B))
    )
    _goals.show_run(line, _goals.pair_of(line, A, B), f"; fill + slice {' and '.join(slices)} ms")


def show_runs(lines):
    _goals.show_sorted(lines, show_run)


def summary(lines):
    show_runs(lines)
    counted = _goals.sort_out(lines).counted
    _goals.show_noise(counted)
    _goals.show_power(counted, A, B)
    return goals(lines)


if __name__ == "__main__":
    _runs.main(make, summary)
