"""The page of a report in a real browser: it complains of nothing, asks for nothing, its tables are the CSV.

Environment: BENCHMARK, the program; PICTURES, the folder of its screenshots; AXE, the file of axe-core, or
empty where npm could not fetch it. check/stage/report sets them.
"""

import base64
import contextlib
import csv
import io
import itertools
import json
import os
import sqlite3
import subprocess
import sys
import time
import unittest
import zlib
from pathlib import Path
from urllib.parse import quote

import _chromium

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import _clones

SKIPPED = 77
BENCHMARK = os.environ["BENCHMARK"]
PICTURES = Path(os.environ["PICTURES"])
AXE = os.environ.get("AXE", "")
GOLDEN = _clones.GOLDEN.parent
MARKUP = "<img src=x onerror=alert(1)>"  # no `"`, so that the fragment is easy to write
FACTORS = {MARKUP: 1.6, "</script><b>": 2.2, 'beta&amp;"q"': 2.21, "reference": 1.0}
FINDING = "<svg/onload=alert(2)> used & 3 \"CPUs\", and said '</script>'"
BLOCKS = 12
DRAWN = "['drawn', 'failed'].includes(document.body?.dataset.state)"
SECTIONS = [
    *("verdict", "ranking", "intervals", "plane", "latency", "rounds", "growth", "timeline", "failures"),
    *("ledger", "settings", "machine", "trials", "definitions", "about"),
]
CHARTS = {
    *("interval-rate", "interval-cpu", "plane", "latency", "rounds-rate", "rounds-cpu", "growth"),
    *("timeline-requests_per_second", "timeline-cpus", "timeline-memory_bytes"),
}
# What a person sees of a table: its columns, and the exact value behind each cell.
TABLE = """(id => [...document.querySelectorAll(`#table-${id} tbody tr`)].map(tr =>
	Object.fromEntries([...tr.children].map(cell =>
		[cell.dataset.column, cell.dataset.value ?? cell.textContent]))))"""
COPY = """(async id => {
	let copied = null;
	navigator.clipboard.writeText = async text => { copied = text; };
	document.querySelector(`#table-${id} .copies`).click();
	await new Promise(done => setTimeout(done, 50));
	return copied;
})"""
VIOLATIONS = """axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations.map(one =>
	`${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`))"""


def run(*words, status=0):
    answer = subprocess.run([BENCHMARK, *words], capture_output=True, text=True)
    assert answer.returncode == status, answer.stderr
    return answer.stdout


def results(name):
    return run("get-results", "-", "--db", f"sqlite:///{name}.db")


def make_page(name):
    run("report", f"{name}.html", "--db", f"sqlite:///{name}.db")


def make_compared():
    """Three libraries in blocks, with markup in names and findings, and a sweep of single trials."""
    trial = _clones.start("compared.db")
    blocks = [
        _clones.Clone(library, "18c97e12-9358-45a9-b130-1009a742b8c0", block, factor)
        for block in range(BLOCKS)
        for library, factor in FACTORS.items()
    ]
    sweep = [
        _clones.Clone(
            library,
            None,
            None,
            factor,
            {
                "request_size_bytes": size,
                "config_hash": f"{size:016x}",
                "params": f'{{"request_size": {size}}}',
            },
            {"request_size_bytes": size},
        )
        for size in (4096, 65536)
        for library, factor in FACTORS.items()
    ]
    half = len(FACTORS)  # before the comparison the one size, after it the other
    _clones.fill("compared.db", trial, sweep[:half] + blocks + sweep[half:])
    with contextlib.closing(sqlite3.connect("compared.db")) as db, db:
        db.execute(
            "insert into findings select id, 90, 'others', ? from trials where library = ?", (FINDING, MARKUP)
        )
    make_page("compared")


def make_failed():
    """Two trials of which nothing is known: they failed."""
    trial = _clones.start("failed.db")
    failed = {"failed": 1, "text": "the replica ended: <b>exit status 1</b>"}
    _clones.fill("failed.db", trial, [_clones.Clone(name, None, None, 1, failed) for name in ("one", "two")])
    make_page("failed")


def make_golden(schema):
    with contextlib.closing(sqlite3.connect(f"schema{schema}.db")) as db:
        db.executescript((GOLDEN / f"{schema}.sql").read_text())
    make_page(f"schema{schema}")


class Pages(unittest.TestCase):
    """One browser for all; each check opens the page that it needs."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        make_compared()
        make_failed()
        for schema in ("0001", "0003", "0006"):
            make_golden(schema)
        cls.browser = cls.enterClassContext(_chromium.Chromium(_chromium.find()))
        cls.axe = Path(AXE).read_text() if AXE else None

    def open(self, name, fragment="", width=1280, dark=False):
        self.browser.look(width, 900, dark)
        self.browser.command("Page.navigate", url="about:blank")
        self.browser.events.clear()
        url = f"file://{quote(str(Path(f'{name}.html').resolve()))}{fragment}"
        self.browser.command("Page.navigate", url=url)
        self.browser.wait_for(DRAWN)
        return url

    def evaluate(self, text):
        return self.browser.evaluate(text)

    def table(self, name):
        return self.evaluate(f"{TABLE}({json.dumps(name)})")

    def each(self, selector, value="one.textContent"):
        """A value of each element, where the expression calls it `one`."""
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(one => {value})")

    def copied(self, name):
        return self.evaluate(f"{COPY}({json.dumps(name)})")

    def type_filter(self, text):
        self.evaluate("document.querySelector('#filter-trials').focus()")
        self.browser.command("Input.insertText", text=text)
        self.browser.wait_for(f"decodeURIComponent(location.hash).includes({json.dumps(text[:5])})")
        time.sleep(0.2)

    def check_quiet(self, url):
        self.assertEqual(list(self.browser.complaints()), [])
        self.assertEqual(self.browser.requests(), [url.partition("#")[0]])
        self.assertEqual(self.evaluate("document.body.dataset.state"), "drawn")
        self.assertTrue(self.evaluate("document.querySelector('#trouble').hidden"))

    # ---- each database ----

    def test_every_database_is_drawn_without_a_word(self):
        for name in ("compared", "failed", "schema0001", "schema0003", "schema0006"):
            with self.subTest(name):
                self.check_quiet(self.open(name))
                self.assertEqual(self.copied("trials"), results(name))

    def test_all_sections_and_charts_are_there(self):
        self.open("compared")
        shown = self.each("main > section:not([hidden]):has(h1, h2)", "one.id")
        self.assertEqual(shown, SECTIONS)
        drawn = self.each("figure:has(svg.drawn path)", "one.id.replace('figure-', '')")
        self.assertEqual(CHARTS - set(drawn), set())

    def test_markup_is_text(self):
        self.open("compared")
        self.assertEqual(
            self.evaluate("document.querySelectorAll('img, main script, main b:not(.estimate b)').length"), 0
        )
        self.assertIn(MARKUP, self.evaluate("document.querySelector('#ranking tbody').textContent"))
        self.evaluate("document.querySelector('tr[data-library^=\"<img\"] .chip').click()")
        self.assertIn(FINDING, self.evaluate("document.querySelector('#told').textContent"))

    def test_failed_trials_have_no_figures(self):
        self.open("failed")
        for row in self.table("ranking"):
            self.assertEqual(row["requests_per_second"], "\u2013")
        self.assertIn("Nothing was compared", self.evaluate("document.querySelector('#answers').textContent"))

    def test_no_trial_no_page(self):
        run("db", "upgrade", "--db", "sqlite:///none.db")
        self.assertIn("none.db has no trial", self.refused("none"))

    def refused(self, name):
        words = [BENCHMARK, "report", f"{name}.html", "--db", f"sqlite:///{name}.db"]
        answer = subprocess.run(words, capture_output=True, text=True)
        self.assertNotEqual(answer.returncode, 0)
        self.assertFalse(Path(f"{name}.html").exists())
        return answer.stderr

    def test_data_can_be_taken_out_of_the_page(self):
        page = Path("compared.html").read_text()
        packed = page.partition('id="document">')[2].partition("</script>")[0]
        document = json.loads(zlib.decompress(base64.b64decode(packed)))
        self.assertEqual(
            document,
            json.loads(run("report", "-", "--format", "json", "--db", "sqlite:///compared.db"))
            | {"made": document["made"]},
        )

    # ---- tables ----

    def test_ranking_is_that_of_the_csv(self):
        self.open("compared")
        lines = csv.DictReader(
            io.StringIO(run("report", "-", "--format", "csv", "--db", "sqlite:///compared.db"))
        )
        of_csv = {line["library"]: line for line in lines if line["comparison"]}
        copied = list(csv.DictReader(io.StringIO(self.copied("ranking"))))
        self.assertEqual({line["library"] for line in copied}, set(FACTORS))
        for line in copied:
            theirs = of_csv[line["library"]]
            for name in set(line) & set(theirs):
                self.assertEqual(line[name], theirs[name], (line["library"], name))
            self.assertIn("requests_per_second_low", line)

    def test_who_asks_for_nothing_moves_nothing(self):
        self.open("compared")
        moved = "moved({ merged: { origin_requests: %s, bytes_per_second: 3e6 } })"
        self.assertIsNone(self.evaluate(moved % 0))
        self.assertEqual(self.evaluate(moved % 7), 3)
        members = [row["member"] for row in self.table("machine")]
        self.assertIn("memory", members)

    def test_latencies_of_blocks_are_those_of_the_trials(self):
        """The clones have all the same latencies: each row gets others before the table is made again."""
        self.open("compared")
        for factor, part in ((37, "p50"), (53, "p99")):
            self.evaluate(
                f"model.columns.get('latency_{part}_ms').values = "
                f"Array.from({{ length: model.rows }}, (_, i) => 1 + (i * {factor}) % 101)"
            )
        self.evaluate("draw_latency(page.view)")
        trials = "[value_at('library_name', i), value_at('block', i), value_at('latency_p50_ms', i), "
        trials += "value_at('latency_p99_ms', i)]"
        trials = self.evaluate(f"Array.from({{ length: model.rows }}, (_, i) => {trials})")
        rows = {row["library"].removesuffix("baseline"): row for row in self.table("latency-blocks")}
        for library in FACTORS:
            own = [figures for name, block, *figures in trials if name == library and block is not None]
            self.assertEqual(len(own), BLOCKS)
            for part, values in zip(("p50", "p99"), map(sorted, zip(*own, strict=True)), strict=True):
                row = [float(rows[library][f"{part}_{which}"]) for which in ("least", "most", "blocks")]
                self.assertEqual(row, [values[0], values[-1], BLOCKS])
                self.assertAlmostEqual(
                    float(rows[library][f"{part}_median"]), (values[5] * values[6]) ** 0.5, 6
                )
        for section in ("ranking", "latency"):
            said = self.evaluate(f"document.querySelector('#{section} .says').textContent")
            self.assertIn("fast blocks, which have more operations, weigh more", said)

    def test_growth_has_the_figures_of_the_ranking(self):
        self.open("compared", "#growth.over=request_size_bytes")
        own = {row["library"]: row["requests_per_second"] for row in self.table("ranking")}
        points = self.evaluate(
            "(rows => growth_points(rows, swept_of(rows)[0], GROWN[0], new Map()))(growth_rows(page.view))"
            ".map(one => [one.library, one.value, one.compared, one.leads, one.estimate.low])"
        )
        compared = {library: value for library, value, once, *_ in points if once}
        self.assertEqual(set(compared), set(FACTORS))
        figures = "page.view.rows.map(row => [row.library, row.requests_per_second.value])"
        self.assertEqual(compared, dict(self.evaluate(figures)))
        self.assertEqual(len(own), len(compared))
        singles = [one for one in points if not one[2]]
        self.assertEqual(len(singles), 2 * len(FACTORS))
        self.assertEqual({low for *_, low in singles}, {None})
        fills = "[one, one.closest('g')].map(each => each.getAttribute('fill'))"
        drawn = self.each("#figure-growth g[data-mark=dot] path", fills)
        self.assertEqual(sum("var(--panel)" in each for each in drawn), len(singles))

    def test_names_of_lines_lie_apart(self):
        for width in (1280, 400):
            self.open("compared", width=width)
            for chart in ("latency", "growth"):
                places = self.each(
                    f"#figure-{chart} svg.drawn g[data-mark=text] text",
                    "(box => [box.top, box.bottom, one.textContent])(one.getBoundingClientRect())",
                )
                places = sorted(one for one in places if one[2] in FACTORS)
                self.assertEqual({name for *_, name in places}, set(FACTORS))
                for upper, lower in itertools.pairwise(places):
                    self.assertLessEqual(upper[1], lower[0] + 2, (chart, width, places))

    def test_verdict_names_the_fastest(self):
        self.open("compared")
        answers = self.evaluate("[...document.querySelectorAll('.answer h2')].map(one => one.textContent)")
        self.assertEqual(answers, ["Which library", "How sure", "What would change it"])
        lead = self.evaluate("[...document.querySelectorAll('.lead')].map(one => one.textContent)")
        self.assertTrue(lead[0].startswith("The fastest") and lead[1].startswith("The cheapest"), lead)
        self.assertIn(MARKUP, lead[1])
        self.assertNotIn("beta", lead[1])
        self.assertEqual(self.table("ranking")[0]["library"], MARKUP)

    def test_single_trials_name_no_winner_within_the_noise(self):
        self.open("compared")
        said = self.each(".others > li")
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], r"^no winner: .*measured once, by [\d.]+%: may be noise")
        self.evaluate("choose_view(model.views[0].key)")
        lead = self.each(".lead")
        self.assertIn("No winner by speed", lead[0])
        faster = """(view => outcome_of({ ...view, rows: view.rows.map(row => row.library !== %s ? row :
            { ...row, requests_per_second: { value: 3 * row.requests_per_second.value } }) }))(page.view)"""
        self.assertEqual(self.evaluate(faster % json.dumps(MARKUP))["says"], f"{MARKUP} first")

    def test_the_same_parameters_are_no_others(self):
        self.open("compared")
        others = "other_views(page.view).map(view => view.key)"
        before = self.evaluate(others)
        self.assertEqual(len(before), 2)
        again = "{ ...page.view, key: 'again', compared: false, config_hash: 'other' }"
        self.assertEqual(self.evaluate(f"model.views.unshift({again}), {others}"), before)
        more = "{ ...page.view, key: 'more', about: { ...page.view.about, concurrency: 999 } }"
        self.assertIn("more", self.evaluate(f"model.views.unshift({more}), {others}"))

    def test_how_long_was_measured_and_what_was_separate(self):
        self.open("compared")
        how = "[...document.querySelectorAll('.answer')][1].textContent"
        said = self.evaluate(how)
        self.assertRegex(said, rf"{BLOCKS} blocks of work in turn; .* had \d+ slices, [\d.]+ s of work")
        self.assertNotIn("separate", said)
        rows = "page.view.rows.map((row, i) => i ? row : { ...row, rounds: 0 })"
        apart = f"how_sure({{ ...page.view, rows: {rows} }})"
        first, said = self.evaluate(f"[page.view.rows[0].library, {apart}.textContent]")
        self.assertIn(f"in turn, but not of {first}", said)
        self.assertIn("5 to 9% less", said)

    def test_sort_filter_and_columns_are_in_the_address(self):
        self.open("compared")
        self.evaluate("document.querySelector('#table-trials th:nth-child(6) .sorts').click()")
        name = self.evaluate("document.querySelector('#table-trials th[aria-sort]').textContent").split(" ")[
            0
        ]
        rates = [float(row[name]) for row in self.table("trials")]
        self.assertEqual(rates, sorted(rates, reverse=True))
        self.type_filter("library_name:beta request_size_bytes<5000 -block=3")
        self.evaluate("document.querySelector('#table-trials .chooses').open = true")
        self.browser.wait_for("document.querySelector('#table-trials .boxes input[value=seed]') !== null")
        self.evaluate("document.querySelector('#table-trials .boxes input[value=seed]').click()")
        rows, copied = self.table("trials"), self.copied("trials")
        self.assertEqual({row["library_name"] for row in rows}, {'beta&amp;"q"'})
        self.assertEqual(len(rows), 1)
        self.assertIn("seed", rows[0])
        self.assertLess(copied.partition("\n")[0].count(","), 20)
        fragment = self.evaluate("location.hash")
        self.check_quiet(self.open("compared", fragment))
        self.assertEqual(self.table("trials"), rows)
        self.assertEqual(self.copied("trials"), copied)
        self.assertEqual(
            self.evaluate("document.querySelector('#filter-trials').value.slice(0, 17)"), "library_name:beta"
        )

    def test_unknown_comes_last_either_way(self):
        self.open("compared", "#trials.columns=library_name,block&trials.sort=-block")
        for _ in range(2):
            blocks = [row["block"] for row in self.table("trials")]
            unknown = [value in ("", "\u2013") for value in blocks]
            self.assertEqual(unknown, sorted(unknown))
            self.assertIn(True, unknown)
            self.evaluate("document.querySelector('#table-trials th:nth-child(2) .sorts').click()")

    def test_trouble_with_a_filter_is_said(self):
        self.open("compared")
        self.type_filter("nothing_such>3")
        self.assertIn(
            "There is no column nothing_such",
            self.evaluate("document.querySelector('#table-trials .bar').textContent"),
        )

    def test_each_figure_has_its_definition(self):
        self.open("compared")
        self.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        time.sleep(0.3)
        self.assertEqual(self.each("section:not(#definitions) thead th:not(:has(.asks))"), [])
        defined = set(
            self.each(
                ".asks", "definition_of(one.dataset.defines)?.meaning.length > 9 ? '' : one.dataset.defines"
            )
        )
        self.assertEqual(defined, {""})

    # ---- views and time lines ----

    def test_another_view_is_chosen_and_kept(self):
        self.open("compared")
        titles = self.evaluate("[...document.querySelectorAll('#chooser option')].map(one => one.value)")
        self.assertEqual(len(titles), 3)
        self.evaluate(f"choose_view({json.dumps(titles[2])})")
        self.browser.wait_for(DRAWN)
        title = self.evaluate("document.querySelector('h1').textContent")
        fragment = self.evaluate("location.hash")
        self.open("compared", fragment)
        self.assertEqual(self.evaluate("document.querySelector('h1').textContent"), title)
        self.assertIn("Nothing was compared", self.evaluate("document.querySelector('#answers').textContent"))

    def test_views_are_the_newest_first_and_it_opens_with_a_comparison(self):
        self.open("compared")
        views = self.each("#chooser option", "[one.text, one.selected]")
        self.assertEqual([text.endswith("blocks") for text, _ in views], [False, True, False])
        self.assertEqual([selected for _, selected in views], [False, True, False])
        times = self.evaluate("model.views.map(view => view.start_time)")
        self.assertEqual(times, sorted(times, reverse=True))

    def test_time_line_of_the_trial_in_the_address(self):
        self.open("compared", f"#timeline={_clones.identity(14)}")
        self.assertEqual(
            self.evaluate("document.querySelector('#timeline select').value"), _clones.identity(14)
        )

    def test_blocks_are_counted_as_the_csv_counts_them(self):
        self.open("compared")
        trials = self.each("#timeline option")
        self.assertIn("reference, block 0", trials)
        self.assertNotIn(f"reference, block {BLOCKS}", trials)
        first = "round_words(BY[0])(round_points(page.view, BY[0])[0])"
        self.assertIn(", block 0, ", self.evaluate(first))

    # ---- keys ----

    def press(self, key, code, text=None):
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.browser.command(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more
            )

    def test_keys_reach_and_sort(self):
        self.open("compared")
        order = []
        for _ in range(75):
            self.press("Tab", 9)
            order.append(self.evaluate("document.activeElement.className || document.activeElement.tagName"))
        for each in ("skip", "SELECT", "sorts", "asks", "chip", "copies"):
            self.assertIn(each, order)
        self.evaluate("document.querySelector('#table-ranking .sorts').focus()")
        self.press("Enter", 13, "\r")
        self.assertEqual(
            self.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')"), "descending"
        )

    def test_arrow_keys_read_a_chart(self):
        self.open("compared")
        for chart in ("interval-rate", "latency", "rounds-rate", "timeline-cpus"):
            with self.subTest(chart):
                svg = f"document.querySelector('#figure-{chart} svg.drawn')"
                self.evaluate(f"{svg}.scrollIntoView({{ block: 'center' }})")
                self.evaluate(f"{svg}.focus()")
                self.press("ArrowRight", 39)
                self.press("ArrowRight", 39)
                said = self.evaluate("document.querySelector('#spoken').textContent")
                self.assertRegex(said, r"\d")
                self.browser.wait_for(
                    f"document.querySelector('#figure-{chart} g[data-mark=tip] text') !== null", 5
                )

    def test_escape_closes_a_definition(self):
        self.open("compared")
        self.evaluate("document.querySelector('#table-ranking [data-defines=cpu_us_per_request]').focus()")
        self.press("Enter", 13, "\r")
        self.assertTrue(self.evaluate("document.querySelector('#told').open"))
        self.press("Escape", 27)
        self.browser.wait_for("!document.querySelector('#told').open", 5)
        self.assertEqual(self.evaluate("document.activeElement.dataset.defines"), "cpu_us_per_request")

    # ---- looks ----

    def test_nothing_is_wider_than_the_window(self):
        for width in (1280, 400):
            for dark in (False, True):
                self.open("compared", width=width, dark=dark)
                self.assertLessEqual(self.evaluate("document.documentElement.scrollWidth"), width)
                self.browser.screenshot(PICTURES / f"report-{width}-{'dark' if dark else 'light'}.png")

    def test_dark_is_dark(self):
        colours = {}
        for dark in (False, True):
            self.open("compared", dark=dark)
            colours[dark] = self.evaluate(
                "getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)"
            )
        self.assertGreater(min(colours[False]), 200)
        self.assertLess(max(colours[True]), 60)

    def test_print(self):
        self.open("compared")
        answer = self.browser.command(
            "Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69
        )
        pdf = base64.b64decode(answer["data"])
        (PICTURES / "report.pdf").write_bytes(pdf)
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.browser.command("Emulation.setEmulatedMedia", media="print")
        try:
            self.browser.look(718, 1000)  # of A4 less its margins, in CSS pixels
            self.browser.command("Emulation.setEmulatedMedia", media="print")
            self.assertLessEqual(max(self.each("html, table", "one.scrollWidth")), 718)
            words = self.each(".choices .choice", "one.innerText.replace(/\\s+/g, ' ')")
            self.assertIn("Figure requests/s", words)
            self.assertTrue(any(text.startswith("Trial ") and "block" in text for text in words), words)
        finally:
            self.browser.command("Emulation.setEmulatedMedia", media="")

    def test_no_violation(self):
        if not self.axe:
            self.skipTest("axe-core could not be fetched: npm ci in check/browser/axe")
        for name in ("compared", "failed"):
            for dark in (False, True):
                with self.subTest(name, dark=dark):
                    self.open(name, dark=dark)
                    self.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
                    time.sleep(0.3)
                    self.evaluate(f"{self.axe};0")
                    self.assertEqual(self.evaluate(VIOLATIONS), [])


def main():
    if not _chromium.find():
        print("there is no chromium: apt-get install --no-install-recommends chromium")
        sys.exit(SKIPPED)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(BrokenPipeError):
        unittest.main(module="__main__", verbosity=2)


if __name__ == "__main__":
    main()
