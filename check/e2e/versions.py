"""A library in other versions, LIBRARY@WHAT: each is made, named and measured for itself.

check: deadline 300

No index is asked: the library is one of this check's, whose wheels are made here, and whose projects bring
a build system of their own.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import tempfile
import time
import unittest
from pathlib import Path

from _harness import QUICK, SKIPPED, Check, main
from _user import NOBODY, AsUser
from _versions import MODULE, PROJECT, Places, find_uv, make


class Versions(Places, Check):
    def run_it(self, *words, **more):
        return self.benchmark(*words, **{**self.env, **more})

    def said(self):
        """By library: what its replicas said of the package that they imported."""
        rows = self.query("select distinct library, notes from trials join replicas on id = trial_id")
        return {library: notes.partition("the library says ")[2] for library, notes in rows}

    def versions_of(self, library):
        rows = self.query(
            "select distinct versions from trials join replicas on id = trial_id where library = ?", library
        )
        return [json.loads(text) for (text,) in rows]

    def test_side_by_side(self):
        """A version, a wheel and two folders take turns, each with its own code."""
        make(self.folder / "index", "1.0", MODULE.format(version="1.0", says="released"))
        make(self.folder / "index", "1.1", MODULE.format(version="1.1", says="not asked for"))
        wheel = make(self.folder / "dist", "1.2", MODULE.format(version="1.2", says="a wheel"))
        self.project(".", "here")
        self.project("branch/mylib", "a branch")
        expected = {
            "mylib@1.0": "released",
            "mylib@dist/1.2.whl": "a wheel",
            "mylib@./": "here",
            "mylib@branch/mylib/": "a branch",
        }
        words = f"mylib@1.0,mylib@./dist/{wheel},mylib@./,mylib@./branch//mylib"
        result = self.run_it(
            *("run-all", "--library", words, "--library", "null", "--test", "fetch_range", "--json"),
            *("--budget", "3", "--blocks", "1", "--warm-up", "0", "--concurrency", "4"),
            UV_FIND_LINKS=str(self.folder / "index"),
        )
        self.assertEqual(self.said(), {**expected, "null": ""})
        rows = {row["library_name"]: row for row in self.results()}
        self.assertEqual(set(rows), {*expected, "null"})
        self.assertEqual(rows["mylib@1.0"]["library_version"], 1.0)
        self.assertRegex(rows["mylib@dist/1.2.whl"]["library_version"], r"^1\.2 \([0-9a-f]{8}\)$")
        self.assertRegex(rows["mylib@./"]["library_version"], r"^1\.3\.dev0 \([0-9a-f]{8}\)$")
        (comparison,) = result.json()["comparisons"]
        self.assertEqual({row["library"] for row in comparison["rows"]}, set(rows))
        self.assertEqual({row["state"] for row in rows.values()}, {"ok"})
        builds = {name: self.versions_of(name)[0].get("build") for name in expected}
        self.assertEqual(len(set(builds.values())), 4)
        self.assertIsNone(builds["mylib@1.0"])
        self.assertEqual(len(self.made()), 4)
        for name in ("build", "mylib.egg-info", "wheels.pyc"):
            self.assertFalse((self.folder / name).exists(), "the build wrote into the project")
        self.assert_clean()
        self.assert_nothing_left()

    def test_an_edit_is_another_build(self):
        """And what is not edited is not built again, wherever the results go."""
        folder = self.project("project", "first")
        self.db = folder / "sqlite.db"
        words = ("run-test", "mylib@project/", "fetch_range", *QUICK, "--db", f"sqlite:///{self.db}")
        self.assertRegex(self.run_it(*words).stderr, "mylib@project/: building")
        self.assertNotRegex(self.run_it(*words).stderr, "building|installing")
        self.assertEqual(len(self.made()), 1)
        module = folder / "mylib/__init__.py"
        times = module.stat()
        module.write_text(module.read_text().replace("first", "again"))
        os.utime(module, ns=(times.st_atime_ns, times.st_mtime_ns))
        shown = self.run_it(*words)
        self.assertRegex(shown.stderr, "mylib@project/: building")
        self.assertRegex(shown.stdout, r"mylib@project/\^? +1\.3\.dev0 +[\d,]+")
        said = [note for (note,) in self.query("select notes from replicas")]
        self.assertEqual(sorted(note.rpartition(" ")[2] for note in said), ["again", "first", "first"])
        versions = [text for (text,) in self.query("select library_version from replicas")]
        self.assertEqual(len(versions), 3)
        self.assertEqual(len(set(versions)), 2)
        self.assertEqual(len(self.made()), 2)

    def test_resume(self):
        """A folder that was edited meanwhile cannot go on with the figures of what it was."""
        folder = self.project("project", "first")
        words = ("run-all", "--library", "mylib@project/,null", "--test", "fetch_range", "--budget", "2")
        words += ("--blocks", "2", "--warm-up", "0", "--concurrency", "4")
        self.run_it(*words)
        ((run,),) = self.query("select id from runs")
        self.run_it(*words, "--resume", run)
        (folder / "mylib/__init__.py").write_text(MODULE.format(version="1.3.dev0", says="second"))
        self.change_blocks()
        result = self.run_it(*words, "--resume", run, status=2)
        self.assert_sentence(
            result.stderr,
            r"began with mylib@project/'s build '[0-9a-f]{16}' and would go on with '[0-9a-f]{16}', which "
            r"cannot be compared: begin a new run",
        )
        self.assertEqual(self.said()["mylib@project/"], "first")

    def change_blocks(self):
        """As if the second block had not been made."""
        with contextlib.closing(sqlite3.connect(self.db)) as db, db:
            db.execute("delete from trials where block = 1")
            db.execute("update runs set ended = 'killed'")

    def test_one_in_use_stays(self):
        """Whatever else is made of the folder meanwhile."""
        folder = self.project("project", "first")
        process = self.start(
            *("run-all", "--library", "mylib@project/,null", "--test", "fetch_range", "--budget", "60"),
            **self.env,
        )
        self.wait_for(lambda: self.made())
        (first,) = self.made()
        for number in range(9):
            (folder / "mylib/__init__.py").write_text(MODULE.format(version="1.3.dev0", says=number))
            self.run_it("setup", "mylib@project/")
        self.assertIn(first, self.made())
        process.send_signal(signal.SIGINT)
        self.finish(process)
        (folder / "mylib/__init__.py").write_text(MODULE.format(version="1.3.dev0", says="last"))
        self.run_it("setup", "mylib@project/")
        self.assertNotIn(first, self.made())
        self.assertEqual(len(self.made()), 8)

    def wait_for(self, condition, seconds=60):
        patience = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), patience, "waited in vain")
            time.sleep(0.05)

    def test_what_cannot_be_made(self):
        """Each is one sentence, with the status of whose mistake it is, and nothing is left."""
        self.project("fails", "", before="raise ValueError('no luck')")
        self.project("strange", "").joinpath("pyproject.toml").write_text("[project")
        other = self.project("other", "")
        other.joinpath("pyproject.toml").write_text(PROJECT.format(version="1").replace("mylib", "other"))
        make(self.folder, "1.0", "", tag="cp27-cp27m-win32")
        make(self.folder / "index", "1.0", "")
        (self.folder / "mylib-2.0-py3-none-any.whl").write_text("no archive")
        for word, status, said in (
            ("mylib@9.9", 2, r"^benchmark: mylib@9\.9: the package index has no version 9\.9 of mylib$"),
            (
                "mylib@mylib-1.0-cp27-cp27m-win32.whl",
                2,
                r"it is not for Python 3\.\d+\.\d+ here: mylib==1.0 has",
            ),
            ("mylib@mylib-2.0-py3-none-any.whl", 2, "is no wheel that can be read"),
            ("mylib@strange/", 2, r"strange/pyproject.toml is no TOML"),
            ("mylib@other/", 2, "the project in the folder is other, and what mylib measures is mylib"),
            ("mylib@fails/", 1, r"fails cannot be built: the last that was said stands above, all of it in "),
        ):
            with self.subTest(word):
                result = self.run_it(
                    *("run-all", "--library", f"{word},null", "--test", "fetch_range"),
                    status=status,
                    UV_FIND_LINKS=str(self.folder / "index"),
                )
                self.assertEqual(result.stdout, "")
                self.assertRegex(result.stderr.splitlines()[-1], said)
                self.assertFalse(self.db.exists())
                self.assert_clean()
        self.assertRegex(result.stderr, r"ValueError: no luck\n")
        log = Path(result.stderr.split()[-1])
        self.assertIn("no luck", log.read_text())
        self.assertEqual(self.made(), set())

    def test_no_network(self):
        result = self.run_it("setup", "mylib@1.0", status=1, UV_NO_INDEX="", UV_OFFLINE="1")
        (line,) = result.stderr.splitlines()[1:]
        self.assertRegex(line, "mylib@1.0: the package index cannot be reached .*: try again where it can")

    def test_a_build_that_is_stopped(self):
        """Leaves no process, and nothing in the folder of environments."""
        self.project("slow", "", before="open(os.environ['MARK'], 'w').close(); time.sleep(100)")
        mark = self.folder / "mark"
        for how in (signal.SIGINT, signal.SIGTERM):
            process = self.start("run-test", "mylib@slow/", "fetch_range", **self.env, MARK=mark)
            self.wait_for(mark.exists)
            process.send_signal(how)
            result = self.finish(process, 30)
            self.assertEqual(result.status, 130, result)
            mark.unlink()
            self.assert_clean()
            self.assertEqual(self.made(), set())

    def test_a_sweep(self):
        self.project("project", "here")
        (self.folder / "sweep.yaml").write_text(
            "library: [mylib@./project, null]\ntest: fetch_range\nconcurrency: [2, 4]\n"
        )
        words = ("--no-slices", "--timeout", "0.2", "--warm-up", "0")
        self.run_it("run-parameterized-test", "sweep.yaml", *words)
        names = [row["library_name"] for row in self.results()]
        self.assertEqual(sorted(names), ["mylib@project/"] * 2 + ["null"] * 2)
        self.assertEqual(len(self.made()), 1)

    @unittest.skipIf(os.geteuid(), "only root can be the root of a sudo")
    def test_under_sudo_it_belongs_to_who_asked(self):
        base = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="versions-", dir="/tmp")))
        base.chmod(0o755)
        shutil.copytree(self.envs, base / "envs")
        shutil.copytree(self.project("project", "here"), base / "project")
        for path in (base, *base.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        sudo = {"SUDO_UID": NOBODY, "SUDO_GID": NOBODY, "HOME": base, "GEOIO_ENVS": base / "envs"}
        sudo |= {"UV_CACHE_DIR": base / "cache", "TMPDIR": base}
        self.run_it("setup", f"mylib@{base}/project", **sudo)
        (made,) = (base / "envs").glob("mylib@folder-*")
        self.assertEqual({path.lstat().st_uid for path in (made, *made.rglob("*"))}, {NOBODY})


@unittest.skipIf(os.geteuid(), "only root can become somebody else")
class Installed(Places, AsUser):
    def test_from_an_empty_folder(self):
        """The installed program, for an account that owns nothing but its folder."""
        self.project("project", "here")
        wheel = make(self.folder / "dist", "1.2", MODULE.format(version="1.2", says="a wheel"))
        for path in self.folder.rglob("*"):
            shutil.chown(path, NOBODY, NOBODY)
        result = self.as_user(
            *("run-all", "--library", f"mylib@./project,mylib@dist/{wheel},null", "--test", "fetch_range"),
            *("--budget", "2", "--blocks", "1", "--warm-up", "0", "--concurrency", "4"),
            **self.env,
        )
        self.assertRegex(result.stdout, r"mylib@project/")
        rows = self.query("select distinct library from trials")
        self.assertEqual({name for (name,) in rows}, {"mylib@project/", "mylib@dist/1.2.whl", "null"})


if __name__ == "__main__":
    if not find_uv():
        print("no uv: run tools/setup-envs --print-uv")
        raise SystemExit(SKIPPED)
    main()
