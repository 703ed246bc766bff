"""What `benchmark compare` makes of two runs: of a library that has not changed, and of one 10% slower.

usage: make bench-truth PART=between [RUNS=1] [BUDGET=240] [BLOCKS=12]

A run of this part is three of the program, in random order: a library and `reference`, twice as it is, and
once with a spin in each operation that costs a tenth of what an operation costs. Each has a database of its
own. Then the program compares the first two, and the first with the slower.

Goals, of 10: at most 1 verdict of the first kind; status 3 (worse, and by more than 5%) in at least 9 of
the second. Where others take more of the machine than in the goals' runs it says that it cannot tell, and
that is counted for what it is: not found.
"""

import json
import random
import shutil
import subprocess
from statistics import median

import _goals
import _runs
import _spinning
from _common import BUILD

LIBRARY, KIND, SHARE = "aiohttp_it", "python", 10
NEEDED, VERDICTS_MOST, FOUND_LEAST = 10, 1, 9
PLAIN, AGAIN, SLOWER = "plain", "again", "slower"
TOLD = {"better", "worse"}


# ------------------------------------------------------------------ a run


def make_library(folder, added_us):
    """In place of the one that is there."""
    shutil.rmtree(folder.tests / LIBRARY, ignore_errors=True)
    for env in folder.envs.glob(f"{LIBRARY}-*"):
        env.unlink()
    _spinning.make_spinning(folder, KIND, LIBRARY, added_us)


def measure(folder, name, added_us, seed):
    """One run of the program, in a database of that name."""
    make_library(folder, added_us)
    words = ("--budget", _runs.BUDGET, "--blocks", _runs.BLOCKS, "--seed", seed)
    _runs.run_all(folder, folder.path / f"{name}.db", (LIBRARY, "reference"), *words)


def compare(folder, before, after):
    """The exit status, and of each figure what was said."""
    words = [BUILD / "benchmark", "compare", f"{before}.db", f"{after}.db", "--fail-above", "5%", "--json"]
    done = subprocess.run(words, cwd=folder.path, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)["comparisons"][0]
    (library,) = found["libraries"]
    keys = ("verdict", "ratio", "low", "high", "seen")
    said = {by: {key: library[by][key] for key in keys} for by in ("rate", "cpu")}
    return {"status": done.returncode, "doubts": len(found["doubts"]), **said}


def make(_lines, folder):
    head = _runs.Head("between", [LIBRARY])
    added_us = _spinning.calibrate(folder, KIND, LIBRARY)[SHARE]
    order = [(PLAIN, 0), (AGAIN, 0), (SLOWER, added_us)]
    random.Random(head.seed).shuffle(order)
    for name, added in order:
        measure(folder, name, added, head.seed)
    return {
        **head.line(),
        "blocks": _runs.BLOCKS,
        "steal": None,
        "order": [name for name, _ in order],
        "added_us": added_us,
        "equal": compare(folder, PLAIN, AGAIN),
        "slower": compare(folder, PLAIN, SLOWER),
    }


# ------------------------------------------------------------------ the summary


def has_verdict(compared):
    return any(compared[by]["verdict"] in TOLD for by in ("rate", "cpu"))


def show(lines):
    for line in lines:
        said = ", ".join(
            f"{what} {by} {line[what][by]['verdict']} ({line[what][by]['seen'] or 0:.1%} could be seen)"
            for what in ("equal", "slower")
            for by in ("rate", "cpu")
        )
        print(f"  {line['date']}: {said}")
    if lines:
        seen = [median(line["equal"][by]["seen"] or 1 for line in lines) for by in ("rate", "cpu")]
        print(f"  could be seen, in the median: {seen[0]:.1%} of requests/s, {seen[1]:.1%} of CPU")


def summary(lines):
    whole = _goals.whole(lines)
    show(whole)
    verdicts = [has_verdict(line["equal"]) for line in whole]
    found = [line["slower"]["status"] == 3 for line in whole]
    good = _goals.at_most("pairs of equal runs with a verdict", verdicts, VERDICTS_MOST, NEEDED)
    return _goals.at_least("slower by 10%, and found", found, FOUND_LEAST, NEEDED) and good


if __name__ == "__main__":
    _runs.main(make, summary)
