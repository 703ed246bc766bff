"""Watching a run: /metrics beside it, `benchmark monitor` from outside, the text file; figures that agree
with the database; scrapers that do not behave; nothing left.

check: deadline 400
"""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from _harness import BENCHMARK, QUICK, Check, main

RUN = ("run-test", "requests", "fetch_range", "--warm-up", "0.1", "--concurrency", "8")
# Whoever is late on a busy machine finds the last figures, too.
LINGER = ("--monitor", "127.0.0.1:0", "--linger", "300")
SAMPLE = re.compile(r"^([a-z_0-9]+)(?:\{(.*)\})? (\S+)(?: (\d+))?$")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """Prometheus text as (name, labels, value) of each sample."""
    for line in text.splitlines():
        if not line.startswith("#"):
            name, labels, value, _ = SAMPLE.match(line).groups()
            yield name, dict(LABEL.findall(labels or "")), float(value)


def value_of(text, wanted, **labels):
    found = [v for name, has, v in parse(text) if name == wanted and labels.items() <= has.items()]
    return sum(found) if found else None


class Watched(Check):
    def url_of(self, process, stream=1):
        """Where a started benchmark serves, which it says."""
        patience = time.monotonic() + 30
        while time.monotonic() < patience:
            process.streams[stream].seek(0)
            if found := re.search(rb"monitor: (http://\S+/)", process.streams[stream].read()):
                return found[1].decode()
            if process.poll() is not None:
                break
            time.sleep(0.02)
        self.fail(f"it does not say where the monitor is\n{self.finish(process, 1)}")

    def get(self, url, accept="text/plain"):
        request = urllib.request.Request(url, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    def until(self, ask, what):
        """What `ask` gives as soon as it is something; it may fail to connect meanwhile."""
        patience = time.monotonic() + 60
        while time.monotonic() < patience:
            with contextlib.suppress(OSError):
                if found := ask():
                    return found
            time.sleep(0.1)
        self.fail(f"not seen: {what}")

    def end_linger(self, process, url):
        """Ctrl-C, once the run is over and the server of its figures remains."""
        self.until(lambda: value_of(self.get(url + "metrics"), "geoio_run_ended"), "the run's end")
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.status, 0, result)


class Monitored(Watched):
    def test_metrics_of_a_run(self):
        """While it runs the counters grow; the last ones are those of the database."""
        words = ("--replicas", "2", "--timeout", "3", *LINGER)
        process = self.start(*RUN, *words)
        url = self.url_of(process)
        seen, last = [], ""
        while process.poll() is None and not value_of(last, "geoio_run_ended"):
            last = self.get(url + "metrics")
            seen.append(value_of(last, "geoio_operations_total", outcome="ok") or 0)
            time.sleep(0.2)
        self.end_linger(process, url)
        self.assertEqual(seen, sorted(seen))
        self.assertGreater(len(set(seen)), 3, seen)
        row = self.only_result()
        self.assertAlmostEqual(seen[-1], row["number_successes"], delta=2 * 8)
        cpu = value_of(last, "container_cpu_usage_seconds_total", container_label_replica="1")
        self.assertIsNotNone(cpu, "no container rows at the end")
        self.assertGreater(cpu, 0)
        self.assert_nothing_left()

    def test_both_queries_of_the_ancestor_have_series(self):
        process = self.start(*RUN, "--replicas", "2", "--timeout", "3", "--monitor", "127.0.0.1:0")
        url = self.url_of(process)

        def running():
            text = self.get(url + "metrics")
            return text if value_of(text, "geoio_operations_total", outcome="ok") else None

        text = self.until(running, "operations")
        for name in ("container_cpu_user_seconds_total", "container_network_receive_bytes_total"):
            replicas = [has["container_label_replica"] for found, has, _ in parse(text) if found == name]
            self.assertEqual(sorted(replicas), ["0", "1", "origin"], name)
        labels = next(has for found, has, _ in parse(text) if found == "container_last_seen")
        self.assertEqual(labels["container_label_library"], "requests")
        self.assertEqual(labels["container_label_test"], "fetch_range")
        self.assertEqual(self.finish(process).status, 0)

    def test_from_outside(self):
        """`benchmark monitor` finds the run by itself, and then its result in the database."""
        monitor = self.start("monitor", "--listen", "127.0.0.1:0")
        url = self.url_of(monitor, stream=0)
        self.assertEqual(json.loads(self.get(url + "live.json"))["recent"], [])
        process = self.start(*RUN, "--timeout", "2")

        def ours(key):
            runs = json.loads(self.get(url + "live.json"))["runs"]
            return next((run for run in runs if run["pid"] == process.pid and run[key]), None)

        self.assertEqual(self.until(lambda: ours("replicas"), "its replicas")["trial"]["library"], "requests")
        self.assertEqual(self.finish(process).status, 0)
        self.assertEqual(self.until(lambda: ours("ended"), "its end")["finished"][0]["state"], "ok")
        recent = self.until(lambda: json.loads(self.get(url + "live.json"))["recent"], "its result")
        row = self.only_result()
        self.assertEqual(recent[0]["successes"], row["number_successes"])
        self.assertEqual(recent[0]["trial_id"], row["trial_id"])
        monitor.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(monitor, 10).status, 0)

    def test_on_the_terminal(self):
        tty = self.start("monitor", "--tty")
        process = self.start(*RUN, "--timeout", "3")
        self.assertEqual(self.finish(process).status, 0)
        tty.send_signal(signal.SIGINT)
        result = self.finish(tty, 10)
        self.assertEqual(result.status, 0, result)
        self.assert_sentence(
            result.stdout,
            r"\[1/1\] requests fetch_range: running [\d.]+/3 s",
            r"requests/s  [\d.]+ MB/s  [\d,]+ ok",
            r"CPU [\d.]+ cores",
            # Nothing is rewritten here: blocks are told from each other by the time.
            r"\n\n\d+-\d\d-\d\d \d\d:\d\d:\d\d UTC\n",
        )

    def test_textfile(self):
        path = self.folder / "run.prom"
        self.benchmark(*RUN, *QUICK, "--textfile", path)
        row = self.only_result()
        text = path.read_text()
        self.assertEqual(value_of(text, "geoio_trial_successes"), row["number_successes"])
        self.assertAlmostEqual(value_of(text, "geoio_trial_cpu_seconds"), row["cpu_total_seconds"], places=6)
        self.assertEqual(list(self.folder.glob("run.prom.*")), [])

    def test_killed(self):
        """The server dies with its harness."""
        process = self.start(*RUN, "--timeout", "20", "--monitor", "127.0.0.1:0")
        url = self.url_of(process)
        self.until(lambda: self.get(url + "metrics"), "metrics")
        process.kill()
        process.wait()
        patience = time.monotonic() + 5
        while time.monotonic() < patience:
            try:
                self.get(url + "metrics")
            except OSError:
                break
            time.sleep(0.05)
        else:
            self.fail("the monitor outlives its harness")
        self.benchmark(*RUN, *QUICK)
        self.assert_nothing_left()

    def test_killed_seen_from_outside(self):
        """It looks neither alive nor well ended, so that an alert finds it."""
        monitor = self.start("monitor", "--listen", "127.0.0.1:0")
        url = self.url_of(monitor, stream=0)
        process = self.start(*RUN, "--timeout", "20")
        ours = f"pid {process.pid}"

        def run():
            document = json.loads(self.get(url + "live.json", "application/json"))
            return next((run for run in document["runs"] if run["pid"] == process.pid), None)

        self.until(lambda: (run() or {}).get("trial"), ours)
        process.kill()
        process.wait()
        found = self.until(lambda: (seen := run())["killed"] and seen, f"{ours} killed")
        text = self.get(url + "metrics")
        self.assertEqual(value_of(text, "geoio_run_ended", run_id=found["id"]), 0)
        monitor.send_signal(signal.SIGTERM)
        self.finish(monitor, 10)
        self.benchmark(*RUN, *QUICK)

    def run_and_signal(self, number, linger):
        """What a run says whose server gets that signal."""
        words = ("--timeout", "1", "--monitor", "127.0.0.1:0", "--linger", linger)
        process = self.start(*RUN, *words)
        self.url_of(process)
        os.kill(self.until(lambda: server_of(process.pid), "its server"), number)
        result = self.finish(process, 60)
        self.assertEqual(result.status, 0, result)
        self.assertEqual(self.only_result()["state"], "ok")
        return result

    def test_a_stopped_server_holds_nobody_up(self):
        self.run_and_signal(signal.SIGSTOP, "0")

    def test_a_killed_server_is_not_waited_for(self):
        result = self.run_and_signal(signal.SIGKILL, "300")
        self.assert_sentence(result.stderr, "monitor ended before the run")

    def test_nobody_waits_for_scrapers_of_a_killed_server(self):
        """Nor when it is killed after the run, while --linger lasts."""
        process = self.start(*RUN, *QUICK, *LINGER)
        url = self.url_of(process)
        self.until(lambda: value_of(self.get(url + "metrics"), "geoio_run_ended"), "the run's end")
        os.kill(server_of(process.pid), signal.SIGKILL)
        self.assertEqual(self.finish(process, 60).status, 0)

    def test_counters_begin_anew_with_each_trial(self):
        """Links stay from trial to trial: what one carried is not the next one's."""
        self.benchmark("run-all", "--no-slices", "--library", "reference", "--timeout", "1", "--warm-up", "0")
        rows = self.query(
            "select min(link_rx_bytes), max(link_rx_bytes) from samples where replica = 0"
            " and link_rx_bytes is not null group by trial_id order by min(at_ns)"
        )
        if not rows:
            self.skipTest("no links are counted here")
        self.assertEqual(len(rows), 2)
        for first, last in rows:
            self.assertLess(first, last / 10)


class InTurn(Watched):
    """A run of blocks, in which libraries work in turn; two blocks of eight seconds."""

    LIBRARIES = ("null", "reference", "requests")

    def watch(self, *more):
        """What it showed: each /metrics by series, each run of /live.json; and its result."""
        chosen = [word for name in self.LIBRARIES for word in ("--library", name)]
        words = ("run-all", "--test", "fetch_range", *chosen, "--budget", "16", "--blocks", "2")
        process = self.start(*words, *more, *LINGER)
        url = self.url_of(process)
        scrapes, runs = [], []
        while not (scrapes and value_of(scrapes[-1], "geoio_run_ended")):
            self.assertIsNone(process.poll(), "it ended before its monitor")
            scrapes.append(self.get(url + "metrics"))
            runs += json.loads(self.get(url + "live.json"))["runs"]
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        return [self.series(text) for text in scrapes], runs, self.finish(process)

    def series(self, text):
        """A figure for each series, of which none is there twice."""
        lines = [SAMPLE.match(line).groups() for line in text.splitlines() if not line.startswith("#")]
        found = {(name, labels): float(value) for name, labels, value, _ in lines}
        self.assertEqual(len(found), len(lines))
        return found

    def assert_steady(self, scrapes, key):
        """A series that comes, stays as long as its block, or the run; no counter goes down."""
        at = [i for i, found in enumerate(scrapes) if key in found]
        self.assertEqual(at, list(range(at[0], at[-1] + 1)), key)
        values = [scrapes[i][key] for i in at]
        if key[0].endswith("_total"):
            self.assertEqual(values, sorted(values), key)

    def test_libraries_in_turn(self):
        path = self.folder / "run.prom"
        scrapes, runs, result = self.watch("--json", "--textfile", path)
        self.assertEqual(result.status, 0, result)
        lasting = ("container_", "geoio_operations", "geoio_bytes", "geoio_origin_", "geoio_run_")
        for key in {key for found in scrapes for key in found if key[0].startswith(lasting)}:
            if key[0] not in ("geoio_origin_in_flight", "geoio_origin_open_connections"):
                self.assert_steady(scrapes, key)
        self.assert_all_at_once(scrapes[-1])
        self.assert_whose_turn(runs)
        self.assert_rates(runs)
        self.assert_compared(result.json())
        self.assert_textfile(path)
        self.assert_nothing_left()

    def assert_all_at_once(self, last):
        """Those that are paused are there, too."""
        cpu = [dict(LABEL.findall(labels)) for name, labels in last if name == "container_last_seen"]
        found = sorted(has["container_label_library"] for has in cpu if has["container_label_replica"] == "0")
        self.assertEqual(found, sorted(self.LIBRARIES))

    def assert_whose_turn(self, runs):
        trials = [run["trial"] for run in runs if run["trial"]]
        self.assertLessEqual({run["trial_count"] for run in runs}, {0, 2})
        self.assertEqual({trial["block"] for trial in trials}, {1, 2})
        self.assertEqual({trial["block_count"] for trial in trials}, {2})
        self.assertGreater(max(trial["round"] for trial in trials), 1)
        turns = {trial["library"] for trial in trials if trial["round"]}
        self.assertEqual(turns, set(self.LIBRARIES))

    def assert_rates(self, runs):
        """Of the time at work: of all time, of which each works a third, they would be a third."""
        replicas = [cell for run in runs for cell in run["replicas"] if cell["worked_seconds"]]
        stored = {row["library_name"]: row["requests_per_second"] for row in self.results()}
        for name in self.LIBRARIES:
            mine = [cell for cell in replicas if cell["library"] == name]
            rate = max(cell["operations_ok"] / cell["worked_seconds"] for cell in mine)
            self.assertGreater(rate, stored[name] / 2, name)

    def assert_compared(self, document):
        (one,) = document["comparisons"]
        self.assertEqual({row["comparison"] for row in document["results"]}, {one["comparison"]})
        self.assertEqual([row["library"] for row in one["rows"] if not row["baseline"]], ["requests"])
        self.assertEqual(one["blocks"], 2)
        (pair,) = one["pairs"]
        self.assertEqual({pair["a"], pair["b"]}, {"requests", "reference"})
        self.assertEqual(pair["rate"]["verdict"], "no verdict")
        self.assertIsNone(pair["rate"]["seen"])

    def assert_textfile(self, path):
        found = self.series(path.read_text())
        trials = [dict(LABEL.findall(labels)) for name, labels in found if name == "geoio_trial_ok"]
        self.assertEqual(
            sorted((has["library"], has["block"]) for has in trials),
            sorted((name, block) for name in self.LIBRARIES for block in "01"),
        )


def server_of(pid):
    """It says its name a moment after it was made, and other children come and go; or None."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{child}/comm").read_text().strip() == "geoio-monitor":
                return int(child)
    return None


class Hostile(Watched):
    def test_scrapers_are_not_noticed(self):
        """One that never reads, one that dies, a hundred at once: the run ends well and in time."""
        process = self.start(*RUN, "--timeout", "3", *LINGER)
        url = self.url_of(process)
        host, port = re.match(r"http://(.*):(\d+)/", url).groups()
        mute = socket.create_connection((host, int(port)))
        mute.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + b"GET /metrics HTTP/1.1\r\n" * 100)
        half = socket.create_connection((host, int(port)))
        half.sendall(b"GET /metr")
        answered = []

        def scrape():
            for _ in range(10):
                with contextlib.suppress(OSError, http.client.HTTPException):
                    answered.append(len(self.get(url + "metrics")))
                time.sleep(0.1)

        scrapers = [threading.Thread(target=scrape) for _ in range(100)]
        for scraper in scrapers:
            scraper.start()
        for scraper in scrapers:
            scraper.join()
        self.end_linger(process, url)
        mute.close()
        half.close()
        self.assertEqual(self.only_result()["state"], "ok")
        self.assertGreater(len(answered), 500)

    def test_no_path_reaches_files(self):
        monitor = self.start("monitor", "--listen", "127.0.0.1:0")
        url = self.url_of(monitor, stream=0)
        host, port = re.match(r"http://(.*):(\d+)/", url).groups()
        for path in (
            "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "//etc/passwd",
            "/sqlite.db",
            "/\\..\\x",
        ):
            connection = http.client.HTTPConnection(host, int(port), timeout=10)
            connection.putrequest("GET", path, skip_host=False)
            connection.endheaders()
            answer = connection.getresponse()
            self.assertEqual(answer.status, 404, path)
            self.assertNotIn(b"root:", answer.read())
            connection.close()


class Wrong(Watched):
    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            result = self.benchmark(*RUN, "--monitor", address, status=None)
            self.assertNotEqual(result.status, 0)
            self.assert_sentence(result.stderr, re.escape(address), "in use")
            self.assertEqual(
                self.benchmark("monitor", "--listen", address, status=None).status, result.status
            )
        self.assert_nothing_left()
        self.assertFalse(self.db.exists(), "nothing may be begun")

    def test_addresses(self):
        for address in ("nowhere", "127.0.0.1:99999", "127.0.0.1:x", "1.2.3.4.5:80"):
            result = self.benchmark("monitor", "--listen", address, status=2)
            self.assert_sentence(result.stderr, re.escape(address))

    def test_textfile_nowhere(self):
        result = self.benchmark(*RUN, "--textfile", "no/such/folder/x.prom", status=1)
        self.assert_sentence(result.stderr, "no/such/folder/x.prom")
        self.assertFalse(self.db.exists(), "nothing may be begun")
        for path in ("-", "results.txt", "prom"):
            result = self.benchmark(*RUN, "--textfile", path, status=2)
            self.assert_sentence(result.stderr, re.escape(f"'{path}'"), r"\.prom")

    def test_says_when_others_can_read(self):
        monitor = self.start("monitor", "--listen", "0.0.0.0:0")
        self.url_of(monitor, stream=0)
        monitor.send_signal(signal.SIGTERM)
        self.assert_sentence(self.finish(monitor, 10).stdout, "other machines can read it")

    def test_databases_that_are_none(self):
        result = self.benchmark("monitor", "--listen", "127.0.0.1:0", "--db", "postgresql://h/x", status=2)
        self.assert_sentence(result.stderr, "postgresql://h/x", "SQLite")
        garbage = self.folder / "garbage.db"
        garbage.write_text("this is no database, and it is longer than a header of one" * 20)
        monitor = self.start("monitor", "--listen", "127.0.0.1:0", "--db", garbage)
        self.url_of(monitor, stream=0)
        monitor.send_signal(signal.SIGTERM)
        self.assert_sentence(self.finish(monitor, 10).stderr, "garbage.db", "runs in progress")

    @unittest.skipIf(os.geteuid(), "only root can be alone: runs of other checks are shown, too")
    def test_without_a_database(self):
        """There is nothing yet: it says so and goes on."""
        alone = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev/shm && exec "$@"', "sh")
        tty = subprocess.Popen(
            [*alone, BENCHMARK, "monitor", "--tty", "--db", "none.db"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = tty.stdout.readline() + tty.stdout.readline()
        tty.send_signal(signal.SIGINT)
        tty.communicate(timeout=10)
        self.assertIn("no run in progress", lines)
        self.assertEqual(tty.returncode, 0)
        self.assertFalse((self.folder / "none.db").exists())

    def test_a_failed_trial_has_no_rate(self):
        broken = self.folder / "libraries/broken"
        broken.mkdir(parents=True)
        (broken / "library.toml").write_text('name = "broken"\nlanguage = "python"\nkind = "library"\n')
        (broken / "fetch_range.py").write_text("raise SystemExit(3)\n")
        self.benchmark("run-test", "broken", "fetch_range", status=1, GEOIO_TESTS=broken.parent)
        tty = subprocess.Popen(
            [BENCHMARK, "monitor", "--tty", "--db", "sqlite:///sqlite.db"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = next(line for line in tty.stdout if "broken fetch_range: " in line)
        tty.send_signal(signal.SIGINT)
        tty.communicate(timeout=10)
        self.assertEqual(line, "  broken fetch_range: failed, with findings\n")


if __name__ == "__main__":
    main()
