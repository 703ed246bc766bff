"""The same as aa, with a busy neighbour: it must not make equals differ, and the rows must name the noise.

usage: make bench-truth PART=neighbour [RUNS=1] [BUDGET=240] [BLOCKS=12]

The neighbour is a process that uses 30 to 100% of a CPU, whichever it gets, in bursts of up to a second;
its share is drawn anew every few seconds.

Goals, of 10 runs, whatever the steal: none has a false verdict of the table, and each names others' work or
steal beside each library, in more than half of its blocks.

Which verdicts on libraries that do differ are the opposite of those without a neighbour (docs/truth/aa.jsonl)
is printed, and is no goal: load changes what a library costs.
"""

import contextlib
import multiprocessing
import os
import random
import time
from collections import Counter

import _goals
import _runs
import aa
from _common import TOP

NEEDED = 10


def burst_s():
    return random.uniform(0.05, 1)


def be_busy(share, seconds, burst_s=burst_s):
    """Bursts, each as long as burst_s() says, of which the sum is this share."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        burst = burst_s()
        stops = time.monotonic() + burst
        while time.monotonic() < stops:
            pass
        time.sleep(burst * (1 - share) / share)


def work(parent):
    """Until the parent ends, however it does."""
    while os.getppid() == parent:
        be_busy(random.uniform(0.3, 1), random.uniform(2, 6))


@contextlib.contextmanager
def beside(work, *words):
    """A process that does work(this process's id, *words) meanwhile."""
    process = multiprocessing.Process(target=work, args=(os.getpid(), *words), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def make(lines, folder):
    with beside(work):
        return aa.make(lines, folder, "neighbour")


def turned_round(lines, quiet):
    """Texts: verdicts of which these runs have the opposite of the runs without a neighbour."""
    here, there = (
        Counter(told for line in found for told in _goals.verdicts(line).items()) for found in (lines, quiet)
    )
    return [
        f"{a} is {word} than {b} by {by} in {count} of {len(quiet)} runs without a neighbour, "
        f"{opposite} in {here[key, opposite]} of {len(lines)} beside it"
        for (key, word), count in sorted(there.items())
        for by, a, b in [key]
        for opposite in [_goals.OPPOSITE[word]]
        if a < b and here[key, opposite]
    ]


def show_turned_round(lines):
    quiet = _goals.sort_out(_runs.lines_of(TOP / "docs/truth/aa.jsonl")).counted
    for text in turned_round(lines, quiet):
        print(f"load turns round: {text}")


def judge(lines, needed):
    """Whether no run has a false verdict, and each names the noise."""
    aa.show_runs(lines)
    counted = _goals.whole(lines)
    _goals.show_noise(counted)
    show_turned_round(counted)
    _goals.show_named(counted, "noise")
    named = [_goals.names_noise(line, "noise") for line in counted]
    good = [
        aa.few_false_verdicts(lines, 0, needed),
        _goals.at_least("the noise is named beside each row", named, needed, needed),
    ]
    return all(good)


def summary(lines):
    return judge(lines, NEEDED)


if __name__ == "__main__":
    _runs.main(make, summary)
