"""The tools of the checkout: locks, new tests, and what the program says of both."""

import os
import shutil
import subprocess

from _harness import BENCHMARK, QUICK, TOP, Check, main

HELPING = ("quickstart", "selftest", "monitoring/start")
HELPING += ("tools/lock", "tools/new-test", "tools/packages", "tools/setup-envs")
# In the place of the uv that setup-envs installs: says what it was given, and makes a lock of what it reads.
FAKE_UV = """#!/bin/sh
[ "$1" != --version ] || exit 0
env | grep '^UV_' | sort >"$SEEN"
while [ "$1" != -o ]; do shift; done
sed 's/$/ \\\\/; a\\    --hash=sha256:00' >"$2"
"""


class Locks(Check):
    def fake_uv(self):
        """A folder of environments whose uv is a script."""
        words = ["sha256sum", TOP / "tools/uv.lock"]
        digest = subprocess.run(words, capture_output=True, text=True, check=True).stdout[:12]
        tools = self.folder / f"envs/.uv-{digest}/bin"
        tools.mkdir(parents=True)
        (tools / "uv").write_text(FAKE_UV)
        (tools / "uv").chmod(0o755)
        (tools / "python").symlink_to(shutil.which("python3", path="/usr/bin"))
        return self.folder / "envs"

    def test_a_lock_is_made_with_the_environment_of_setup(self):
        """The system's certificates and pip's index: a proxy or a mirror serves tools/lock too."""
        library = self.folder / "tests/stranger"
        library.mkdir(parents=True)
        (library / "library.toml").write_text('language = "python"\npackages = ["stranger==1"]\n')
        env = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
        env |= {"SEEN": str(self.folder / "seen"), "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}
        words = [TOP / "tools/lock", "--tests", library.parent, "--envs", self.fake_uv(), "stranger"]
        subprocess.run(words, env=env, check=True, capture_output=True)
        self.assertTrue((library / "requirements.lock").exists())
        seen = (self.folder / "seen").read_text().splitlines()
        self.assertIn("UV_SYSTEM_CERTS=1", seen)
        self.assertIn("UV_DEFAULT_INDEX=http://127.0.0.1:1/simple", seen)

    def test_a_lock_finds_its_library(self):
        """In the folders that GEOIO_TESTS names, as all other commands do."""
        library = self.folder / "my tests/stranger"
        library.mkdir(parents=True)
        (library / "library.toml").write_text('language = "python"\npackages = ["stranger==1"]\n')
        folders = f"{self.folder}/none:{library.parent}"
        env = {**os.environ, "SEEN": str(self.folder / "seen"), "GEOIO_TESTS": folders}
        words = [TOP / "tools/lock", "--envs", self.fake_uv()]
        subprocess.run([*words, "stranger"], env=env, check=True, capture_output=True)
        self.assertTrue((library / "requirements.lock").exists())
        refused = subprocess.run([*words, "nobody"], env=env, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"no library.toml of 'nobody' in benchmark/tests or {folders}", refused.stderr)

    def test_setup_says_what_it_cannot_make(self):
        """Packages without a lock, and a lock that is older than they are."""
        library = self.folder / "tests/stranger"
        library.mkdir(parents=True)
        (library / "fetch_range.py").write_text("")
        (library / "library.toml").write_text('language = "python"\npackages = ["stranger==2"]\n')
        for said in ("its packages have no lock", "its lock is older than its library.toml"):
            command = f"tools/lock --tests {library.parent} stranger"
            env = {"GEOIO_TESTS": library.parent, "GEOIO_ENVS": self.folder / "envs"}
            for words in (("setup", "stranger"), ("run-test", "stranger", "fetch_range", *QUICK)):
                result = self.benchmark(*words, status=1, **env)
                self.assert_sentence(result.stderr, f"stranger.*: {said}", command)
            self.assertIn(f"not ready: {said}", self.benchmark("list", **env).stdout)
            (library / "requirements.lock").write_text("stranger==1 \\\n    --hash=sha256:00\n")


class Next(Check):
    def test_the_commands_that_new_test_prints(self):
        """Its last lines, typed as they stand, from the checkout and from elsewhere."""
        tests = self.folder / "it's mine"
        tests.mkdir()
        for cwd, test in ((TOP, "fetch_range"), (self.folder, "cog_header")):
            words = [TOP / "tools/new-test", "--tests", f"{tests}/../{tests.name}", "stranger", test]
            made = subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout
            self.assertNotIn("/..", made)
            listing, run = (line.strip() for line in made.splitlines()[-2:])
            self.assertRegex(run, rf"build/benchmark run-test stranger {test}$")
            listed = subprocess.run(["sh", "-c", listing], cwd=cwd, capture_output=True, text=True)
            self.assertRegex(listed.stdout, rf"(?m)^stranger .*\b{test}\b", listed.stderr)

    def test_wrong_words_and_help(self):
        """2 for a mistake in the command line, 0 for who asks for help."""
        for words in (("new-test",), ("new-test", "Geo", "x"), ("new-test", "geo", "x-y"), ("lock",)):
            done = subprocess.run([TOP / "tools" / words[0], *words[1:]], capture_output=True)
            self.assertEqual((done.returncode, done.stdout), (2, b""), words)
        for script in HELPING:
            done = subprocess.run([TOP / script, "--help"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), script)
            self.assertIn("usage: ", done.stdout)


class WhoseTests(Check):
    def said(self, words, cwd, **more):
        env = {name: value for name, value in os.environ.items() if name != "GEOIO_TESTS"}
        done = subprocess.run([BENCHMARK, *words], cwd=cwd, env=env | more, capture_output=True, text=True)
        return [line for line in done.stderr.splitlines() if "uses the tests of" in line]

    def test_another_checkout(self):
        """In a checkout whose tests are not the program's own, or in a folder of it: one line."""
        for name in ("other/benchmark/tests", "other/src/cli"):
            (self.folder / name).mkdir(parents=True)
        other, sweep = self.folder / "other", self.folder / "sweep.yaml"
        sweep.write_text("library: pass\ntest: fetch_range\nn-requests: 10\n")
        words = (("list",), ("run-test", "pass", "nope"), ("run-all", "--library", "nope"))
        for command in (*words, ("run-parameterized-test", str(sweep))):
            for cwd in (other, other / "src"):
                said = self.said(command, cwd)
                self.assertEqual(len(said), 1, (command, cwd))
                self.assert_sentence(
                    said[0], f"tests of {TOP}/benchmark/tests", f"{other}/build/benchmark", "GEOIO"
                )
        for cwd in (self.folder, TOP, TOP / "src", other / "src/cli"):
            self.assertEqual(self.said(("list",), cwd), [], cwd)
        self.assertEqual(self.said(("list",), other, GEOIO_TESTS=""), [])

    def test_a_checkout_of_the_same_tests(self):
        """Where it makes no difference whose are used nothing is said: in the checkout of an installed
        program, for instance.
        """
        other = self.folder / "other"
        (other / "src/cli").mkdir(parents=True)
        ignored = shutil.ignore_patterns("__pycache__")
        tests = shutil.copytree(TOP / "benchmark/tests", other / "benchmark/tests", ignore=ignored)
        (tests / "pass/__pycache__").mkdir()
        (tests / "pass/__pycache__/x.pyc").touch()
        self.assertEqual(self.said(("list",), other), [])
        (tests / "pass/more.py").touch()
        self.assertEqual(len(self.said(("list",), other)), 1)
        (tests / "pass/more.py").unlink()
        lock = tests / "aiohttp/requirements.lock"
        lock.write_text(lock.read_text().replace("0", "1", 1))
        self.assertEqual(len(self.said(("list",), other)), 1)
        shutil.rmtree(tests / "aiohttp")
        self.assertEqual(len(self.said(("list",), other)), 1)


if __name__ == "__main__":
    main()
