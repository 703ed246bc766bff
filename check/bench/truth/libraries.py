"""The libraries themselves, at 16 KiB and 1 MiB: verdicts of runs that lie hours apart must not contradict
each other, and their order must be that of tables that others published.

usage: make bench-truth PART=libraries [RUNS=1] [BUDGET=240] [BLOCKS=12]

A run is one size, whichever has fewer so far. The order is that of operations per CPU second at 16 KiB, and
of requests per second at both sizes; docs/checks.md has its sources.

Lines without what the program itself said (`program`) were judged by an older rule: medians throughout,
before slices of unlike length were compared by totals. They are listed apart and count for no goal.
"""

import datetime
from itertools import combinations
from statistics import median

import _goals
import _rounds
import _runs

SIX = ("aioboto3", "aiohttp", "fsspec", "httpx", "obstore", "requests")
LIBRARIES = (*SIX, "reference", "null")
SIZES = ("16KiB", "1MiB")
HOURS_APART = 2
# (by, the better, the worse)
PUBLISHED = {
    "16KiB": [
        ("cpu", "obstore", "aioboto3"),
        ("cpu", "obstore", "requests"),
        ("cpu", "aiohttp", "aioboto3"),
        ("cpu", "aiohttp", "requests"),
        ("cpu", "aioboto3", "httpx"),
        ("cpu", "requests", "httpx"),
        ("rate", "aiohttp", "requests"),
        ("rate", "requests", "httpx"),
        ("rate", "aiohttp", "httpx"),
    ],
    "1MiB": [
        ("rate", "aiohttp", "requests"),
        ("rate", "requests", "httpx"),
        ("rate", "aiohttp", "httpx"),
    ],
}
# Of these. The runs so far prove all.
AGREE_LEAST = {"16KiB": 8, "1MiB": 2}


def make(lines, folder):
    size = min(SIZES, key=lambda size: len(of_size(lines, size)))
    return {**_runs.run("libraries", folder, LIBRARIES, "--request-size", size), "size": size}


def of_size(lines, size):
    return [line for line in lines if line["size"] == size]


def by_this_rule(lines):
    """Those that were judged as the program judges now."""
    return [line for line in lines if "program" in line]


def when(line):
    return datetime.datetime.fromisoformat(line["date"])


def hours_apart(lines):
    dates = [when(line) for line in lines]
    return (max(dates) - min(dates)).total_seconds() / 3600 if dates else 0


def contradictions(lines):
    """(by, a, b) of each two runs that say the opposite."""
    found = []
    for one, other in combinations(map(_goals.verdicts, lines), 2):
        opposed = {key for key in set(one) & set(other) if one[key] != other[key]}
        found += sorted(key for key in opposed if key[1] < key[2])
    return found


def against_published(line):
    """(agrees, not told, contradicts) of what is published, as texts."""
    found, told = ([], [], []), _goals.verdicts(line)
    for by, better, worse in PUBLISHED[line["size"]]:
        said = told.get((by, better, worse))
        place = 1 if said is None else 0 if said == "better" else 2
        found[place].append(f"{better} before {worse} by {by}")
    return found


def show_order(line):
    for by in _rounds.BY:
        figures = {name: line["figures"][name][by] for name in SIX if name in line["figures"]}
        ordered = sorted(figures, key=figures.get, reverse=by == "rate")
        print(f"    {by}: " + ", ".join(f"{name} {figures[name]:,.0f}" for name in ordered))


def show_line(line):
    agrees, untold, contradicts = against_published(line)
    _goals.show_run(line, None)
    show_order(line)
    print(f"    published order: agrees {len(agrees)}, not told {len(untold)}, not so {len(contradicts)}")
    for text in (*(f"not told: {x}" for x in untold), *(f"not so: {x}" for x in contradicts)):
        print(f"      {text}")


def show_size(size, lines, counted):
    hours = hours_apart(counted)
    print(f"{size}: {len(counted)} runs that count, {hours:.1f} hours from the first to the last")
    _goals.show_sorted(by_this_rule(lines), show_line)
    if old := [line for line in lines if "program" not in line]:
        print("  apart, judged by an older rule:")
    for line in old:
        show_line(line)
    for by, a, b in contradictions(counted):
        print(f"  contradiction: {a} and {b} by {by}")


def agreement(size, counted, done):
    """Of the median run. A run of which nothing is told contradicts nothing, and has shown nothing."""
    found = median(len(against_published(line)[0]) for line in counted) if counted else 0
    good = found >= AGREE_LEAST[size]
    if done < 2 and not good:
        good = None
    of = len(PUBLISHED[size])
    what = f"{size}: the published order is proven (at least {AGREE_LEAST[size]} of {of}, in the median run)"
    return _goals.goal(what, f"{found:g}", good, done, 2)


def goals(size, counted):
    """Verdicts must hold whatever the steal. Two runs count as two only if they are hours apart."""
    done = len(counted) if hours_apart(counted) >= HOURS_APART else min(len(counted), 1)
    opposed = len(contradictions(counted))
    missed = sum(len(against_published(line)[2]) for line in counted)
    return (
        _goals.never(f"{size}: verdicts that contradict each other", opposed, done, 2),
        _goals.never(f"{size}: against the published order", missed, done, 2),
        agreement(size, counted, done),
    )


def summary(lines):
    good = []
    for size in SIZES:
        own = of_size(lines, size)
        counted = _goals.whole(by_this_rule(own))
        show_size(size, own, counted)
        _goals.show_noise(counted)
        good += goals(size, counted)
    return all(good)


if __name__ == "__main__":
    _runs.main(make, summary)
