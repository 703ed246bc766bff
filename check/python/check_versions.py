"""Checks what a replica says of versions: what it runs, not what is installed beside it."""

import importlib
import sys
import tempfile
import unittest
from pathlib import Path

from benchmark import _replica

NAMES = ("mine_lib", "other_lib", "third_lib")


class Versions(unittest.TestCase):
    def setUp(self):
        base = tempfile.TemporaryDirectory()
        self.addCleanup(base.cleanup)
        self.folder = Path(base.name) / "mine"
        self.packages = Path(base.name) / "site-packages"
        self.folder.mkdir()
        (self.folder / "library.toml").write_text('language = "python"\nversion_of = "Mine-Lib"\n')
        path = list(sys.path)
        self.addCleanup(lambda: sys.path.__setitem__(slice(None), path))
        sys.path[:0] = [str(self.folder), str(self.packages)]
        self.addCleanup(lambda: [sys.modules.pop(name, None) for name in NAMES])

    def put(self, where, name, version=None):
        (where / name).mkdir(parents=True, exist_ok=True)
        (where / name / "__init__.py").write_text(f"__version__ = {version!r}\n" if version else "")

    def install(self, name, version):
        self.put(self.packages, name, version)
        (self.packages / f"{name}-{version}.dist-info").mkdir(parents=True)

    def said(self, *imported):
        importlib.invalidate_caches()
        for name in imported:
            importlib.import_module(name)
        return _replica.versions(str(self.folder))

    def test_installed(self):
        self.install("mine_lib", "1.0")
        said = self.said("mine_lib")
        self.assertEqual((said["library"], said["mine-lib"]), ("1.0", "1.0"))

    def test_of_its_own_folder(self):
        for name in NAMES:
            self.install(name, "1.0")
        self.put(self.folder, "mine_lib", "1.1.dev0")
        self.put(self.folder, "other_lib")
        said = self.said(*NAMES)
        self.assertEqual(said["library"], "own 1.1.dev0")
        self.assertEqual(said["mine-lib"], said["library"])
        self.assertEqual(said["other-lib"], "own")
        self.assertEqual(said["third-lib"], "1.0")

    def test_of_the_folder_s_name(self):
        """Where library.toml names none."""
        (self.folder / "library.toml").write_text('language = "python"\n')
        self.install("other_lib", "1.0")
        self.assertEqual(self.said()["library"], sys.version.split()[0])
        self.install("mine", "2.0")
        self.assertEqual(self.said()["library"], "2.0")

    def test_not_installed(self):
        self.assertEqual(self.said()["library"], "unknown")
        self.put(self.folder, "mine_lib", "2")
        self.assertEqual(self.said("mine_lib")["library"], "own 2")


if __name__ == "__main__":
    unittest.main()
