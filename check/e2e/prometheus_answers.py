"""get-results asks those that answer badly, and a Prometheus with made-up samples; monitoring/ is whole."""

import contextlib
import datetime
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import time
import unittest

from _harness import QUICK, TOP, Check, main, nobody_listens
from _prometheus import RULES, Fake, WithPrometheus, as_json, dashboard_queries, end, fake, matrix, wait_for

DISTRIBUTIONS = (
    "recv_bytes_per_second",
    "cpu_seconds",
    "recv_bytes_per_second_per_cpu",
    "memory_usage_bytes",
)


class BadAnswers(Check):
    """Exit status 1, one sentence that names the URL and what to do, and the old file as it was."""

    def setUp(self):
        super().setUp()
        self.benchmark("run-test", "null", "fetch_range", *QUICK, "--rate", 50)
        self.path = self.folder / "out.csv"
        self.path.write_text("old\n")

    def refused(self, url, *parts, status=1, options=()):
        result = self.benchmark(
            "get-results", self.path, "--from", "prometheus", url, *options, status=status
        )
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result)
        self.assert_sentence(result.stderr, re.escape(url.partition("?")[0]), *parts)
        self.assertEqual(self.path.read_text(), "old\n")
        self.assertEqual([p.name for p in self.folder.glob("out.csv*")], ["out.csv"])

    def test_bad_answers(self):
        trouble = {"status": "error", "errorType": "execution", "error": "query ran\nout of sense"}
        nan = matrix(({"container_label_replica": "0"}, [[1.0, "NaN"]]))
        for reply, parts in (
            (as_json(trouble, 422), ["query ran out of sense", "mend it"]),
            (as_json(trouble), ["query ran out of sense"]),
            ((500, "text/plain", b"oops"), ["status 500", "give the address"]),
            ((503, "application/json", b"{}"), ["status 503", "that is ready"]),
            ((302, None, b""), ["status 302"]),
            ((404, "text/html", b"<html>"), ["status 404, text/html instead of JSON"]),
            ((200, "text/html; charset=utf-8", b"<html>"), ["text/html", "address"]),
            ((200, None, b"{}"), ["no content type"]),
            (as_json(matrix(), kind="application/jsonx"), ["application/jsonx"]),
            ((200, "application/json", b""), ["no JSON"]),
            ((200, "application/json", b'{"status":"succ'), ["no JSON"]),
            (as_json(matrix(warnings=["a store is away"])), ["only a part", "a store is away", "ask again"]),
            (as_json(nan), ["not numbers \\(NaN\\)", "look at what it scrapes"]),
        ):
            with self.subTest(reply=reply), fake(reply) as server:
                self.refused(server.url, *parts)
                self.assertTrue(server.asked[0].startswith("/api/v1/query?"))

    def test_one_answer_too_late_is_all_too_late(self):
        """The first answers are good, and so is what was written up to then; nothing of it is seen."""
        good = Scraped(self, 0.05).reply
        with fake(lambda q: (500, "text/plain", b"") if "memory" in q["query"][0] else good(q)) as server:
            self.refused(server.url, "status 500")
            self.assertEqual(len(server.asked), 4)
            result = self.benchmark("get-results", "-", "--from", "prometheus", server.url, status=1)
            self.assertEqual(result.stdout, "")

    def test_too_much(self):
        text = b'{"status":"success","pad":"' + b"x" * (33 << 20) + b'"}'
        with fake((200, "application/json", text)) as server:
            self.refused(server.url, "more than 32 MiB")

    def test_cut_off(self):
        """It says a length and ends before that."""

        def cut(handler):
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"status":')
            handler.close_connection = True

        with fake(None) as server:
            server.RequestHandlerClass = type("Cut", (Fake,), {"do_GET": cut})
            self.refused(server.url, "does not answer", "start Prometheus there")

    def test_silent_and_down(self):
        with fake(None) as server:
            began = time.monotonic()
            options = ("--timeout", "0.3")
            self.refused(server.url, "within 0.3 s", "--timeout", options=options)
            self.assertLess(time.monotonic() - began, 8)  # the default would be 10
        with nobody_listens() as port:
            self.refused(f"http://127.0.0.1:{port}", "does not answer", "start Prometheus there")

    def test_usage(self):
        for url in ("http://127.0.0.1:1/?query=1", "http://", "127.0.0.1:9090"):
            self.refused(url, "not the address of a Prometheus", status=2)
        words = ("get-results", self.path, "--from", "prometheus", "http://user:secret@127.0.0.1:1")
        result = self.benchmark(*words, status=2)
        self.assert_sentence(result.stderr, "holds a user", "http://HOST:PORT alone")
        self.assertNotIn("secret", result.stderr)


class Scraped:
    """What a Prometheus would have of the trials in a check's database: steady, at even distances."""

    def __init__(self, check, interval_s=0.1, **labels):
        self.interval_s = interval_s
        self.labels = {"job": "j", "instance": "i", **labels}
        self.window = check.query("select start_time, end_time from results where replica is null")[0]

    def reply(self, query):
        at = float(query.get("time", query.get("start"))[0])
        if "time" in query:
            length_s = int(re.search(r"\[(\d+)ms\]", query["query"][0])[1]) / 1000
            first, step, n = at - length_s, self.interval_s, int(length_s / self.interval_s)
        else:
            first, step = at, float(query["step"][0])
            n = int((float(query["end"][0]) - at) / step) + 1
        points = [[round(first + i * step, 3), "1000"] for i in range(n)]
        return as_json(matrix(({"container_label_replica": "0", **self.labels}, points)))


class FewSamples(Check):
    def test_rows_say_what_they_lack(self):
        self.benchmark("run-test", "null", "fetch_range", "--timeout", "1.2", "--warm-up", "0")
        for interval_s, found, expected in (
            (
                0.1,
                True,
                "from Prometheus at URL: \\d+ moments, each of the 0.[4-9]\\d* s before it, scraped every",
            ),
            (0.4, False, "too few samples: Prometheus at URL has [23] of a replica, one every 0.4 s, and a"),
            (5, False, "too few samples: Prometheus at URL has 0 of a replica in the 1.\\d+ s of this trial"),
        ):
            with self.subTest(interval_s), fake(Scraped(self, interval_s).reply) as server:
                plain = self.only_result()
                (row,) = self.results("--from", "prometheus", server.url)
                self.assert_sentence(row["findings"], expected.replace("URL", re.escape(server.url)))
                self.assertEqual(row["cpu_seconds_mean"], 1000 if found else None)
                self.assertEqual(bool(row["cpu_seconds_count"]), found)
                names = [*filter(None, (plain["finding_names"] or "").split(";"))]
                names.append("scraped" if found else "scraped_too_few")
                self.assertEqual(row["finding_names"], ";".join(names))
                for name in plain:
                    if not name.startswith(("finding", *DISTRIBUTIONS)):
                        self.assertEqual(row[name], plain[name], name)
                (replica,) = self.results("--per-replica", "--from=prometheus", server.url)
                self.assertEqual(replica["memory_usage_bytes_max"], 1000 if found else None)

    def test_a_prometheus_without_our_series(self):
        self.benchmark("run-test", "null", "fetch_range", *QUICK, "--rate", 50)
        with fake(lambda _: as_json(matrix())) as server:
            (row,) = self.results("--from", "prometheus", server.url)
            self.assert_sentence(row["findings"], f'no series with these labels: .*run_id="{row["run_id"]}"')
            result = self.benchmark("get-results", "again.csv", "--from", "prometheus", server.url)
        self.assert_sentence(result.stderr, "1 of 1 rows .* Prometheus has no series with their labels")

    def test_the_best_of_several_sources(self):
        """Our /metrics and cAdvisor say the same of a container: it counts once, by the finer one."""
        self.benchmark("run-test", "null", "fetch_range", "--timeout", "1.2", "--warm-up", "0")
        fine, coarse = (Scraped(self, s, instance=i).reply for s, i in ((0.1, "fine"), (0.3, "coarse")))

        def reply(query):
            both = [json.loads(r(query)[2])["data"]["result"][0] for r in (fine, coarse)]
            if "time" not in query:
                self.assertIn('instance="fine"', query["query"][0])
                both = both[:1]
            return as_json(matrix(*((s["metric"], s["values"]) for s in both)))

        with fake(reply) as server:
            (row,) = self.results("--from", "prometheus", server.url)
            self.assert_sentence(row["findings"], "scraped every 0.1 s")
            self.assertEqual(row["cpu_seconds_mean"], 1000)


@unittest.skipUnless(shutil.which("prometheus"), "there is no prometheus here: tools/packages --checks")
class Backfilled(WithPrometheus):
    """A real Prometheus with made-up samples: what it makes of them is known to a thousandth."""

    LENGTH_S = 60
    FAMILIES = (
        ("container_cpu_usage_seconds", "counter", 0.5),
        ("container_network_receive_bytes", "counter", 1000),
        ("container_memory_usage_bytes", "gauge", None),
    )

    def setUp(self):
        super().setUp()
        self.benchmark("run-test", "null", "fetch_range", *QUICK, "--rate", 50)
        self.go = int(time.time()) - 3600
        times = [
            datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.000000")
            for at in (self.go, self.go + self.LENGTH_S)
        ]
        with contextlib.closing(sqlite3.connect(self.db)) as db, db:
            db.execute("update results set start_time = ?, end_time = ?", times)
        (run_id,) = self.query("select distinct run_id from results")[0]
        self.labels = {
            "container_label_run_id": run_id,
            "container_label_library": "null",
            "container_label_test": "fetch_range",
            "container_label_replica": "0",
            "job": "geoio-benchmark",
            "instance": "a",
        }
        self.sources = []

    def add(self, times, factor=1, **labels):
        """Samples at these times from GO on: counters at the families' rates, memory as the factor says."""
        self.sources.append((times, factor, {**self.labels, **labels}))

    def scraped(self):
        """The row, once Prometheus has them all."""
        lines = []
        for name, kind, rate in self.FAMILIES:
            lines.append(f"# TYPE {name} {kind}")
            for times, factor, labels in self.sources:
                text = ",".join(f'{label}="{value}"' for label, value in labels.items())
                for at in times:
                    value = factor * (1e6 if rate is None else rate * (at + 1000))
                    suffix = "_total" if kind == "counter" else ""
                    lines.append(f"{name}{suffix}{{{text}}} {value:.6f} {self.go + at:.3f}")
        path = self.folder / "samples"
        path.write_text("\n".join([*lines, "# EOF", ""]))
        words = ["promtool", "tsdb", "create-blocks-from", "openmetrics", path, self.folder / "series"]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.prometheus()
        return self.results("--from", "prometheus", self.url)[0]

    def assert_exact(self, row, values, left_out=0):
        self.assertAlmostEqual(row["recv_bytes_per_second_mean"], 1000, delta=1)
        self.assertAlmostEqual(row["cpu_seconds_max"], 0.5, delta=0.0005)
        self.assertAlmostEqual(row["cpu_seconds_min"], 0.5, delta=0.0005)
        self.assertEqual((row["memory_usage_bytes_min"], row["memory_usage_bytes_max"]), (1e6, 1e6))
        self.assertEqual(row["cpu_seconds_count"], values, row["findings"])
        expected = f", {left_out} left out for want of samples" if left_out else r"\(\d+ times\)$"
        self.assert_sentence(row["findings"], expected)

    def test_all_scrapes(self):
        """Readings at uneven distances; the trials before and after it, and the origin, have its labels."""
        self.add([i + 0.05 * (i % 3) for i in range(-30, 90)])
        self.add(range(-60, -2), 50, instance="a", name="an earlier replica")
        self.add([i + 0.5 for i in range(-60, 90)], 70, container_label_replica="origin")
        self.assert_exact(self.scraped(), 16)  # by 1.05 s

    def test_late_readings(self):
        """By this seed a window begins 1.09 s before a reading: too far for Prometheus' rate to go on."""
        chance = random.Random(596)
        phase = chance.random()
        self.add([i + phase + chance.random() * 0.1 for i in range(-3, 64)])
        self.assert_exact(self.scraped(), 16, 1)

    def test_last_reading(self):
        """The one at the end comes out of turn, and is all that there is of it from then on."""
        self.add([*range(-5, 60), 59.4])
        self.assert_exact(self.scraped(), 17)

    def test_scrapes_are_missed(self):
        """Twice one, then five of them: what Prometheus' rate is too low of does not count."""
        missed = {10, 11, 31, 40, 41, 42, 43, 44}
        self.add([i + 0.3 for i in range(-5, 70) if i not in missed])
        row = self.scraped()
        self.assertLess(row["cpu_seconds_count"], 17)
        self.assert_exact(row, row["cpu_seconds_count"], 17 - row["cpu_seconds_count"])

    def test_slow_scrapes(self):
        self.add(range(-30, 90, 10))
        self.assert_exact(self.scraped(), 1)

    def test_too_slow_scrapes(self):
        self.add(range(-30, 90, 15))
        row = self.scraped()
        self.assertIsNone(row["cpu_seconds_mean"])
        self.assert_sentence(
            row["findings"],
            "has 5 of a replica, one every 15 s, and a rate needs a trial of 78.75 s, not 60 s",
        )

    def test_two_sources(self):
        """cAdvisor has the same container, with other labels, and was scraped from the middle on."""
        self.add(range(-5, 70))
        self.add([i + 0.2 for i in range(20, 70)], job="cadvisor", instance="b", image="x")
        self.assert_exact(self.scraped(), 17)


@unittest.skipUnless(shutil.which("promtool"), "there is no promtool here: tools/packages --checks")
class Shipped(Check):
    """What stands in monitoring/."""

    def promtool(self, *words):
        done = subprocess.run(["promtool", "check", *words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("FAILED", done.stdout)

    def test_configuration_and_rules(self):
        self.promtool("config", TOP / "monitoring/prometheus.yml")
        self.promtool("rules", *RULES)

    def test_dashboard(self):
        """Its queries are queries: written down as rules, since promtool reads those."""
        rules = [{"record": f"panel:{i}", "expr": text} for i, text in enumerate(dashboard_queries())]
        self.assertGreater(len(rules), 10)
        path = self.folder / "dashboard.yml"
        path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
        self.promtool("rules", path)

    def compose(self, name):
        """The file as a client of Docker understands it; skipped where there is none."""
        for client in (["docker", "compose"], ["docker-compose"]):
            if not shutil.which(client[0]):
                continue
            asked = subprocess.run([*client, "version", "--short"], capture_output=True, text=True)
            # Version 1, without the plugin's JSON, ended in 2023.
            if asked.returncode == 0 and not asked.stdout.startswith("1."):
                words = [*client, "-f", TOP / name, "config", "--format", "json"]
                done = subprocess.run(words, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                return json.loads(done.stdout)["services"]
        self.skipTest("there is neither docker compose nor docker-compose 2 here: install docker-compose-v2")

    def test_compose(self):
        services = self.compose("docker-compose.yml")
        self.assertEqual(services["benchmark"]["environment"]["REPLICAS"], "1")

    def test_compose_of_monitoring(self):
        services = self.compose("docker-compose.monitoring.yml")
        self.assertEqual(set(services), {"prometheus", "grafana", "cadvisor"})
        for name, service in services.items():
            self.assertEqual(service["network_mode"], "host", name)
            for volume in service["volumes"]:
                if str(volume["source"]).startswith(str(TOP)):
                    self.assertTrue(os.path.exists(volume["source"]), volume)
        self.assertIn("--web.listen-address=127.0.0.1:9090", services["prometheus"]["command"])
        self.assertIn("-port=8080", services["cadvisor"]["command"])

    def test_one_cadvisor(self):
        """The image is of the release that check/cadvisor compares with, where Prometheus looks for it."""
        compose = (TOP / "docker-compose.monitoring.yml").read_text()
        image = re.search(r"ghcr\.io/google/cadvisor:([\d.]+)", compose)[1]
        module = re.search(r"google/cadvisor v([\d.]+)", (TOP / "check/cadvisor/go.mod").read_text())[1]
        self.assertEqual(image, module)
        self.assertIn("targets: [127.0.0.1:8080]", (TOP / "monitoring/prometheus.yml").read_text())

    def test_start(self):
        script = TOP / "monitoring/start"
        path = self.folder / "start.log"
        with open(path, "w") as log:
            process = subprocess.Popen(
                [script, self.folder / "new/series", "127.0.0.1:0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.addCleanup(end, process)
        wait_for(self, path, r'"Listening on" address=127\.0\.0\.1:(\d+)', process)
        self.assert_sentence(
            path.read_text(), "http://127.0.0.1:", "--from prometheus", f"kill {process.pid}"
        )
        process.terminate()
        self.assertEqual(process.wait(20), 0, path.read_text())
        self.assertTrue((self.folder / "new/series").is_dir())

    def test_start_without_prometheus(self):
        tools = self.folder / "bin"
        tools.mkdir()
        for name in ("sh", "dirname", "mkdir", "cat"):
            (tools / name).symlink_to(shutil.which(name))
        done = subprocess.run(
            [TOP / "monitoring/start", self.folder / "series"],
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 1)
        self.assert_sentence(done.stderr, "prometheus is not installed: apt-get install")
        self.assertFalse((self.folder / "series").exists())


if __name__ == "__main__":
    main()
