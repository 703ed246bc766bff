"""Replicas that do what they should not: named as that, the rest goes on, nothing is left.

check: deadline 400
"""

from _harness import CHECK_LIBRARIES, SHORT, Check, main, unwrapped

# library -> what its sentence must say
SENTENCES = {
    "dies": (r"status 3", r"last words"),
    "garbage": (r"JSON",),
    "oldproto": (r"version 0", r"\b1\b"),
    "never": (r"ready",),
    "wrongbytes": (r"proof", r"byte"),
}
AFTER_GO = {
    "killed": (r"SIGKILL",),
    "stopped": (r"stop",),
}
FAST = ("--timeout", "1.5", "--warm-up", "0.1", "--concurrency", "8", "--ready-timeout", "5")


class Misbehaving(Check):
    def run_all(self, *names, status=1):
        words = [word for name in names for word in ("--library", name)]
        result = self.benchmark(
            "run-all", "--no-slices", *words, *FAST, status=status, GEOIO_TESTS=CHECK_LIBRARIES
        )
        self.assert_nothing_left()
        self.assert_whole_database()
        return result

    def test_the_rest_goes_on(self):
        """All of them in one run, and `null` in between has its rows."""
        names = [*SENTENCES, *AFTER_GO, "null"]
        result = self.run_all(*names)
        rows = {(row["library_name"], row["test_name"]): row for row in self.results()}
        for test in ("fetch_range", "cog_header"):
            self.assertGreater(rows["null", test]["number_successes"], 0)
            self.assertEqual(rows["null", test]["state"], "ok")
        for name, parts in {**SENTENCES, **AFTER_GO}.items():
            lines = [line for line in unwrapped(result.stderr).splitlines() if f" {name} " in line]
            self.assert_sentence("\n".join(lines), *parts)
            if (name, "fetch_range") in rows:
                self.assertNotEqual(rows[name, "fetch_range"]["state"], "ok", name)

    def test_each_has_its_sentence_and_status(self):
        for name, parts in SENTENCES.items():
            with self.subTest(name):
                words = ("run-test", name, "fetch_range", *FAST)
                result = self.benchmark(*words, status=1, GEOIO_TESTS=CHECK_LIBRARIES)
                self.assert_sentence(result.stderr, *parts)
                self.assertNotIn("Traceback", result.stderr)
        self.assert_nothing_left()

    def test_a_rate_of_wrong_answers_is_no_result(self):
        result = self.benchmark(
            *("run-test", "turncoat", "fetch_range", *FAST), status=1, GEOIO_TESTS=CHECK_LIBRARIES
        )
        row = self.only_result()
        self.assertEqual(row["state"], "wrong bytes")
        self.assertGreater(row["failures_wrong_bytes"], 0)
        self.assert_sentence(result.stdout, r"turncoat +FAILED: .*wrong_bytes")

    def test_two_requests_for_one_operation_are_named(self):
        self.run_all("double", status=None)
        row = self.only_result()
        self.assertGreater(row["origin_requests"], 1.8 * row["number_successes"])
        self.assert_sentence(row["findings"], r"double: .*requests for .*operations, 2 requests for 1")

    def test_much_on_stderr_hinders_nobody(self):
        self.run_all("flood", status=0)
        self.assertGreater(self.only_result()["number_successes"], 0)

    def test_every_request_fails(self):
        """Failures are counted by their class, are no throughput, and end nothing early."""
        self.run_all("fail", status=None)
        row = self.only_result()
        self.assertEqual(row["number_successes"], 0)
        self.assertGreater(row["number_failures"], 0)
        self.assertIn(row["requests_per_second"], (0, None))
        self.assertIn(row["bytes_per_second"], (0, None))
        classes = [row[name] for name in row if name.startswith("failures_")]
        self.assertEqual(sum(filter(None, classes)), row["number_failures"])

    def test_answers_that_are_no_http_are_a_class_of_their_own(self):
        self.run_all("nohttp", status=1)
        row = self.only_result()
        self.assertGreater(row["failures_bad_http"], 0)
        self.assertEqual(row["failures_bad_http"], row["number_failures"])
        self.assert_sentence(row["findings"], r"bad_http.*HTP/1\.1 206")

    def test_processes_left_behind_are_ended(self):
        self.run_all("orphans", status=None)
        self.assertGreater(self.only_result()["number_successes"], 0)

    def test_deaf_to_all_requests_to_end(self):
        self.run_all("deaf", status=None)
        self.assertGreater(self.only_result()["number_successes"], 0)

    def test_false_counts_are_named(self):
        self.run_all("liar")
        row = self.only_result()
        self.assertEqual(row["number_successes"], 0, "what was not recorded does not count")
        self.assert_sentence(row["findings"], r"12,?345")

    def test_what_cannot_be_true_is_no_result(self):
        """Neither absurd records nor good ones without a single request behind them."""
        self.run_all("absurd", "faker", "null")
        rows = {row["library_name"]: row for row in self.results() if row["test_name"] == "fetch_range"}
        self.assertEqual(
            {name: row["state"] for name, row in rows.items()},
            {"absurd": "failed", "faker": "failed", "null": "ok"},
        )
        self.assertEqual(rows["absurd"]["number_requests"], 0)
        self.assert_sentence(rows["absurd"]["findings"], r"200 of 200 records: the first, number 0, flags")
        self.assert_sentence(rows["faker"]["findings"], r"replica 0 made no request at all and says that \d+")
        self.assert_sentence(
            rows["null"]["findings"], r"null made no request at all: .*the harness's own cost"
        )

    def test_work_in_a_child_is_counted_without_a_control_group(self):
        words = ("run-test", "forker", "fetch_range", *FAST, "--isolation", "process")
        self.benchmark(*words, GEOIO_TESTS=CHECK_LIBRARIES)
        row = self.only_result()
        self.assertEqual(row["cpu_scope"], "processes")
        # The least that a Python worker needs for an operation is some 20 us.
        self.assertGreater(row["cpu_total_seconds"], 0.00001 * row["number_successes"])

    def test_hang_is_ended_at_the_deadline(self):
        self.run_all("hang", "null", status=None)
        rows = {row["library_name"]: row for row in self.results()}
        self.assertGreater(rows["null"]["number_successes"], 0)
        self.assertEqual(rows["hang"]["number_successes"], 0)

    def test_one_replica_of_three_dies(self):
        """The others' work counts, and the result says that one is missing."""
        words = ("run-test", "onedies", "fetch_range", *FAST, "--replicas", 3)
        result = self.benchmark(*words, status=1, GEOIO_TESTS=CHECK_LIBRARIES)
        self.assert_sentence(result.stderr, r"replica 1 .*SIGKILL")
        self.assert_nothing_left()
        rows = self.results("--per-replica")
        self.assertEqual([row["state"] == "finished" for row in rows], [True, False, True], rows)
        self.assertGreater(self.only_result()["number_successes"], rows[0]["number_successes"])


class Order(Check):
    def test_equal_seeds_are_equal_orders(self):
        """Trials are interleaved in an order that the seed fixes."""
        orders = []
        for seed in (1, 1, 2, 3):
            words = ("--library", "null", "--library", "pass", "--seed", seed)
            result = self.benchmark("run-all", "--no-slices", *words, *SHORT, GEOIO_TESTS=CHECK_LIBRARIES)
            lines = [line for line in result.stderr.splitlines() if "requests/s" in line]
            orders.append([" ".join(line.split()[1:3]) for line in lines])
        self.assertEqual(orders[0], orders[1])
        self.assertEqual(len(orders[0]), 4)
        self.assertGreater(len({tuple(order) for order in orders}), 1, orders)


if __name__ == "__main__":
    main()
