"""Checks that the stage `newcomer` finds rounds that began too late, and blocks that prove nothing."""

import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from fake_harness import ROOT

PROGRAM = ROOT / "check/stage/_turns_in_time.py"
BUDGET = 40  # 10 s for each of four blocks
SCHEMA = """
create table trials (id text, comparison text, block integer, go_ns integer);
create table slices (trial_id text, round integer, go_ns integer, operations integer);
"""


class TurnsInTime(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def make(self, round_s, rounds, empty=0):
        """Two comparisons of two blocks and libraries, blocks 10 s apart; b's first rounds are empty."""
        path = self.folder / "sqlite.db"
        path.unlink(missing_ok=True)
        db = sqlite3.connect(path)
        db.executescript(SCHEMA)
        for comparison in "xy":
            for block in range(2):
                for library in "ab":
                    name = comparison + str(block) + library
                    row = (name, comparison, block, 10**10 * block)
                    db.execute("insert into trials values (?, ?, ?, ?)", row)
                    for number in range(rounds):
                        count = 0 if library == "b" and number < empty else 9
                        row = (name, number, int(1e9 * round_s * number), count)
                        db.execute("insert into slices values (?, ?, ?, ?)", row)
        db.commit()
        db.close()
        return path

    def judge(self, *made, said=""):
        (self.folder / "said").write_text(said)
        words = [PROGRAM, self.make(*made), str(BUDGET), self.folder / "said"]
        done = subprocess.run(words, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(done.returncode == 1, bool(done.stderr))
        return done.stderr

    def test_in_time(self):
        self.assertEqual(self.judge(1, 10), "")

    def test_too_late(self):
        self.assertIn("block 0, round 11: after 11.0 s, of blocks of 10.0 s", self.judge(1, 12))
        self.assertIn("block 1, round 1: after 21.0 s", self.judge(11, 2))

    def test_few_rounds_that_are_made_in_any_case(self):
        self.assertEqual(self.judge(6, 3, 2, said="leaves about 1 round a block"), "")
        self.assertIn("round 3: after 18.0 s", self.judge(6, 4, 3))
        self.assertIn("round 2: after 12.0 s", self.judge(6, 3, 1))

    def test_blocks_that_prove_nothing(self):
        self.assertIn("4 of 4 blocks have no second round, and it was not said", self.judge(1, 1))
        said = "fetch_range: a block took 20 s, more than its share of the budget of 20 s: all 2 will"
        self.assertEqual(self.judge(1, 1, said=said), "")

    def test_no_comparison(self):
        path = self.make(1, 1)
        sqlite3.connect(path).executescript("update trials set comparison = null")
        done = subprocess.run([PROGRAM, path, "40", "/dev/null"], capture_output=True, text=True)
        self.assertEqual([done.returncode, done.stderr], [1, "no comparison was made\n"])


if __name__ == "__main__":
    unittest.main()
