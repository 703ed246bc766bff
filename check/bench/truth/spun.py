"""What a spin really adds to the CPU time of an operation, by the clock of the thread that spins.

usage: make bench-truth PART=spun [RUNS=1] [KIND=c|python]

A longer spin costs more than it lasts: all else that an operation does is dearer then. Its memory was touched
longer ago, which may be why. So what `spin` compares is not known from the lengths alone, and is measured
here, without slices, blocks and the counters of groups. A copy spins by turns for the shortest and the
longest time that `spin` compares, a tenth of a second each, within one process. It reads the clock of its
thread (CLOCK_THREAD_CPUTIME_ID) when a turn has settled and when it ends, and counts its operations. So its
start's own luck is in both alike, and so is what drifts.

A run makes TRIALS of these. The factor is the CPU time that was added over the time that was added, one
number a run: the median of its trials. Runs differ by more than their trials do, so these are no unit; and
what the factor was in a run of `spin` is known as well as that of a further run of this would be foretold.
There is no goal: `spin` takes the factor, for all lengths, since shorter ones are too short to tell.
"""

import json
import math
import re
import sys
from statistics import NormalDist, median, stdev
from typing import NamedTuple

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


class Factor(NamedTuple):
    """Estimates, of 95%: the centre of all runs, and what one run has. Both are 1, and certain, where runs
    are too few to tell."""

    centre: _estimate.Estimate
    one_run: _estimate.Estimate

    @property
    def is_measured(self):
        return self.centre.low < self.centre.high


_CERTAIN = _estimate.Estimate(1, 1, 1)


def factor(lines, kind):
    factors = [median(factors_of(line)) for line in _goals.of_kind(lines, kind)]
    found = _estimate.centre(factors) if factors else None
    if not found or not math.isfinite(found.low):
        return Factor(_CERTAIN, _CERTAIN)
    half = student_t(len(factors) - 1) * stdev(factors) * math.sqrt(1 + 1 / len(factors))
    return Factor(found, _estimate.Estimate(found.value, found.value - half, found.value + half))


def student_t(freedom):
    """Of a two-sided interval of 95%, for 5 degrees of freedom or more, to 0.5% (the series of Cornish and
    Fisher)."""
    z = NormalDist().inv_cdf(0.975)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / freedom**i for i, term in enumerate(terms))


def show_factor(lines, kind):
    """And returns it."""
    found, runs = factor(lines, kind), len(_goals.of_kind(lines, kind))
    told = "1 (taken, not measured)"
    if found.is_measured:
        _, low, high = found.one_run
        told = f"{_goals.show_interval(found.centre)} (one run: {low:.3f} to {high:.3f})"
    print(f"{kind}: a longer spin costs {told} times what it lasts, {runs} runs")
    return found


def summary(lines):
    for kind in _spinning.KINDS:
        show_factor(lines, kind)
    return True


if __name__ == "__main__":
    _runs.main(make, summary)
