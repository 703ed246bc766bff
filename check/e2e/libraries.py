"""Every library and test: exactly the work that was asked for, and the origin saw the same.

check: deadline 600
"""

from _harness import LIBRARIES, SHORT, TESTS, Check, main

REQUESTS = 160
CONCURRENCY = 8


class Libraries(Check):
    def exact(self, library, test):
        """With --n-requests a trial has an exact end, so every count is known."""
        self.benchmark("run-test", library, test, *SHORT, "--n-requests", REQUESTS, "--timeout", 60)
        row = self.only_result()
        self.assertEqual(row["state"], "ok", row["findings"])
        self.assertEqual(row["number_requests"], REQUESTS)
        self.assertEqual(row["number_successes"], REQUESTS)
        self.assertEqual(row["number_failures"], 0)
        self.assertEqual(row["unfinished"], 0)
        self.assertEqual(row["origin_requests"], REQUESTS, row["findings"])
        self.assertEqual(row["origin_body_bytes"], REQUESTS * 16384)
        self.assertEqual(row["origin_repeated_requests"], 0)
        self.assertEqual(row["in_flight_proven"], CONCURRENCY, "operations were not really in flight at once")
        self.assertGreater(row["crc_checked"], 0)
        self.assertGreater(row["cpu_total_seconds"], 0)
        self.assertGreater(row["peak_rss_bytes"], 1 << 20)
        self.assertGreater(row["latency_p50_ms"], 0)
        self.assertLessEqual(row["latency_p50_ms"], row["latency_p90_ms"])
        self.assertIsNone(row["latency_p99_ms"], "160 operations carry no p99")
        self.assertLessEqual(row["latency_p90_ms"], row["latency_max_ms"])
        self.assertTrue(row["library_version"])
        return row

    def test_run_all_has_every_row(self):
        """The twelve rows of the quickstart, in one run."""
        words = [word for library in LIBRARIES for word in ("--library", library)]
        result = self.benchmark(
            "run-all", "--no-slices", *words, *SHORT, "--n-requests", REQUESTS, "--timeout", 60
        )
        rows = self.results()
        names = {(row["library_name"], row["test_name"]) for row in rows}
        self.assertEqual(names, {(library, test) for library in LIBRARIES for test in TESTS})
        self.assertEqual(len({row["run_id"] for row in rows}), 1)
        for row in rows:
            name = f"{row['library_name']} {row['test_name']}: {row['findings']}"
            self.assertEqual(row["number_failures"], 0, name)
            self.assertEqual(row["number_successes"], REQUESTS, name)
            self.assertEqual(row["origin_requests"], REQUESTS, name)
            self.assertIn(row["library_name"], result.stdout)
        self.assert_whole_database()
        self.assert_nothing_left()


def add(library, test):
    def check(self):
        self.exact(library, test)

    setattr(Libraries, f"test_{library}_{test}", check)


for _library in (*LIBRARIES, "reference"):
    for _test in TESTS:
        add(_library, _test)

if __name__ == "__main__":
    main(needs=LIBRARIES)
