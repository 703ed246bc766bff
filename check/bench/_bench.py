"""What the benches in Python share: the origin, medians, the line of a verdict."""

import contextlib
import math
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _common import BUILD


def p99(values):
    """By nearest rank."""
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def cpu_ns(pid):
    """CPU time that a process has used."""
    return sum(
        int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
        for task in os.listdir(f"/proc/{pid}/task")
    )


def judge(name, ratio, limit):
    """Prints the line that check/bench/run reads; whether the goal is met."""
    verdict = "ok" if ratio <= limit else "over"
    print(f"bench {name} ratio {ratio:.3f} limit {limit:.3f} {verdict}", flush=True)
    return ratio <= limit


@contextlib.contextmanager
def origin(*options):
    """An origin of the dataset s2, until the block ends: its process and address."""
    words = [BUILD / "benchmark", "origin", "--dataset", "s2", "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process, re.search(r"http://[\d.:]+", process.stdout.readline())[0]
        finally:
            process.terminate()
