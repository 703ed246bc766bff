"""run-parameterized-test: any parameter takes a list, and the product is run."""

import itertools
import os
import subprocess

from _harness import BENCHMARK, ENVS, Check, main

COMMON = "n-requests: 20\ntimeout: 60\nwarm-up: 0\n"


class Sweep(Check):
    def sweep(self, text, status=0):
        path = self.folder / "sweep.yaml"
        path.write_text(text)
        return self.benchmark("run-parameterized-test", path, "--no-slices", status=status)

    def test_product_of_lists(self):
        self.sweep(
            "library: [null, pass]\ntest: fetch_range\nconcurrency: [1, 4]\n"
            "request-size: [4096, 16KiB]\nkeep-alive: true\n" + COMMON
        )
        found = {(r["library_name"], r["concurrency"], r["test_params"]) for r in self.results()}
        params = ('{"request_size": 4096}', '{"request_size": 16384}')
        self.assertEqual(found, set(itertools.product(("null", "pass"), (1, 4), params)))

    def test_every_knob_arrives(self):
        self.sweep(
            "library: pass\ntest: fetch_range\npool-size: 3\nkeep-alive: false\nkeep-alive-timeout: 7.5\n"
            "use-dns-cache: false\nreplicas: 2\nrate: 50\nseed: 99\nconcurrency: 2\n" + COMMON
        )
        row = self.only_result()
        self.assertEqual(row["pool_size"], 3)
        self.assertIs(row["keep_alive"], False)
        self.assertEqual(row["keep_alive_timeout_seconds"], 7.5)
        self.assertIs(row["use_dns_cache"], False)
        self.assertEqual((row["replicas"], row["rate"], row["seed"], row["concurrency"]), (2, 50, 99, 2))

    def test_what_differs_stands_apart(self):
        """In whatever it is: a block of the table each, which says in what, and another hash."""
        result = self.sweep("library: [null, pass]\ntest: fetch_range\nkeys: [100, 200]\n" + COMMON)
        self.assertRegex(result.stdout, r"(?m)^fetch_range .*, keys 100,(.|\n)*^fetch_range .*, keys 200,")
        self.assertEqual(result.stdout.count("isolation: "), 2, result.stdout)
        rows = self.results()
        hashes = {(row["keys"], row["config_hash"]) for row in rows}
        self.assertEqual((len(rows), len(hashes)), (4, 2), hashes)
        stored = self.query("select json_extract(config, '$.keys'), config_hash from trials group by 1")
        self.assertEqual(set(stored), hashes)

    def test_what_cannot_be_made_ends_alone(self):
        """Too few descriptors for 60 replicas: that trial is stored as failed, the others are made."""
        (self.folder / "sweep.yaml").write_text(
            "library: null\ntest: fetch_range\nconcurrency: 1\nreplicas: [60, 1, 2]\n" + COMMON
        )
        with self.origin() as origin:
            words = "run-parameterized-test sweep.yaml --no-slices --isolation process"
            words += f" --endpoint {origin.url} --anonymous"
            result = subprocess.run(
                ["sh", "-c", f"ulimit -n 110; exec {BENCHMARK} {words} --bucket bench"],
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=120,
            )
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assert_sentence(result.stderr, r"FAILED: .*open files")
        rows = {row["replicas"]: row for row in self.results()}
        self.assertEqual(rows[60]["state"], "failed")
        self.assert_sentence(rows[60]["findings"], r"open files")
        self.assertEqual([rows[n]["state"] for n in (1, 2)], ["ok", "ok"])
        self.assertEqual(self.query("select ended from runs"), [("finished",)])

    def test_requests_at_once_need_descriptors(self):
        """Each of 20 operations makes five requests at once, which is known when the plan is made."""
        words = "run-test null check_stages --isolation process --concurrency 20"
        with self.origin() as origin:
            words = f"ulimit -n 110; exec {BENCHMARK} {words} --endpoint {origin.url} --anonymous"
            result = subprocess.run(
                ["sh", "-c", words], cwd=self.folder, capture_output=True, text=True, timeout=120
            )
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assert_sentence(
            result.stderr, r"each replica needs about 1[0-9]+ open files, and the limit is 110"
        )

    def test_one_that_fails_is_a_result(self):
        """Of a run of one trial too: nothing is missing, and nothing is said to be."""
        words = "run-test null fetch_range --isolation process --replicas 60 --concurrency 1 --db r.db"
        with self.origin() as origin:
            words = f"ulimit -n 110; exec {BENCHMARK} {words} --endpoint {origin.url} --anonymous"
            result = subprocess.run(
                ["sh", "-c", words], cwd=self.folder, capture_output=True, text=True, timeout=120
            )
        self.assertEqual(result.returncode, 1, result.stderr)
        self.db = self.folder / "r.db"
        self.assertEqual(
            self.query("select ended, failed from runs join trials on run_id = runs.id"), [("finished", 1)]
        )
        self.assertNotIn("of its trials", self.benchmark("get-results", "-", "--db", self.db).stderr)

    def test_one_that_is_refused_is_a_result(self):
        text = 'library: null\ntest: fetch_range\ncongestion: ["cubic,reno", carrier-pigeon, reno]\n'
        self.sweep(text + COMMON, status=1)
        self.assertEqual(self.query("select ended from runs"), [("finished",)])
        found = {row["congestion"]: row for row in self.results()}
        states = {name: row["state"] for name, row in found.items()}
        self.assertEqual(states, {None: "ok", "reno": "ok", "carrier-pigeon": "failed"})  # None: the default
        self.assert_sentence(found["carrier-pigeon"]["findings"], "'carrier-pigeon' cannot be used here")
        self.assertNotIn("of its trials", self.benchmark("get-results", "-").stderr)

    def test_one_that_is_not_ready_is_missed(self):
        os.environ["GEOIO_ENVS"] = str(self.folder / "none")
        self.addCleanup(os.environ.__setitem__, "GEOIO_ENVS", str(ENVS))
        result = self.sweep("library: [null, aiohttp]\ntest: fetch_range\n" + COMMON, status=1)
        self.assert_sentence(result.stderr, "not ready to run: .*benchmark setup aiohttp")
        self.assertEqual(self.only_result()["library_name"], "null")
        self.assertEqual(self.query("select ended from runs"), [("failed",)])

    def test_nothing_is_evaluated(self):
        mark = self.folder / "mark"
        for text in (
            f'library: !!python/object/apply:os.system ["touch {mark}"]\ntest: fetch_range\n',
            "library: !!python/tuple [null]\ntest: fetch_range\n",
            f"library: null\ntest: fetch_range\nconcurrency: $(touch {mark})\n",
            f"library: null\ntest: fetch_range\nconcurrency: __import__('os').system('touch {mark}')\n",
        ):
            result = self.sweep(text, status=2)
            self.assert_sentence(result.stderr, r"^benchmark: .*sweep\.yaml, line \d")
            self.assertFalse(mark.exists())
            self.assertFalse(self.db.exists(), "nothing was run")

    def test_mistakes_are_found_before_anything_runs(self):
        start = "library: null\ntest: fetch_range\n"
        seeds = ", ".join(map(str, range(1025)))
        for text, part in {
            start + "concurency: 5\n": r"line 3: .*concurency.*concurrency",
            start + "concurrency: [1, 0]\n": r"line 3: concurrency.*0.*1 to",
            start + "timeout: soon\n": r"line 3: timeout.*soon.*number",
            start + "concurrency: {a: 1}\n": r"line 3",
            start + "timeout: 1\ntimeout: 2\n": r"line 4: .*timeout",
            start + "timeout: [1\n": r"line \d+: not YAML",
            "library: null\n": r"library and test",
            "library: nul\ntest: fetch_range\n": r"nul.*null",
            "library: null\ntest: fetch_rnge\n": r"fetch_rnge.*fetch_range",
            "": r"empty",
            "- a\n- b\n": r"mapping",
            start + f"seed: [{seeds}]\nconcurrency: [1, 2, 3, 4]\n": r"yaml asks for more",
        }.items():
            with self.subTest(part):
                result = self.sweep(text, status=2)
                self.assert_sentence(result.stderr, r"^benchmark: ", part)
                self.assertEqual(len(result.stderr.splitlines()), 1)
                self.assertFalse(self.db.exists(), "nothing was run")


if __name__ == "__main__":
    main()
