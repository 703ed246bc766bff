"""What the rounds of one run of the program come to, from `benchmark get-results --per-round`. Pure.

    rows = read("rounds.csv")
    cells = make_cells(rows)
    for pair in compare(cells):
        print(pair["a"], pair["b"], pair["cpu"]["ratio"], pair["cpu"]["verdict"])

It is src/analyse/compare.c once more, whose essay says why, for what the program does not print: intervals of
one pair by itself, and what the noise is made of. `rate` is operations a second, `cpu` CPU us an operation. A
pair's number of a block is the median over common rounds of the logarithm of a's figure over b's, or the
logarithm of the ratio of their totals: with fewer than three rounds, where slices of one are empty, or where
those of one are much longer.
check/bench/truth/_compared.c holds the two against each other (python/rounds), and so does each run.
"""

import csv
import math
import random
from itertools import combinations, pairwise
from statistics import fmean, median, stdev, variance
from typing import NamedTuple

import _estimate

BY = ("rate", "cpu")
OUT = ("failed", "dropped", "partial")
BASELINES = ("reference", "null")
ALPHA = 0.05
ROUNDS_LEAST = 3
# Of so many slices more than one may not be empty.
EMPTY_IN = 20
# The longer of two windows over the shorter.
UNLIKE = 1.5
# sd of a normal distribution over its median absolute deviation; variance of a median over that of a mean.
SD_OF_MAD, MEDIAN_COSTS = 1.4826, math.pi / 2


class Turn(NamedTuple):
    """A slice: ln of its figures (nan: unknown), its place in the round, who worked before it (None: nobody),
    and how many CPUs others took meanwhile, steal and other programs (None: unknown)."""

    rate: float
    cpu: float
    position: int | None
    after: str | None
    noise: float | None


class Cell(NamedTuple):
    """A library in a block: its turns by round (none: a separate trial), how many are empty, mean seconds of
    a window, and ln of its totals (nan: unknown)."""

    turns: dict
    empty: int
    window: float
    rate: float
    cpu: float


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------ cells


def _number(row, name):
    return float(row[name] or "nan")


def _ln(value):
    return math.log(value) if 0 < value < math.inf else math.nan


def _over(value, by):
    return value / by if by else math.nan


def _turn(row, after):
    """One in which nothing was ok counts as half an operation: it is slow."""
    operations = _number(row, "operations") or 0.5
    seconds = _number(row, "seconds")
    taken = [row[name] for name in ("steal_seconds", "others_seconds")]
    noise = None if "" in taken else sum(map(float, taken)) / seconds
    cpu = _ln(1e6 * _number(row, "cpu_seconds") / operations)
    return Turn(_ln(operations / seconds), cpu, int(row["position"]), after, noise)


def _predecessors(rows):
    """Those of a block that took turns, in the order of time, each with the library before it."""
    turned = sorted(rows, key=lambda row: (int(row["round"]), int(row["position"])))
    return zip(turned, [None, *(row["library"] for row in turned)], strict=False)


def _cell(rows, turns):
    """Of a library's rows in a block. All windows together; CPU of those of which it is known."""
    known_cpu = [row for row in rows if row["cpu_seconds"]]
    seconds, operations = (sum(_number(row, name) for row in rows) for name in ("seconds", "operations"))
    cpu, of = (sum(_number(row, name) for row in known_cpu) for name in ("cpu_seconds", "operations"))
    empty = sum(not _number(row, "operations") for row in rows) if turns else 0
    return Cell(turns, empty, seconds / len(rows), _ln(_over(operations, seconds)), _ln(_over(1e6 * cpu, of)))


def _block(rows):
    """Library -> Cell of those that have figures."""
    turns, found = {}, {}
    for row, after in _predecessors([row for row in rows if row["position"]]):
        turns.setdefault(row["library"], {})[int(row["round"])] = _turn(row, after)
    for row in rows:
        found.setdefault(row["library"], []).append(row)
    cells = {library: _cell(own, turns.get(library, {})) for library, own in found.items()}
    return {library: cell for library, cell in cells.items() if not math.isnan(cell.rate)}


def is_out(row):
    """Its trial has no figures. Earlier files have fewer of these columns."""
    return any(row.get(name) == "True" for name in OUT)


def make_cells(rows, wrong=()):
    """Library -> block -> Cell, of one comparison. A trial that is OUT has none, nor has a library that is
    `wrong`: one answer of it was."""
    found = {}
    rows = [row for row in rows if float(row["seconds"] or 0) > 0 and row["library"] not in wrong]
    for block in sorted({int(row["block"] or 0) for row in rows}):
        here = [row for row in rows if int(row["block"] or 0) == block and not is_out(row)]
        for library, cell in _block(here).items():
            found.setdefault(library, {})[block] = cell
    return found


def turns_with(cell, by):
    """Those of which the figure is known, by round."""
    return {n: turn for n, turn in cell.turns.items() if not math.isnan(getattr(turn, by))}


def common_rounds(a, b, by):
    """ln ratios of two cells, in the order of the rounds."""
    one, other = turns_with(a, by), turns_with(b, by)
    return [getattr(one[n], by) - getattr(other[n], by) for n in one if n in other]


def _has_empty(cell):
    """A median over rounds does not see how much is lost in the slices in which nothing was ok."""
    return EMPTY_IN * cell.empty > len(cell.turns)


def _are_unlike(one, other):
    """Nor what is lost in bursts that hit short slices, of which a long one has its part."""
    return max(one.window, other.window) > UNLIKE * min(one.window, other.window)


def _block_number(one, other, by):
    rounds = common_rounds(one, other, by)
    few = len(rounds) < ROUNDS_LEAST
    if few or _has_empty(one) or _has_empty(other) or _are_unlike(one, other):
        return getattr(one, by) - getattr(other, by)
    return median(rounds)


def numbers_by_block(cells, a, b, by):
    """Block -> ln of a's figure over b's, of those in which both have it."""
    both = sorted(set(cells[a]) & set(cells[b]))
    numbers = {block: _block_number(cells[a][block], cells[b][block], by) for block in both}
    return {block: number for block, number in numbers.items() if not math.isnan(number)}


def block_numbers(cells, a, b, by):
    return list(numbers_by_block(cells, a, b, by).values())


def levels(cells):
    """Library -> its rate and CPU us an operation, medians over blocks."""
    return {name: {by: _level(blocks, by) for by in BY} for name, blocks in cells.items()}


def _level(blocks, by):
    values = [x for cell in blocks.values() if not math.isnan(x := getattr(cell, by))]
    return known(math.exp(median(values))) if values else None


# ------------------------------------------------------------------ verdicts


def judged_pairs(libraries):
    """As the program judges: each two libraries, and each with `reference`."""
    own = [name for name in libraries if name not in BASELINES]
    against = [(name, "reference") for name in own if "reference" in libraries]
    return [*combinations(own, 2), *against]


def verdict(low, high, by):
    """Of the first of a pair, by the interval of its ratio (None: there is none)."""
    if low is None or high is None:
        return "no verdict"
    if low <= 1 <= high:
        return "not told apart"
    return "better" if (low > 1) == (by == "rate") else "worse"


def known(number):
    """For JSON, which has no nan."""
    return round(number, 6) if math.isfinite(number) else None


def judge_pair(numbers, by, verdicts):
    """The ratio with its interval as if this were the only pair, and corrected for all verdicts."""
    one, all_of = (_estimate.centre(numbers, alpha) for alpha in (ALPHA, ALPHA / verdicts))
    value, low, high = (known(math.exp(x)) for x in one)
    corrected = [known(math.exp(x)) for x in all_of[1:]]
    half = None if low is None else known((math.log(high) - math.log(low)) / 2)
    return {
        "ratio": [value, low, high],
        "half": half,
        "alone": verdict(low, high, by),
        "corrected": corrected,
        "verdict": verdict(*corrected, by),
        "sd": known(stdev(numbers)) if len(numbers) > 1 else None,
    }


def compare(cells):
    """The pairs that have a common block. A figure that no block has in common costs no verdict."""
    numbers = {(a, b): {by: block_numbers(cells, a, b, by) for by in BY} for a, b in judged_pairs(cells)}
    verdicts = sum(bool(found) for of in numbers.values() for found in of.values())
    return [
        {"a": a, "b": b, **{by: judge_pair(of[by], by, verdicts) for by in BY}}
        for (a, b), of in numbers.items()
        if any(of.values())
    ]


# ------------------------------------------------------------------ variances


def pair_components(cells, a, b, by):
    """Variances of a pair's ln ratio: of a round within its block, between blocks, and of a block's number.

    Of rounds by their median absolute deviation, since slices have spikes. What is between blocks is the
    variance of their numbers less what medians of so many rounds vary by. None: too few blocks.
    """
    rounds = [
        common_rounds(cells[a][block], cells[b][block], by) for block in sorted(set(cells[a]) & set(cells[b]))
    ]
    rounds = [found for found in rounds if len(found) >= ROUNDS_LEAST]
    if len(rounds) < 2:
        return None
    n = fmean(map(len, rounds))
    off = median(abs(d - median(found)) for found in rounds for d in found)
    within = (SD_OF_MAD * off) ** 2 * n / (n - 1)
    number = variance(map(median, rounds))
    return {"within": within, "between": number - MEDIAN_COSTS * within / n, "number": number}


def split(of_pairs, names):
    """Each one's own variance, from the variances of all differences of two (the three-cornered hat).

    `of_pairs`: (name, name) -> variance. Least squares; of only two each has half.
    """
    n, total = len(names), sum(of_pairs.values())
    if n == 2:
        return dict.fromkeys(names, total / 2)
    sums = {name: sum(v for pair, v in of_pairs.items() if name in pair) for name in names}
    return {name: (sums[name] - total / (n - 1)) / (n - 2) for name in names}


def _all_known(names, found):
    """Those of which each pair has components: without who takes part in few rounds, the worst first."""
    names = list(names)
    while names:
        unknown = {name: sum(found[pair] is None for pair in found if name in pair) for name in names}
        worst = max(names, key=unknown.get)
        if not unknown[worst]:
            return names
        names.remove(worst)
        found = {pair: of for pair, of in found.items() if worst not in pair}
    return names


def library_components(cells, by):
    """Library -> sd within and between blocks and of a block's number, as parts of 1: of its own, without
    what all rows of a round share. What is negative, as a difference of estimates can be, is 0."""
    names = [name for name in cells if any(cell.turns for cell in cells[name].values())]
    found = {pair: pair_components(cells, *pair, by) for pair in combinations(names, 2)}
    names = _all_known(names, found)
    if len(names) < 2:
        return {}
    found = {pair: of for pair, of in found.items() if set(pair) <= set(names)}
    own = {
        part: split({pair: of[part] for pair, of in found.items()}, names)
        for part in ("within", "between", "number")
    }
    return {name: {part: known(math.sqrt(max(own[part][name], 0))) for part in own} for name in names}


# ------------------------------------------------------------------ order in time


def lag1(series):
    """Correlation of each value with the next of its series; each series around its own mean. nan: unknown.

    Of independent values in series of n it is about -1/n.
    """
    above = below = 0
    for values in series:
        if len(values) >= ROUNDS_LEAST:
            mean = fmean(values)
            off = [value - mean for value in values]
            above += sum(x * y for x, y in pairwise(off))
            below += sum(x * x for x in off)
    return above / below if below else math.nan


def lags(cells, by):
    """Of the ln ratios of each pair "a/b", and of each library's own ln figures."""
    found = {}
    for library, blocks in cells.items():
        turns = [turns_with(cell, by).values() for cell in blocks.values()]
        own = lag1([[getattr(turn, by) for turn in of_block] for of_block in turns])
        found[library] = known(own)
    for a, b in combinations(cells, 2):
        both = sorted(set(cells[a]) & set(cells[b]))
        ratios = lag1([common_rounds(cells[a][block], cells[b][block], by) for block in both])
        found[f"{a}/{b}"] = known(ratios)
    return {name: lag for name, lag in found.items() if lag is not None}


def _residuals(cells, by):
    """(turn, ln figure less what its round and its library in this block have)."""
    for block in sorted({block for blocks in cells.values() for block in blocks}):
        here = {name: turns_with(blocks[block], by) for name, blocks in cells.items() if block in blocks}
        most = max(map(len, here.values()))
        # Slow ones take part in each second round or fewer, and a round of these is another.
        here = {name: turns for name, turns in here.items() if 2 * len(turns) > 1.5 * most}
        rounds = set.intersection(*map(set, here.values())) if len(here) > 1 else set()
        if len(rounds) < ROUNDS_LEAST:
            continue
        level = {n: fmean(getattr(turns[n], by) for turns in here.values()) for n in rounds}
        for turns in here.values():
            off = {n: getattr(turns[n], by) - level[n] for n in rounds}
            mean = fmean(off.values())
            yield from ((turns[n], off[n] - mean) for n in rounds)


def effects(cells, by, of):
    """What a place (`of` is "position" or "after") does to a figure: place -> [effect, its standard error].

    Both are parts of 1, medians; of all libraries together.
    """
    groups = {}
    for turn, residual in _residuals(cells, by):
        if getattr(turn, of) is not None:
            groups.setdefault(str(getattr(turn, of)), []).append(residual)
    return {
        place: [known(median(values)), known(stdev(values) * math.sqrt(MEDIAN_COSTS / len(values)))]
        for place, values in sorted(groups.items())
        if len(values) > 1
    }


# ------------------------------------------------------------------ shares, power


def share(rows, column, cpus):
    """What `column` (CPU s) was of the machine's CPU time in all windows; None: unknown."""
    seen = [row for row in rows if row[column] and float(row["seconds"] or 0) > 0]
    seconds = sum(float(row["seconds"]) for row in seen)
    return known(sum(float(row[column]) for row in seen) / (cpus * seconds)) if seconds else None


def rounds_of(cells):
    """In a block, of the library that has most: the median over blocks."""
    counts = {}
    for blocks in cells.values():
        for block, cell in blocks.items():
            counts[block] = max(counts.get(block, 0), len(cell.turns))
    return median(counts.values()) if counts else 0


def power(sd, difference, blocks, experiments=200, seed=1):
    """How often a difference of one pair (0.05: 5%) is found by so many blocks whose numbers have this sd."""
    draw = random.Random(seed)
    found = 0
    for _ in range(experiments):
        numbers = [draw.gauss(math.log1p(difference), sd) for _ in range(blocks)]
        found += _estimate.centre(numbers, ALPHA).low > 0
    return found / experiments
