"""Made-up noise, of which the truth is known: what levels and power of the statistics are worth.

usage: make bench-truth PART=simulation [RUNS=1], or check/bench/truth/run simulation [RESULTS [EXPERIMENTS]]

_simulation.c makes 10,000 experiments of each kind of noise: its head says which, and what a line holds.
Kinds whose lines are there already are left out, with RUNS=0 all are. The same program gives the same lines:
into another file RESULTS they are made anew.

Goals, for the signed ranks that verdicts rest on and for the sign test, at 12 and 24 blocks. Of one pair's
interval at 95%: at least 94% hold the truth, and at most as many as the method's exact level at that number
of blocks says, and 0.5% more. Of tables of equals: at most 5% have any false verdict, by both and by the
program's own analysis. What the program does not do is shown beside it, and is no goal.
"""

import math
import subprocess
import sys

import _goals
import _runs
from _common import BUILD

EXPERIMENTS = 10_000
ALPHA, UNDER, OVER = 0.05, 0.01, 0.005
METHODS = {"signed_rank": "signed ranks", "sign": "sign test"}
BLOCKS = (12, 24)
# How the names of those begin that show what the program does not do.
NOT_OURS = "medians all the same"


# ------------------------------------------------------------------ exact levels


def _level(counts):
    """Of the interval that leaves out as many as ALPHA allows, by how many of all cases have each rank."""
    total, missed = sum(counts), 0
    for count in counts:
        if 2 * (missed + count) > ALPHA * total:
            break
        missed += count
    return 1 - 2 * missed / total


def sign_level(blocks):
    """By how many of so many coins fall heads."""
    return _level([math.comb(blocks, k) for k in range(blocks + 1)])


def signed_rank_level(blocks):
    """By sums of the ranks whose coins fall heads."""
    counts = [1]
    for rank in range(1, blocks + 1):
        shorter, counts = counts, counts + [0] * rank
        for total, ways in enumerate(shorter):
            counts[total + rank] += ways
    return _level(counts)


LEVELS = {"sign": sign_level, "signed_rank": signed_rank_level}


# ------------------------------------------------------------------ goals


def judge(what, value, good, experiments):
    """Fewer experiments than the goals are for miss none: chance alone is as much as these allow."""
    if experiments < EXPERIMENTS and not good:
        good = None
    return _goals.goal(what, value, good, experiments, EXPERIMENTS, "experiments")


def coverage(line, method, blocks):
    """What is kept has two digits."""
    found = line[f"{method}_{blocks}"]["coverage"]
    least, most = 100 * (1 - ALPHA - UNDER), 100 * (LEVELS[method](blocks) + OVER)
    what = (
        f"{line['noise']}: {METHODS[method]} of {blocks} blocks hold the truth ({least:.0f} to {most:.2f}%)"
    )
    return judge(what, f"{found:.2f}%", least <= found <= most, line["experiments"])


def family(line, words, found):
    what = f"{line['noise']}: a false verdict of {line['verdicts']}, {words} (at most {ALPHA:.0%})"
    return judge(what, f"{found:.2f}%", found <= 100 * ALPHA, line["experiments"])


def goals(line):
    good = []
    for method, words in METHODS.items():
        for blocks in BLOCKS:
            good.append(coverage(line, method, blocks))
            found = line[f"{method}_{blocks}"]["family"]
            good.append(family(line, f"{words} of {blocks} blocks", found))
    if "false_tables_12" in line:
        good.append(family(line, "the program with 12 blocks", line["false_tables_12"]))
    return all(good)


def show(line):
    for blocks in BLOCKS:
        for method, words in METHODS.items():
            of = line[f"{method}_{blocks}"]
            print(
                f"  {line['noise']}; {words} of {blocks} blocks: half width {of['one']['half_width']:.1f}%, "
                f"5% found {of['one']['power_5']:.0f}%, false tables {of['family']:.2f}%, "
                f"uncorrected {of['uncorrected_family']:.0f}%; hold the truth {of['coverage']:.2f}%"
            )


def summary(lines):
    for line in lines:
        show(line)
    good = [goals(line) for line in lines if not line["noise"].startswith(NOT_OURS)]
    return all(good)


def main():
    path, *experiments = sys.argv[1:]
    if _runs.RUNS:
        subprocess.run([BUILD / "check/bench/truth/_simulation", path, *experiments], check=True)
    sys.exit(0 if summary(_runs.lines_of(path)) else 1)


if __name__ == "__main__":
    main()
