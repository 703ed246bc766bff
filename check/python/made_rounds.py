"""Rounds whose truth is known, as `get-results --per-round` writes them, and where the benches lie."""

import math
import random
import sys

from fake_harness import ROOT

BENCH = ROOT / "check/bench"
sys.path[:0] = [str(BENCH / "truth"), str(BENCH), str(BENCH.parent)]


def row(library, block, number, position, rate, cpu_us, **others):
    """A slice of 0.1 s as the program writes it."""
    operations = rate * 0.1
    values = {
        "library": library,
        "block": block,
        "round": number,
        "position": position,
        "operations": operations,
        "cpu_seconds": operations * cpu_us / 1e6,
        "seconds": 0.1,
        "steal_seconds": 0,
        "others_seconds": 0,
        "mark": "",
        "failed": "False",
        **others,
    }
    return {name: str(value) for name, value in values.items()}


class Made:
    """Blocks of rounds with a known truth: libraries by what an operation of theirs costs, in us."""

    def __init__(self, seed=1, blocks=12, rounds=30, process=0.0, noise=0.0, drift=0.0, at=None, after=None):
        self.draw, self.blocks, self.rounds = random.Random(seed), blocks, rounds
        self.process, self.noise, self.drift = process, noise, drift
        self.at, self.after = at or {}, after or {}

    def rows(self, costs):
        return [made for block in range(self.blocks) for made in self._block(block, costs)]

    def _block(self, block, costs):
        luck = {name: self.draw.gauss(0, self.process) for name in costs}
        before, weather = None, 0
        for number in range(self.rounds):
            order = self.draw.sample(list(costs), len(costs))
            for position, name in enumerate(order):
                weather = 0.99 * weather + self.draw.gauss(0, self.drift)
                off = luck[name] + weather + self.draw.gauss(0, self.noise)
                off += self.at.get(position, 0) + self.after.get(before, 0)
                cpu = costs[name] * math.exp(off)
                yield row(name, block, number, position, 1e6 / cpu, cpu)
                before = name
