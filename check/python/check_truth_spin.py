"""Checks of `spin`, the part of `make bench-truth` in which the truth is known, and of `spun`."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from truth_lines import cells, line, told

import _estimate  # isort: skip
import _runs  # isort: skip
import _spinning  # isort: skip
import spin  # isort: skip
import spun  # isort: skip


def spinning(ratio, truth, half=0.03, kind="c"):
    base = f"{_spinning.KINDS[kind]}_"
    pairs = [(base + "0", f"{base}{share}", 1 / ratio, half) for share in _spinning.SHARES]
    return line(pairs, kind=kind, truth=dict.fromkeys(map(str, _spinning.SHARES), truth))


def by_turns(*trials, kind="c"):
    return {"kind": kind, "added_us": {"2": 1, "5": 2, "10": 5}, "trials": trials}


class Spinning(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.spun = Path(folder.name) / "spun.jsonl"
        lines = mock.patch.object(spun, "LINES", self.spun)
        lines.start()
        self.addCleanup(lines.stop)

    def add_costs(self, *added_us):
        """A run of `spun` for each, of trials that say so, and much less, and much more."""
        for us in added_us:
            _runs.add_line(self.spun, by_turns(*([50, 51, 52, 50 + one] for one in (us, us / 2, 2 * us))))

    def test_met(self):
        self.add_costs(4.9, 4.95, 5, 5, 5.05, 5.1)
        lines = [spinning(1.1, 1.1)] * 8 + [spinning(1.1, 1.05)] * 2
        good, goals = told(spin.summary, lines)
        self.assertTrue(good)
        self.assertIn("goal: c, 10%: found (at least 9 of 10): 10, 10 of 10 runs: met", goals)
        missed = "the truth is missed, 2 times were it certain (at most 2 of 10): 2, 10 of 10 runs: met"
        self.assertIn(f"goal: c, 2%: {missed}", goals)

    def test_truth_is_not_measured(self):
        """By no run, or by too few: whether it is missed is not known either."""
        for costs in ([], [5] * 5):
            self.spun.unlink(missing_ok=True)
            self.add_costs(*costs)
            good, goals = told(spin.summary, [spinning(1.1, 1.1)] * 7 + [spinning(1.1, 1.05)] * 3)
            self.assertTrue(good)
            self.assertIn(
                "goal: c, 2%: the truth is missed (it is not measured): 3, 10 of 10 runs: open", goals, costs
            )

    def test_truth_is_not_known(self):
        """By runs that differ by more than those that are judged."""
        self.add_costs(2, 3, 4, 6, 7, 8)
        good, goals = told(spin.summary, [spinning(1.1, 1.1)] * 10)
        self.assertTrue(good)
        missed = "the truth is missed, 0 times were it certain (at most 2 of 10): 0, 10 of 10 runs: open"
        self.assertIn(f"goal: c, 2%: {missed}", goals)

    def test_truth_missed(self):
        self.add_costs(4.9, 4.95, 5, 5, 5.05, 5.1)
        good, goals = told(spin.summary, [spinning(1.1, 1.05)] * 3)
        self.assertFalse(good)
        missed = "the truth is missed, 3 times were it certain (at most 2 of 10): 3, 3 of 10 runs: missed"
        self.assertIn(f"goal: c, 5%: {missed}", goals)

    def test_not_found(self):
        good, goals = told(spin.summary, [spinning(1.02, 1.02)] * 2)
        self.assertFalse(good)
        self.assertIn("goal: c, 10%: found (at least 9 of 10): 0, 2 of 10 runs: missed", goals)
        self.assertIn("goal: c, 5%: found (at least 6 of 10): 0, 2 of 10 runs: open", goals)

    def test_wrong_way_round(self):
        good, goals = told(spin.summary, [spinning(0.9, 0.9)])
        self.assertIn("goal: c, 2%: the wrong way round (never): 2, 1 of 10 runs: missed", goals)
        self.assertFalse(good)

    def test_nominal(self):
        made = cells({"aiohttp_0": 200}, noise=0.05)
        self.assertAlmostEqual(spin.nominal(made, "aiohttp_0", 20), 1.1, delta=0.003)

    def test_what_a_spin_costs(self):
        """Of the 5 us that were added at most, 6 in the middle, 5.5 to 6.5."""
        factors = {kind: spun.factor([], kind) for kind in _spinning.KINDS}
        self.assertFalse(factors["c"].is_measured)
        self.assertEqual(spin.true_ratio(spinning(1.12, 1.1), 10, factors["c"].one_run), (1.1, 1.1, 1.1))
        self.add_costs(5.5, 5.8, 6, 6, 6.2, 6.5)
        _runs.add_line(self.spun, by_turns([50, 60], [50, 61], kind="python"))
        factors = {kind: spun.factor(_runs.lines_of(self.spun), kind) for kind in _spinning.KINDS}
        self.assertEqual([round(one, 2) for one in factors["c"].centre], [1.2, 1.1, 1.3])
        # t of 5 degrees of freedom, 2.571, times sd, 0.0681, times sqrt(1 + 1/6)
        self.assertEqual([round(one, 2) for one in factors["c"].one_run], [1.2, 1.01, 1.39])
        true = spin.true_ratio(spinning(1.12, 1.1), 10, factors["c"].centre)
        self.assertEqual([round(one, 3) for one in true], [1.12, 1.11, 1.13])
        few = spin.true_ratio(spinning(1.2, 1.1, kind="python"), 5, factors["python"].one_run)
        self.assertEqual(few.value, 1.1)

    def test_student_t(self):
        for freedom, wanted in ((5, 2.571), (9, 2.262), (30, 2.042)):
            self.assertAlmostEqual(spun.student_t(freedom), wanted, delta=0.005 * wanted)

    def test_missed(self):
        """By more than the two intervals, of 3 and 4%, allow together: 5%."""
        true = _estimate.Estimate(1.1, 1.1 / 1.04, 1.1 * 1.04)
        for ratio, missed in ((1.05, False), (1.055, True), (0.953, False), (0.948, True)):
            value = 1.1 * ratio
            pair = {"cpu": {"ratio": [value, value / 1.03, value * 1.03]}}
            self.assertEqual(spin.is_missed(pair, true), missed, ratio)
        self.assertIsNone(spin.is_missed({"cpu": {"ratio": [1.1, None, None]}}, true))

    def test_what_a_copy_says(self):
        texts = "1 other (operation 2: RuntimeError: SPUN [50.1, 51.2] (file, line 2))", "others"
        self.assertEqual(spun.said([{"text": text} for text in texts]), [50.1, 51.2])
        with self.assertRaises(SystemExit):
            spun.said([{"text": "others"}])

    def test_takes_turns(self):
        self.assertEqual(_spinning.kind_of_next([]), "c")
        self.assertEqual(_spinning.kind_of_next([spinning(1, 1)]), "python")


if __name__ == "__main__":
    unittest.main()
