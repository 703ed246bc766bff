"""The installed program, for an account that owns nothing but its folder."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from _harness import BENCHMARK, TOP, Check, end

NOBODY = 65534


def landlock_version():
    """As the kernel says; 0: none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, libc.syscall(444, None, 0, 1))


class AsUser(Check):
    """Needs root, to become somebody else."""

    @classmethod
    def setUpClass(cls):
        # Scratch folders of checks are closed to others.
        cls.base = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="user-", dir="/tmp")))
        cls.base.chmod(0o755)
        cls.prefix = cls.base / "prefix"
        made = subprocess.run(
            ["make", "-s", "-C", TOP, "install", f"PREFIX={cls.prefix}", f"BUILD={Path(BENCHMARK).parent}"],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            raise AssertionError(made.stderr)

    def setUp(self):
        super().setUp()
        self.folder = self.base / self._testMethodName
        self.folder.mkdir()
        self.db = self.folder / "sqlite.db"
        shutil.chown(self.folder, NOBODY, NOBODY)

    def as_user(self, *words, before="", status=0, **env):
        """Runs the installed program as nobody; `before` is shell that runs there first."""
        program = self.prefix / "bin/benchmark"
        as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        no_capabilities = ("--inh-caps=-all", "--bounding-set=-all")
        process = subprocess.Popen(
            [
                *as_nobody,
                *no_capabilities,
                "sh",
                "-c",
                f"{before} exec {program} {' '.join(map(str, words))}",
            ],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process.pid)
        self.addCleanup(end, process)
        texts = process.communicate(timeout=120)
        result = subprocess.CompletedProcess(process.args, process.returncode, *texts)
        if status is not None:
            self.assertEqual(result.returncode, status, f"{words}\n{result.stdout}\n{result.stderr}")
        return result
