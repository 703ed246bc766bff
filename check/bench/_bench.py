"""What the benches in Python share: the origin, medians, the line of a verdict."""

import contextlib
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import _estimate
from _common import BUILD

# An excess over the limit that must not stay unseen, a part of 1.
TO_BE_SEEN = 0.03
# What others may have of a machine that is called calm, parts of its CPU time.
STEAL_CALM, OTHERS_CALM = 0.02, 0.05
# A figure of 0 has no logarithm: such a part of its limit is as good as nothing.
NOTHING = 1e-6


def p99(values):
    """By nearest rank."""
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def cpu_ns(pid):
    """CPU time that a process has used."""
    return sum(
        int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
        for task in os.listdir(f"/proc/{pid}/task")
    )


def say(name, ratio, limit, verdict):
    """Prints the line that check/bench/run reads; whether the goal is not missed."""
    print(f"bench {name} ratio {ratio:.3f} limit {limit:.3f} {verdict}", flush=True)
    return verdict != "over"


def verdict_of(found, limit):
    """Of a ratio with its interval.

    over: all of the interval is. ok: none of it is, or it is not proven over although an excess of TO_BE_SEEN
    would have been seen. Else it cannot be told.
    """
    if found.low > limit:
        return "over"
    if found.high <= limit or found.seen <= TO_BE_SEEN:
        return "ok"
    if math.isnan(found.seen):
        return "cannot be told here: too few rounds, no difference could have been seen"
    return f"cannot be told here: the least difference that could have been seen is {100 * found.seen:.1f}%"


def judge_ratios(name, ratios, limit):
    """Judges ratios of alternated pairs, which are independent: by the interval of their median."""
    found = _estimate.ratio(ratios)
    print(f"{name}: median {found.value:.4f}, 95% {found.low:.4f} to {found.high:.4f}")
    return say(name, found.value, limit, verdict_of(found, limit))


def judge_values(name, values, limit):
    """The same for a figure that was measured several times, each by itself, as parts of its limit."""
    return judge_ratios(name, [max(value / limit, NOTHING) for value in values], 1.0)


class Noise(NamedTuple):
    """What others had of the machine's CPU time, as parts of 1; None: unknown."""

    steal: float | None
    others: float | None

    @property
    def calm(self):
        return None not in self and self.steal <= STEAL_CALM and self.others <= OTHERS_CALM


class Machine:
    """Readings of /proc/stat: what others had since this was made. Children that have ended are ours."""

    def __init__(self):
        self._begin = self._read()

    @staticmethod
    def _read():
        """Ticks: busy, steal, idle, ours."""
        ticks = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        user, nice, system, idle, wait, irq, softirq, steal = map(int, ticks)
        ours = sum(os.times()[:4]) * os.sysconf("SC_CLK_TCK")
        return user + nice + system + irq + softirq, steal, idle + wait, ours

    def noise(self):
        busy, steal, idle, ours = (end - begin for begin, end in zip(self._begin, self._read(), strict=True))
        whole = busy + steal + idle
        return Noise(steal / whole, max(busy - ours, 0) / whole) if whole else Noise(None, None)


def seconds_verdict(seconds, limit, noise):
    """Of CPU time, by the least of several runs.

    It is absolute, and a machine that is shared makes it longer. Where others had little of it meanwhile it
    is the program that is over its limit, and at twice the limit in any case.
    """
    least, most = min(seconds) / limit, max(seconds) / limit
    if least <= 1:
        return "ok"
    if least > 2 or noise.calm:
        return "over"
    runs = f"{least:.2f} to {most:.2f} of the limit in {len(seconds)} runs"
    if None in noise:
        return f"cannot be told here: {runs}, and what others used is unknown"
    shares = f"others had {100 * noise.others:.0f}% of the machine, {100 * noise.steal:.0f}% was stolen"
    return f"cannot be told here: {runs}, while {shares}"


def judge_seconds(name, seconds, limit, noise):
    return say(name, min(seconds) / limit, 1.0, seconds_verdict(seconds, limit, noise))


@contextlib.contextmanager
def origin(*options):
    """An origin of the dataset s2, until the block ends: its process and address."""
    words = [BUILD / "benchmark", "origin", "--dataset", "s2", "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process, re.search(r"http://[\d.:]+", process.stdout.readline())[0]
        finally:
            process.terminate()
