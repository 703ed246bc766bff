"""Checks what an environment of a library in another version is made of, and which ones are removed."""

import fcntl
import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

from variant_sources import Project, Wheel, Wrong  # noqa: E402

LOADER = importlib.machinery.SourceFileLoader("setup_variant", str(TOOLS / "setup-variant"))
setup = importlib.util.module_from_spec(importlib.util.spec_from_loader("setup_variant", LOADER))
LOADER.exec_module(setup)


def git(folder, *words):
    person = ("-c", "user.name=x", "-c", "user.email=x@y", "-c", "init.defaultBranch=main")
    subprocess.run(("git", "-C", folder, *person, *words), check=True, capture_output=True)


class Scratch(unittest.TestCase):
    def setUp(self):
        self.base = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        self.folder = self.base / "project"

    def put(self, name, text=""):
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Folders(Scratch):
    def setUp(self):
        super().setUp()
        self.put("project/pyproject.toml", '[project]\nname = "mine"\n')
        self.put("project/src/mine.py", "a = 1\n")

    def digest(self, **options):
        return Project(self.folder, **options).digest()

    def test_whatever_is_edited_counts(self):
        seen = {self.digest()}
        for change in (
            lambda: self.put("project/src/mine.py", "a = 2\n"),
            lambda: self.put("project/src/other.py"),
            lambda: self.put("project/.cargo/config.toml"),
            lambda: self.put("project/src/build/part.py"),
            lambda: os.chmod(self.folder / "src/mine.py", 0o755),
            lambda: os.rename(self.folder / "src/other.py", self.folder / "src/another.py"),
            lambda: os.symlink("mine.py", self.folder / "src/link.py"),
            lambda: (self.folder / "src/another.py").unlink(),
            lambda: (self.folder / "src/empty").mkdir(),
        ):
            change()
            digest = self.digest()
            self.assertNotIn(digest, seen)
            seen.add(digest)

    def test_an_edit_that_keeps_size_and_time_counts(self):
        path = self.folder / "src/mine.py"
        before, times = self.digest(), path.stat()
        path.write_text("a = 9\n")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.assertNotEqual(self.digest(), before)

    def test_what_tools_leave_does_not(self):
        before = self.digest()
        for name in (
            *("build/lib/mine.py", "dist/mine-1.whl", "mine.egg-info/PKG-INFO", "src/mine.egg-info/PKG-INFO"),
            *("src/__pycache__/mine.pyc", ".venv/bin/python", "my-env/pyvenv.cfg", "target/CACHEDIR.TAG"),
            *(".pytest_cache/x", "results.db", "results.db-wal", "results.db-shm"),
        ):
            self.put(f"project/{name}", "x")
        self.put("project/envs/a@1.0-0123/bin/python")
        apart = {"database": self.folder / "results.db", "envs": self.folder / "envs"}
        self.assertEqual(self.digest(**apart), before)
        self.assertNotEqual(self.digest(), before)

    def test_a_link_out_of_it_is_what_it_leads_to(self):
        outside = self.put("elsewhere/part.py", "a = 1\n")
        os.symlink(outside, self.folder / "src/part.py")
        os.symlink(outside.parent, self.folder / "src/parts")
        os.symlink("../..", self.folder / "src/round")
        before = self.digest()
        outside.write_text("a = 2\n")
        self.assertNotEqual(self.digest(), before)

    def test_a_copy_is_the_same_and_apart(self):
        self.put("elsewhere/part.py", "a = 1\n")
        os.symlink("mine.py", self.folder / "src/link.py")
        os.symlink("../../elsewhere", self.folder / "src/parts")
        self.put("project/build/lib/mine.py", "old\n")
        project = Project(self.folder)
        copy = project.copy(self.base / "copy")
        self.assertEqual(project.digest(self.base / "copy"), project.digest())
        self.assertEqual((copy / "src/parts/part.py").read_text(), "a = 1\n")
        self.assertFalse((copy / "build").exists())
        (copy / "src/parts/part.py").write_text("a = 3\n")
        self.assertEqual((self.base / "elsewhere/part.py").read_text(), "a = 1\n")

    def test_names(self):
        self.assertEqual(Project(self.folder).name(), "mine")
        self.put("project/pyproject.toml", "[build-system]\n")
        self.assertIsNone(Project(self.folder).name())
        self.put("project/pyproject.toml", "[project\n")
        with self.assertRaisesRegex(Wrong, "is no TOML"):
            Project(self.folder).name()


@unittest.skipUnless(shutil.which("git"), "no git")
class Checkouts(Scratch):
    """A build may read all of a checkout, and its version is made of the commit."""

    def setUp(self):
        super().setUp()
        self.put("top/project/pyproject.toml")
        self.put("top/core/part.rs", "1")
        self.folder = self.base / "top/project"
        git(self.base / "top", "init", "-q")
        git(self.base / "top", "add", ".")
        git(self.base / "top", "commit", "-qm", "one")

    def test_what_lies_beside_it_counts(self):
        before = Project(self.folder).digest()
        self.put("top/core/part.rs", "2")
        self.assertNotEqual(Project(self.folder).digest(), before)

    def test_a_commit_and_a_tag_count(self):
        before = Project(self.folder).digest()
        git(self.folder, "commit", "-q", "--allow-empty", "-m", "two")
        second = Project(self.folder).digest()
        git(self.folder, "tag", "v2")
        self.assertEqual(len({before, second, Project(self.folder).digest()}), 3)

    def test_a_copy_has_the_commit(self):
        git(self.folder, "tag", "v1.0")
        git(self.folder, "worktree", "add", "-q", self.base / "tree")
        for name, top in (("copy", "top"), ("copy of a tree", "tree")):
            project = Project(self.base / top / "project")
            copy = project.copy(self.base / name)
            words = ("git", "-C", copy, "describe", "--tags", "--dirty")
            said = subprocess.run(words, capture_output=True, text=True)
            self.assertEqual((said.stdout, said.stderr), ("v1.0\n", ""))
            self.assertEqual((copy.parent / "core/part.rs").read_text(), "1")
            git(copy, "commit", "-q", "--allow-empty", "-m", "not in the person's")
        said = subprocess.run(("git", "-C", self.folder, "describe", "--tags"), capture_output=True)
        self.assertEqual(said.stdout, b"v1.0\n")

    def test_a_stranger_in_a_checkout_is_alone(self):
        """As a folder of a home folder that is a checkout of something else."""
        self.put("top/mine/pyproject.toml")
        self.assertEqual(Project(self.base / "top/mine").root, self.base / "top/mine")


FILES = {
    "mine/__init__.py": "",
    "mine-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Mine\nVersion: 1.0\n\nName: no\n",
    "mine-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\n",
}


class Wheels(Scratch):
    def wheel(self, name, files, at=(1980, 1, 1, 0, 0, 0)):
        path = self.base / name
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for file, text in files.items():
                archive.writestr(zipfile.ZipInfo(file, at), text)
        return path

    def test_a_build_is_its_contents(self):
        one = Wheel(self.wheel("a/mine-1.0-py3-none-any.whl", FILES))
        later = Wheel(self.wheel("b/mine-1.0-py3-none-any.whl", FILES, (2020, 2, 2, 2, 2, 2)))
        other = {**FILES, "mine/__init__.py": " "}
        edited = Wheel(self.wheel("c/mine-1.0-py3-none-any.whl", other))
        self.assertEqual((one.package, one.version), ("Mine", "1.0"))
        self.assertEqual(one.build, later.build)
        self.assertNotEqual(one.build, edited.build)

    def test_what_is_none(self):
        self.put("no-1.0-py3-none-any.whl", "PK")
        damaged = self.wheel("bad-1.0-py3-none-any.whl", {**FILES, "mine/big.py": "abc" * 1000})
        damaged.write_bytes(damaged.read_bytes().replace(b"abcabc", b"abcabd"))
        for path in (
            self.base / "no-1.0-py3-none-any.whl",
            damaged,
            self.wheel("x-1.0-py3-none-any.whl", {"mine/__init__.py": ""}),
            self.wheel("y-1.0-py3-none-any.whl", {**FILES, "mine-1.0.dist-info/METADATA": ""}),
        ):
            with self.assertRaisesRegex(Wrong, f"{path.name} is no wheel that can be read"):
                Wheel(path)


class Environments(Scratch):
    def environment(self, library, kind, number):
        mark = self.put(f"{library}@{kind}-{number}/.variant", json.dumps({"library": library, "kind": kind}))
        os.utime(mark, (number, number))
        return mark.parent

    def variant(self, kind="folder"):
        request = {"name": "a@./", "library": "a", "kind": kind, "what": "/", "package": "a"}
        return setup.Variant("uv", self.base, {**request, "packages": [], "lock": None, "database": None})

    def left(self):
        return {path.name for path in self.base.iterdir()}

    def test_the_oldest_are_removed(self):
        made = [self.environment("a", "folder", 100 + number) for number in range(setup.KEPT + 3)]
        held = self.enterContext(open(made[0] / ".variant"))
        fcntl.flock(held, fcntl.LOCK_SH)
        others = [
            self.environment("a", "wheel", 1),
            self.environment("b", "folder", 1),
            self.put("a@folder-nomark/.ready").parent,
            self.put("a-0123456789ab/.variant", "{}").parent,
        ]
        self.put("a@folder-strange/.variant", "[]")
        self.put("a@folder-broken/.variant", "{")
        self.variant().remove_old(made[1])
        expected = {path.name for path in (made[0], made[1], *made[4:], *others)}
        self.assertEqual(self.left() - {"a@folder-strange", "a@folder-broken"}, expected)

    def test_what_a_kill_left(self):
        old, new = self.put(".new-old/x").parent, self.put(".new-new/x").parent
        self.put("a@folder-1/.variant", "{}")
        os.utime(old, (1, 1))
        self.variant().remove_old(self.base / "a@folder-1")
        self.assertEqual(self.left(), {new.name, "a@folder-1"})

    def test_whatever_decides_is_in_the_name(self):
        variant = self.variant()
        seen = {variant.home("x")}
        for name, value in (
            *(("packages", ["b==1"]), ("lock", "b==1"), ("package", "c"), ("kind", "wheel")),
            ("what", "1.0"),
        ):
            setattr(variant, name, value)
            if name == "what":
                variant.kind = "version"
            seen.add(variant.home("x"))
        seen.add(variant.home("y"))
        self.assertEqual(len(seen), 7)

    def test_requirements(self):
        variant = self.variant("version")
        variant.what, variant.package = "2.0", "My_Lib"
        variant.packages = ["other==1.0", "my-lib[x,y]==1.0", "third[z]==3.0"]
        self.assertEqual(
            variant.requirements(None, loose=False), ["other==1.0", "third[z]==3.0", "My_Lib[x,y]==2.0"]
        )
        self.assertEqual(variant.requirements(None, loose=True), ["other", "third[z]", "My_Lib[x,y]==2.0"])
        stub = self.base / "a b.whl"
        self.assertEqual(
            variant.requirements(stub, loose=False)[2], f"My_Lib[x,y] @ file://{self.base}/a%20b.whl"
        )


class Sentences(unittest.TestCase):
    """Of what uv says, one line."""

    def test_the_cause(self):
        for said, cause in (
            (
                "error: No solution found when resolving dependencies\n"
                "  cause: Because a==1 depends on b==1 and you require b==2, we can conclude that your\n"
                "         requirements and a==1 are incompatible.\n"
                "         And because you require a==1, we can conclude that your requirements are "
                "unsatisfiable.\n",
                "Because a==1 depends on b==1 and you require b==2, we can conclude that your requirements "
                "and a==1 are incompatible.",
            ),
            ("error: Failed\n  cause: one\n  cause: two\n\nhint: no\n", "two"),
            ("strange\nlast\n", "last"),
        ):
            self.assertEqual(setup.first_cause(said), cause)

    def test_no_index(self):
        for said in (
            "error: Request failed\n  cause: Failed to fetch: `x`\n  cause: Connection refused\n",
            "error: x\n\nhint: Packages were unavailable because the network was disabled.\n",
        ):
            self.assertRegex(setup.unreached(said), "the package index cannot be reached")
        self.assertIsNone(setup.unreached("error: No solution found\n"))


if __name__ == "__main__":
    unittest.main()
