"""Replicas that harm what they reach: each ends with a sentence, harms no other trial and leaves nothing.

check: waits
check: deadline 600
"""

import functools
import itertools
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from _harness import BENCHMARK, CHECK_LIBRARIES, Check, groups_of, main
from _user import NOBODY, AsUser, landlock_version

FAST = ("--timeout", "0.8", "--warm-up", "0.1", "--concurrency", "8", "--ready-timeout", "10")
LIBRARY = Path(CHECK_LIBRARIES) / "hostile"
MODES = sorted(path.stem for path in LIBRARY.glob("[a-z]*.py"))
# One that spoils files.
SPOILS = "rewrites"


def words(seed, *more):
    names = ("--library", "hostile", "--library", "reference")
    return ("run-all", "--no-slices", *names, *FAST, "--seed", str(seed), *more)


def order(stderr):
    return re.findall(r"^\[\d+/\d+\] (\w+ \w+), about", stderr, re.MULTILINE)


def spoils_before_reference(stderr):
    trials = order(stderr)
    return trials.index(f"hostile {SPOILS}") < trials.index("reference fetch_range")


@functools.cache
def seed():
    """The first that draws such an order, which depends on how many tests there are; these end at once."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "hostile")
        folder.mkdir()
        shutil.copy(LIBRARY / "library.toml", folder)
        for mode in MODES:
            (folder / f"{mode}.py").write_text("raise SystemExit(1)\n")
        for seed in itertools.count(1):
            short = ("--n-requests", "1", "--warm-up", "0")
            result = subprocess.run(
                [BENCHMARK, *words(seed, *short)],
                cwd=scratch,
                env={**os.environ, "GEOIO_TESTS": scratch},
                capture_output=True,
                text=True,
            )
            if len(order(result.stderr)) != len(MODES) + 2:
                raise AssertionError(result.stderr)
            if spoils_before_reference(result.stderr):
                return seed


class Places:
    """The library, copied to where all can read it, and a folder that must stay as it is."""

    def make_places(self):
        base = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="hostile-", dir="/tmp")))
        base.chmod(0o755)
        self.tests = base / "tests"
        shutil.copytree(LIBRARY, self.tests / "hostile", ignore=shutil.ignore_patterns("__pycache__"))
        self.victim = base / "victim"
        self.victim.mkdir()
        (self.victim / "plan-1.jsonl").write_text("precious")
        (self.victim / "file").write_text("precious")
        (self.tests / "hostile/victim").write_text(f"{self.victim}\n")
        self.before = self.leftovers()

    def leftovers(self):
        """Folders that runs left, wherever they may be; not those of other checks, which kill some."""
        bases = {"/dev/shm", "/tmp", os.environ["TMPDIR"]}
        paths = [path for base in bases for path in Path(base).glob("geoio-*")]
        return sorted(str(path) for path in paths if not self.is_others(path.name))

    def is_others(self, name):
        owner = re.match(r"geoio-benchmark-\d+-(\d+)-\d+", name)
        return int(owner[1]) not in self.started if owner else name.startswith("geoio-check-")

    def assert_harmless(self, stderr):
        """Each hostile test has its sentence, reference is whole, and nothing is left."""
        rows = {(row["library_name"], row["test_name"]): row for row in self.results()}
        told = dict(re.findall(r"^\[\d+/\d+\] hostile (\w+): (.+)", stderr, re.MULTILINE))
        for mode in MODES:
            row = rows.pop(("hostile", mode))
            self.assertNotEqual(row["state"], "ok", (mode, row["findings"]))
            self.assertRegex(told.get(mode, ""), r"\w+ \w+", f"{mode} without a sentence\n{stderr}")
        if landlock_version() or not isinstance(self, AsUser):
            self.assertNotIn("reached", told["board"])
        self.assertEqual(sorted(rows), [("reference", "cog_header"), ("reference", "fetch_range")])
        for row in rows.values():
            self.assertEqual(row["state"], "ok", row)
            self.assertEqual(row["number_failures"], 0)
            self.assertGreater(row["bytes_per_second"], 1000 * row["requests_per_second"])
        self.assertEqual(self.leftovers(), self.before)
        self.assertEqual(sorted(os.listdir(self.victim)), ["file", "plan-1.jsonl"])
        self.assertEqual((self.victim / "plan-1.jsonl").read_text(), "precious")
        self.assertEqual((self.victim / "file").read_text(), "precious")
        self.assert_whole_database()

    def check_hostile(self, *more, **env):
        """That one which spoils files came before reference is what makes this a check."""
        self.assertTrue(spoils_before_reference(self.run_hostile(*more, **env)))


@unittest.skipUnless(os.geteuid() == 0, "only root can be root, or below sudo")
class AsRoot(Places, Check):
    def setUp(self):
        super().setUp()
        self.make_places()

    def run_hostile(self, *more, **env):
        result = self.benchmark(*words(seed(), *more), status=1, timeout=240, GEOIO_TESTS=self.tests, **env)
        self.assert_nothing_left()
        self.assertEqual(groups_of(*self.started), [])
        self.assert_harmless(result.stderr)
        return result.stderr

    def test_as_root(self):
        self.check_hostile()

    def test_below_sudo(self):
        self.check_hostile(SUDO_UID=NOBODY, SUDO_GID=NOBODY)

    def test_as_root_without_cells(self):
        self.check_hostile("--isolation", "process")

    def test_a_full_folder_is_empty_for_the_next(self):
        """Of 32 MiB that one fills the next has all again."""
        mount = "mount -t tmpfs -o size=32m none /dev/shm"
        fills = " ".join(("run-all", "--no-slices", "--library", "fills", "--library", "reference", *FAST))
        result = subprocess.run(
            ["unshare", "-m", "sh", "-c", f"{mount} && {BENCHMARK} {fills}; s=$?; ls /dev/shm; exit $s"],
            cwd=self.folder,
            env={**os.environ, "GEOIO_TESTS": CHECK_LIBRARIES},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertNotIn("geoio-", result.stdout.splitlines()[-1])
        rows = {(row["library_name"], row["test_name"]): row for row in self.results()}
        self.assertEqual(len(rows), 3, result.stderr)
        self.assertEqual(rows["reference", "fetch_range"]["state"], "ok")
        self.assertEqual(rows["reference", "cog_header"]["state"], "ok")


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class AsOrdinaryUser(Places, AsUser):
    def setUp(self):
        super().setUp()
        self.make_places()
        shutil.chown(self.victim, NOBODY, NOBODY)

    def run_hostile(self, *more):
        result = self.as_user(*words(seed(), *more), status=1, GEOIO_TESTS=str(self.tests))
        self.assert_harmless(result.stderr)
        return result.stderr

    def test_in_a_user_namespace(self):
        self.check_hostile()

    def test_as_processes(self):
        self.check_hostile("--isolation", "process")


if __name__ == "__main__":
    main()
