"""The shortest way through everything: a run, its results, an origin. Also run with the sanitizers."""

import json

from _harness import SHORT, TOP, Check, main


class Smoke(Check):
    def test_exact_work_of_the_c_reference(self):
        self.benchmark("run-test", "reference", "fetch_range", *SHORT, "--n-requests", 200, "--timeout", 30)
        row = self.only_result()
        self.assertEqual(row["number_successes"], 200)
        self.assertEqual(row["number_failures"], 0)
        self.assertEqual(row["origin_requests"], 200)
        self.assertEqual(row["origin_body_bytes"], 200 * 16384)
        self.assertEqual(row["in_flight_proven"], 8)
        self.assertGreater(row["crc_checked"], 0)
        self.assertEqual(row["state"], "ok")
        self.assert_whole_database()
        self.assert_same_results_again()

    def test_environment(self):
        """The machine and all versions are in each document that tells results, and what was built of
        which commit."""
        run = self.benchmark("run-test", "reference", "fetch_range", *SHORT, "--json").json()
        environment = run["environment"]
        ((stored,),) = self.query("select environment from runs")
        self.assertEqual(environment, json.loads(stored))
        self.assertIn("virtualization", environment)
        if (TOP / ".git").exists():
            self.assertRegex(environment["harness_commit"], "^[0-9a-f]{40}(-dirty)?$")
        ((versions,),) = self.query("select versions from replicas")
        self.assertEqual(run["versions"], {"reference": json.loads(versions)})
        self.assertIn("library", run["versions"]["reference"])
        document = self.benchmark("get-results", "--json").json()
        self.assertEqual(document["environments"], {run["run_id"]: environment})
        self.assertEqual(document["versions"], {run["run_id"]: run["versions"]})
        self.assertEqual(len(document["results"]), 1)

    def test_python_worker(self):
        self.benchmark("run-test", "pass", "cog_header", *SHORT)
        row = self.only_result()
        self.assertGreater(row["number_successes"], 0)
        self.assertEqual(row["number_failures"], 0)
        self.assert_same_results_again()

    def test_limits_and_a_rate(self):
        limits = ("--rate", 500, "--cpus", 0.5, "--memory", "200MiB", "--pids", 40, "--link-rate", "100Mbit")
        self.benchmark("run-test", "reference", "fetch_range", *SHORT, "--replicas", 2, *limits, status=None)
        self.assert_same_results_again()

    def test_one_that_fails(self):
        self.benchmark("run-test", "pass", "fetch_range", *SHORT, "--pids", 1, status=None)
        self.assert_same_results_again()

    def test_two_replicas(self):
        self.benchmark("run-test", "reference", "cog_header", *SHORT, "--replicas", 2)
        self.assertEqual(self.only_result()["replicas"], 2)
        replicas = self.results("--per-replica")
        self.assertEqual(len(replicas), 2)
        for row in replicas:
            self.assertGreater(row["number_successes"], 0)
            self.assertEqual(row["number_failures"], 0)
        self.assert_same_results_again()

    def test_origin_alone(self):
        with self.origin() as origin:
            whole = origin.range("/bench/s2/00000/B04.tif", 1000, 70000)
            self.assertEqual(whole[500:900], origin.range("/bench/s2/00000/B04.tif", 1500, 400))
            self.assertNotEqual(whole, origin.range("/bench/s2/00001/B04.tif", 1000, 70000))


if __name__ == "__main__":
    main()
