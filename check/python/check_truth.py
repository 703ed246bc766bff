"""Checks of what the parts of `make bench-truth` say of their runs: goals that are met, missed and open."""

import contextlib
import io
import math
import unittest

from made_rounds import Made, row
from truth_lines import judged, line, told

import _goals  # isort: skip
import _rounds  # isort: skip
import _runs  # isort: skip
import aa  # isort: skip
import libraries  # isort: skip
import long  # isort: skip
import neighbour  # isort: skip
import simulation  # isort: skip
import stolen  # isort: skip


def twins(ratio, half=0.03, **others):
    turns = {"aiohttp_a": [0.01, 0.1], "aiohttp_b": [0.02, 0.1]}
    return line([("aiohttp_a", "aiohttp_b", ratio, half)], turns=turns, **others)


class Equals(unittest.TestCase):
    def test_met(self):
        good, goals = told(aa.summary, [twins(1.01)] * 17 + [twins(1.05)] * 3)
        self.assertTrue(good)
        self.assertEqual([text.rpartition(" ")[2] for text in goals], ["met", "open", *["met"] * 3])

    def test_told_apart_too_often(self):
        good, goals = told(aa.summary, [twins(1.01)] + [twins(1.05)] * 4)
        self.assertFalse(good)
        self.assertIn("goal: told apart, one pair (at most 3 of 20): 4, 5 of 20 runs: missed", goals)

    def test_too_wide(self):
        good, goals = told(aa.summary, [twins(1, half=0.045)] * 20)
        self.assertFalse(good)
        self.assertEqual([text.rpartition(" ")[2] for text in goals], ["met", "open", *["met"] * 2, "missed"])

    def test_too_wide_so_far(self):
        good, goals = told(aa.summary, [twins(1, half=0.09)] * 3)
        self.assertTrue(good)
        self.assertTrue(goals[3].endswith("open"))

    def test_false_verdict_while_steal_is_high(self):
        stolen = twins(1.2, steal=0.3, findings={"a": ["steal"]})
        false = "goal: runs with a false verdict of the table (at most 1 of 20): "
        for lines, good, words in (
            ([stolen], True, "1, 1 of 20 runs: so far"),
            ([stolen] * 2, False, "2, 2 of 20 runs: missed"),
        ):
            found, goals = told(aa.summary, lines)
            self.assertEqual([found, goals[0]], [good, false + words])
            self.assertIn("goal: told apart, one pair (at most 3 of 20): 0, 0 of 20 runs: so far", goals)

    def test_a_run_counts_once(self):
        """By rate, by CPU or by both."""
        by_rate, by_cpu = twins(1.2), twins(1.2)
        for run, by in ((by_rate, "cpu"), (by_cpu, "rate")):
            run["pairs"][0][by] = judged(1, 0.03, by)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            good = aa.summary([by_rate, by_cpu, twins(1.2), twins(1)])
        self.assertFalse(good)
        for text in (
            "goal: told apart, one pair (at most 3 of 20): 3, 4 of 20 runs: so far",
            "  told apart, one pair, by rate: 2 of 4 runs",
            "  told apart, one pair, by cpu: 2 of 4 runs",
            "goal: runs with a false verdict of the table (at most 1 of 20): 3, 4 of 20 runs: missed",
        ):
            self.assertIn(text, out.getvalue().splitlines())

    def test_steal_is_named(self):
        for findings, good, word in (
            ({"a": ["steal"], "b": ["few", "steal"]}, True, "met"),
            ({"a": ["steal"], "b": ["others"]}, False, "missed"),
        ):
            found, goals = told(aa.summary, [twins(1), twins(1, steal=0.16, findings=findings)])
            self.assertEqual(found, good)
            self.assertIn(f"{int(good)}, 1 of 1 runs: {word}", goals[1])

    def test_small_runs_do_not_count(self):
        good, goals = told(aa.summary, [twins(1.2, budget=20), twins(1.2, blocks=3)])
        self.assertTrue(good)
        self.assertTrue(goals[0].endswith("of the table (at most 1 of 20): 0, 0 of 20 runs: so far"))

    def test_none_yet(self):
        self.assertTrue(told(aa.summary, [])[0])

    def test_noise_is_not_named(self):
        quiet, loud = (
            {"aiohttp_a": [], "obstore": ["others"]},
            {"aiohttp_a": ["steal"], "obstore": ["others"]},
        )
        self.assertTrue(told(neighbour.summary, [twins(1, findings=loud)] * 10)[0])
        self.assertFalse(told(neighbour.summary, [twins(1, findings=quiet)])[0])
        for noise, good in ((12, True), (7, True), (6, False)):
            blocks = {"rows": 12, "others": 3, "steal": 5, "noise": noise}
            named = {"aiohttp_a": blocks, "obstore": {**blocks, "noise": 12}}
            found, goals = told(neighbour.summary, [twins(1, findings=loud, named=named)])
            self.assertEqual(found, good, goals)

    def test_stolen(self):
        loud = twins(1, findings={"aiohttp_a": ["steal"], "obstore": ["others"]})
        for runs, word in ((4, "so far"), (5, "met")):
            found, goals = told(stolen.summary, [loud] * runs)
            self.assertTrue(found)
            self.assertIn(f"(at most 0 of 5): 0, {runs} of 5 runs: {word}", goals[0])
        for part, runs in ((stolen, 5), (neighbour, 10)):
            _, goals = told(part.summary, [twins(1.2, findings={"aiohttp_a": ["others"]})] * runs)
            self.assertTrue(goals[0].endswith("missed"), goals[0])
        bursts = sorted(stolen.burst_s() for _ in range(1000))
        self.assertTrue(0.001 <= bursts[0] < 0.003 and 0.03 < bursts[-1] <= 0.1)

    def test_blocks_that_name_noise(self):
        rows = [("a", "others;few"), ("a", ""), ("a", "steal;others"), ("b", "steal"), ("b", "few")]
        found = _runs.findings([{"library_name": name, "finding_names": of} for name, of in rows])
        self.assertEqual(found["findings"], {"a": ["few", "others", "steal"], "b": ["few", "steal"]})
        self.assertEqual(found["named"]["a"], {"rows": 3, "others": 2, "steal": 1, "noise": 2})
        self.assertEqual(found["named"]["b"], {"rows": 2, "others": 0, "steal": 1, "noise": 1})

    def test_verdicts_that_load_turns_round(self):
        quiet, loud = [twins(1.2)] * 2 + [twins(1)], [twins(1 / 1.2)] * 3 + [twins(1.2)]
        found = neighbour.turned_round(loud, quiet)
        self.assertEqual(len(found), 2)
        words = (
            "aiohttp_a is worse than aiohttp_b by cpu in 2 of 3 runs without a neighbour, better in 3 of 4"
        )
        self.assertIn(words, found[0])
        self.assertEqual(neighbour.turned_round([twins(1.2)], quiet), [])


class Further(unittest.TestCase):
    """Of more runs than are needed the first are judged."""

    def test_at_most(self):
        for bad, words in (
            ([True] * 3 + [False] * 7, "3, 10 of 10 runs: met"),
            ([False] * 8 + [True] * 12, "2 (and 10 of 10 further ones), 10 of 10 runs: met"),
            ([True] * 4 + [False] * 36, "4 (and 0 of 30 further ones), 10 of 10 runs: missed"),
        ):
            self.assertIn(words, self.line(_goals.at_most, bad, 3, 10))

    def test_at_least(self):
        for good, words in (
            ([True] * 9 + [False] * 11, "9 (and 0 of 10 further ones), 10 of 10 runs: met"),
            ([False] * 2 + [True] * 18, "8 (and 10 of 10 further ones), 10 of 10 runs: missed"),
        ):
            self.assertIn(words, self.line(_goals.at_least, good, 9, 10))

    def test_never(self):
        self.assertIn("1, 30 of 10 runs: missed", self.line(_goals.never, 1, 30, 10))

    def line(self, judge, *words):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            judge("x", *words)
        return out.getvalue()

    def test_runs_with_steal_stand_in_the_order_of_the_file(self):
        lines = [twins(1, steal=0.3), twins(1), twins(1, budget=20)]
        self.assertEqual(_goals.whole(lines), lines[:2])


class Said(unittest.TestCase):
    """What the program says decides, where a line has it."""

    def line(self, ratio, said, **others):
        made = twins(ratio, **others)
        (pair,) = twins(said)["pairs"]
        of = {by: {name: pair[by][name] for name in ("ratio", "corrected", "verdict")} for by in _rounds.BY}
        return {**made, "program": {"verdicts": 2, "pairs": [{"a": pair["a"], "b": pair["b"], **of}]}}

    def test_it_decides(self):
        for ratio, said, word in ((1.2, 1, "so far"), (1, 1.2, "missed"), (1, 1 / 1.2, "missed")):
            goals = told(neighbour.summary, [self.line(ratio, said)])[1]
            self.assertTrue(goals[0].endswith(word), goals[0])

    def test_turned(self):
        line = self.line(1, 1.2)
        (pair,) = line["program"]["pairs"]
        turned = _goals.turned(pair)
        self.assertEqual([turned["a"], turned["cpu"]["verdict"]], ["aiohttp_b", "better"])
        back = {**line, "program": {"pairs": [turned]}}
        one, other = (_goals.pairs_of(which)[0]["cpu"] for which in (back, line))
        self.assertEqual(one["verdict"], other["verdict"])
        self.assertAlmostEqual(one["corrected"][0], other["corrected"][0])

    def test_what_is_not_the_same_fails(self):
        for run, good in ((self.line(1.2, 1.2), True), (self.line(1, 1.2), False), (twins(1), True)):
            found, goals = told(_goals.program_agrees, [run])
            self.assertEqual(found, good)
            self.assertEqual(len(goals), int("program" in run))

    def test_what_it_does_not_say(self):
        line = {**twins(1.2), "program": {"pairs": []}}
        self.assertEqual(_goals.pair_of(line, "aiohttp_a", "aiohttp_b")["cpu"]["verdict"], "no verdict")
        self.assertEqual(len(_goals.disagreements(line)), 2)
        more = {**twins(1.2), "pairs": [], "program": self.line(1, 1)["program"]}
        self.assertEqual(len(_goals.disagreements(more)), 2)

    def test_json(self):
        of = {"ratio": 1.2, "low": None, "high": None, "verdict": "no verdict", "seen": None}
        said = {"comparisons": [{"verdicts": 2, "pairs": [{"a": "x", "b": "y", "rate": of, "cpu": of}]}]}
        (pair,) = _runs.program(said)["pairs"]
        self.assertEqual([pair["cpu"]["ratio"], pair["cpu"]["corrected"]], [[1.2, None, None], [None, None]])

    def test_wrong_bytes(self):
        results = [
            {"library_name": name, "failures_wrong_bytes": n}
            for name, n in (("a", "0"), ("b", "1"), ("c", ""))
        ]
        rows = Made(blocks=6).rows({"a": 110, "b": 100, "c": 100})
        found = _runs.figures(rows, _runs.wrong(results))
        self.assertEqual([sorted(found["figures"]), len(found["pairs"])], [["a", "c"], 1])


def six(faster, size="16KiB", date="2026-01-01T00:00:00Z", others=()):
    """`others`: further pairs of which the first is 7 times as good."""
    figures = {name: {"rate": 1.0, "cpu": 1.0} for name in libraries.SIX}
    pairs = [("aiohttp", "httpx", 1 / faster, 0.02), *((a, b, 1 / 7, 0.02) for a, b in others)]
    made = line(pairs, size=size, date=date, figures=figures)
    return {**made, "program": {"pairs": made["pairs"]}}


def proven(**others):
    """A run that proves all of the published order."""
    pairs = {(better, worse) for _, better, worse in libraries.PUBLISHED["16KiB"]} - {("aiohttp", "httpx")}
    return six(7, others=sorted(pairs), **others)


class Six(unittest.TestCase):
    def test_contradiction(self):
        found = libraries.contradictions([six(1.2), six(1.0), six(0.8)])
        self.assertEqual(found, [("cpu", "aiohttp", "httpx"), ("rate", "aiohttp", "httpx")])
        self.assertEqual(libraries.contradictions([six(1.2), six(1.01)]), [])

    def test_published(self):
        agrees, untold, contradicts = libraries.against_published(six(7))
        self.assertEqual([len(agrees), len(untold), contradicts], [1, 8, []])
        self.assertEqual(libraries.against_published(six(0.5))[2], ["aiohttp before httpx by rate"])
        self.assertEqual(libraries.against_published(six(0.5, "1MiB"))[2], ["aiohttp before httpx by rate"])

    def test_hours_apart(self):
        soon, late = six(7, date="2026-01-01T01:00:00Z"), six(7, date="2026-01-01T03:00:00Z")
        for other, words in ((soon, "1 of 2 runs: so far"), (late, "2 of 2 runs: met")):
            goals = told(libraries.summary, [six(7), other])[1]
            self.assertTrue(goals[0].endswith(words), goals)

    def test_enough_is_proven(self):
        late = "2026-01-01T03:00:00Z"
        for lines, good, word in (
            ([proven(), proven(date=late)], True, "9, 2 of 2 runs: met"),
            ([proven(), six(1, date=late)], False, "missed"),  # the median of 9 and 0
            ([six(1)], True, "0, 1 of 2 runs: open"),
            ([six(1), six(1, date=late)], False, "0, 2 of 2 runs: missed"),
        ):
            found, goals = told(libraries.summary, lines)
            self.assertEqual(found, good, goals)
            self.assertTrue(goals[2].endswith(word), goals[2])

    def test_an_older_rule(self):
        """Such lines are shown, and neither contradict nor prove."""
        old = {name: value for name, value in six(0.1).items() if name != "program"}
        late = proven(date="2026-01-01T03:00:00Z")
        good, goals = told(libraries.summary, [old, late])
        self.assertTrue(good)
        self.assertIn("(at least 8 of 9, in the median run): 9, 1 of 2 runs: so far", goals[2])
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            libraries.summary([old, late])
        before, mark, after = out.getvalue().partition("  apart, judged by an older rule:\n")
        self.assertEqual(["not so: " in text for text in (before, mark + after)], [False, True])

    def test_opposed(self):
        good, goals = told(libraries.summary, [six(7), six(0.1, date="2026-01-01T03:00:00Z")])
        self.assertFalse(good)
        self.assertIn("missed", goals[0])
        self.assertIn("missed", goals[1])


def trials(costs, blocks=12, off=None):
    """A long trial of each library and block, whose costs are `off` times as high."""
    off = off or {}
    return [
        row(name, block, 0, "", 1e6 / us, us)
        for block in range(blocks)
        for name, cost in costs.items()
        for us in (cost * off.get(name, 1),)
    ]


COSTS = {"a": 100, "b": 130, "null": 3, "reference": 10}


class Long(unittest.TestCase):
    def line(self, off=None, blocks=12, **noise):
        made = Made(blocks=12, **noise).rows(COSTS)
        found = long.figures(made, trials(COSTS, blocks, off))
        return {
            **found,
            "date": "2026-01-01T00:00:00Z",
            "commit": "0" * 12,
            "budget": 240,
            "trial_seconds": 2,
        }

    def test_agree(self):
        line = self.line()
        self.assertEqual(
            [line["blocks"], line["rounds"], line["figures"]["a"]["cpu"]["long"][0]], [12, 30, 100]
        )
        pair = next(pair for pair in line["pairs"] if (pair["a"], pair["b"]) == ("a", "b"))
        self.assertEqual(pair["cpu"]["slices"], pair["cpu"]["long"])
        self.assertEqual([pair["rate"]["quotient"], pair["rate"]["blocks"]], [[1, 1, 1], [0] * 12])
        good, goals = told(long.summary, [line] * 5)
        self.assertTrue(good)
        self.assertEqual([text.rpartition(" ")[2] for text in goals], ["met"] * 6)

    def test_do_not_agree(self):
        line = self.line({"a": 1.05}, noise=0.02)
        good, goals = told(long.summary, [line] * 5)
        self.assertFalse(good)
        self.assertEqual([text.rpartition(" ")[2] for text in goals], ["missed", "missed"] * 2 + ["met"] * 2)
        self.assertIn("does not hold 1, off by -4.", goals[1])
        good, goals = told(long.summary, [line] * 4)
        self.assertTrue(good)
        self.assertTrue(goals[0].endswith("4 of 5 runs: open"), goals[0])

    def test_too_wide_to_tell(self):
        for quotient, runs, good in (
            ([0.877, 0.6, 1.061], 5, None),  # holds 1, as much else
            ([0.877, 0.6, 1.061], 1, None),
            ([1.01, 0.8, 1.3], 5, None),
            ([0.7, 0.6, 0.9], 4, None),
            ([0.7, 0.6, 0.9], 5, False),
            ([0.96, 0.92, 1.01], 1, True),
            ([1.02, 1.01, 1.03], 5, True),
            ([1.04, 1.01, 1.07], 5, False),
            ([1, None, None], 5, None),
        ):
            self.assertEqual(long.judge(quotient, runs), good, (quotient, runs))

    def test_a_little_off(self):
        good, goals = told(long.summary, [self.line({"a": 1.02}, noise=0.01)] * 5)
        self.assertTrue(good)
        self.assertIn("does not hold 1, off by -2.0%", goals[1])

    def test_blocks_that_one_way_has_not(self):
        line = self.line(blocks=7, drift=0.1)
        self.assertEqual([line["blocks"], len(line["pairs"][0]["cpu"]["blocks"])], [7, 7])
        self.assertEqual(told(long.summary, [{**line, "blocks": 12}])[0], True)
        self.assertEqual(long.figures([], [])["pairs"], [])

    def test_figures_that_one_way_does_not_know(self):
        """Blocks are paired by their numbers: those of the others are what they were."""
        rows, whole = Made(blocks=12, process=0.05).rows(COSTS), trials(COSTS)
        for one in rows:
            if (one["library"], one["block"]) == ("a", "3"):
                one["cpu_seconds"] = ""
        whole[-2]["cpu_seconds"] = ""
        self.assertEqual(whole[-2]["library"], "null")
        full = long.figures(Made(blocks=12, process=0.05).rows(COSTS), trials(COSTS))
        found = long.figures(rows, whole)
        for pair, all_of in zip(found["pairs"], full["pairs"], strict=True):
            left_out = {3} if pair["a"] == "a" else set()
            left_out |= {11} if "null" in (pair["a"], pair["b"]) else set()
            kept = [log for block, log in enumerate(all_of["cpu"]["blocks"]) if block not in left_out]
            self.assertEqual(pair["cpu"]["blocks"], kept, (pair["a"], pair["b"]))
            self.assertEqual(pair["rate"], all_of["rate"])
        self.assertEqual(len(found["figures"]["a"]["cpu"]["blocks"]), 11)
        self.assertNotIn(None, found["figures"]["a"]["cpu"]["blocks"])

    def test_too_few_blocks(self):
        pair = self.line(blocks=3)["pairs"][0]
        self.assertEqual(
            [pair["cpu"]["quotient"], long.agree(pair["cpu"]["quotient"])[0]], [[1, None, None], None]
        )

    def test_small_and_stolen_runs_are_apart(self):
        line = self.line({"a": 1.5})
        self.assertEqual(told(long.summary, [{**line, "steal": 0.2}, {**line, "budget": 40}]), (True, []))

    def test_times(self):
        self.assertEqual(long.times(240, 12), (8, 1.5))
        self.assertEqual(long.times(40, 4), (4, 0.5))


class Simulation(unittest.TestCase):
    def line(self, experiments=10_000, noise="drift", false_tables=3.0, **of):
        """`of`: method and blocks, (coverage, family)."""
        one = {"half_width": 3, "power_5": 80}
        found = {
            f"{method}_{blocks}": {"coverage": 95.2, "family": 3.0, "uncorrected_family": 60, "one": one}
            for method in simulation.METHODS
            for blocks in simulation.BLOCKS
        }
        for name, (coverage, family) in of.items():
            found[name] = {**found[name], "coverage": coverage, "family": family}
        line = {"noise": noise, "experiments": experiments, "verdicts": 42}
        return {**line, "false_tables_12": false_tables, **found}

    def test_levels(self):
        """Those of tables of both tests."""
        for level, blocks, percent in (
            (simulation.sign_level, 12, 96.14),
            (simulation.sign_level, 24, 97.73),
            (simulation.signed_rank_level, 12, 95.75),
            (simulation.signed_rank_level, 6, 96.88),
            (simulation.signed_rank_level, 5, 100),
        ):
            self.assertAlmostEqual(100 * level(blocks), percent, delta=0.005)

    def test_met(self):
        good, goals = told(simulation.summary, [self.line()])
        self.assertTrue(good)
        self.assertEqual([text.rpartition(" ")[2] for text in goals], ["met"] * 9)
        self.assertIn("signed ranks of 12 blocks hold the truth (94 to 96.25%): 95.20%", goals[0])

    def test_missed(self):
        for of, words in (
            ({"signed_rank_12": (93.9, 3)}, "signed ranks of 12 blocks hold the truth"),
            ({"signed_rank_12": (96.3, 3)}, "signed ranks of 12 blocks hold the truth"),
            ({"sign_24": (97, 5.01)}, "a false verdict of 42, sign test of 24 blocks"),
            ({"false_tables": 5.01}, "a false verdict of 42, the program with 12 blocks"),
        ):
            good, goals = told(simulation.summary, [self.line(), self.line(**of)])
            missed = [text for text in goals if text.endswith(" missed")]
            self.assertEqual([good, len(missed)], [False, 1], goals)
            self.assertIn(words, missed[0])
            few = told(simulation.summary, [self.line(experiments=100, **of)])
            self.assertTrue(few[0])
            self.assertEqual(sum(text.endswith("100 of 10000 experiments: open") for text in few[1]), 1)

    def test_what_the_program_does_not_do_is_shown(self):
        line = self.line(noise=simulation.NOT_OURS + ": bursts", sign_24=(50, 90))
        self.assertEqual(told(simulation.summary, [line]), (True, []))


class Noise(unittest.TestCase):
    def test_pooled(self):
        lines = [twins(1, after={"cpu": {"a": [0.1, 0.1]}}), twins(1, after={"cpu": {"a": [0.4, 0.2]}})]
        effect, error = _goals.pooled(lines, "after", "cpu")["a"]
        self.assertAlmostEqual(effect, 0.16)
        self.assertAlmostEqual(error, 0.2 / math.sqrt(5))


if __name__ == "__main__":
    unittest.main()
