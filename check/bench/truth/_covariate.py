"""Whether what others took in a slice (steal, other programs' CPU) can correct its figures. Pure.

    for by, found in adjust(cells).items():
        print(by, found["slope"], found["slice"], found["block"])

For each pair the ln ratio of a round is regressed on the difference of the two slices' noise, with a level of
its own for each block. Where that tells something, what is left varies less: of slices, and, since verdicts
rest on these, of the blocks' numbers. Figures are medians over the pairs that are judged.
"""

import math
from statistics import fmean, median, stdev

import _rounds

BLOCKS_LEAST = 4


def _points(cells, a, b, by):
    """A list for each block that both have: (difference of noise, ln ratio) of each common round."""
    found = []
    for block in sorted(set(cells[a]) & set(cells[b])):
        one, other = (_rounds.turns_with(cells[name][block], by) for name in (a, b))
        rounds = [n for n in one if n in other and None not in (one[n].noise, other[n].noise)]
        if len(rounds) >= _rounds.ROUNDS_LEAST:
            found.append(
                [(one[n].noise - other[n].noise, getattr(one[n], by) - getattr(other[n], by)) for n in rounds]
            )
    return found


def _centred(points):
    x, y = (fmean(values) for values in zip(*points, strict=True))
    return [(at - x, value - y) for at, value in points]


def slope(blocks):
    """By least squares within blocks; 0 where noise never differs."""
    points = [point for points in blocks for point in _centred(points)]
    below = sum(x * x for x, _ in points)
    return sum(x * y for x, y in points) / below if below else 0.0


def _deviations(blocks, by_noise):
    """(sd of a slice's ln ratio within its block, sd of the blocks' medians), less by_noise x the noise."""
    corrected = [[(x, y - by_noise * x) for x, y in points] for points in blocks]
    off = [y for points in corrected for _, y in _centred(points)]
    free = len(off) - len(blocks)
    slices = math.sqrt(sum(y * y for y in off) / free)
    return slices, stdev(median(y for _, y in points) for points in corrected)


def _of_pair(blocks):
    """None: too few blocks."""
    if len(blocks) < BLOCKS_LEAST:
        return None
    found = slope(blocks)
    before, after = _deviations(blocks, 0), _deviations(blocks, found)
    return {"slope": found, "slice": (before[0], after[0]), "block": (before[1], after[1])}


def adjust(cells):
    """by -> {"slope": of the ln ratio for a CPU that was taken, "slice" and "block": [sd before, after]}.

    {}: no pair has enough blocks.
    """
    found = {}
    for by in _rounds.BY:
        pairs = [_of_pair(_points(cells, a, b, by)) for a, b in _rounds.judged_pairs(cells)]
        if pairs := [pair for pair in pairs if pair]:
            found[by] = {
                "slope": _rounds.known(median(pair["slope"] for pair in pairs)),
                **{
                    what: [_rounds.known(median(pair[what][i] for pair in pairs)) for i in (0, 1)]
                    for what in ("slice", "block")
                },
            }
    return found
