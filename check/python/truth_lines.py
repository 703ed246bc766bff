"""Made-up runs of `make bench-truth`, as its parts keep them, and what these say of them."""

import contextlib
import io
import math

from made_rounds import Made

import _rounds  # isort: skip


def cells(costs, **noise):
    return _rounds.make_cells(Made(**noise).rows(costs))


def judged(ratio, half, by):
    low, high = ratio * math.exp(-half), ratio * math.exp(half)
    corrected = [low * 0.97, high * 1.03]
    return {
        "ratio": [ratio, low, high],
        "half": half,
        "alone": _rounds.verdict(low, high, by),
        "corrected": corrected,
        "verdict": _rounds.verdict(*corrected, by),
        "sd": half,
    }


def line(pairs, steal=0.0, budget=240, blocks=12, date="2026-01-01T00:00:00Z", **others):
    """A run as a part keeps it; `pairs`: (a, b, CPU ratio, half width). Rates are the inverse."""
    made = []
    for a, b, ratio, half in pairs:
        by = {"cpu": judged(ratio, half, "cpu"), "rate": judged(1 / ratio, half, "rate")}
        made.append({"a": a, "b": b, **by})
    empty = {by: {} for by in _rounds.BY}
    noise = {"sd": empty, "lag1": empty, "position": empty, "after": empty, "covariate": {}}
    noise |= {"figures": {}, "findings": {}}
    run = {"date": date, "commit": "0" * 12, "steal": steal, "others": 0.1, "rounds": 20}
    return {**noise, **run, "budget": budget, "blocks": blocks, "pairs": made, **others}


def told(summary, lines):
    """Whether no goal is missed, and the lines about goals."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        good = summary(lines)
    return good, [text for text in out.getvalue().splitlines() if text.startswith("goal: ")]
