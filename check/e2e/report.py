"""Reports and comparisons of runs: all formats say the same as get-results, of a real run.

check: deadline 400
"""

import base64
import csv
import json
import re
import zlib
from pathlib import Path

from _harness import Check, main
from _turns import Turns

try:
    import jsonschema
except ImportError:
    jsonschema = None

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
# The fewest that give two libraries and reference their six verdicts.
BLOCKS = 8
SAID = "faster|cheaper|slower|dearer|not told apart|cannot be told|no verdict"
NAMES = ("plain", "dawdles", "reference")


class Report(Turns, Check):
    def measure(self, blocks, *more):
        """A short comparison of two libraries, of which one takes 3 ms longer for each operation."""
        words = self.all_words(NAMES, "--blocks", blocks, "--timeout", "0.2", *more)
        return self.benchmark(*words, status=None, timeout=300, GEOIO_TESTS=self.made)

    def report(self, name, *more):
        path = self.folder / name
        self.benchmark("report", path, *more)
        return path.read_text()

    def assert_valid(self, document, schema):
        if not jsonschema:
            self.skipTest("python3-jsonschema is not installed: tools/packages --checks")
        schema = json.loads((DOCS / schema).read_text())
        problems = list(jsonschema.Draft7Validator(schema).iter_errors(document))
        self.assertEqual([(list(p.path), p.message[:200]) for p in problems], [])

    def test_one_run_after_another(self):
        """In all formats, within a run, between two, and where there is nothing to compare."""
        self.made = self.make_libraries("plain", "dawdles")
        self.measure(BLOCKS)
        self.formats_agree()
        self.within_a_run()
        self.assertEqual(self.compare(status=1)["comparisons"], [])
        self.not_with_itself()
        self.measure(6)  # the fewest of which compare says something
        self.between_runs()
        self.measure(2, "--request-size", "4KiB")
        other = self.compare(status=1)
        self.assert_sentence(other["why_not"], "no comparison of the first has the test and the settings")

    def not_with_itself(self):
        """A run is on one side alone, and whoever reads a comment is not told that nothing passed."""
        results = json.loads(self.benchmark("get-results", "--json").stdout)["results"]
        run = results[0]["run_id"]
        one = self.benchmark("compare", "sqlite.db", "--run", run, status=1)
        self.assert_sentence(one.stderr, "has no second run")
        both = self.benchmark("compare", "sqlite.db", "sqlite.db", status=2)
        self.assert_sentence(both.stderr, f"the run {run} is on both sides")
        words = ("--fail-above", "5%", "--format", "md")
        said = self.benchmark("compare", "sqlite.db", *words, status=1).stdout
        self.assertNotIn("passed", said)
        self.assertIn("**NOT JUDGED: nothing was compared.**", said)
        self.assertIn("Nothing was compared: sqlite.db has no second run", said.replace("\\", ""))

    def formats_agree(self):
        """What a page shows is what get-results writes, and what no other format contradicts."""
        document = json.loads(self.report("out.json"))
        self.assert_valid(document, "report.schema.json")
        self.columns_are_results(document)
        self.page_has(document)
        self.lines_are_rows(document)
        self.markdown_has(document)

    def columns_are_results(self, document):
        expected = json.loads(self.benchmark("get-results", "--json").stdout)["results"]
        results = document["results"]
        self.assertEqual(results["rows"], len(expected))
        for column in results["columns"]:
            values = column.get("values", [column.get("all")] * results["rows"])
            self.assertEqual(values, [row[column["name"]] for row in expected], column["name"])
            self.assertTrue(column["meaning"], column["name"])
        self.assertEqual([c["name"] for c in results["columns"]], list(expected[0]))

    def page_has(self, document):
        page = self.report("out.html")
        packed = re.search(r'<script type="application/zlib"[^>]*>([^<]*)</script>', page)[1]
        inside = json.loads(zlib.decompress(base64.b64decode(packed)))
        self.assertEqual({**inside, "made": ""}, {**document, "made": ""})
        self.assertNotRegex(page, r'(src|href)="(?!#|data:)')

    def lines_are_rows(self, document):
        lines = list(csv.DictReader(self.report("out.csv").splitlines()))
        rows = [row for comparison in document["comparisons"] for row in comparison["rows"]]
        self.assertEqual([line["library"] for line in lines], [row["library"] for row in rows])
        for line, row in zip(lines, rows, strict=True):
            self.assertEqual(float(line["requests_per_second"]), row["requests_per_second"]["value"])
            self.assertEqual(float(line["latency_p50_ms"]), row["merged"]["latency_p50_ms"])

    def markdown_has(self, document):
        text = self.report("out.md").replace("\\", "")
        for comparison in document["comparisons"]:
            for sentence in comparison["verdicts_in_words"]:
                self.assertIn(f"- {sentence}\n", text)
            for row in comparison["rows"]:
                self.assertRegex(text, rf"\| {row['library']}\b")

    def compare(self, *words, status):
        """The document, once it is sure that the other formats say the same."""
        found = self.benchmark("compare", "sqlite.db", *words, "--json", status=status)
        document = json.loads(found.stdout)
        self.assert_valid(document, "changes.schema.json")
        text = self.benchmark("compare", "sqlite.db", *words, status=status).stdout
        marked = self.benchmark("compare", "sqlite.db", *words, "--format", "md", status=status).stdout
        for comparison in document["comparisons"]:
            for library in comparison.get("libraries", ()):
                said = [library[of]["verdict"] for of in ("rate", "cpu")]
                self.assertEqual(self.said_in(text, library), said)
                self.assertEqual(self.said_in(marked, library), said)
        return document

    def said_in(self, text, library):
        """The verdicts behind a library's name, as the document has them."""
        words = {"faster": "better", "cheaper": "better", "slower": "worse", "dearer": "worse"}
        plain = text.replace("\\", "")
        behind = plain[plain.index(library["to"]["name"]) :]
        found = re.findall(rf"(?:requests/s|CPU a request).*?({SAID})", behind)
        return [words.get(word, word) for word in found[:2]]

    def within_a_run(self):
        """Two libraries of a run: exit status 3 only where the second is worse, and by more than allowed."""
        pair = ("--library", "plain", "--library", "dawdles")
        back = ("--library", "dawdles", "--library", "plain")
        found = self.compare(*pair, "--fail-above", "5%", status=3)
        rate = found["comparisons"][0]["libraries"][0]["rate"]
        self.assertEqual((rate["verdict"], rate["fails"], found["failed"]), ("worse", True, True))
        turned = self.compare(*back, status=0)["comparisons"][0]["libraries"][0]["rate"]
        self.assertEqual(turned["verdict"], "better")
        self.assertAlmostEqual(turned["ratio"] * rate["ratio"], 1)
        self.compare(*pair, "--fail-above", "99.9%", status=0)
        self.compare(*pair, status=0)

    def between_runs(self):
        """Each library that both have, by runs that are two."""
        found = self.compare("--fail-above", "50%", status=None)["comparisons"]
        self.assertEqual([library["library"] for library in found[0]["libraries"]], ["dawdles", "plain"])
        self.assertFalse(found[0]["within_run"])
        self.assertNotEqual(found[0]["from_runs"], found[0]["to_runs"])

    def test_nothing_is_half_written(self):
        """A path that cannot be written leaves what was there."""
        self.benchmark("run-test", "null", "fetch_range", "--timeout", "0.2")
        self.assertEqual(json.loads(self.report("out.json"))["comparisons"], [])
        before = (self.folder / "out.json").read_bytes()
        result = self.benchmark("report", self.folder / "no" / "out.html", status=1)
        self.assert_sentence(result.stderr, "no/out.html")
        result = self.benchmark("report", "/dev/full", "--format", "json", status=1)
        self.assert_sentence(result.stderr, "/dev/full")
        self.assertEqual((self.folder / "out.json").read_bytes(), before)
        self.assertIn("measured once", self.report("out.md"))


if __name__ == "__main__":
    main()
