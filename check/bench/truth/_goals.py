"""What a part says of all its runs so far: goals, pairs, variances. Pure, but that it prints."""

import math
from statistics import median
from typing import NamedTuple

import _rounds

# Runs in which the hypervisor took more of the machine are listed apart, and so are those that were smaller
# than the goals are for.
STEAL_MOST = 0.15
BUDGET_LEAST, BLOCKS_LEAST = 240, 12
# Names of findings.
NOISE = {"others", "steal"}


class Sorted(NamedTuple):
    """Runs that count for the goals, those with too much steal, those that are too small."""

    counted: list
    stolen: list
    small: list


def sort_out(lines):
    small = [line for line in lines if line["budget"] < BUDGET_LEAST or line["blocks"] < BLOCKS_LEAST]
    whole = [line for line in lines if line not in small]
    stolen = [line for line in whole if (line["steal"] or 0) > STEAL_MOST]
    return Sorted([line for line in whole if line not in stolen], stolen, small)


def whole(lines):
    """Those that count whatever the steal, in their order."""
    small = sort_out(lines).small
    return [line for line in lines if line not in small]


def show_sorted(lines, show):
    """Calls show(line) for all, with words before those that do not count."""
    sort = sort_out(lines)
    words = {
        "stolen": f"  apart, with more than {STEAL_MOST:.0%} of steal:",
        "small": f"  apart, of less than {BUDGET_LEAST} s or {BLOCKS_LEAST} blocks:",
    }
    for name, found in sort._asdict().items():
        if found and name in words:
            print(words[name])
        for line in found:
            show(line)


def goal(what, value, good, done, needed, of="runs"):
    """Prints a goal; False where it is missed. `good`: None where it cannot be told from so few runs."""
    if good is None:
        word = "open"
    elif done < needed:
        word = "so far" if good else "missed"
    else:
        word = "met" if good else "missed"
    print(f"goal: {what}: {value}, {done} of {needed} {of}: {word}")
    return good is not False


def at_most(what, bad, limit, needed, can_tell=True):
    """So many of `needed` runs may be bad. `bad`: of each run, in the order of the file, whether it is.

    The first `needed` runs are judged, and what further ones are is only printed: a limit for 20 runs is none
    for 40, and who went on until it was met would have chosen. Of fewer runs a count over the limit is missed
    already. Where the runs `can_tell` only that it is missed, it is open.
    """
    count, done, text = _first(bad, needed)
    good = count <= limit and (can_tell or None)
    return goal(f"{what} (at most {limit} of {needed})", text, good, done, needed)


def at_least(what, good, limit, needed):
    """So many of the first `needed` runs must be good: missed once it cannot be reached any more."""
    count, done, text = _first(good, needed)
    met = None if done < needed and count < limit else count >= limit
    if done - count > needed - limit:
        met = False
    return goal(f"{what} (at least {limit} of {needed})", text, met, done, needed)


def _first(flags, needed):
    """How many of the first `needed` there are, of how many, and both with what the further ones are."""
    judged, further = flags[:needed], flags[needed:]
    more = f" (and {sum(further)} of {len(further)} further ones)" if further else ""
    return sum(judged), len(judged), f"{sum(judged)}{more}"


def never(what, count, done, needed):
    """Of no run at all: one more run makes that no easier to meet, so all that there are count."""
    return goal(f"{what} (never)", count, not count, done, needed)


def half_width(what, halves, limit, needed):
    """In the median run; one that has no interval is as wide as can be."""
    wide = median(float("inf") if half is None else half for half in halves) if halves else float("inf")
    good = None if not halves else wide <= limit
    # What fewer runs show may change, either way.
    if len(halves) < needed and not good:
        good = None
    return goal(f"{what} (at most {limit:.0%})", percent(wide), good, len(halves), needed)


def percent(part):
    return "none" if part is None or math.isinf(part) else f"{100 * part:.1f}%"


def find_pair(pairs, a, b):
    """The pair of these two, as it is or turned round; None: there is none."""
    for pair in pairs:
        if (pair["a"], pair["b"]) == (a, b):
            return pair
        if (pair["b"], pair["a"]) == (a, b):
            return turned(pair)
    return None


def pair_of(line, a, b):
    return find_pair(pairs_of(line), a, b)


def pairs_of(line):
    """Its pairs, with the corrected intervals and the verdicts that the program gave. Lines from before those
    were kept have the ones that _rounds.py found."""
    if "program" not in line:
        return line["pairs"]
    return [_as_said(pair, line["program"]["pairs"]) for pair in line["pairs"]]


_UNSAID = {by: {"corrected": [None, None], "verdict": "no verdict"} for by in _rounds.BY}


def _as_said(pair, program):
    said = find_pair(program, pair["a"], pair["b"]) or _UNSAID
    return {**pair, **{by: {**pair[by], **_corrected(said[by])} for by in _rounds.BY}}


def _corrected(figure):
    return {name: figure[name] for name in ("corrected", "verdict")}


# ------------------------------------------------------------------ the program and _rounds.py


# Of what is rounded to six digits.
_ROUNDED, _OFF_MOST = 2e-6, 1e-5


def _near(one, other):
    if None in (one, other):
        return one is other
    return abs(one - other) <= _ROUNDED + _OFF_MOST * abs(other)


def _differ(own, said):
    """Whether two figures of a pair differ. Where an end lies beside 1 either verdict is as good."""
    ends = zip([own["ratio"][0], *own["corrected"]], [said["ratio"][0], *said["corrected"]], strict=True)
    beside = any(end is not None and _near(end, 1) for end in said["corrected"])
    return not all(_near(x, y) for x, y in ends) or (own["verdict"] != said["verdict"] and not beside)


_NOTHING = {by: {"ratio": [None] * 3, "corrected": [None] * 2, "verdict": "no verdict"} for by in _rounds.BY}


def disagreements(line):
    """Texts: where the program's pairs are not those that its rounds give by _rounds.py."""
    if "program" not in line:
        return []
    pairs, program = line["pairs"], line["program"]["pairs"]
    names = {(pair["a"], pair["b"]) for pair in program}
    names |= {ab for pair in pairs if (ab := (pair["a"], pair["b"]))[::-1] not in names}
    return [
        f"{line['date']} {a}/{b} by {by}: the program says {show_figure(said[by])}, "
        f"its rounds {show_figure(own[by])}"
        for a, b in sorted(names)
        for own, said in [[find_pair(found, a, b) or _NOTHING for found in (pairs, program)]]
        for by in _rounds.BY
        if _differ(own[by], said[by])
    ]


def show_figure(figure):
    value, low, high = (
        "none" if x is None else f"{x:.6g}" for x in (figure["ratio"][0], *figure["corrected"])
    )
    return f"{figure['verdict']}, {value} [{low}, {high}]"


def program_agrees(lines):
    """Prints whether the program said in all runs what its rounds give; whether it did."""
    lines = [line for line in lines if "program" in line]
    found = [text for line in lines for text in disagreements(line)]
    for text in found:
        print(f"not the same: {text}")
    if lines:
        what = "the program's verdicts and intervals are not those of its rounds (at most 0)"
        goal(what, len(found), not found, len(lines), len(lines))
    return not found


OPPOSITE = {"better": "worse", "worse": "better"}


def turned(pair):
    """b over a instead of a over b."""

    def over(interval):
        return [None if x is None else 1 / x for x in interval[::-1]]

    found = {"a": pair["b"], "b": pair["a"]}
    for by in _rounds.BY:
        old = pair[by]
        value = None if old["ratio"][0] is None else 1 / old["ratio"][0]
        found[by] = {
            **old,
            "ratio": [value, *over(old["ratio"][1:])],
            "corrected": over(old["corrected"]),
            **{name: OPPOSITE.get(old[name], old[name]) for name in ("alone", "verdict") if name in old},
        }
    return found


def verdicts(line):
    """(by, a, b) -> "better" or "worse", of a; only what the program says."""
    found = {}
    for pair in pairs_of(line):
        for by in _rounds.BY:
            if pair[by]["verdict"] in OPPOSITE:
                found[by, pair["a"], pair["b"]] = pair[by]["verdict"]
                found[by, pair["b"], pair["a"]] = OPPOSITE[pair[by]["verdict"]]
    return found


def of_kind(lines, kind):
    return [line for line in lines if line["kind"] == kind]


def names_noise(line, name):
    """Whether each library of the comparison has this finding ("noise": of others' work or steal) in more
    than half of its blocks. In lines from before that was counted it is in one at least."""
    if "named" in line:
        return bool(line["named"]) and all(2 * of[name] > of["rows"] for of in line["named"].values())
    names = NOISE if name == "noise" else {name}
    return bool(line["findings"]) and all(names & set(found) for found in line["findings"].values())


def show_named(lines, name):
    """Of each library in how many blocks it is named; where that was counted."""
    counts = {}
    for line in lines:
        for library, of in line.get("named", {}).items():
            named, rows = counts.get(library, (0, 0))
            counts[library] = named + of[name], rows + of["rows"]
    if counts:
        shown = ", ".join(f"{library} {named} of {rows}" for library, (named, rows) in counts.items())
        print(f"  blocks in which {name} is named: {shown}")


def holds(interval, truth):
    """Whether an interval [low, high] has the truth in it; None: there is no interval."""
    low, high = interval
    return None if low is None else low <= truth <= high


def show_interval(interval):
    value, low, high = interval
    if low is None:
        return f"{value:.3f} [none]"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def show_run(line, pair, note=""):
    """A line for a person: when, how much noise, and what one pair came to."""
    noise = f"steal {percent(line['steal'])}, others {percent(line['others'])}"
    text = f"{line['date']} {line['commit'][:7]} {line['blocks']} x {line['rounds']:g}, {noise}"
    if pair:
        text += f"; CPU {show_interval(pair['cpu']['ratio'])} rate {show_interval(pair['rate']['ratio'])}"
    print(f"  {text}{note}")


def show_table(title, table):
    """Nested medians over runs, of what each line has: name -> {part -> numbers}."""
    print(title)
    for name, parts in sorted(table.items()):
        shown = "  ".join(f"{part} {percent(median(values))}" for part, values in parts.items())
        print(f"  {name:24} {shown}")


def gather(lines, key, by):
    """name -> part -> values of all lines."""
    table = {}
    for line in lines:
        for name, parts in line[key][by].items():
            for part, value in parts.items():
                if value is not None:
                    table.setdefault(name, {}).setdefault(part, []).append(value)
    return table


def pooled(lines, key, by):
    """place -> (effect, standard error) over all lines, each weighed by its error."""
    sums = {}
    for line in lines:
        for place, (effect, error) in line[key][by].items():
            if error:
                weight, total = sums.get(place, (0, 0))
                sums[place] = weight + error**-2, total + effect * error**-2
    return {place: (total / weight, weight**-0.5) for place, (weight, total) in sorted(sums.items())}


def show_lags(lines, by):
    values = {}
    for line in lines:
        for name, lag in line["lag1"][by].items():
            values.setdefault("/" in name, []).append(lag)
    for is_pair, found in sorted(values.items()):
        what = "of log ratios of pairs" if is_pair else "of a library's own figures"
        many = sum(abs(lag) > 0.3 for lag in found)
        text = f"median {median(found):.2f}, beyond 0.3 in {many} of {len(found)}"
        print(f"  lag-1 correlation over rounds {what}: {text}")


def show_covariate(lines, by):
    """What it would be worth to correct slices by what others took in them."""
    found = [line["covariate"][by] for line in lines if by in line["covariate"]]
    if found:
        sds = (
            f"of a {what} {percent(before)}, then {percent(after)}"
            for what in ("slice", "block")
            for before, after in [[median(one[what][i] for one in found) for i in (0, 1)]]
        )
        slope = median(one["slope"] for one in found)
        print(f"  corrected by noise ({slope:+.2f} a CPU): sd of pairs {'; '.join(sds)}")


def show_noise(lines):
    """What the runs say of the noise: variances, order in time, effects of places."""
    if not lines:
        return
    for by in _rounds.BY:
        title = f"{by}: sd of a slice within its block, between blocks, of a block's number (median of runs)"
        show_table(title, gather(lines, "sd", by))
        show_lags(lines, by)
        show_covariate(lines, by)
        for key, words in (("position", "position in the round"), ("after", "the library before")):
            found = pooled(lines, key, by)
            shown = ", ".join(f"{p} {100 * x:+.2f} +- {100 * e:.2f}%" for p, (x, e) in found.items())
            print(f"  effect of {words}: {shown}")


def show_power(lines, a, b):
    """What this pair's noise would let more blocks find, by simulation of normal numbers."""
    for by in _rounds.BY:
        sds = [pair[by]["sd"] for line in lines if (pair := pair_of(line, a, b)) and pair[by]["sd"]]
        if not sds:
            continue
        print(f"power for {a}/{b}, {by}, a block's sd {percent(median(sds))} (simulated):")
        for blocks in (12, 24, 48):
            powers = [_rounds.power(median(sds), x, blocks) for x in (0.02, 0.05, 0.1)]
            shown = ", ".join(f"{d} {p:.0%}" for d, p in zip(("2%", "5%", "10%"), powers, strict=True))
            print(f"  {blocks} blocks: {shown}")
