"""A library `mylib` of a check, in versions: wheels are made here, and projects bring a build system."""

import os
import shutil
import zipfile
from pathlib import Path

from _harness import ENVS

# Of the same name as the package: it is what a version is chosen of.
TOML = """language = "python"
version_of = "mylib"
protocol = 2
verbs = ["get_range"]
"""
CLIENT = """from benchmark import plain, worker

import mylib

worker.client(notes=[f"the library says {mylib.SAYS}"], **plain.KNOBS)(plain.connection)
"""
VERBS = """from benchmark import worker

import mylib

import _client  # noqa: F401


@worker.verb
def get_range(client, request):
    return mylib.get(client, request)


if __name__ == "__main__":
    worker.main()
"""
MODULE = """__version__ = {version!r}
SAYS = {says!r}


def get(client, request):
    return client.get(request)
"""
PROJECT = """[project]
name = "mylib"
version = "{version}"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
# Takes all that a build system gets, and needs nothing.
BACKEND = """import os
import sys
import time

import wheels


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    {before}
    with open("mylib/__init__.py") as file:
        return wheels.make(wheel_directory, {version!r}, file.read())
"""


def make(folder, version, module, tag="py3-none-any", name="mylib"):
    """Makes a wheel of one module; returns its name."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": module,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: check\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    os.makedirs(folder, exist_ok=True)
    with zipfile.ZipFile(os.path.join(folder, f"{name}-{version}-{tag}.whl"), "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return f"{name}-{version}-{tag}.whl"


def find_uv():
    """The installer of environments, or None where none has been made."""
    return next((path for path in sorted(ENVS.glob(".uv-*/bin/uv")) if os.access(path, os.X_OK)), None)


class Places:
    """A library `mylib` in GEOIO_TESTS, and environments of its own; the uv is the person's."""

    def setUp(self):
        super().setUp()
        self.tests, self.envs = self.folder / "tests", self.folder / "envs"
        (self.tests / "mylib").mkdir(parents=True)
        for name, text in (("library.toml", TOML), ("_client.py", CLIENT), ("_verbs.py", VERBS)):
            (self.tests / "mylib" / name).write_text(text)
        uv = find_uv()
        home = self.envs / uv.parent.parent.name / "bin"
        home.mkdir(parents=True)
        shutil.copy(uv, home)
        self.env = {"GEOIO_TESTS": str(self.tests), "GEOIO_ENVS": str(self.envs), "UV_NO_INDEX": "1"}
        self.env["UV_CACHE_DIR"] = str(self.folder / "cache")

    def project(self, name, says, version="1.3.dev0", before="pass"):
        folder = self.folder / name
        (folder / "mylib").mkdir(parents=True, exist_ok=True)
        (folder / "mylib/__init__.py").write_text(MODULE.format(version=version, says=says))
        (folder / "pyproject.toml").write_text(PROJECT.format(version=version))
        (folder / "backend.py").write_text(BACKEND.format(version=version, before=before))
        source = Path(__file__).read_text().partition("def make(")[2].partition("\n\n\n")[0]
        (folder / "wheels.py").write_text(f"import os\nimport zipfile\n\n\ndef make({source}\n")
        return folder

    def made(self):
        """Names of the environments that are there, of variants."""
        return {path.name for path in self.envs.iterdir() if "@" in path.name and path.is_dir()}

    def assert_clean(self):
        self.assertEqual([path.name for path in self.envs.iterdir() if path.name[:4] in (".new", ".old")], [])
