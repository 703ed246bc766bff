"""What a spin really adds to the CPU time of an operation, by the clock of the thread that spins.

usage: make bench-truth PART=spun [RUNS=1] [KIND=c|python]

A longer spin costs more than it lasts: all else that an operation does is dearer then. Its memory was touched
longer ago, which may be why. So what `spin` compares is not known from the lengths alone, and is measured
here, without slices, blocks and the counters of groups. A copy spins by turns for the shortest and the
longest time that `spin` compares, a tenth of a second each, within one process. It reads the clock of its
thread (CLOCK_THREAD_CPUTIME_ID) when a turn has settled and when it ends, and counts its operations. So its
start's own luck is in both alike, and so is what drifts.

A run makes TRIALS of these. The factor is the CPU time that was added over the time that was added. There is
no goal: `spin` takes the factor, of all runs.
"""

import json
import math
import os
import re
import sys

import _estimate
import _goals
import _runs
import _spinning
from _common import TOP

SHARES = (2, 5, 10)
BASE_US = {"c": 40, "python": 10}
TRIALS, TIMEOUT_S = 5, 40
TIMES = {"settle": 0.01, "counted": 0.09, "first": 3, "last": 39}
LINES = TOP / "docs/truth/spun.jsonl"


# ------------------------------------------------------------------ a run


def run_test(folder, library, timeout_s):
    """Its row of results."""
    words = (
        "run-test",
        library,
        "fetch_range",
        "--timeout",
        timeout_s,
        "--json",
        "--db",
        "sqlite:///spun.db",
    )
    return json.loads(_runs.benchmark(folder, *words))["results"][0]


def calibrate(folder, kind, library):
    """Makes the copy that spins for BASE_US. Share -> us that are added to it, from what an operation of it
    costs, roughly."""
    _spinning.make_spinning(folder, kind, library, BASE_US[kind])
    plain_us = run_test(folder, library, 3)["cpu_seconds_per_1000_requests"] * 1000
    return {share: round(plain_us * share / 100, 3) for share in SHARES}


def said(findings):
    """What the copy measured: CPU us an operation, of each length."""
    found = re.search(r"SPUN (\[[\d., ]+\])", " ".join(finding["text"] for finding in findings))
    if not found:
        sys.exit(f"the copy has not said what it measured: {findings}")
    return json.loads(found[1])


def kind_of_next(lines):
    kind = os.environ.get("KIND") or min(_spinning.KINDS, key=lambda kind: len(_goals.of_kind(lines, kind)))
    if kind not in _spinning.KINDS:
        sys.exit(f"KIND is {kind}: c or python")
    return kind


def make(lines, folder):
    kind = kind_of_next(lines)
    plain, by_turns = (f"{_spinning.KINDS[kind]}_{name}" for name in ("0", "by_turns"))
    head = _runs.Head("spun", [by_turns])
    added_us = calibrate(folder, kind, plain)
    longest = max(SHARES)
    lengths = [BASE_US[kind] + added for added in (0, added_us[longest])]
    _spinning.make_by_turns(folder, kind, by_turns, lengths, TIMES)
    trials = [said(run_test(folder, by_turns, TIMEOUT_S)["findings"]) for _ in range(TRIALS)]
    return {
        **head.line(),
        "kind": kind,
        "added_us": {str(longest): added_us[longest]},
        "trials": trials,
    }


# ------------------------------------------------------------------ the summary


def factors_of(line):
    """Of each trial. The last length is the longest: lines of the first day have others between."""
    *_, added_us = line["added_us"].values()
    return [(costs[-1] - costs[0]) / added_us for costs in line["trials"]]


def factor(lines, kind):
    """An Estimate over all trials of all lines. It is 1, and certain, where they are too few to tell."""
    factors = [one for line in _goals.of_kind(lines, kind) for one in factors_of(line)]
    found = _estimate.centre(factors) if factors else None
    return found if found and math.isfinite(found.low) else _estimate.Estimate(1, 1, 1)


def show_factors(lines):
    for kind in _spinning.KINDS:
        shown, runs = _goals.show_interval(factor(lines, kind)), len(_goals.of_kind(lines, kind))
        print(f"{kind}: a longer spin costs {shown} times what it lasts, {runs} runs")


def summary(lines):
    show_factors(lines)
    return True


if __name__ == "__main__":
    _runs.main(make, summary)
