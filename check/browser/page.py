"""The live page in a real browser, beside a real run: it moves, complains of nothing, says what is stored.

Environment: BENCHMARK, the program; PICTURES, the folder of its screenshots. check/stage/page sets them.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

import _chromium

SKIPPED = 77
BENCHMARK = os.environ["BENCHMARK"]
PICTURES = Path(os.environ["PICTURES"])
REPLICAS = 2
PATIENCE_S = 90
RUN = ("run-test", "aiohttp", "fetch_range", "--monitor", "127.0.0.1:0", "--timeout", "12")

# What a person reads, by the names that the page gives its figures.
READ = """(() => {
	const shown = (scope, figure) => {
		const node = document.querySelector(`${scope} [data-figure="${figure}"]`);
		return node && { text: node.textContent, value: node.dataset.value };
	};
	const row = (id, figures) => Object.fromEntries(figures.map(figure => [figure, shown(id, figure)]));
	const counters = ['operations_ok', 'bytes_ok', 'failures'];
	return {
		replicas: Object.fromEntries([...document.querySelectorAll('#replicas tr[data-replica]')].map(tr =>
			[tr.dataset.replica, row(`#replicas tr[data-replica="${tr.dataset.replica}"]`, counters)])),
		points: Object.fromEntries([...document.querySelectorAll('[data-chart]')].map(chart =>
			[chart.dataset.chart, Number(chart.dataset.points)])),
		drawn: [...document.querySelectorAll('[data-chart] path.sum')].map(path => path.getAttribute('d')),
		finished: row('#finished tr[data-trial]', ['library', 'state', 'successes', 'failures',
			'requests_per_second', 'bytes_per_second']),
	};
})()"""
MOVING = """(() => {
	const node = document.querySelector('#replicas tr[data-replica="sum"] [data-figure="operations_ok"]');
	const points = [...document.querySelectorAll('[data-chart]')].map(chart => Number(chart.dataset.points));
	return node && Number(node.dataset.value) > %d && Math.min(...points) >= 4;
})()"""


def number(figure):
    return float(figure["value"])


class Run:
    """A run with a monitor of its own; stderr goes to a file, so that nothing waits for us."""

    def __init__(self):
        self.errors = open("stderr", "w+b")  # noqa: SIM115
        words = [BENCHMARK, *RUN, "--replicas", str(REPLICAS)]
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors
        )

    def said(self):
        return Path("stderr").read_text(errors="replace")

    def url(self):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(r"^monitor: (http://\S+/)", self.said(), re.M):
                return found[1]
            time.sleep(0.05)
        raise AssertionError(f"the run did not say where its monitor is: {self.said()}")

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()


class Page(unittest.TestCase):
    """One run and one browser; what they showed is kept, and each check looks at a part of it."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        run = Run()
        cls.addClassCleanup(run.end)
        browser = cls.enterClassContext(_chromium.Chromium(_chromium.find()))
        cls.url = run.url()
        browser.look(1280, 900)
        browser.open(cls.url)
        cls.watch(browser)
        cls.photograph(browser)
        cls.use_keys(browser)
        browser.wait_for("document.querySelector('#finished tr[data-trial]') !== null", PATIENCE_S)
        # Later the monitor is gone with its run, and the browser may complain of that.
        cls.complaints = list(browser.complaints())
        cls.last = browser.evaluate(READ)
        cls.requests = browser.requests()
        cls.status = run.process.wait(PATIENCE_S)
        cls.said = run.said()
        browser.wait_for("document.body.dataset.state === 'lost'", PATIENCE_S)
        cls.notice = browser.evaluate("document.querySelector('#notice').textContent")

    @classmethod
    def watch(cls, browser):
        browser.wait_for(MOVING % 0, PATIENCE_S)
        cls.first = browser.evaluate(READ)
        browser.wait_for(MOVING % number(cls.first["replicas"]["sum"]["operations_ok"]), PATIENCE_S)
        cls.second = browser.evaluate(READ)

    @classmethod
    def photograph(cls, browser):
        cls.widths = {}
        for name, width, dark in (("light", 1280, False), ("dark", 1280, True), ("narrow", 360, False)):
            browser.look(width, 900, dark)
            browser.wait_for(f"innerWidth === {width}")
            browser.screenshot(PICTURES / f"page-{name}.png")
            cls.widths[width] = browser.evaluate("document.documentElement.scrollWidth")

    @classmethod
    def use_keys(cls, browser):
        browser.evaluate("document.querySelector('[data-chart=\"cpu\"] [role=slider]').focus()")
        for key in ("ArrowLeft", "ArrowLeft", "ArrowDown"):
            browser.key(key)
        cls.cursor = browser.evaluate(
            "(slider => [slider.getAttribute('aria-valuenow'), slider.getAttribute('aria-valuetext')])"
            "(document.activeElement)"
        )
        cls.pinned = browser.evaluate("document.querySelector('#replicas tr.pinned')?.dataset.replica")
        browser.key("?")
        cls.help = browser.evaluate("document.querySelector('#help').open")
        browser.key("Enter")
        cls.help_closed = not browser.evaluate("document.querySelector('#help').open")

    def stored(self):
        answer = subprocess.run([BENCHMARK, "get-results", "-", "--json"], capture_output=True, text=True)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        rows = json.loads(answer.stdout)["results"]
        self.assertEqual(len(rows), 1, rows)
        return rows[0]

    def test_figures_move(self):
        for replica in [*map(str, range(REPLICAS)), "sum"]:
            before, after = (look["replicas"][replica] for look in (self.first, self.second))
            self.assertGreater(number(after["operations_ok"]), number(before["operations_ok"]), replica)
            self.assertGreater(number(after["bytes_ok"]), number(before["bytes_ok"]), replica)

    def test_sum_is_that_of_the_replicas(self):
        for look in (self.first, self.second):
            for figure in ("operations_ok", "bytes_ok", "failures"):
                parts = [number(look["replicas"][str(i)][figure]) for i in range(REPLICAS)]
                self.assertEqual(number(look["replicas"]["sum"][figure]), sum(parts), figure)

    def test_totals_are_shown_whole(self):
        for replica, figures in self.second["replicas"].items():
            if replica != "origin":
                shown = figures["operations_ok"]
                self.assertEqual(int(shown["text"].replace(",", "")), number(shown), replica)

    def test_charts_are_drawn(self):
        self.assertEqual(set(self.second["points"]), {"rate", "bytes", "cpu", "memory", "flight", "failed"})
        for line in self.second["drawn"]:
            self.assertRegex(line, r"^M[\d. ]+(L[\d. ]+)+")

    def test_no_complaint(self):
        self.assertEqual(self.complaints, [])

    def test_no_request_elsewhere(self):
        self.assertIn(self.url + "events", self.requests)
        home = urlsplit(self.url).netloc
        away = [url for url in self.requests if urlsplit(url).netloc != home and url != "about:blank"]
        self.assertEqual(away, [])

    def test_nothing_is_wider_than_the_window(self):
        self.assertEqual(self.widths, {width: width for width in self.widths})

    def test_keys(self):
        ago = -int(self.cursor[0])
        self.assertGreaterEqual(ago, 2)  # the moment stays, and time goes on
        self.assertRegex(
            self.cursor[1], rf"^{ago} seconds ago: [\d.]+ cores; 0: [\d.]+; 1: [\d.]+; origin [\d.]+"
        )
        self.assertEqual(self.pinned, "0")
        self.assertIs(self.help, True)
        self.assertIs(self.help_closed, True)

    def test_finished_trial_is_the_stored_one(self):
        self.assertEqual(self.status, 0, self.said)
        row, shown = self.stored(), self.last["finished"]
        self.assertEqual(shown["library"]["text"], "aiohttp")
        self.assertEqual(shown["state"]["text"], row["state"])
        self.assertEqual(int(shown["successes"]["text"].replace(",", "")), row["number_successes"])
        self.assertEqual(int(shown["failures"]["text"].replace(",", "")), row["number_failures"])
        self.assertGreater(row["number_successes"], 0)
        for figure in ("requests_per_second", "bytes_per_second"):
            self.assertAlmostEqual(number(shown[figure]) / row[figure], 1, 5, figure)

    def test_end_is_said(self):
        self.assertRegex(self.notice, r"^The run is over, and its monitor ended|^Connection lost")


def main():
    if not _chromium.find():
        print("there is no chromium: apt-get install --no-install-recommends chromium")
        sys.exit(SKIPPED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(BrokenPipeError):
        unittest.main(module="__main__", verbosity=2)


if __name__ == "__main__":
    main()
