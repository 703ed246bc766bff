"""The readers of setup and plan under damaged input, and beside those in C: both take and refuse the same."""

import itertools
import subprocess
import sys
import unittest
from pathlib import Path

import built

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "check/fuzz"))
import workers  # noqa: E402  a program, no module of a package

MUTATIONS = 1500
CUTS = 60
SEED = 10


def inputs_of(name):
    """Returns the corpus, whole, cut, and damaged."""
    whole = workers.corpus(name)
    cut = [data[: len(data) * i // CUTS] for data in whole for i in range(CUTS)]
    return whole + cut + list(itertools.islice(workers.damaged(whole, SEED), MUTATIONS))


def program_of(name):
    return built.require(f"check/fuzz/{workers.TARGETS[name][1]}", "fuzz")


def verdicts_in_c(name, inputs):
    """Returns what the same reader in C says: a list of bool."""
    program = program_of(name)
    data = b"".join(b"%08x" % len(each) + each for each in inputs)
    done = subprocess.run([program, "--verdicts"], input=data, capture_output=True, check=True)
    return [digit == "1" for digit in done.stdout.decode().strip()]


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in ("python_setup", "python_plan"):
            program_of(name)
        workers.guard()

    def check(self, name):
        inputs = inputs_of(name)
        in_c = verdicts_in_c(name, inputs)
        self.assertEqual(len(in_c), len(inputs))
        here = [workers.run_one(name, data) for data in inputs]
        for data, ours, theirs in zip(inputs, here, in_c, strict=True):
            self.assertEqual(ours, theirs, f"taken in Python: {ours}, in C: {theirs}: {data[:3000]!r}")
        # Neither all taken nor all refused: else nothing was compared.
        self.assertGreater(sum(here), len(here) // 50)
        self.assertLess(sum(here), len(here) * 9 // 10)

    def test_setup(self):
        self.check("python_setup")

    def test_plan(self):
        self.check("python_plan")


class Findings(unittest.TestCase):
    def test_what_is_broken_is_found(self):
        for name, broken in (
            ("python_setup", lambda data: [][0]),
            ("python_plan", lambda data: workers._refused(ValueError(""))),
            ("python_plan", lambda data: workers._refused(UnicodeError("it is no text"))),
        ):
            kept = workers.TARGETS[name]
            workers.TARGETS[name] = (broken, kept[1])
            try:
                self.assertRaises((IndexError, workers.Broken), workers.run_one, name, b"x")
            finally:
                workers.TARGETS[name] = kept


if __name__ == "__main__":
    unittest.main()
