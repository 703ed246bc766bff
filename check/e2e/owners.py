"""What a run under sudo leaves belongs to who asked, and no link of theirs leads root astray."""

import os
import tempfile
import unittest
from pathlib import Path

from _harness import QUICK, Check, main

NOBODY = 65534
SUDO = {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)}


@unittest.skipIf(os.geteuid(), "only root can be the root of a sudo")
class Owners(Check):
    def setUp(self):
        super().setUp()
        # On the way down everybody may pass.
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="owners-", dir="/tmp")))
        self.place.chmod(0o755)
        self.theirs = self.place / "theirs"
        self.theirs.mkdir()
        os.chown(self.theirs, NOBODY, NOBODY)
        self.victim = self.place / "victim"
        self.victim.write_text("root's")
        self.victim.chmod(0o600)

    def sudo(self, *words, **more):
        return self.benchmark(*words, **SUDO, **{"HOME": str(self.theirs), **more})

    def test_all_is_theirs(self):
        db = f"sqlite:///{self.theirs}/r.db"
        self.sudo(
            "run-test", "null", "fetch_range", *QUICK, "--db", db, "--textfile", str(self.theirs / "r.prom")
        )
        self.sudo("get-results", str(self.theirs / "r.csv"), "--db", db)
        self.sudo("data", "make", XDG_CACHE_HOME=str(self.theirs / "cache"))
        made = list(self.theirs.rglob("*"))
        names = {path.name for path in made}
        self.assertLessEqual({"r.db", "r.prom", "r.csv", "00.tif", "manifest.json"}, names)
        self.assertEqual({path for path in made if path.lstat().st_uid != NOBODY}, set())
        self.assertFalse([name for name in names if "tmp" in name or ".new" in name])

    def test_a_folder_of_root_stays_roots(self):
        self.sudo("run-test", "null", "fetch_range", *QUICK, "--db", f"sqlite:///{self.place}/r.db")
        self.assertEqual((self.place / "r.db").stat().st_uid, 0)

    def test_links_lead_nowhere(self):
        for name in ("r.csv", "r.prom", "r.db", "r.db-wal", "r.db-shm"):
            (self.theirs / name).symlink_to(self.victim)
            os.chown(self.theirs / name, NOBODY, NOBODY, follow_symlinks=False)
        empty = self.place / "empty"
        empty.write_bytes(b"")
        empty.chmod(0o600)
        (self.theirs / "empty.db").symlink_to(empty)
        words = ("run-test", "null", "fetch_range", *QUICK)
        result = self.sudo(*words, "--db", f"{self.theirs}/empty.db", status=1)
        self.assert_sentence(result.stderr, r"empty\.db")
        self.sudo(*words, "--db", f"{self.theirs}/r.db", status=1)
        self.sudo(*words, "--db", f"{self.theirs}/s.db", "--textfile", f"{self.theirs}/r.prom", status=1)
        self.sudo("get-results", f"{self.theirs}/r.csv", "--db", f"{self.theirs}/s.db", status=1)
        self.assertEqual(self.victim.read_text(), "root's")
        self.assertEqual(empty.read_bytes(), b"")


if __name__ == "__main__":
    main()
