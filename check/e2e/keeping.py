"""A finished measurement is never thrown away: databases that are locked or gone, full disks.

check: waits
check: deadline 300
"""

import contextlib
import itertools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from _harness import QUICK, TOP, Check, main

# The room that is kept grows with the time-out.
NULL = ("run-test", "null", "fetch_range", *QUICK, "--timeout", "2")


class Spool(Check):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        os.environ["XDG_STATE_HOME"] = str(self.state)
        self.addCleanup(os.environ.pop, "XDG_STATE_HOME")

    def spooled(self):
        return list(self.state.rglob("*.db"))


class Gone(Spool):
    """The database is removed, moved or replaced while a run has some of its trials in it."""

    def run_and(self, change):
        """A run of four trials, in which `change` comes behind the first; what it says."""
        words = [word for name in ("null", "reference") for word in ("--library", name)]
        words = ["run-all", "--no-slices", "--repeats", "2", "--test", "fetch_range", *words]
        before = self.stored(self.db)
        process = self.start(*words, "--timeout", "1.5", "--warm-up", "0")
        while self.stored(self.db) == before:
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        change()
        result = self.finish(process)
        self.assertEqual(result.status, 1, result)
        self.assertIn("requests/s", result.stdout, "its table is shown all the same")
        self.assertEqual(len(self.spooled()), 5, "four trials and the end")
        folder = self.spooled()[0].parent
        self.assert_sentence(result.stderr, rf"results of this run.* are kept in {folder}: the next command")
        self.assertEqual(result.stderr.count("are kept in"), 1, result.stderr)
        return result.stderr

    def stored(self, path):
        """Trials in it. Who only reads writes nothing back of the log."""
        if not path.exists():
            return 0
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db,
        ):
            return db.execute("select count(*) from trials").fetchone()[0]
        return 0

    def assert_taken_in(self, trials=4):
        result = self.benchmark("get-results", "results.csv")
        self.assert_sentence(
            result.stderr, "4 trials that could not be stored earlier are in the database now"
        )
        self.assertEqual(self.stored(self.db), trials)
        self.assertEqual(self.spooled(), [])
        self.assert_whole_database()
        self.assert_same_results_again()

    def test_removed(self):
        said = self.run_and(self.db.unlink)
        self.assert_sentence(said, "sqlite.db was removed or moved during the run")
        self.assertEqual(list(self.folder.glob("sqlite.db*")), [])
        self.assert_taken_in()

    def test_removed_with_its_folder(self):
        self.db = self.folder / "data/r.db"
        self.db.parent.mkdir()
        os.environ.update(db_url=str(self.db))
        self.addCleanup(os.environ.pop, "db_url")
        self.run_and(lambda: shutil.rmtree(self.db.parent))
        self.db.parent.mkdir()
        self.assert_taken_in()

    def test_in_a_folder_that_is_moved(self):
        """With the run in it, for which a relative path is another one then."""
        name = self.folder.name
        self.state = self.folder.with_name(f"{name}.state")
        os.environ["XDG_STATE_HOME"] = str(self.state)
        killed = self.killed()
        moved = self.folder.with_name(f"{name}.moved")
        said = self.run_and(lambda: self.folder.rename(moved))
        self.assert_sentence(said, f"{self.db} was removed or moved during the run")
        self.assertGreater(self.stored(moved / "sqlite.db"), killed, "what was in its log is there too")
        self.folder.mkdir()
        self.assert_taken_in()

    def killed(self):
        """How many trials a run has left that was killed: they are in the log of the database."""
        words = ("run-all", "--no-slices", "--repeats", "3", "--test", "fetch_range", "--library", "null")
        process = self.start(*words, "--timeout", "1.5", "--warm-up", "0")
        while not self.stored(self.db):
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.kill()
        process.wait()
        return self.stored(self.db)

    def test_removed_behind_a_link(self):
        real = self.folder / "real.db"
        self.db.symlink_to(real)
        self.run_and(real.unlink)
        self.assert_taken_in()
        self.assertTrue(real.exists())

    def test_moved(self):
        """It has all of before, also what was in its log, and belongs to who moved it."""
        moved = self.folder / "moved.db"
        self.run_and(lambda: self.db.rename(moved))
        self.assertEqual(list(self.folder.glob("sqlite.db*")), [])
        self.assertIn(self.stored(moved), (1, 2, 3))
        moved.rename(self.db)
        missing = 4 - self.stored(self.db)
        result = self.benchmark("db", "recover")
        self.assertIn(f"{missing} trial{'s' * (missing > 1)} taken in", result.stdout)
        self.assertEqual(self.stored(self.db), 4)
        self.assert_whole_database()

    def test_moved_and_written(self):
        """Nothing of the old log comes into a file in which another has stored since."""
        moved = self.folder / "moved.db"
        self.benchmark(*NULL)

        def move():
            self.db.rename(moved)
            self.benchmark(*NULL, "--db", moved)

        self.run_and(move)
        self.assertEqual(list(self.folder.glob("sqlite.db*")), [])
        with contextlib.closing(sqlite3.connect(moved)) as db:
            self.assertEqual(db.execute("pragma integrity_check").fetchall(), [("ok",)])
        self.assertEqual(self.stored(moved), 2)
        self.assert_taken_in()

    def test_replaced(self):
        """What stands there now gets nothing of the other one's log."""
        other = self.folder / "other.db"
        self.benchmark(*NULL, "--db", other)
        said = self.run_and(lambda: other.rename(self.db))
        self.assert_sentence(said, r"another file took the place of \S*/sqlite.db during the run")
        self.assert_whole_database()
        self.assertEqual(self.stored(self.db), 1)
        self.assert_taken_in(5)


class Keeping(Spool):
    def said(self, process, words, seconds=60):
        """Waits until the program has said that on stderr."""
        until = time.monotonic() + seconds
        path = self.folder / f"{len(self.started) - 1}.err"
        while words not in (text := path.read_text()):
            self.assertIsNone(process.poll(), text)
            self.assertLess(time.monotonic(), until, text)
            time.sleep(0.02)
        return text

    @contextlib.contextmanager
    def locked(self, path=None):
        """Another program that has the database locked."""
        with contextlib.closing(sqlite3.connect(path or self.db, isolation_level=None)) as db:
            db.execute("begin immediate")
            yield
            db.execute("rollback")

    @contextlib.contextmanager
    def begun_and_locked(self, *words):
        """A run that has stored its beginning and waits with its first trial, as another has the database."""
        for _ in range(10):
            process = self.begun(*words, "--timeout", "1.5", "--warm-up", "0")
            with self.locked():
                if self.query("select count(*) from trials") == [(0,)]:
                    yield process
                    return
            # On a busy machine the lock may come too late.
            self.finish(process)
            self.db.unlink()
        self.fail("each lock came after the first trial")

    def begun(self, *words):
        process = self.start(*words)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(sqlite3.Error):
                if self.query("select count(*) from runs") == [(1,)]:
                    return process
            time.sleep(0.005)
        self.fail("no run has begun")

    def test_lock_that_ends(self):
        with self.begun_and_locked("run-test", "null", "fetch_range") as process:
            text = self.said(process, "waiting for the database")
            self.assert_sentence(text, rf"which \S+ \(process {os.getpid()}\) has locked")
            self.assertIsNone(process.poll())
        self.assertEqual(self.finish(process).status, 0)
        self.assertEqual(self.spooled(), [])
        self.only_result()
        self.assertEqual(self.query("select ended from runs"), [("finished",)])

    def test_lock_and_ctrl_c(self):
        words = (
            "run-all",
            "--no-slices",
            "--library",
            "null",
            "--test",
            "fetch_range",
            "--library",
            "reference",
        )
        with self.begun_and_locked(*words) as process:
            self.said(process, "waiting for the database")
            process.send_signal(signal.SIGINT)
            result = self.finish(process)
        self.assertEqual(result.status, 130, result)
        files = self.spooled()
        self.assertEqual(len(files), 2, "the trial and the end of the run")
        for file in files:
            self.assertIn(str(file), result.stderr)
        self.assertEqual(self.query("select count(*) from trials"), [(0,)])
        result = self.benchmark("db", "recover")
        self.assertIn("1 trial taken in", result.stdout)
        self.assertEqual(self.spooled(), [])
        self.assertIn(self.only_result()["library_name"], ("null", "reference"))
        self.assertEqual(self.query("select ended from runs"), [("interrupted",)])
        self.assert_whole_database()
        self.assertIn("nothing waits", self.benchmark("db", "recover").stdout)

    def test_doctor_waits_for_a_lock(self):
        """Who has it is said, and it ends with Ctrl-C, or with the lock."""
        self.benchmark(*NULL)
        for stop in (True, False):
            with contextlib.closing(sqlite3.connect(self.db, isolation_level=None)) as db:
                db.execute("pragma locking_mode = exclusive")
                db.execute("begin immediate")
                process = self.start("doctor", "--db", self.db, "--json")
                text = self.said(process, "waiting for the database")
                self.assert_sentence(text, rf"which \S+ \(process {os.getpid()}\) has locked")
                if stop:
                    process.send_signal(signal.SIGINT)
                    self.assertEqual(self.finish(process).status, 130)
        said = {item["name"]: item for item in json.loads(self.finish(process).stdout)}
        self.assertEqual(said["database"]["verdict"], "ok", said["database"])

    def test_next_command_takes_it_in(self):
        with self.begun_and_locked("run-test", "null", "fetch_range") as process:
            self.said(process, "waiting for the database")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(self.finish(process).status, 130, "of the last trial, too")
        result = self.benchmark("get-results", "results.csv")
        self.assert_sentence(result.stderr, "1 trial that could not be stored earlier is in the database now")
        self.only_result()
        self.assertEqual(self.spooled(), [])


@unittest.skipIf(os.geteuid(), "only root mounts")
class Full(Check):
    """A file system of 400 KiB."""

    def setUp(self):
        super().setUp()
        self.small = self.folder / "small"
        self.small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k,nr_inodes=40", "none", self.small])
        if mounted.returncode:
            self.skipTest("nothing can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=True)
        self.db = self.small / "r.db"
        os.environ["XDG_STATE_HOME"] = str(self.folder / "state")
        self.addCleanup(os.environ.pop, "XDG_STATE_HOME")

    def fill(self):
        """All that is free; how much that was."""
        count = 0
        with open(self.small / "filler", "ab", buffering=0) as file, contextlib.suppress(OSError):
            while written := file.write(bytes(4096)):
                count += written
        return count

    def rows(self):
        result = self.benchmark("get-results", "-", "--db", self.db)
        return len(result.stdout.splitlines()) - 1

    def test_many_trials_fit(self):
        for _ in range(6):
            self.benchmark(*NULL, "--db", self.db)
        self.assertEqual(self.rows(), 6)

    def test_room_is_kept(self):
        process = self.start(
            "run-test", "null", "fetch_range", "--timeout", "2", "--warm-up", "0", "--db", self.db
        )
        until = time.monotonic() + 60
        while "running" not in self.stage(process) and time.monotonic() < until:
            time.sleep(0.02)
        self.assertGreater(self.fill(), 0)
        result = self.finish(process)
        self.assertEqual(result.status, 0, result)
        (self.small / "filler").unlink()
        self.assertEqual(self.rows(), 1)

    def stage(self, process):
        """By the reserve: a file without a name that the program has open, and that has all its room."""
        links = f"/proc/{process.pid}/fd"
        with contextlib.suppress(OSError):
            for link in os.listdir(links):
                target = os.readlink(path := f"{links}/{link}")
                if str(self.small) in target and "(deleted)" in target and os.stat(path).st_size:
                    return "running"
        return ""

    def copy_of_live(self, name):
        """Its rows are in the log: what a program leaves that was killed."""
        source = self.folder / "live.db"
        self.benchmark(*NULL, "--db", source)
        with contextlib.closing(sqlite3.connect(source, isolation_level=None)) as db:
            db.execute("update runs set command = 'in the log'")
            for end in ("", "-wal"):
                (self.small / f"{name}{end}").write_bytes((self.folder / f"live.db{end}").read_bytes())

    def copy_half_written(self, name):
        """A database without a log whose writer was killed in a transaction: its journal undoes that."""
        source = self.folder / "half.db"
        self.benchmark(*NULL, "--db", source)
        with contextlib.closing(sqlite3.connect(source, isolation_level=None)) as db:
            db.execute("pragma journal_mode = delete")
            db.execute("pragma cache_size = 1")
            db.execute("begin")
            db.execute("create table filler as select randomblob(20000)")
            db.execute("update runs set command = 'half written'")
            db.execute("insert into filler select randomblob(60000)")
            for end in ("", "-journal"):
                (self.small / f"{name}{end}").write_bytes((self.folder / f"half.db{end}").read_bytes())
            db.execute("rollback")

    def contents(self):
        return {path.name: path.read_bytes() for path in self.small.iterdir()}

    def assert_read(self, rows=1):
        """All commands that read it, and nothing of it changes."""
        self.fill()
        before = self.contents()
        self.assertEqual(self.rows(), rows)
        for words in (("db", "current"), ("db", "history")):
            self.assertIn("0", self.benchmark(*words, "--db", self.db).stdout)
        self.assertEqual(self.contents(), before)
        (self.small / "filler").unlink()

    def doctor(self):
        """What it says of the database, and whether a run could be stored there."""
        result = self.benchmark("doctor", "--json", "--db", self.db, status=None)
        return next(item for item in json.loads(result.stdout) if item["name"] == "database")

    def test_doctor_looks_for_room(self):
        for made in (False, True):
            self.assertEqual(self.doctor()["verdict"], "ok")
            self.fill()
            said = self.doctor()
            self.assertEqual(said["verdict"], "cannot")
            self.assert_sentence(said["text"], rf"{self.db} is full")
            self.assert_sentence(said["remedy"], "^free some.*--db")
            (self.small / "filler").unlink()
            self.assertEqual(self.db.exists(), made)
            self.benchmark(*NULL, "--db", self.db)

    def test_doctor_looks_at_the_mount(self):
        self.benchmark(*NULL, "--db", self.db)
        subprocess.run(["mount", "-o", "remount,ro", self.small], check=True)
        said = self.doctor()
        self.assertEqual(said["verdict"], "cannot")
        self.assert_sentence(said["text"], "read-only")
        self.assert_sentence(said["remedy"], "^mount it.*--db")
        self.assertEqual(self.rows(), 1)
        for db in (self.db, self.small / "new.db"):
            for words in (NULL, ("db", "upgrade")):
                result = self.benchmark(*words, "--db", db, status=1)
                self.assert_sentence(result.stderr, "mounted read-only: mount it.*--db")

    def test_read_without_room(self):
        self.benchmark(*NULL, "--db", self.db)
        self.assert_read()

    def test_undo_what_was_half_written_without_room(self):
        self.copy_half_written("r.db")
        self.assertIn(b"half written", (self.small / "r.db").read_bytes())
        self.fill()
        self.assertEqual(self.rows(), 1)
        self.assertNotIn("half written", self.benchmark("get-results", "-", "--db", self.db).stdout)

    def test_read_the_log_without_room(self):
        self.copy_of_live("r.db")
        self.assertGreater((self.small / "r.db-wal").stat().st_size, 0)
        self.assert_read()

    def test_read_an_older_schema_without_room(self):
        for schema, rows in (("0001", 1), ("0002", 1), ("0004", 1)):
            self.db = self.small / f"{schema}.db"
            with contextlib.closing(sqlite3.connect(self.db)) as db:
                db.execute("pragma journal_mode = wal")
                db.executescript((TOP / f"check/golden/db/{schema}.sql").read_text())
            self.assert_read(rows)
            self.db.unlink()

    def test_read_beside_a_writer_without_room(self):
        """Its files are there already."""
        self.benchmark(*NULL, "--db", self.db)
        with contextlib.closing(sqlite3.connect(self.db, isolation_level=None)) as db:
            db.execute("update runs set command = 'in the log'")
            self.fill()
            self.assertEqual(self.rows(), 1)

    def test_read_without_inodes(self):
        """There is room, but for no new file."""
        self.benchmark(*NULL, "--db", self.db)
        with contextlib.suppress(OSError):
            for i in itertools.count():
                (self.small / f"filler{i}").touch()
        self.assertEqual(self.rows(), 1)

    def free_inodes(self, count):
        """Leaves so many."""
        for path in self.small.glob("filler*"):
            path.unlink()
        for i in range(os.statvfs(self.small).f_favail - count):
            (self.small / f"filler{i}").touch()

    def test_inodes_for_a_run(self):
        """The doctor and the run say the same, whatever number of them is free."""
        for made in (False, True):
            for free in range(5):
                self.free_inodes(free)
                said = self.doctor()
                able = said["verdict"] == "ok"
                result = self.benchmark(*NULL, "--db", self.db, status=0 if able else 1)
                if not able:
                    self.assert_sentence(said["text"] + result.stderr, "no inodes.*no inodes")
                    self.assert_sentence(said["remedy"], "^remove some")
                if not made:
                    self.db.unlink(missing_ok=True)
            self.assertTrue(able, "with what is enough")
            if not made:
                self.free_inodes(10)
                self.benchmark(*NULL, "--db", self.db)

    def test_missed_without_room(self):
        """A trial of a day has no room for its readings: of it nothing is stored, and the run says so."""
        sweep = self.folder / "sweep.yaml"
        sweep.write_text(
            "library: null\ntest: fetch_range\nn-requests: 20\ntimeout: [2, 86400]\nwarm-up: 0\n"
        )
        result = self.benchmark("run-parameterized-test", sweep, "--no-slices", "--db", self.db, status=1)
        self.assert_sentence(result.stderr, "room")
        self.assertEqual(self.rows(), 1)
        result = self.benchmark("get-results", "-", "--db", self.db)
        self.assert_sentence(result.stderr, "could not make all its trials: 1 of its trials is here")

    def test_not_begun_without_room(self):
        self.benchmark(*NULL, "--db", self.db)
        self.fill()
        result = self.benchmark(*NULL, "--db", self.db, status=1)
        self.assertNotIn("requests/s", result.stderr)
        self.assert_sentence(result.stderr, "full|no room")
        (self.small / "filler").unlink()
        self.assertEqual(self.rows(), 1)


if __name__ == "__main__":
    main()
