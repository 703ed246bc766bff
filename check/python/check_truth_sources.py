"""Checks that lines of the simulation are made anew where what decides them has changed."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path

from made_rounds import ROOT

import _runs  # isort: skip
import _sources  # isort: skip
import simulation  # isort: skip

TREE = {
    "check/bench/truth/made.c": '#include "../../unit/noise.h"\n#include "analyse/judge.h"\n#include <m.h>\n',
    "check/unit/noise.h": '#include "base/draw.h"\n',
    "src/analyse/judge.h": "int judge(void);\n",
    "src/analyse/judge.c": '#include "analyse/judge.h"\n#include "analyse/rank.h"\n',
    "src/analyse/rank.h": "/* ranks */\n",
    "src/analyse/other.c": "",
    "src/base/draw.h": '#include "base/deep.h"\n',
    "src/base/draw.c": "int draw = 1; /* one */\n",
    "src/base/deep.h": "",
}


class Scratch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)


class Sources(Scratch):
    def setUp(self):
        super().setUp()
        for name, text in TREE.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def files(self):
        return _sources.files(self.top / "check/bench/truth/made.c", self.top)

    def digest(self):
        return _sources.digest(self.files())

    def test_what_is_found(self):
        names = {str(path.relative_to(self.top)) for path in self.files()}
        self.assertEqual(names, set(TREE) - {"src/analyse/other.c", "src/base/deep.h"})

    def test_what_changes_the_digest(self):
        digest = self.digest()
        for name, text, same in (
            ("src/base/draw.c", "int draw = 1;\n", True),
            ("src/base/draw.c", "int draw = 2; /* one */\n", False),
            ("src/analyse/rank.h", '"/* ranks */"', False),
            ("src/analyse/other.c", "int other;\n", True),
            ("src/analyse/judge.c", TREE["src/analyse/judge.c"] + "int more;\n", False),
        ):
            self.write(name, text)
            self.assertEqual(self.digest() == digest, same, text)
            self.write(name, TREE[name])
        self.assertEqual(self.digest(), digest)

    def test_a_program_that_is_older(self):
        program, files = self.write("made", ""), self.files()
        for path in files:
            os.utime(path, (1, 1))
        self.assertEqual(_sources.newer_than(files, program), [])
        os.utime(files[0], (2**32, 2**32))
        self.assertEqual(_sources.newer_than(files, program), files[:1])
        self.assertEqual(_sources.newer_than(files, self.top / "none"), files)

    def test_those_of_the_simulation(self):
        found = _sources.files(ROOT / "check/bench/truth/_simulation.c")
        names = {str(path.relative_to(ROOT)) for path in found}
        self.assertLessEqual(
            {
                "check/unit/simulated.h",
                "src/analyse/compare.c",
                "src/analyse/compare_cell.c",
                "src/analyse/statistics.c",
                "src/base/hash.c",
                "src/record/slice.h",
            },
            names,
        )


class Lines(Scratch):
    """Of two kinds of noise, whose figures are `figure`."""

    def setUp(self):
        super().setUp()
        self.path, self.made = self.top / "lines.jsonl", []

    def make(self, figure=1, digest="a", names=("quiet", "drift"), experiments=10):
        def one(noise):
            self.made.append(noise)
            return {"noise": noise, "experiments": experiments, "sign": {"one": {"power": figure}}}

        self.made, out = [], io.StringIO()
        with contextlib.redirect_stdout(out):
            same = simulation.make_all(self.path, experiments, names, one, digest)
        return same, out.getvalue().splitlines()

    def all_are_new(self, digest):
        with contextlib.redirect_stdout(io.StringIO()):
            return simulation.all_are_new(_runs.lines_of(self.path), 10, ("quiet", "drift"), digest)

    def test_what_is_there_is_not_made_again(self):
        self.assertEqual(self.make(), (True, []))
        self.assertEqual(self.made, ["quiet", "drift"])
        self.assertEqual(self.make(figure=2), (True, []))
        self.assertEqual(self.made, [])
        self.make(experiments=20)
        self.assertEqual(len(_runs.lines_of(self.path)), 4)

    def test_other_sources(self):
        self.make()
        self.assertEqual(self.make(digest="b"), (True, []))
        self.assertEqual(self.made, ["quiet", "drift"])
        self.assertEqual([line["sources"] for line in _runs.lines_of(self.path)], ["b", "b"])

    def test_other_figures(self):
        self.make()
        self.make(names=("more",))
        same, said = self.make(figure=2, digest="b")
        self.assertFalse(same)
        self.assertEqual(said[0], "changed: quiet: sign.one.power was 1, is 2")
        lines = _runs.lines_of(self.path)
        self.assertEqual([line["sign"]["one"]["power"] for line in lines], [2, 2, 1])
        self.assertEqual(self.make(figure=2, digest="b"), (True, []))

    def test_a_line_without_a_digest(self):
        self.make()
        old = [{k: v for k, v in line.items() if k != "sources"} for line in _runs.lines_of(self.path)]
        _runs.write_lines(self.path, old)
        self.assertFalse(self.all_are_new("a"))
        self.assertEqual(self.make(), (True, []))
        self.assertEqual(self.made, ["quiet", "drift"])
        self.assertTrue(self.all_are_new("a"))

    def test_nothing_is_made(self):
        self.make(names=("quiet",))
        self.assertFalse(self.all_are_new("a"))
        self.make()
        self.assertTrue(self.all_are_new("a"))
        self.assertFalse(self.all_are_new("b"))

    def test_a_noise_that_is_no_more(self):
        self.make(names=("quiet", "drift", "gone"))
        self.assertTrue(self.all_are_new("a"))
        self.make(digest="b")
        self.assertFalse(self.all_are_new("b"))


if __name__ == "__main__":
    unittest.main()
