"""Comparisons in slices: whose turn it is, what is counted in it, and when there are none.

check: deadline 300
"""

import itertools
import json
import re

from _harness import Check, main, unwrapped
from _turns import COUNTS, Turns

NAMES = ("null", "reference", "pass")
ROUNDS_MOST, ROUNDS_EMPTY = 40, 3  # of a block: src/experiment/block_turns.c
STOPPING_S = 0.5  # of a block: src/experiment/block.c


def rounds_of(slices):
    """(block, round) -> its slices, as they lie in time."""
    rounds = {}
    for slice in slices:
        rounds.setdefault((slice.block, slice.round), []).append(slice)
    return rounds


class Slices(Turns, Check):
    def test_blocks_of_turns(self):
        result = self.with_time(
            lambda *time: self.benchmark(*self.all_words(NAMES, "--blocks", 2, *time)), *NAMES
        )
        slices = self.slices()
        self.assert_turns(slices)
        self.assertEqual(
            self.states(), {(name, block): ["ok"] for name in sorted(NAMES) for block in range(2)}
        )
        self.assertEqual(
            {(slice.library, slice.block) for slice in slices},
            {(name, block) for name in NAMES for block in range(2)},
        )
        for name, found in self.findings().items():
            self.assertEqual(COUNTS & set(found), set(), (name, found))
        self.assert_sentence(result.stdout, r"no verdicts: 2 blocks, \d+ are needed")
        self.assert_rows(slices)
        self.assert_rounds(slices)
        self.assert_readings_at_edges()
        self.assert_counts_at_edges()
        self.assert_readings_around()
        self.assert_orders(slices)
        self.assert_same_results_again()

    def assert_rows(self, slices):
        rows = self.results()
        self.assertEqual(len({row["comparison"] for row in rows}), 1)
        for row in rows:
            own = [
                slice
                for slice in slices
                if (slice.library, slice.block) == (row["library_name"], row["block"])
            ]
            self.assertEqual(sum(slice.operations + slice.failures for slice in own), row["number_requests"])
            self.assertGreater(row["number_successes"], 0, row)
            self.assertEqual(row["slices"], len(own))
            seconds = sum(slice.end_ns - slice.begin_ns for slice in own) / 1e9
            self.assertAlmostEqual(
                row["requests_per_second"],
                row["number_successes"] / seconds,
                delta=row["requests_per_second"] / 1e3,
            )
            cpu_s = sum(slice.cpu_ns for slice in own) / 1e9
            self.assertAlmostEqual(row["cpu_total_seconds"], cpu_s, delta=cpu_s / 1e3)

    def assert_rounds(self, slices):
        """--per-round has these slices, and no others."""
        written = {}
        for row in self.rounds_written():
            key = row["library"], *(int(row[name]) for name in ("block", "round", "position"))
            self.assertNotIn(key, written)
            written[key] = row
        self.assertEqual(set(written), {slice.key for slice in slices})
        for slice in slices:
            row = written[slice.key]
            self.assertEqual(int(row["operations"]), slice.operations)
            self.assertEqual(int(row["failures"]), slice.failures)
            self.assertAlmostEqual(float(row["seconds"]), (slice.end_ns - slice.begin_ns) / 1e9, places=6)
            self.assertAlmostEqual(float(row["cpu_seconds"]), slice.cpu_ns / 1e9, places=6)

    def assert_readings_at_edges(self):
        """Nothing is read while a window is open. The first replica's readings are its edges; the origin's
        lie before them, and those of the machine behind.
        """
        inside = self.query(
            "select library, block, w.number, count(*) filter (where s.replica = 0),"
            " count(*) filter (where s.replica = -1) from slices w join trials t on t.id = w.trial_id"
            " join samples s on s.trial_id = t.id and s.at_ns > w.begin_ns and s.at_ns < w.end_ns"
            " group by 1, 2, 3"
        )
        self.assertTrue(inside)
        self.assertEqual({counts for *_, counts, _ in inside}, {0}, inside)
        self.assertEqual({counts for *_, counts in inside}, {1}, inside)
        machine = self.query(
            "select library, block, w.number, count(m.at_ns) from slices w join trials t on t.id = w.trial_id"
            " left join machine_samples m on m.trial_id = t.id and m.at_ns > w.begin_ns"
            " and m.at_ns < w.end_ns where w.end_ns > w.begin_ns group by 1, 2, 3"
        )
        self.assertEqual({count for *_, count in machine}, {1}, machine)
        read = self.query(
            "select count(*) from slices w join samples s on s.trial_id = w.trial_id and s.replica = 0"
            " and s.at_ns in (w.begin_ns, w.end_ns)"
        )
        self.assertEqual(read, self.query("select 2 * count(*) from slices where end_ns > begin_ns"))

    def assert_counts_at_edges(self):
        """Samples have all that had ended by then, although nobody counts while a window is open."""
        counted = self.query(
            "select library, block, w.number, operations, b.operations_ok - a.operations_ok, bytes_ok,"
            " b.received_bytes - a.received_bytes from slices w join trials t on t.id = w.trial_id"
            " join samples a on a.trial_id = t.id and a.replica = 0 and a.at_ns = w.begin_ns"
            " join samples b on b.trial_id = t.id and b.replica = 0 and b.at_ns = w.end_ns"
        )
        self.assertTrue(counted)
        for *key, operations, grown, _, _ in counted:
            self.assertEqual(operations, grown, key)
        return counted

    def test_a_store_outside(self):
        """Neither a link nor a ledger tells what was received, but records do."""
        with self.origin() as origin:
            outside = ("--endpoint", origin.url, "--anonymous", "--bucket", "bench")
            self.benchmark(*self.all_words(("reference", "pass"), "--blocks", 1, "--timeout", 3, *outside))
        counted = self.assert_counts_at_edges()
        for *key, _, _, recorded, received in counted:
            self.assertEqual(recorded, received, key)
        # A busy machine may give one nothing for all of a slice.
        self.assertGreater(sum(recorded for *_, recorded, _ in counted), 0)
        for row in self.results():
            mean = self.query(
                "select avg(bytes_ok * 1e9 / (end_ns - begin_ns)) from slices where trial_id = ?"
                " and end_ns > begin_ns",
                row["trial_id"],
            )[0][0]
            if mean is None:
                self.assertIn("separate", self.findings()[row["library_name"]])
                continue
            self.assertAlmostEqual(row["recv_bytes_per_second_mean"], mean, delta=mean / 1e6)

    def assert_readings_around(self):
        """The machine was read twice before GO, and once when all had ended."""
        for library, block, before, after in self.query(
            "select library, block, count(*) filter (where at_ns < 0), count(*) filter (where at_ns > "
            "(select max(paused_ns) from slices s where s.trial_id = t.id))"
            " from trials t join machine_samples on trial_id = id group by 1, 2"
        ):
            self.assertEqual((before, after), (2, 1), (library, block))

    def assert_orders(self, slices):
        """They differ, between rounds and blocks; the same seed makes the same ones."""
        orders = self.orders(slices, NAMES)
        self.assertEqual(list(orders), [0, 1])
        rounds = [order for block in orders.values() for order in block]
        if len(rounds) > 4:
            self.assertGreater(len(set(rounds)), 1, rounds)
        self.db.unlink()
        self.benchmark(*self.all_words(NAMES, "--blocks", 1, "--timeout", 1.5))
        again = self.orders(self.slices(), NAMES)[0]
        self.assertTrue(again)
        for one, other in zip(orders[0], again, strict=False):
            self.assertEqual(one, other)

    def test_one_round(self):
        """It is made in any case, whatever the budget: settling slices alone takes most of a second.

        A further one, of three at most, only where one before left a library without any operation.
        """
        pace = ("--budget", 1, "--blocks", 1)
        result = self.benchmark(*self.all_words(NAMES, "--timeout", 60, pace=pace))
        slices = self.slices()
        self.assert_turns(slices)
        rounds = 1 + max(slice.round for slice in slices)
        self.assertEqual(
            sorted((slice.round, slice.library, slice.block) for slice in slices),
            [(number, name, 0) for number in range(rounds) for name in sorted(NAMES)],
        )
        self.assertEqual([slice.position for slice in slices], [0, 1, 2] * rounds)
        for last in range(rounds - 1):
            done = {slice.library for slice in slices if slice.round <= last and slice.operations}
            self.assertNotEqual(done, set(NAMES), slices)
        self.assertLessEqual(rounds, 3)
        self.assertEqual(self.states(), {(name, 0): ["ok"] for name in NAMES})
        self.assert_sentence(
            result.stderr,
            r"the budget of 1 s leaves about 1 round a block, too few for close verdicts"
            r"(, and fewer than 3 slices of [^:]*)?: a budget of \d+ s a test would",
        )
        (budget_s,) = re.findall(r"a budget of (\d+) s a test would make 20", unwrapped(result.stderr))
        # Nineteen more, of two turns or more, none of which is shorter than 0.1 s.
        least_s = 19 * 0.1 * len(NAMES)
        self.assertGreater(int(budget_s), least_s, result.stderr)
        self.assert_sentence(
            result.stderr, r"no verdicts will come of 1 block: 1 library with reference needs 7 \("
        )
        self.assert_sentence(result.stdout, "no verdicts: 1 block, 7 are needed")
        self.assert_rows(slices)
        self.assert_rounds(slices)
        self.assert_same_results_again()

    def test_a_budget_is_the_time_of_all(self):
        """From the first start to the last end; where starts alone take longer, this is said. A busy machine
        lets a block end late, but no round begins then.
        """
        budget_s = 16
        result = self.benchmark(*self.all_words(NAMES, pace=("--budget", budget_s, "--blocks", 2)))
        slices = self.slices()
        self.assert_turns(slices)
        slow = re.search(r"a block took (\d+) s, more than its share of the budget", unwrapped(result.stderr))
        if slow:
            self.assertGreaterEqual(int(slow[1]), budget_s / 2, result.stderr)
        self.assert_no_round_is_late(slices, budget_s / 2)
        rounds = rounds_of(slices)
        all_turn = {slice.library for slice in slices} == set(NAMES)  # not so on a machine that stands still
        if all_turn and max(number for _, number in rounds) + 1 < ROUNDS_MOST:
            # What was left was too short for one more, as far as could be known.
            longest_s = max(own[-1].paused_ns - own[0].go_ns for own in rounds.values()) / 1e9
            took_s = (self.query("select 86400 * (julianday(end_time) - julianday(start_time)) from runs"))[
                0
            ][0]
            self.assertGreater(took_s, budget_s - STOPPING_S - 2 * longest_s)

    def assert_no_round_is_late(self, slices, share_s):
        """None begins when its block should be over. A block has one in any case, or a few empty ones."""
        for (block, number), own in rounds_of(slices).items():
            if number >= ROUNDS_EMPTY and own[0].position == 0:
                self.assertLess(own[0].go_ns - slices[0].go_ns, share_s * (block + 1) * 1e9, own[0])

    def test_repeats_in_place_of_slices(self):
        repeats = ("--no-slices", "--repeats", 6)
        result = self.benchmark(*self.all_words(NAMES, "--n-requests", 50, "--timeout", 60, pace=repeats))
        self.assertEqual(self.slices(), [])
        trials = self.query("select library, block from trials order by start_time")
        orders = [[library for library, at in trials if at == block] for block in range(6)]
        self.assertEqual([block for _, block in trials], [block for block in range(6) for _ in NAMES])
        for order in orders:
            self.assertEqual(sorted(order), sorted(NAMES))
        # A Williams square: each is twice in each place, and behind each other twice.
        followed = [pair for order in orders for pair in itertools.pairwise(order)]
        for name in NAMES:
            self.assertEqual(
                [sum(order[at] == name for order in orders) for at in range(3)], [2, 2, 2], orders
            )
        self.assertEqual({followed.count(pair) for pair in followed}, {2}, orders)
        self.assertEqual({state for states in self.states().values() for state in states}, {"ok"})
        self.assert_sentence(result.stderr, r"no verdicts will come of 6 blocks: .* needs 7 \(--repeats 7\)")
        self.assertRegex(result.stdout, r"\+-: the farther end of a figure's 95% interval")

    def test_too_little_for_slices(self):
        """All is done before the first window closes: measured apart, and said to be."""
        names = ("reference", "pass")
        result = self.benchmark(*self.all_words(names, "--blocks", 1, "--n-requests", 50, "--timeout", 60))
        self.assertEqual(self.slices(), [])
        self.assertEqual(self.states(), {("pass", 0): ["ok"], ("reference", 0): ["ok"]})
        self.assert_apart(names, r"--n-requests, was done within .* too soon for slices")
        self.assert_sentence(result.stdout, r"measured in separate trials: .*--n-requests")
        self.assertRegex(result.stderr, r"block 1 of 1: 2 libraries\n", "no rounds are told of")

    def test_too_short_for_slices(self):
        self.benchmark(*self.all_words(("reference", "pass"), "--blocks", 1, "--timeout", 0.1), status=None)
        self.assertEqual(self.slices(), [])
        # In so short a time a busy machine may do nothing at all.
        self.assert_apart(("reference", "pass"), r"--timeout, was done within|no operation of it ended")

    def test_too_slow_for_slices(self):
        names = ("null", "reference", "sleeps")
        words = self.all_words(names, pace=("--budget", 12, "--blocks", 1))
        result = self.benchmark(*words, GEOIO_TESTS=self.make_libraries("sleeps"))
        self.assertEqual({slice.library for slice in self.slices()}, {"null", "reference"})
        self.assertEqual(self.states(), {(name, 0): ["ok"] for name in names})
        self.assert_apart(
            ("sleeps",), r"its slices would have to be [\d.]+ s long, ten of its median latencies of \d+ ms"
        )
        self.assert_measured_apart(result.stdout, "sleeps")

    def assert_apart(self, names, why):
        found = self.findings()
        for name in names:
            self.assert_sentence("\n".join(found[name]["separate"]), why)

    def test_a_number_of_requests(self):
        """Slices go on until all are done, or, on a slow machine, until a block has all its rounds."""
        # Far more than a quick machine does while the length of slices is settled.
        tests, number = self.make_libraries("one", "other"), 30000
        words = self.all_words(("one", "other"), "--blocks", 1, "--n-requests", number, "--timeout", 240)
        self.benchmark(*words, timeout=240, GEOIO_TESTS=tests)
        slices = self.slices()
        self.assert_turns(slices)
        self.assertEqual({slice.library for slice in slices}, {"one", "other"})
        for library, started, finished, why in self.query(
            "select library, started, finished, stopped_by from replicas join trials on id = trial_id"
        ):
            rounds = 1 + max(slice.round for slice in slices if slice.library == library)
            self.assertEqual(started, finished)
            over = self.findings().get(library, {}).get("rounds_over", [])
            if why != "finish" or rounds < ROUNDS_MOST:
                self.assertEqual((started, why, over), (number, "n_requests", []), slices)
            else:
                self.assert_sentence(over[0], f"{started} of the {number} operations that were asked for")
        self.assertEqual(self.states(), {("one", 0): ["ok"], ("other", 0): ["ok"]})

    def test_a_sweep(self):
        """Each configuration is a comparison of its own; an open loop has no slices."""
        (self.folder / "sweep.yaml").write_text(
            "library: ['null', reference]\ntest: fetch_range\nrate: [50, 0]\nconcurrency: 4\n"
            "timeout: 1\nwarm-up: 0.1\n"
        )
        result = self.benchmark("run-parameterized-test", "sweep.yaml", "--budget", 600, "--blocks", 2)
        trials = self.query(
            "select comparison, rate_per_second, block, library from trials order by rate_per_second"
        )
        names = ("null", "reference")
        expected = {(50, 0, name) for name in names}
        expected |= {(None, block, name) for block in range(2) for name in names}
        self.assertEqual({trial[1:] for trial in trials}, expected)
        self.assertEqual(len(trials), len(expected))
        sliced = self.query("select distinct rate_per_second from trials join slices on trial_id = id")
        self.assertEqual(sliced, [(None,)])
        self.assertEqual(len({(comparison, rate) for comparison, rate, *_ in trials}), 2, trials)
        self.assertEqual(len({comparison for comparison, *_ in trials}), 2, trials)
        self.assert_sentence(
            result.stdout, "open loop 50/s, dataset s2, 1 s", "closed loop, dataset s2, 2 blocks"
        )

    def test_nothing_to_be_precise_about(self):
        pace = ("--budget", 6, "--blocks", 1, "--until-precise", 50)
        said = self.benchmark(*self.all_words(("null", "reference"), "--timeout", 1, pace=pace)).stderr
        self.assertEqual(self.query("select distinct block from trials"), [(0,)])
        self.assert_sentence(said, "--until-precise had nothing to wait for: no two libraries have figures")
        self.assertEqual(self.query("select ended from runs"), [("finished",)])

    def test_until_precise(self):
        """Two that need six blocks for an interval at all: blocks are added until they have it, in turn or,
        where the machine stands still for long, apart; and the table says what could have been seen.
        """
        tests = self.make_libraries("one", "other")
        words = self.all_words(("one", "other"), "--blocks", 2, "--timeout", 0.5, "--until-precise", 100)
        result = self.benchmark(*words, GEOIO_TESTS=tests)
        blocks = self.query("select distinct block from trials order by 1")
        self.assertEqual(blocks, [(block,) for block in range(len(blocks))])
        self.assertGreaterEqual(len(blocks), 6)
        self.assert_sentence(
            result.stderr,
            r"block 1 of 2, (at most|about) \d+",
            "block 1 of 2: 2 libraries(, [^;]*)?; no difference could be seen yet, 100% is asked for",
            rf"block {len(blocks)}, at most \d+",
            rf"block {len(blocks)}: 2 libraries(, [^;]*)?; each difference of [\d.]+% could be seen, 100% is",
            f"of 100% could be seen, after {len(blocks)} blocks",
        )
        percent = r"[\d.]+%?( to [\d.]+)?%"
        seen = f"could have been seen: {percent} of requests/s, {percent} of CPU a request, by pair"
        self.assert_sentence(result.stdout, seen)

    def test_memory(self):
        """What takes too long for the edge of a window is read between the turns."""
        tests = self.make_libraries("one", "other")
        words = self.all_words(("one", "other"), "--blocks", 1, "--timeout", 1)
        said = self.benchmark(*words, "--json", GEOIO_TESTS=tests).stdout
        for row in json.loads(said)["results"]:
            with self.subTest(row["library_name"]):
                if row["cgroup"] == "none":
                    self.assertIsNone(row["memory_anon_bytes"])
                    continue
                # An interpreter at least.
                self.assertGreater(row["memory_anon_bytes"], 2**20)
                self.assertLess(row["memory_anon_bytes"], 2**30)

    def test_the_same_point_twice(self):
        """Points of a sweep that come to the same configuration are measured once."""
        (self.folder / "sweep.yaml").write_text(
            "library: ['null', reference]\ntest: fetch_range\npool-size: [0, 4]\nconcurrency: 4\n"
            "timeout: 0.5\nwarm-up: 0.1\n"
        )
        result = self.benchmark("run-parameterized-test", "sweep.yaml", "--budget", 600, "--blocks", 1)
        self.assertEqual(self.query("select library from trials order by 1"), [("null",), ("reference",)])
        self.assert_sentence(
            result.stderr, "the same configuration as another point has: it is measured once"
        )

    def test_usage(self):
        for words, parts in (
            (("--budget", 0), ("--budget", "1 to")),
            (("--blocks", 0), ("--blocks", "1 to 1000")),
            (("--repeats", 3), ("--repeats", "--no-slices")),
            (("--until-precise", "abc"), ("--until-precise", "abc")),
            (("--no-slices", "--blocks", 3), ("--blocks", "--no-slices")),
            (("--resume", "none"), ("--resume", "none")),
        ):
            with self.subTest(words):
                said = self.benchmark("run-all", "--library", "null", *words, status=2).stderr
                self.assert_sentence(said, *parts)
        self.assertFalse(self.db.exists() and self.query("select * from trials"))

    def test_options_that_mean_nothing(self):
        """Without turns; nothing is measured, and no run stands in the database."""
        alone, both = ("--library", "null"), ("--library", "null", "--library", "reference")
        for words, part in (
            ((*alone, "--budget", 20), "--budget means nothing here, as no two libraries do the same"),
            ((*alone, "--blocks", 3), "--blocks means nothing here"),
            ((*alone, "--until-precise", 2), "--until-precise means nothing here"),
            ((*alone, "--rate", 50, "--until-precise", 2), "--until-precise means nothing with a rate"),
            ((*both, "--rate", 50, "--budget", 20), "--budget means nothing with a rate"),
        ):
            with self.subTest(words):
                said = self.benchmark("run-all", "--test", "fetch_range", *words, status=2).stderr
                self.assert_sentence(said, part)
        self.assertFalse(self.db.exists() and self.query("select * from runs"))
        # Where some do take turns, who does not is told.
        (self.folder / "sweep.yaml").write_text(
            "library: ['null', reference]\ntest: fetch_range\nrate: [50, 0]\ntimeout: 0.5\nwarm-up: 0.1\n"
        )
        result = self.benchmark("run-parameterized-test", "sweep.yaml", "--budget", 4, "--blocks", 1)
        self.assert_sentence(result.stderr, "with --rate libraries take no turns: a separate trial of each")


if __name__ == "__main__":
    main()
