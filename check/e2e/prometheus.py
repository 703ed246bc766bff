"""Real runs, scraped by a Prometheus of their own: the ancestor's queries, and get-results by both sources.

check: waits
check: deadline 240
"""

import re
import shutil
import subprocess
import time
import unittest
import urllib.request

from _harness import LIBRARIES, main
from _prometheus import RULES, WithPrometheus, dashboard_queries, wait_for

WINDOW = "15s"
ANCESTOR = (
    f"rate(container_cpu_user_seconds_total{{}}[{WINDOW}])",
    f"rate(container_network_receive_bytes_total{{}}[{WINDOW}])",
)
CLOSE = 0.03


@unittest.skipUnless(shutil.which("prometheus"), "there is no prometheus here: tools/packages --checks")
class Real(WithPrometheus):
    def address_of(self, process, stream):
        return wait_for(self, process.streams[stream].name, r"http://127\.0\.0\.1:(\d+)", process)

    def check_metrics(self, target):
        """The linter of Prometheus has nothing to say of a scrape in the middle of a run."""

        def in_the_middle():
            with urllib.request.urlopen(f"http://{target}/metrics", timeout=10) as answer:
                text = answer.read()
            # Between two trials there is no replica.
            return text if b"container_cpu_usage_seconds_total{" in text else None

        text = self.patiently(in_the_middle, "no replica is seen")
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))

    def series_of(self, query, began):
        found = set()
        for series in self.ask("query_range", query=query, start=began, end=time.time(), step="0.5"):
            labels = series["metric"]
            found.add(tuple(labels.get(f"container_label_{name}") for name in ("library", "test", "replica")))
        return found

    def test_six_libraries(self):
        """Both queries of the ancestor give a series for every replica of every library."""
        target = self.address_of(self.start("monitor", "--listen", "127.0.0.1:0"), 0)
        self.prometheus(target)
        self.patiently(lambda: self.ask("query", query="up == 1"), "nothing is scraped")
        began = time.time()
        words = ["--replicas", 2, "--timeout", 2.5, "--warm-up", 0.2, "--rate", 100, "--test", "fetch_range"]
        for library in LIBRARIES:
            words += ["--library", library]
        run = self.start("run-all", "--no-slices", *words)
        seen = "container_cpu_usage_seconds_total"
        self.patiently(lambda: self.ask("query", query=seen), "no replica is seen")
        self.check_metrics(target)
        result = self.finish(run)
        self.assertEqual(result.status, 0, result)
        wanted = {(library, "fetch_range", replica) for library in LIBRARIES for replica in "01"}
        for query in ANCESTOR:
            self.assertEqual(wanted - self.series_of(query, began), set(), query)
        self.check_rules(began)
        rows = self.results("--from", "prometheus", self.url)
        self.assertGreaterEqual(len(rows), len(LIBRARIES))
        for row in rows:  # 2.5 s hold no window of four scrapes
            self.assert_sentence(
                row["findings"], r"too few samples: .* one every [\d.]+ s, and a rate needs a trial of"
            )
            self.assertIsNone(row["recv_bytes_per_second_mean"])

    def check_rules(self, began):
        """Each recording rule, and each panel but that of failures, had a series while it ran."""
        names = re.findall(r"record: (\S+)", "".join(path.read_text() for path in RULES))
        panels = [query for query in dashboard_queries() if 'outcome!="ok"' not in query]
        self.assertTrue(names and panels)
        for query in names + panels:
            found = self.ask("query_range", query=query, start=began, end=time.time(), step="0.5")
            self.assertTrue(found, query)

    def test_both_sources_agree(self):
        """Within 3%, of a trial of 30 s, in sum and of each replica; CPU as far as it was steady."""
        words = ("--replicas", 2, "--timeout", 30, "--rate", 200, "--warm-up", 3)
        run = self.start("run-test", "aiohttp", "fetch_range", *words, "--monitor", "127.0.0.1:0")
        self.prometheus(self.address_of(run, 1))
        result = self.finish(run)
        self.assertEqual(result.status, 0, result)
        source = ("--from", "prometheus", self.url)
        findings = self.results(*source)[0]["findings"]
        print(findings)
        self.assert_sentence(
            findings, r"\d moments, each of the 4\.\d+ s before it, scraped every [\d.]+ s \("
        )
        for options in ((), ("--per-replica",)):
            for plain, scraped in zip(self.results(*options), self.results(*options, *source), strict=True):
                self.compare(plain, scraped)

    def compare(self, plain, scraped):
        for name, close in (
            ("recv_bytes_per_second_mean", CLOSE),
            ("cpu_seconds_mean", CLOSE),
            ("recv_bytes_per_second_per_cpu_mean", CLOSE),
            ("memory_usage_bytes_mean", 0.1),
        ):
            print(
                f"{name}: {plain[name]:.6g} and {scraped[name]:.6g}: {scraped[name] / plain[name] - 1:+.2%}"
            )
            # CPU a second changes with what else the machine does, and the sources weigh time differently.
            swing = (scraped[f"{name[:-5]}_max"] - scraped[f"{name[:-5]}_min"]) / 2 if "cpu" in name else 0
            self.assertAlmostEqual(scraped[name], plain[name], delta=close * plain[name] + swing, msg=name)
        self.assertGreaterEqual(scraped["cpu_seconds_count"], 4)  # of 8
        self.assertEqual(plain["trial_id"], scraped["trial_id"])


if __name__ == "__main__":
    main(needs=LIBRARIES)
