"""What a spin really adds to the CPU time of an operation, by the clock of the thread that spins.

usage: make bench-truth PART=spun [RUNS=1] [KIND=c|python]

A longer spin costs more than it lasts: all else that an operation does is dearer then. Its memory was touched
longer ago, which may be why. So what `spin` compares is not known from the lengths alone, and is measured
here, without slices, blocks and the counters of groups. A copy spins by turns for the shortest and the
longest time that `spin` compares, a tenth of a second each, within one process. It reads the clock of its
thread (CLOCK_THREAD_CPUTIME_ID) when a turn has settled and when it ends, and counts its operations. So its
start's own luck is in both alike, and so is what drifts.

A run makes TRIALS of these. The factor is the CPU time that was added over the time that was added, one
number a run: the median of its trials. Runs differ by more than their trials do, so these are no unit. There
is no goal: `spin` takes the factor of all runs, for all lengths, since shorter ones are too short to tell.
"""

import json
import math
import re
import sys
from statistics import median

import _estimate
import _goals
import _runs
import _spinning
from _common import TOP

TRIALS, TIMEOUT_S = 5, 40
TIMES = {"settle": 0.01, "counted": 0.09, "first": 3, "last": 39}
LINES = TOP / "docs/truth/spun.jsonl"


# ------------------------------------------------------------------ a run


def said(findings):
    """What the copy measured: CPU us an operation, of each length."""
    found = re.search(r"SPUN (\[[\d., ]+\])", " ".join(finding["text"] for finding in findings))
    if not found:
        sys.exit(f"the copy has not said what it measured: {findings}")
    return json.loads(found[1])


def make(lines, folder):
    kind = _spinning.kind_of_next(lines)
    plain, by_turns = (f"{_spinning.KINDS[kind]}_{name}" for name in ("0", "by_turns"))
    head = _runs.Head("spun", [by_turns])
    longest = max(_spinning.SHARES)
    added_us = _spinning.calibrate(folder, kind, plain)[longest]
    _spinning.make_by_turns(folder, kind, by_turns, (0, added_us), TIMES)
    trials = [said(_spinning.run_test(folder, by_turns, TIMEOUT_S)["findings"]) for _ in range(TRIALS)]
    return {
        **head.line(),
        "kind": kind,
        "added_us": {str(longest): added_us},
        "trials": trials,
    }


# ------------------------------------------------------------------ the summary


def factors_of(line):
    """Of each trial. The last length is the longest: lines of the first day have others between."""
    *_, added_us = line["added_us"].values()
    return [(costs[-1] - costs[0]) / added_us for costs in line["trials"]]


def factor(lines, kind):
    """An Estimate over all lines. It is 1, and certain, where they are too few to tell."""
    factors = [median(factors_of(line)) for line in _goals.of_kind(lines, kind)]
    found = _estimate.centre(factors) if factors else None
    return found if found and math.isfinite(found.low) else _estimate.Estimate(1, 1, 1)


def show_factor(lines, kind):
    """And returns it."""
    found, runs = factor(lines, kind), len(_goals.of_kind(lines, kind))
    told = _goals.show_interval(found) if found.low < found.high else "1 (taken, not measured)"
    print(f"{kind}: a longer spin costs {told} times what it lasts, {runs} runs")
    return found


def summary(lines):
    for kind in _spinning.KINDS:
        show_factor(lines, kind)
    return True


if __name__ == "__main__":
    _runs.main(make, summary)
