"""Checks that checks which need programs in C say in one sentence what builds them."""

import os
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import built


class Built(unittest.TestCase):
    def say(self, case):
        with tempfile.TemporaryDirectory() as build:
            done = subprocess.run(
                [sys.executable, "-m", "unittest", case],
                cwd=Path(__file__).parent,
                env={**os.environ, "BUILD": build},
                capture_output=True,
                text=True,
            )
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("FileNotFoundError", done.stderr)
        return done.stderr

    def test_what_is_not_built(self):
        for case, words in (
            ("check_rounds.Twin", "check/bench/truth/_compared is not built: make unit"),
            ("check_fuzz.Readers", "check/fuzz/worker_setup is not built: make fuzz"),
        ):
            said = self.say(case)
            self.assertRegex(said, rf"\nAssertionError: \S+/{words}\n")
            self.assertEqual(said.count("\nAssertionError: "), 1, said)

    def test_what_is_built(self):
        with tempfile.TemporaryDirectory() as build, unittest.mock.patch.dict(os.environ, BUILD=build):
            program = Path(build, "program")
            program.touch(0o755)
            self.assertEqual(built.require("program", "all"), program)
            program.chmod(0o644)
            with self.assertRaisesRegex(AssertionError, "/program is not built: make all$"):
                built.require("program", "all")


if __name__ == "__main__":
    unittest.main()
