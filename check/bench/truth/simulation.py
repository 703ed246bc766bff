"""Made-up noise, of which the truth is known: what levels and power of the statistics are worth.

usage: make bench-truth PART=simulation [RUNS=1], or check/bench/truth/run simulation [RESULTS [EXPERIMENTS]]

_simulation.c makes 10,000 experiments of each kind of noise: its head says which, and what a line holds. The
same sources and number give the same line. So a line has the digest of the sources that decide it
(`sources`, _sources.py), and is made once, and anew where they have changed since: it replaces the earlier
one. Where its figures differ from those that stood there, this says which, and ends with status 1, once: what
cites them (docs/method.md, src/analyse/compare.c) has to be read again. With RUNS=0 nothing is made, and
a line of other sources, or none of a kind, ends with status 1, each time.

Goals, for the signed ranks that verdicts rest on and for the sign test, at 12 and 24 blocks. Of one pair's
interval at 95%: at least 94% hold the truth, and at most as many as the method's exact level at that number
of blocks says, and 0.5% more. Of tables of equals: at most 5% have any false verdict, by both and by the
program's own analysis. What the program does not do is shown beside it, and is no goal.
"""

import json
import math
import subprocess
import sys
from pathlib import Path

import _goals
import _runs
import _sources
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


# ------------------------------------------------------------------ lines


def program_of(sources):
    """The program, made of these sources as they are."""
    program = BUILD / "check/bench/truth/_simulation"
    newer = _sources.newer_than(sources, program)
    if newer:
        sys.exit(f"{program} is older than {newer[0]}, or not built: make unit")
    return program


def says(program, *words):
    done = subprocess.run([program, *map(str, words)], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def find(lines, noise, experiments):
    """Its place; None: there is none."""
    keys = [(line["noise"], line["experiments"]) for line in lines]
    return keys.index((noise, experiments)) if (noise, experiments) in keys else None


def flat(value, name=""):
    """Name -> figure, of nested ones."""
    if not isinstance(value, dict):
        return {name: value}
    return {key: x for part, of in value.items() for key, x in flat(of, f"{name}.{part}".strip(".")).items()}


def differences(old, new):
    """Texts: what of a line is another now. The digest is none of its figures."""
    one, other = flat(old), flat(new)
    names = [name for name in {**one, **other} if name != "sources"]
    return [
        f"{name} was {one.get(name)}, is {other.get(name)}"
        for name in names
        if one.get(name) != other.get(name)
    ]


def put(path, lines, at, line):
    """In its place, or at the end; the file is whole at any moment. The texts of what has changed."""
    if at is None:
        lines.append(line)
        at = len(lines) - 1
    changed = differences(lines[at], line)
    lines[at] = line
    _runs.write_lines(path, lines)
    for text in changed:
        print(f"changed: {line['noise']}: {text}", flush=True)
    return changed


def make_all(path, experiments, names, make, digest):
    """Makes what is missing, or of other sources: make(noise) gives a line. Whether no figure has changed."""
    lines, same = _runs.lines_of(path), True
    for noise in names:
        at = find(lines, noise, experiments)
        if at is None or not is_of(lines[at], digest):
            same &= not put(path, lines, at, {"sources": digest, **make(noise)})
    return same


def all_are_new(lines, experiments, names, digest):
    """Says which are missing, or of other sources, as those are whose noise is no more."""
    whole = {line["noise"]: is_of(line, digest) for line in lines if line["experiments"] == experiments}
    old = [noise for noise in {**dict.fromkeys(names), **whole} if not whole.get(noise)]
    for noise in old:
        print(f"not of these sources: {noise}")
    return not old


def is_of(line, digest):
    return line.get("sources") == digest


def main():
    path, experiments = sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else EXPERIMENTS
    sources = _sources.files(Path(__file__).with_name("_simulation.c"))
    digest, program = _sources.digest(sources), program_of(sources)
    names = says(program).splitlines()

    def make(noise):
        print(f"{noise}: {experiments:,} experiments", flush=True)
        return json.loads(says(program, noise, experiments))

    same = not _runs.RUNS or make_all(path, experiments, names, make, digest)
    lines = _runs.lines_of(path)
    good = [same, summary(lines), all_are_new(lines, experiments, names, digest)]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
