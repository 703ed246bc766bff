"""What an environment of a variant is made of: a wheel, or the files of a project (tools/setup-variant)."""

import contextlib
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tomllib
import zipfile
import zlib
from pathlib import Path

BUILD_DIGITS = 16


class Refused(Exception):
    """A sentence for the person."""

    usage = False


class Wrong(Refused):
    """What was asked for is wrong, not what became of it."""

    usage = True


# --------------------------------------------------------------------- wheels ---


# What zipfile raises for an archive that is damaged or strange, and we for one without its description.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error),
    *(OSError, EOFError, KeyError, ValueError, TypeError, RuntimeError),
)


class Wheel:
    """A wheel: its package, version, and what is in it. Raises Refused where it is none."""

    def __init__(self, path):
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                self._read(archive)
        except BROKEN as error:
            raise Wrong(f"{path.name} is no wheel that can be read ({error})") from None

    def _read(self, archive):
        names = sorted(archive.namelist())
        (metadata,) = (name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        self.info = metadata.partition("/")[0]
        self.about = {name: archive.read(f"{self.info}/{name}") for name in ("METADATA", "WHEEL")}
        head = self.about["METADATA"].decode(errors="replace").partition("\n\n")[0]
        self.package = re.search(r"^Name:\s*(\S+)", head, re.M)[1]
        self.version = re.search(r"^Version:\s*(\S+)", head, re.M)[1]
        # Not the archive's bytes, in which the time stands: the same sources are the same build.
        all_bytes = hashlib.sha256()
        for name in names:
            content = archive.read(name)
            all_bytes.update(f"{name}\0{len(content)}\0".encode())
            all_bytes.update(content)
        self.build = all_bytes.hexdigest()[:BUILD_DIGITS]

    def write_stub(self, folder):
        """A wheel that needs the same and has nothing in it: uv keeps a copy of each that it resolves."""
        stub = folder / self.path.name
        with zipfile.ZipFile(stub, "w") as archive:
            for name, content in self.about.items():
                archive.writestr(f"{self.info}/{name}", content)
            archive.writestr(f"{self.info}/RECORD", "")
        return stub


# -------------------------------------------------------------------- folders ---


class Project:
    """The files of a folder's project, as they are now.

    They are all files of the checkout that the folder is a part of, or of the folder alone: a build may read
    what lies beside it. Left out is what tools leave: SKIPPED, folders with a pyvenv.cfg
    (an environment) or a CACHEDIR.TAG (a cache, such as cargo's target), *.egg-info, *.pyc, and of the folder
    itself build and dist. A link within the checkout stays one; any other counts as what it leads to.
    """

    SKIPPED = (
        *(".git", ".hg", ".svn", ".tox", ".nox", ".venv", ".eggs", "__pycache__", "node_modules"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
    )
    MARKS = ("pyvenv.cfg", "CACHEDIR.TAG")

    def __init__(self, folder, database=None, envs=None):
        """database: a path; that file, and what SQLite keeps beside it, is left out too, as are the
        environments, which may lie in a pipeline's checkout.
        """
        self.folder = Path(folder)
        path = os.path.realpath(database) if database else None
        self.apart = {f"{path}{end}" for end in ("", "-wal", "-shm", "-journal") if path}
        self.apart.add(os.path.realpath(envs) if envs else None)
        above = (self.folder, *self.folder.parents)
        self.root = next((each for each in above if (each / ".git").exists()), self.folder)
        # A home folder may be a checkout too, of other things.
        if self.root != self.folder and not self._git("ls-files"):
            self.root = self.folder
        self.inner = self.folder.relative_to(self.root)

    def files(self, root=None):
        """(name, path, "link", "file" or "folder") of each, by name, below `root` or the project itself."""
        root = root or self.root
        yield from self._below(root, root, "", {root.resolve()})

    def _below(self, root, folder, name, above):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            inner = f"{name}{entry.name}"
            kind = self._kind(root, entry)
            if kind is None or self._is_left(entry.name, inner, entry.path, kind):
                continue
            yield inner, Path(entry.path), kind
            real = Path(entry.path).resolve()
            if kind == "folder" and real not in above:
                yield from self._below(root, entry.path, f"{inner}/", {*above, real})

    @staticmethod
    def _kind(root, entry):
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            if not os.path.isabs(os.readlink(entry.path)) and Path(target).is_relative_to(root.resolve()):
                return "link"
        if entry.is_dir():
            return "folder"
        return "file" if entry.is_file() else None

    def _is_left(self, base, inner, path, kind):
        if base in self.SKIPPED or base.endswith((".egg-info", ".pyc")) or path in self.apart:
            return True
        if kind != "folder":
            return False
        return inner in {str(self.inner / "build"), str(self.inner / "dist")} or any(
            os.path.exists(os.path.join(path, mark)) for mark in self.MARKS
        )

    def digest(self, root=None):
        """Of all files, by their names and bytes, and of the commit: versions are made of that."""
        digest = hashlib.sha256(f"{self.inner}\0{self._commit()}\0".encode())
        for name, path, kind in self.files(root):
            digest.update(f"{kind}\0{name}\0".encode(errors="surrogateescape"))
            if kind == "link":
                digest.update(os.fsencode(os.readlink(path)))
            elif kind == "file":
                with open(path, "rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
                digest.update(b"x" if path.stat().st_mode & stat.S_IXUSR else b"-")
        return digest.hexdigest()

    def _commit(self):
        return self._git("describe", "--always", "--long", "--tags") if (self.root / ".git").exists() else ""

    def _git(self, *words):
        """What git says in the folder; nothing where there is no git, or no commit."""
        if not shutil.which("git"):
            return ""
        words = ("git", "-c", "safe.directory=*", "-C", self.folder, *words)
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True)
        return done.stdout.decode(errors="replace") if done.returncode == 0 else ""

    def copy(self, to):
        """Copies all files to the new folder `to`; returns where the folder is then."""
        to.mkdir()
        for name, path, kind in self.files():
            if kind == "folder":
                (to / name).mkdir()
            elif kind == "link":
                os.symlink(os.readlink(path), to / name)
            else:
                shutil.copy2(path, to / name)
        if (self.root / ".git").exists():
            self._copy_git(to / ".git")
        return to / self.inner

    def _copy_git(self, to):
        """Makes a repository of the same commit, of which a version can be made. It borrows the objects, and
        what git writes meanwhile it does not write into the person's."""
        git = self.root / ".git"
        if git.is_file():  # of a work tree, or a submodule
            git = (self.root / git.read_text().partition("gitdir:")[2].strip()).resolve()
        common = git
        if (git / "commondir").is_file():
            common = (git / (git / "commondir").read_text().strip()).resolve()
        (to / "objects/info").mkdir(parents=True)
        (to / "objects/info/alternates").write_text(f"{common / 'objects'}\n")
        (to / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
        for folder, names in ((git, ("HEAD", "index")), (common, ("packed-refs", "shallow"))):
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy2(folder / name, to / name)
        shutil.copytree(common / "refs", to / "refs")

    def name(self):
        """The package's name where pyproject.toml says it outright, else None."""
        try:
            with open(self.folder / "pyproject.toml", "rb") as file:
                return tomllib.load(file).get("project", {}).get("name")
        except FileNotFoundError:
            return None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as error:
            raise Wrong(f"{self.folder}/pyproject.toml is no TOML ({error})") from None
