"""A replica tries what it must not: it harms its own trial and nothing else, in each grade, as root, under
sudo and as an ordinary user; what a library needs goes on working.

check: deadline 300
"""

import json
import os
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

import _user
from _harness import CHECK_LIBRARIES, SKIPPED, Check, groups_of, main, scratch_folders
from _user import NOBODY, landlock_version

FAST = ("--timeout", "0.5", "--warm-up", "0.1", "--concurrency", "4")


class Intruder(Check):
    def look(self, *words, **env):
        """Whether its figures are sound on a machine that is busy now is no matter here."""
        return self.benchmark("run-test", "intruder", "fetch_range", *FAST, *words, status=None, **env)

    def looked(self):
        """What each replica of the trial says."""
        rows = self.query("select notes from replicas order by replica")
        self.assertTrue(all(row[0] for row in rows), self.query("select state, text, stderr from replicas"))
        return [json.loads(row[0]) for row in rows]

    def assert_harmless(self, said):
        for name in ("groups", "capabilities", "signalled", "looked_into", "traced", "left_group"):
            self.assertEqual(said[name], [], name)
        self.assertFalse(said["new_privileges"])
        self.assertTrue(said["works"])

    def assert_alone(self, said):
        """It sees nobody else, and nothing that is not its own can be written or looked at."""
        self.assert_harmless(said)
        for name in ("others", "wrote", "neighbours"):
            self.assertEqual(said[name], [], name)

    def mounts(self):
        """All but those that another check has in its own folder, which come and go meanwhile."""
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
        points = {line: line.split()[4] for line in lines}
        own = os.environ["HOME"]
        return [line for line, point in points.items() if "/check-" not in point or point.startswith(own)]

    def assert_nothing_stays(self, mounts):
        self.assertEqual(groups_of(*self.started), [])
        self.assertEqual([path for pid in self.started for path in scratch_folders(pid)], [])
        self.assertEqual(self.mounts(), mounts)
        self.assert_nothing_left()


@unittest.skipUnless(os.geteuid() == 0, "only root can give users to replicas")
class AsRoot(Intruder):
    def users_of(self, *words, **env):
        mounts = self.mounts()
        self.benchmark(
            *("run-test", "intruder", "fetch_range", *FAST, "--replicas", "3", *words),
            status=None,
            GEOIO_TESTS=CHECK_LIBRARIES,
            **env,
        )
        for said in self.looked():
            self.assert_alone(said)
            self.assertEqual(said["uid"], said["gid"])
            self.assertEqual(len(set(said["uid"])), 1)
        self.assert_nothing_stays(mounts)
        self.assertEqual(self.query("select distinct state from replicas"), [("finished",)])
        self.assertNotIn("users of their own", self.only_result()["findings"] or "")
        return [said["uid"][0] for said in self.looked()]

    def test_users_of_their_own(self):
        for number, (words, env) in enumerate(
            (
                ((), {}),
                (("--isolation", "process"), {}),
                ((), {"SUDO_UID": NOBODY, "SUDO_GID": NOBODY}),
                (("--isolation", "process"), {"SUDO_UID": NOBODY, "SUDO_GID": NOBODY}),
            )
        ):
            with self.subTest(words=words, env=env):
                self.db = self.folder / f"{number}.db"
                users = self.users_of(*words, "--db", f"sqlite:///{self.db}", **env)
                self.assertEqual(len(set(users)), 3, users)
                self.assertFalse({0, NOBODY} & set(users), users)

    def results(self, *options):
        return super().results("--db", f"sqlite:///{self.db}", *options)

    def test_runs_side_by_side_share_no_user(self):
        words = ("run-test", "intruder", "fetch_range", *FAST, "--replicas", "2", "--pin", "none")
        runs = [
            self.start(*words, "--db", f"sqlite:///{number}.db", GEOIO_TESTS=CHECK_LIBRARIES)
            for number in range(2)
        ]
        for process in runs:
            self.finish(process)
        users = []
        for number in range(2):
            self.db = self.folder / f"{number}.db"
            users += [said["uid"][0] for said in self.looked()]
        self.assertEqual(len(set(users)), 4, users)

    def test_a_closed_home(self):
        """The tests lie in a home of mode 0700, with a space in its name; nobody has to open it."""
        home = self.folder / "closed home"
        shutil.copytree(CHECK_LIBRARIES, home / "libraries")
        (home / "libraries/intruder").chmod(0o700)
        (home / "secret").write_text("x")
        home.chmod(0o700)
        self.look(GEOIO_TESTS=home / "libraries")
        self.assert_alone(self.looked()[0])
        self.assertGreater(self.looked()[0]["uid"][0], NOBODY if self.has_large_users() else 0)

    @staticmethod
    def has_large_users():
        return int(Path("/proc/self/uid_map").read_text().split()[2]) > 1 << 31

    def test_what_others_may_not_read_is_said(self):
        """Then the replica is who invoked the program, and the row says so, and what to do."""
        tests = self.folder / "libraries"
        shutil.copytree(CHECK_LIBRARIES, tests)
        (tests / "intruder/fetch_range.py").chmod(0o600)
        self.look(GEOIO_TESTS=tests)
        self.assertEqual(self.looked()[0]["uid"], [0, 0, 0])
        self.assert_alone(self.looked()[0])
        self.assert_sentence(
            self.only_result()["findings"],
            r"as uid 0 and not as users of their own: others may not read .*/intruder/fetch_range.py: chmod",
        )

    def test_other_libraries_may_be_closed(self):
        """Or lead elsewhere by links: what is not this library's has no part in its trial."""
        (self.folder / "closed").mkdir(0o700)
        tests = self.folder / "libraries"
        (tests / "intruder").mkdir(parents=True)
        for path in Path(CHECK_LIBRARIES, "intruder").iterdir():
            if path.is_file():
                (tests / "intruder" / path.name).symlink_to(path)
        self.look(GEOIO_TESTS=f"{self.folder / 'closed'}:{tests}")
        self.assert_alone(self.looked()[0])
        self.assertNotEqual(self.looked()[0]["uid"], [0, 0, 0])

    @unittest.skipUnless(
        Path("/proc/self/task", str(os.getpid()), "children").exists(), "the kernel does not tell children"
    )
    def test_orphans_are_named(self):
        """They are the init's of a PID namespace, and no longer the harness's."""
        for number, words in enumerate(((), ("--isolation", "process"))):
            self.db = self.folder / f"{number}.db"
            db = f"sqlite:///{self.db}"
            self.benchmark(
                *("run-test", "orphans", "fetch_range", *FAST, "--db", db, *words),
                status=None,
                GEOIO_TESTS=CHECK_LIBRARIES,
            )
            said = self.query("select text from findings where name = 'processes_left'")
            self.assertEqual(len(said), 1)
            self.assert_sentence(said[0][0], r"left \d+ processes behind")

    def test_a_daemon_outlives_nothing(self):
        """A kill of the harness ends what a replica has daemonised, in both grades."""
        for words in ((), ("--isolation", "process")):
            with self.subTest(words=words):
                before = daemons()
                process = self.start(
                    *("run-test", "daemon", "fetch_range", "--timeout", "20", "--warm-up", "0.1", *words),
                    GEOIO_TESTS=CHECK_LIBRARIES,
                )
                patience = time.monotonic() + 30
                while not daemons() - before and time.monotonic() < patience:
                    time.sleep(0.05)
                self.assertTrue(daemons() - before)
                process.kill()
                process.wait()
                patience = time.monotonic() + 10
                while daemons() - before and time.monotonic() < patience:
                    time.sleep(0.05)
                self.assertEqual(daemons() - before, set())
        self.benchmark("doctor", status=None)  # removes the control groups
        self.assertEqual(groups_of(*self.started), [])


def daemons():
    """Processes of the test `daemon`, of whatever run."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"daemon/fetch_range.py" in path.read_bytes():
                found.add(path.parent.name)
        except OSError:
            continue
    return found


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class AsUser(Intruder, _user.AsUser):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shutil.copytree(CHECK_LIBRARIES, cls.base / "libraries")

    def user_looks(self, *words):
        return self.as_user(*words, status=None, GEOIO_TESTS=str(self.base / "libraries"))

    def isolation(self, *words):
        self.user_looks("run-test", "intruder", "fetch_range", *FAST, "--replicas", "2", *words)
        return self.query("select isolation, replica_user from trials")[0]

    def test_cells_in_a_user_namespace(self):
        isolation, user = self.isolation()
        if isolation == "process":
            self.skipTest(self.user_looks("doctor").stdout)
        self.assertEqual((isolation, user), ("cell-userns", f"uid {NOBODY}"))
        for said in self.looked():
            self.assert_alone(said)

    def test_processes(self):
        """Without namespaces Landlock stands between replicas and the files and processes of others."""
        self.assertEqual(self.isolation("--isolation", "process"), ("process", f"uid {NOBODY}"))
        version = landlock_version()
        if version < 6:
            self.skipTest(f"Landlock has version {version} here: signals are restricted from version 6 on")
        for said in self.looked():
            self.assert_harmless(said)
            self.assertEqual(said["neighbours"], [])

    def as_root_below(self, *before):
        """The users of two replicas, each harmless, that are started as root with less than all of it."""
        subprocess.run(
            [
                *(*before, self.prefix / "bin/benchmark", "run-test", "intruder", "fetch_range", *FAST),
                *("--replicas", "2", "--isolation", "process"),
            ],
            cwd=self.folder,
            env={**os.environ, "GEOIO_TESTS": str(self.base / "libraries")},
            capture_output=True,
            timeout=120,
        )
        for said in self.looked():
            self.assert_harmless(said)
        return [said["uid"][0] for said in self.looked()]

    def test_root_without_namespaces(self):
        """As in a container: users of their own all the same."""
        users = self.as_root_below("setpriv", "--inh-caps=-all", "--bounding-set=-sys_admin")
        self.assertEqual(len({*users, 0, NOBODY}), 4, users)

    def test_root_with_few_users(self):
        """Containers often map 0 to 65535 alone."""
        users = self.as_root_below(sys.executable, "-c", FEW_USERS)
        self.assertEqual(len({*users, 0, NOBODY}), 4, users)
        self.assertLess(max(users), 60000)

    def test_doctor_tells_what_replicas_have(self):
        told = self.user_looks("doctor").stdout
        self.assert_sentence(told, r"replicas +.*Landlock")
        told = self.benchmark("doctor", status=None).stdout
        self.assert_sentence(told, r"replicas +in cells each has a user of its own.*PID namespace")


# Becomes root of a user namespace with 65536 users, and then the program.
FEW_USERS = """
import ctypes, os, sys
ready, go = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    ctypes.CDLL(None).unshare(0x10000000)
    os.write(ready[1], b"x")
    os.read(go[0], 1)
    os.setgid(0)
    os.setuid(0)
    os.execv(sys.argv[1], sys.argv[1:])
os.read(ready[0], 1)
for name in ("uid_map", "gid_map"):
    with open(f"/proc/{child}/{name}", "w") as file:
        file.write("0 0 65536")
os.write(go[1], b"x")
os.waitpid(child, 0)
"""


if __name__ == "__main__":
    if not shutil.which("setpriv"):
        print("setpriv (util-linux) is missing")
        sys.exit(SKIPPED)
    main()
