"""Checks of what `make bench-truth` makes of rounds, with made-up ones, and beside the program's analysis."""

import math
import random
import subprocess
import unittest
from itertools import pairwise

import built
from made_rounds import Made, row

import _covariate  # isort: skip
import _goals  # isort: skip
import _rounds  # isort: skip


def cells(costs, **noise):
    return _rounds.make_cells(Made(**noise).rows(costs))


def only_pair(costs, **noise):
    (pair,) = _rounds.compare(cells(costs, **noise))
    return pair


class Ratios(unittest.TestCase):
    def test_without_noise(self):
        pair = only_pair({"a": 110, "b": 100})
        self.assertEqual([pair["cpu"]["ratio"], pair["cpu"]["verdict"]], [[1.1, 1.1, 1.1], "worse"])
        self.assertEqual([pair["rate"]["ratio"][0], pair["rate"]["alone"]], [0.909091, "worse"])
        self.assertEqual(pair["cpu"]["half"], 0)

    def test_drift_is_not_in_them(self):
        pair = only_pair({"a": 100, "b": 100}, drift=0.1, process=0.02)
        self.assertLess(pair["cpu"]["half"], 0.06)
        self.assertTrue(_goals.holds(pair["cpu"]["ratio"][1:], 1))

    def test_correction(self):
        pairs = _rounds.compare(cells({"a": 100, "b": 100, "c": 100, "reference": 10, "null": 1}, noise=0.1))
        judged = sorted("".join(sorted((pair["a"], pair["b"]))) for pair in pairs)
        self.assertEqual(judged, ["ab", "ac", "areference", "bc", "breference", "creference"])
        for pair in pairs:
            low, high = pair["cpu"]["corrected"]
            self.assertLess(low, pair["cpu"]["ratio"][1])
            self.assertGreater(high, pair["cpu"]["ratio"][2])

    def test_too_few_blocks(self):
        pair = only_pair({"a": 110, "b": 100}, blocks=5)
        self.assertEqual([pair["cpu"]["ratio"], pair["cpu"]["alone"]], [[1.1, None, None], "no verdict"])
        self.assertIsNone(pair["cpu"]["half"])

    def test_separate_trials(self):
        rows = [
            row(name, block, 0, "", rate, 100)
            for block in range(6)
            for name, rate in (("a", 200), ("b", 100))
        ]
        (pair,) = _rounds.compare(_rounds.make_cells(rows))
        self.assertEqual([pair["rate"]["ratio"], pair["rate"]["alone"]], [[2, 2, 2], "better"])

    def test_what_has_no_figures(self):
        rows = Made(blocks=6).rows({"a": 110, "b": 100})
        rows += [row("a", 6, 0, 0, 1, 1, failed="True"), row("b", 6, 0, 1, 100, 100)]
        rows += [row("a", 0, 30, 0, 1, 1, seconds="0"), row("b", 0, 30, 1, 1, 1)]
        made = _rounds.make_cells(rows)
        self.assertEqual([sorted(made["a"]), sorted(made["b"])], [[*range(6)], [*range(7)]])
        self.assertEqual(len(_rounds.block_numbers(made, "a", "b", "cpu")), 6)
        self.assertNotIn(30, made["a"][0].turns)

    def test_what_is_out(self):
        for name in ("failed", "dropped", "partial"):
            rows = [row(who, block, 0, "", 10, 10) for block in range(6) for who in "ab"]
            rows[2][name] = "True"
            made = _rounds.make_cells(rows)
            self.assertEqual([sorted(made["a"]), sorted(made["b"])], [[0, 2, 3, 4, 5], [*range(6)]], name)

    def test_turned(self):
        pair = only_pair({"a": 110, "b": 100}, process=0.01)
        back = _goals.turned(_goals.turned(pair))
        self.assertEqual(_goals.turned(pair)["cpu"]["verdict"], "better")
        self.assertAlmostEqual(back["cpu"]["ratio"][1], pair["cpu"]["ratio"][1])


# ------------------------------------------------------------------ and those of src/analyse


def for_c(one):
    cpu = round(1e9 * float(one["cpu_seconds"])) if one["cpu_seconds"] else -1
    failed, sliced = int(_rounds.is_out(one)), int(one["position"] != "")
    window = round(1e9 * float(one["seconds"]))
    numbers = (one["block"], failed, sliced, one["round"], one["operations"], cpu, window)
    return " ".join(map(str, (one["library"], *numbers)))


def figure(value, low, high, word):
    value, low, high = (_rounds.known(float(number)) for number in (value, low, high))
    return {"ratio": [value, low, high], "corrected": [low, high], "verdict": word}


def said_in_c(program, rows):
    """What analyse_compare() makes of them, as a line keeps it of the program."""
    text = "".join(for_c(one) + "\n" for one in rows)
    said = subprocess.run([program], input=text, capture_output=True, text=True, check=True).stdout
    pairs = {}
    for words in (each.split(" ", 6) for each in said.splitlines()):
        a, b, by = words[:3]
        pairs.setdefault((a, b), {"a": a, "b": b})[by] = figure(*words[3:])
    return {"pairs": [*pairs.values()]}


NAMES = {"a": 101, "b": 100, "c": 130, "reference": 10, "null": 1}


class Twin(unittest.TestCase):
    """That _rounds.py and src/analyse make the same of the same rounds."""

    @classmethod
    def setUpClass(cls):
        cls.compared = built.require("check/bench/truth/_compared", "unit")

    def made(self, **noise):
        """Whole numbers of operations, as the program has them."""
        rows = Made(process=0.03, noise=0.1, drift=0.05, **noise).rows(NAMES)
        for one in rows:
            one["operations"] = str(round(float(one["operations"])))
        return rows

    def same(self, rows, pairs=6):
        own = _rounds.compare(_rounds.make_cells(rows))
        line = {"date": "now", "pairs": own, "program": said_in_c(self.compared, rows)}
        self.assertEqual(_goals.disagreements(line), [])
        self.assertEqual(len(own), pairs)
        return own

    def of(self, rows, change):
        """Of these rows after change(row, block, round), which may say False: without this row."""
        return [one for one in rows if change(one, int(one["block"]), int(one["round"])) is not False]

    def test_rounds(self):
        found = self.same(self.made())
        words = {pair[by]["verdict"] for pair in found for by in _rounds.BY}
        self.assertEqual(words, {"better", "worse", "not told apart"})

    def test_few_common_rounds(self):
        def change(one, block, number):
            if one["library"] == "c" and (block, number) == (2, 16):
                one["cpu_seconds"] = ""
            return one["library"] != "c" or number % 16 == 0

        rows = self.of(self.made(rounds=32), change)
        numbers = _rounds.block_numbers(_rounds.make_cells(rows), "a", "c", "rate")
        own = self.same(rows)
        self.assertNotAlmostEqual(numbers[0], self.medians(rows, "a", "c")[0])
        self.assertEqual(_goals.find_pair(own, "a", "c")["rate"]["verdict"], "better")

    def medians(self, rows, a, b):
        cells = _rounds.make_cells(rows)
        return [
            _rounds.median(_rounds.common_rounds(cells[a][n], cells[b][n], "rate")) for n in sorted(cells[a])
        ]

    def test_empty_slices(self):
        """One of 30 is half an operation; of two the medians are not asked any more."""
        for empty, asked in ((1, True), (2, False)):

            def change(one, block, number, empty=empty):
                if one["library"] == "b" and number < empty:
                    one["operations"] = "0"

            rows = self.of(self.made(), change)
            numbers = _rounds.block_numbers(_rounds.make_cells(rows), "a", "b", "rate")
            self.assertEqual(numbers == self.medians(rows, "a", "b"), asked)
            self.same(rows)

    def test_unlike_windows(self):
        for longer, asked in ((1.45, True), (1.55, False)):

            def change(one, block, number, longer=longer):
                if one["library"] == "b":
                    one["seconds"] = str(longer * 0.1)

            rows = self.of(self.made(), change)
            numbers = _rounds.block_numbers(_rounds.make_cells(rows), "a", "b", "rate")
            self.assertEqual(numbers == self.medians(rows, "a", "b"), asked)
            self.same(rows)

    def test_what_is_missing(self):
        def change(one, block, number):
            if one["library"] == "a" and block == 3:
                one["failed"] = "True"
            if one["library"] == "b" and (block == 4 or number == 2):
                one["cpu_seconds"] = ""
            if one["library"] == "c" and block == 7:
                one["operations"] = "0"
            return one["library"] != "c" or block not in (1, 2)

        self.same(self.of(self.made(), change))

    def test_no_cpu(self):
        """Verdicts that nobody can make cost none."""

        def change(one, block, number):
            if one["library"] == "b":
                one["cpu_seconds"] = ""

        pair = _goals.find_pair(self.same(self.of(self.made(), change)), "a", "b")
        self.assertEqual([pair["cpu"]["verdict"], pair["cpu"]["ratio"][0]], ["no verdict", None])

    def test_no_common_block(self):
        def change(one, block, number):
            return one["library"] not in "ab" or (one["library"] == "a") == (block < 6)

        self.same(self.of(self.made(), change), pairs=5)

    def test_separate_trials(self):
        def change(one, block, number):
            if one["library"] in ("b", "c"):
                one["position"] = ""
                return number == 0

        self.same(self.of(self.made(), change))
        self.same(self.of(self.made(rounds=1), lambda one, *_: one.update(position="")))

    def test_too_few_blocks(self):
        self.same(self.made(blocks=6))

    def test_a_difference_is_found(self):
        rows = self.made()
        own = _rounds.compare(_rounds.make_cells(rows))
        slower = [
            {**one, "operations": str(int(one["operations"]) // 2)} for one in rows if one["library"] == "b"
        ]
        program = said_in_c(self.compared, [one for one in rows if one["library"] != "b"] + slower)
        found = _goals.disagreements({"date": "now", "pairs": own, "program": program})
        self.assertEqual(len(found), 6, found)
        self.assertIn("a/b by rate: the program says better, 1.", found[0])


class Variances(unittest.TestCase):
    def test_components(self):
        of = _rounds.pair_components(
            cells({"a": 100, "b": 90}, blocks=300, rounds=40, process=0.03, noise=0.1), "a", "b", "cpu"
        )
        for part, sd in (("within", 0.1 * math.sqrt(2)), ("between", 0.03 * math.sqrt(2))):
            self.assertAlmostEqual(math.sqrt(of[part]) / sd, 1, delta=0.15, msg=part)

    def test_spikes_are_not_in_them(self):
        made = Made(blocks=30, noise=0.1)
        rows = made.rows({"a": 100, "b": 100})
        for spiked in made.draw.sample(rows, len(rows) // 20):
            spiked["cpu_seconds"] = str(float(spiked["cpu_seconds"]) * 5)
        of = _rounds.pair_components(_rounds.make_cells(rows), "a", "b", "cpu")
        self.assertLess(math.sqrt(of["within"]), 0.2)

    def test_of_each(self):
        """One that is three times as noisy, and what all share is in none."""
        made = Made(blocks=200, rounds=40, process=0.02, noise=0.05, drift=0.05)
        rows = made.rows({"a": 100, "b": 100, "c": 100, "d": 100})
        luck = {}
        for one in rows:
            if one["library"] == "d":
                off = luck.setdefault(one["block"], made.draw.gauss(0, 0.1))
                one["cpu_seconds"] = str(float(one["cpu_seconds"]) * math.exp(off + made.draw.gauss(0, 0.3)))
        found = _rounds.library_components(_rounds.make_cells(rows), "cpu")
        self.assertAlmostEqual(found["d"]["within"] / 0.3, 1, delta=0.15)
        self.assertAlmostEqual(found["d"]["between"] / 0.1, 1, delta=0.2)
        for name in "abc":
            self.assertLess(found[name]["within"], 0.15)
            self.assertLess(found[name]["between"], 0.05)

    def test_split(self):
        true = {"a": 1, "b": 4, "c": 9, "d": 0}
        of_pairs = {(x, y): true[x] + true[y] for x in true for y in true if x < y}
        for name, found in _rounds.split(of_pairs, list(true)).items():
            self.assertAlmostEqual(found, true[name])
        self.assertEqual(_rounds.split({("a", "b"): 6}, ["a", "b"]), {"a": 3, "b": 3})

    def test_too_few(self):
        self.assertEqual(_rounds.library_components(cells({"a": 1, "b": 1}, blocks=1), "cpu"), {})

    def test_of_one_that_takes_part_in_few_rounds(self):
        rows = Made(process=0.02, noise=0.05).rows({"a": 100, "b": 90, "c": 80, "slow": 1000})
        rows = [one for one in rows if one["library"] != "slow" or int(one["round"]) % 16 == 0]
        made = _rounds.make_cells(rows)
        self.assertEqual(sorted(_rounds.library_components(made, "cpu")), ["a", "b", "c"])
        self.assertEqual(sorted(_rounds.effects(made, "cpu", "position")), ["0", "1", "2", "3"])


class Order(unittest.TestCase):
    def test_lag1(self):
        draw, value, chain = random.Random(2), 0, []
        for _ in range(4000):
            value = 0.5 * value + draw.gauss(0, 1)
            chain.append(value)
        self.assertAlmostEqual(_rounds.lag1([chain]), 0.5, delta=0.06)
        self.assertAlmostEqual(_rounds.lag1([draw.sample(chain, 4000)]), 0, delta=0.06)
        self.assertTrue(math.isnan(_rounds.lag1([[1, 2]])))

    def test_levels_of_blocks_are_no_correlation(self):
        draw = random.Random(3)
        series = [[level + draw.gauss(0, 1) for _ in range(200)] for level in (0, 50, 100)]
        self.assertAlmostEqual(_rounds.lag1(series), 0, delta=0.12)

    def test_own_figures_hang_together_ratios_do_not(self):
        found = _rounds.lags(cells({"a": 1, "b": 1}, rounds=200, drift=0.1, noise=0.3), "cpu")
        self.assertGreater(found["a"], 0.3)
        self.assertLess(abs(found["a/b"]), 0.1)

    def test_positions(self):
        found = _rounds.effects(
            cells({"a": 1, "b": 1, "c": 1}, rounds=60, noise=0.02, at={0: 0.06}), "cpu", "position"
        )
        self.assertAlmostEqual(found["0"][0] - found["1"][0], 0.06, delta=0.01)
        self.assertLess(abs(found["1"][0] - found["2"][0]), 0.01)
        self.assertLess(found["0"][1], 0.01)

    def test_predecessors(self):
        found = _rounds.effects(
            cells({"a": 1, "b": 1, "c": 1}, rounds=200, noise=0.02, after={"c": 0.06}), "cpu", "after"
        )
        self.assertGreater(found["c"][0] - found["a"][0], 0.03)
        self.assertLess(abs(found["a"][0] - found["b"][0]), 0.01)

    def test_who_is_before_whom(self):
        rows = Made(blocks=1, rounds=5).rows({"a": 1, "b": 1})
        made = _rounds.make_cells(rows[::-1])
        for earlier, later in pairwise(rows):
            turn = made[later["library"]][0].turns[int(later["round"])]
            self.assertEqual(turn.after, earlier["library"])


class Covariate(unittest.TestCase):
    def made(self, slope, **noise):
        """What others take of each slice lowers the logarithm of its rate by so much a CPU."""
        draw, rows = random.Random(2), Made(**noise).rows({"a": 100, "b": 100})
        for one in rows:
            taken = draw.choice((0, 0, 0.5))
            one["others_seconds"] = str(taken * 0.1)
            one["operations"] = str(float(one["operations"]) * math.exp(slope * taken))
        return _rounds.make_cells(rows)

    def test_what_noise_explains_is_taken_off(self):
        found = _covariate.adjust(self.made(-0.8, noise=0.02))["rate"]
        self.assertAlmostEqual(found["slope"], -0.8, delta=0.02)
        self.assertGreater(found["slice"][0], 0.2)
        self.assertLess(found["slice"][1], 0.03)
        self.assertLess(found["block"][1], found["block"][0])

    def test_nothing_to_explain(self):
        found = _covariate.adjust(self.made(0, noise=0.02))["rate"]
        self.assertAlmostEqual(found["slope"], 0, delta=0.02)
        self.assertAlmostEqual(*found["slice"], delta=0.001)

    def test_noise_that_never_differs_or_is_unknown(self):
        rows = Made(noise=0.02).rows({"a": 100, "b": 100})
        self.assertEqual(_covariate.adjust(_rounds.make_cells(rows))["rate"]["slope"], 0)
        for one in rows:
            one["steal_seconds"] = ""
        self.assertEqual(_covariate.adjust(_rounds.make_cells(rows)), {})


class Shares(unittest.TestCase):
    def test_share(self):
        rows = [row("a", 0, n, 0, 10, 10, steal_seconds="0.05") for n in range(4)]
        self.assertEqual(_rounds.share(rows, "steal_seconds", 2), 0.25)
        self.assertIsNone(_rounds.share([], "steal_seconds", 2))

    def test_power(self):
        powers = [_rounds.power(0.05, x, 12) for x in (0, 0.05, 0.1)]
        self.assertLess(powers[0], 0.06)
        self.assertGreater(powers[1], 0.7)
        self.assertGreater(powers[2], 0.97)


if __name__ == "__main__":
    unittest.main()
