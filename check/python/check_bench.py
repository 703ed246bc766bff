"""Checks of what the benches in Python share: medians with intervals, and how ratios are judged by them."""

import contextlib
import importlib.machinery
import importlib.util
import io
import math
import os
import random
import subprocess
import sys
import time
import unittest
import unittest.mock

from fake_harness import ROOT

BENCH = ROOT / "check/bench"
sys.path[:0] = [str(BENCH), str(BENCH.parent)]
import _bench  # noqa: E402
import _estimate  # noqa: E402
import turns  # noqa: E402


def run_module():
    loader = importlib.machinery.SourceFileLoader("bench_run", str(BENCH / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_run", loader))
    loader.exec_module(module)
    return module


def said(ratios, limit, judge=_bench.judge_ratios):
    """Whether the goal is not missed, and the line of the verdict."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        good = judge("name", ratios, limit)
    return good, out.getvalue().splitlines()[-1]


class Estimates(unittest.TestCase):
    def test_ranks(self):
        values = random.Random(1).sample(range(1, 13), 12)
        self.assertEqual(_estimate.median(values), (6.5, 3, 10))
        self.assertEqual(_estimate.median(values, 0.05 / 100), (6.5, 1, 12))
        self.assertEqual(_estimate.least(0.05), 6)

    def test_ratios(self):
        found = _estimate.ratio([1 / 1.1] * 3 + [1] * 6 + [1.1] * 3)
        for value, expected in zip((*found, found.seen), (1, 1 / 1.1, 1.1, 0.1), strict=True):
            self.assertAlmostEqual(value, expected)

    def test_too_few(self):
        found = _estimate.ratio([1.0] * 5)
        self.assertEqual(found.value, 1)
        self.assertTrue(math.isnan(found.low) and math.isnan(found.high) and math.isnan(found.seen))

    def test_refused(self):
        for values in ([math.nan], [1, 0], [-1]):
            with self.assertRaises(ValueError):
                _estimate.ratio(values)


class Judged(unittest.TestCase):
    def test_over(self):
        self.assertEqual(said([1.04] * 12, 1.01), (False, "bench name ratio 1.040 limit 1.010 over"))

    def test_over_though_noisy(self):
        self.assertEqual(said([1.1] * 6 + [1.6] * 6, 1.01)[0], False)

    def test_ok(self):
        self.assertEqual(said([0.98, 1.0] * 6, 1.01), (True, "bench name ratio 0.990 limit 1.010 ok"))

    def test_ok_though_noisy(self):
        self.assertTrue(said([0.5] * 6 + [0.9] * 6, 1.01)[1].endswith(" ok"))

    def test_not_proven_over(self):
        self.assertTrue(said([1.0] * 6 + [1.03] * 6, 1.01)[1].endswith(" ok"))

    def test_cannot_be_told(self):
        good, line = said([0.9] * 6 + [1.2] * 6, 1.01)
        self.assertTrue(good)
        self.assertIn("cannot be told here: the least difference that could have been seen is 15.5%", line)

    def test_seconds(self):
        calm, busy = _bench.Noise(0.01, 0.02), _bench.Noise(0.03, 0.31)
        for seconds, noise, good, words in (
            ([1.9, 9], busy, True, " ratio 0.950 limit 1.000 ok"),
            ([4.1, 9], busy, False, " over"),
            ([9, 3.9], calm, False, " over"),
            (
                [2.1, 2.2],
                _bench.Noise(0.03, 0),
                True,
                " cannot be told here: 1.05 to 1.10 of the limit in 2 runs",
            ),
            ([9, 3.9], busy, True, ", while others had 31% of the machine, 3% was stolen"),
            ([9, 3.9], _bench.Noise(None, None), True, ", and what others used is unknown"),
        ):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                self.assertEqual(_bench.judge_seconds("name", seconds, 2.0, noise), good)
            self.assertIn(words, out.getvalue())
            self.assertTrue(run_module().VERDICT.match(out.getvalue().strip()))

    def noise(self, *readings):
        with unittest.mock.patch.object(_bench.Machine, "_read", side_effect=readings):
            return _bench.Machine().noise()

    def test_noise(self):
        """Ticks: busy, steal, idle, ours."""
        begin = (100, 10, 1000, 20)
        self.assertEqual(self.noise(begin, (300, 60, 1250, 120)), (0.1, 0.2))
        self.assertEqual(self.noise(begin, (300, 10, 1300, 230)), (0, 0))
        self.assertEqual(self.noise(begin, begin), (None, None))

    def test_readings(self):
        """Work of this process and its children is ours, of the latter once they are reaped."""
        ticks, spin = os.sysconf("SC_CLK_TCK"), "import time\nwhile time.process_time() < 0.4: pass"
        begin, began = _bench.Machine._read(), time.process_time()
        child = subprocess.Popen([sys.executable, "-c", spin])
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        ended = _bench.Machine._read()
        child.wait()
        while time.process_time() < began + 0.2:
            pass
        reaped, own = _bench.Machine._read(), time.process_time() - began
        busy, _, _, ours = (x - y for x, y in zip(ended, begin, strict=True))
        self.assertLess(ours, 0.3 * ticks)
        # The kernel may count busy time by what it finds at its ticks.
        self.assertGreater(busy, 0.2 * ticks)
        self.assertGreaterEqual(reaped[3] - begin[3], (0.4 + own) * ticks - 4)

    def test_values(self):
        for values, good, words in (
            ([19] * 5 + [90], True, " ratio 0.950 limit 1.000 cannot be told here: the least"),
            ([19] * 8 + [90], True, " ratio 0.950 limit 1.000 ok"),
            ([21, 22, 90] * 3, False, " over"),
            (
                [15, 25] * 6,
                True,
                " cannot be told here: the least difference that could have been seen is 29.1%",
            ),
            ([0] * 6 + [1], True, " ratio 0.000 limit 1.000 ok"),
            ([40], True, " cannot be told here: too few rounds"),
        ):
            found, line = said(values, 20, _bench.judge_values)
            self.assertEqual(found, good, line)
            self.assertIn(words, line)

    def test_too_few(self):
        self.assertIn("cannot be told here: too few rounds", said([1.5] * 5, 1.01)[1])

    def test_what_the_runner_reads(self):
        run = run_module()
        for ratios in ([1.04] * 12, [0.98] * 12, [0.9, 1.2] * 6, [1.0]):
            line = said(ratios, 1.01)[1]
            self.assertEqual(run.judge("x", [line], int(line.endswith(" over"))), [line])
        self.assertEqual(len(run.judge("x", [said([1.0], 1.01)[1]], 1)), 2)

    def test_the_status_of_the_runner(self):
        good, over, untold = (said(ratios, 1.01)[1] for ratios in ([0.98] * 12, [1.04] * 12, [1.0]))
        skipped = "bench x skipped: no nginx"
        for lines, status in (
            ([good, untold, skipped], 0),
            ([untold], 0),
            ([untold, skipped], 0),
            ([good, over], 1),
            ([untold, "bench x failed: exit status 2"], 1),
            ([skipped], 1),
        ):
            self.assertEqual(run_module().summarise(lines)[1], status, lines)


class Turns(unittest.TestCase):
    def test_parts_of_a_turn(self):
        rows = [
            (0, "a", 100, 110, 160, 161, 165),
            (0, "b", 168, None, None, 190, 191),  # a probe
            (0, "b", 200, 205, 255, 255, 256),
            (0, "a", 258, 268, 318, 320, 323),
            (1, "b", 400, 405, 455, 455, None),  # did not drain
            (1, "a", 470, 480, 530, 530, 535),
        ]
        self.assertEqual(turns.turns(rows), {"a": {0: [(10, 50, 4, 4)]}, "b": {0: [(5, 50, 1, 2)]}})
        self.assertAlmostEqual(turns.lost(turns.SLICE_NS / 3), 0.25)


if __name__ == "__main__":
    unittest.main()
