"""--resume: a run that was interrupted goes on, and its table is of all its blocks.

check: deadline 600
"""

import contextlib
import re
import signal
import sqlite3
import time
from pathlib import Path

from _harness import Check, main
from _turns import Turns

LIBRARIES = ("null", "reference")
WORDS = ["run-all", "--test", "fetch_range", "--warm-up", "0.1", "--budget", "6", "--blocks", "3"]
WORDS += [word for library in LIBRARIES for word in ("--library", library)]
WHOLE = [(block, library) for block in range(3) for library in LIBRARIES]


class Resume(Turns, Check):
    def blocks(self):
        """The numbers of the blocks that the database has, and of whom."""
        if not self.db.exists():
            return []
        try:
            return self.query("select block, library from trials order by block, library")
        except sqlite3.OperationalError:  # it is being made
            return []

    def runs(self):
        """Each with how many trials of it are there."""
        with contextlib.suppress(sqlite3.Error):
            return self.query("select id, (select count(*) from trials where run_id = runs.id) from runs")
        return []

    def change(self, *statements):
        with contextlib.closing(sqlite3.connect(self.db)) as db, db:
            for sql in statements:
                db.execute(sql)

    def run_id(self):
        (found,) = self.query("select id from runs")
        return found[0]

    def stopped(self, *words, trials=1, how=signal.SIGINT, after=0, **env):
        """What a run says that is stopped as soon as the database has so many trials, or more; or `after`
        so many seconds, in what follows."""
        process = self.start(*words, **env)
        while len(self.blocks()) < trials:
            self.assertIsNone(process.poll(), self.blocks())
            time.sleep(0.05)
        time.sleep(after)
        process.send_signal(how)
        result = self.finish(process)
        self.assertEqual(result.status, 130 if how == signal.SIGINT else -how, result)
        self.assert_nothing_left()
        return result

    def interrupted(self):
        """A run of which one block at least is kept, and not all three: its id."""
        result = self.stopped(*WORDS)
        self.assert_sentence(result.stderr, r"interrupted: \d of 6 trials are finished and kept")
        return self.run_id()

    def made(self, words=WORDS):
        """A run of which two blocks of three are kept: its id."""
        self.benchmark(*words)
        self.change("delete from trials where block = 2", "update runs set ended = 'killed'")
        return self.run_id()

    def assert_of_blocks(self, result, blocks):
        """Each row of each comparison of --json has so many."""
        for comparison in result.json()["comparisons"]:
            rows = {row["library"]: row["blocks"] for row in comparison["rows"]}
            self.assertEqual(set(rows.values()), {blocks}, rows)

    def test_goes_on(self):
        run = self.interrupted()
        before = self.blocks()
        first = self.query("select distinct comparison from trials")
        result = self.benchmark(*WORDS, "--resume", run)
        self.assertEqual(self.query("select id, ended from runs"), [(run, "finished")])
        self.assertEqual(self.query("select distinct comparison from trials"), first)
        after = self.blocks()
        self.assertEqual(after[: len(before)], before)
        self.assertEqual(after, WHOLE)
        self.assertRegex(result.stdout, "50 in flight, dataset s2, 3 blocks")

    def test_interrupted_again(self):
        """What is finished is counted from the start of the run."""
        run = self.interrupted()
        self.change("delete from trials where block > 0")
        before = len(self.blocks())
        result = self.stopped(*WORDS, "--resume", run, trials=before + 1)
        (said,) = re.findall(r"interrupted: (\d+) of 6 trials", result.stderr)
        self.assertEqual(int(said), len(self.blocks()))
        self.assertGreater(int(said), before)

    def test_nothing_is_left_to_do(self):
        self.benchmark(*WORDS)
        run = self.run_id()
        before = self.blocks()
        result = self.benchmark(*WORDS, "--resume", run)
        self.assertEqual(self.blocks(), before)
        self.assertEqual(self.query("select ended from runs"), [("finished",)])
        self.assertRegex(result.stdout, "50 in flight, dataset s2, 3 blocks")

    def test_said_otherwise(self):
        """A finished run is shown in another way; what decides what is measured may be spelled anew."""
        self.benchmark(*WORDS, "--seed", "7")
        run, before = self.run_id(), self.blocks()
        words = ["run-all", "--json", "--library=reference", "--library-name", "null", "--blocks=3"]
        words += ["--budget=6s", "--warm_up", "100ms", "--isolation=auto", "--seed=7", "--slices"]
        words += ["--test=fetch_range", "--db", f"sqlite:///{self.db}", "--pin", "auto", "--timeout", "10"]
        result = self.benchmark(*words, "--resume", run)
        self.assert_of_blocks(result, 3)
        self.assertEqual(result.json()["run_id"], run)
        self.assertEqual(self.blocks(), before)
        self.assertEqual(len(self.query("select id from runs")), 1)
        result = self.benchmark(*words, "--seed", "8", "--resume", run, status=2)
        self.assert_sentence(result.stderr, "that run was `benchmark run-all .*same command")

    def test_an_edited_sweep(self):
        """The name of its file does not say what is in it."""
        sweep = self.folder / "sweep.yaml"
        text = "library: ['null', reference]\ntest: fetch_range\nwarm-up: 0.1\nconcurrency: 4\n"
        sweep.write_text(text)
        words = ["run-parameterized-test", "sweep.yaml", "--budget", 6, "--blocks", 3]
        self.stopped(*words)
        run, before = self.run_id(), self.blocks()
        for edited in (text.replace("4", "[4, 5]"), text.replace("4", "5"), text.replace("0.1", "0.2")):
            sweep.write_text(edited)
            result = self.benchmark(*words, "--resume", run, status=2)
            self.assert_sentence(result.stderr, f"--resume {run}: the same command means other libraries, t")
        self.assertEqual(self.blocks(), before)
        sweep.write_text("# as it was\n" + text)
        words[1] = "./sweep.yaml"
        self.benchmark(*words, "--resume", run)
        self.assertEqual(len(self.query("select distinct comparison from trials")), 1)

    def test_what_failed_before(self):
        """The exit status is that of all trials of the run."""
        run = self.made()
        self.change("update trials set failed = 1 where block = 1 and library = 'null'")
        self.benchmark(*WORDS, "--resume", run, status=1)
        self.assertEqual(self.blocks(), WHOLE)

    def test_another_command(self):
        run = self.interrupted()
        before = self.blocks()
        result = self.benchmark(*WORDS, "--concurrency", "7", "--resume", run, status=2)
        self.assert_sentence(result.stderr, f"--resume {run}: that run was `benchmark run-all .*same command")
        result = self.benchmark(*WORDS, "--resume", "no-such-run", status=2)
        self.assert_sentence(result.stderr, f"--resume no-such-run: the database {self.db} has no such run")
        (self.folder / "elsewhere").mkdir()
        result = self.benchmark(*WORDS, "--resume", run, "--db", "elsewhere/r.db", status=2)
        self.assert_sentence(
            result.stderr, f"--resume {run}: there is no database {self.folder}/elsewhere/r.db: go to"
        )
        self.assertEqual(list((self.folder / "elsewhere").iterdir()), [])
        self.assertEqual(self.blocks(), before)
        self.assertEqual(len(self.query("select id from runs")), 1)

    def test_another_world(self):
        """What cannot be compared is not mixed: the run stays as it was."""
        run = self.made()
        isolation, cgroup, network = self.query("select isolation, cgroup, network from trials")[0]
        for table, column, then, what in (
            ("runs", "harness_version", "'0.0.9'", "harness version '0.0.9'"),
            ("runs", "environment", "json_set(environment, '$.harness_commit', '1a2b')", "commit '1a2b'"),
            ("runs", "cpu_model", "'Z80'", "CPU model 'Z80'"),
            ("runs", "cpus", "cpus + 1", "number of CPUs '"),
            ("runs", "kernel", "'Minix'", "kernel 'Minix'"),
            ("runs", "isolation", "'docker'", "isolation 'docker'"),
            ("trials", "isolation", "'docker'", f"isolation 'docker' .* with '{isolation}'"),
            ("trials", "cgroup", "'v3'", f"control groups 'v3' .* with '{cgroup}'"),
            ("trials", "network", "'token ring'", f"network 'token ring' .* with '{network}'"),
            ("trials", "pinning", "'replicas 77'", "pinning 'replicas 77'"),
        ):
            with self.subTest(table, column=column):
                ended = self.assert_refused(run, table, column, then, what)
                self.assertEqual(ended, "killed")

    def test_other_versions(self):
        """Replicas say what they are made of once they are ready; nothing is stored then."""
        run = self.made()
        for package, what in (
            ("library", "null '1.0'"),
            ("runtime", "null's runtime '1.0'"),
            ("tests", "null's tests '1.0'"),
        ):
            with self.subTest(package):
                versions = f"case when trial_id in (select id from trials where library = 'null') then \
                    json_set(versions, '$.{package}', '1.0') else versions end"
                self.assert_refused(run, "replicas", "versions", versions, what)
        self.benchmark(*WORDS, "--resume", run)
        self.assertEqual(self.blocks(), WHOLE)

    def test_edited_tests(self):
        """A test that was edited since is another program: nothing is stored, until it is as it was."""
        env = {"GEOIO_TESTS": self.make_libraries("one")}
        source = Path(env["GEOIO_TESTS"]) / "one" / "fetch_range.py"
        words = [*WORDS, "--library", "one", "--concurrency", "4"]
        result = self.benchmark(*words, "--json", **env)
        before = self.query("select distinct versions from replicas where versions like '%tests%'")
        self.assertEqual(len(before), 3)
        self.assertRegex(result.json()["versions"]["one"]["tests"], "^[0-9a-f]{16}$")
        self.change("delete from trials where block = 2", "update runs set ended = 'killed'")
        run, kept, text = self.run_id(), self.blocks(), source.read_text()
        (source.parent / "fetch_range.py~").write_text("nothing")
        source.write_text(text + "\nSINCE = 1\n")
        result = self.benchmark(*words, "--json", "--resume", run, status=2, **env)
        self.assert_sentence(
            result.stderr, r"began with one's tests '[0-9a-f]{16}' and would go on with '[0-9a-f]{16}'"
        )
        self.assertEqual(self.blocks(), kept)
        source.write_text(text)
        self.benchmark(*words, "--json", "--resume", run, **env)
        self.assertEqual(len(self.blocks()), 9)

    def assert_refused(self, run, table, column, then, what):
        before = self.db.read_bytes()
        self.change(f"update {table} set {column} = {then}")
        result = self.benchmark(*WORDS, "--resume", run, status=2)
        self.assert_sentence(result.stderr, f"--resume {run}: the run began with .*{what}.*begin a new run")
        self.assertEqual(result.stdout, "")
        self.assertEqual(self.blocks(), [trial for trial in WHOLE if trial[0] < 2])
        (found,) = self.query("select id, ended from runs")
        self.assertEqual(found[0], run)
        self.db.write_bytes(before)
        return found[1]

    def test_a_damaged_histogram(self):
        """Its library has no latencies then; all else is as it was."""
        words = ["run-all", "--json", *WORDS[1:]]
        run = self.made(words)
        self.change(
            "update latency set histogram = substr(histogram, 1, length(histogram) - 1) where trial_id in"
            " (select id from trials where library = 'reference' and block = 1)"
        )
        result = self.benchmark(*words, "--resume", run)
        self.assert_sentence(
            result.stderr,
            "the latency histogram of replica 0 of trial .* is damaged: so reference has no latencies",
        )
        self.assertEqual(self.blocks(), WHOLE)
        self.assert_of_blocks(result, 3)
        rows = {(row["library_name"], row["block"]): row for row in result.json()["results"]}
        unknown = {key for key, row in rows.items() if row["latency_p50_ms"] is None}
        self.assertEqual(unknown, {("reference", 1)})
        self.assertEqual(set(result.json()["versions"]), set(LIBRARIES))
        self.assertGreater(rows["reference", 1]["number_successes"], 0)

    def test_lost_slices(self):
        """A sliced trial that lost them is not one of those that took no turns."""
        run = self.made()
        self.change("delete from slices where trial_id in (select id from trials where library = 'null')")
        result = self.benchmark(*WORDS, "--resume", run, status=1)
        self.assert_sentence(result.stderr, "the trial .* is not whole: keep a copy, and remove it with")
        self.change("delete from trials where library = 'null'")
        self.benchmark(*WORDS, "--resume", run)
        blocks = [(block, "reference") for block in range(2)]
        blocks += [(block + 2, library) for block, library in WHOLE]
        self.assertEqual(self.blocks(), blocks)

    def test_separate_stays_separate(self):
        """Slices and separate trials of one library are not mixed, whatever new probes would say."""
        run = self.made()
        of = "(select id from trials where library = 'reference')"
        self.change(
            f"delete from slices where trial_id in {of}",
            f"update results set slices = 0 where trial in {of}",
        )
        self.benchmark(*WORDS, "--resume", run)
        self.assertEqual(self.query(f"select * from slices where trial_id in {of}"), [])
        self.assertEqual(self.states()["reference", 2], ["ok"])
        why = self.query(f"select text from findings where name = 'separate' and trial_id in {of}")
        self.assert_sentence(why[0][0], "so it was before --resume")

    def test_still_in_progress(self):
        """Two processes never work on one run."""
        words = [*WORDS, "--budget", "90"]
        process = self.start(*words)
        while not self.blocks():
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        run = self.run_id()
        result = self.benchmark(*words, "--resume", run, status=2)
        self.assert_sentence(result.stderr, f"--resume {run}: that run is still in progress: .*Ctrl-C")
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).status, 130)
        self.assertEqual(self.query("select id, ended from runs"), [(run, "interrupted")])

    def test_killed_in_a_block(self):
        """Nothing of that block is there, and another is made in its place."""
        words = [*WORDS, "--budget", "15"]
        self.stopped(*words, how=signal.SIGKILL, trials=2, after=0.7)
        self.assert_whole_database()
        run = self.run_id()
        self.assertEqual(self.query("select ended from runs"), [(None,)])
        before = set(self.query("select id from trials"))
        self.benchmark(*words, "--resume", run)
        self.assertEqual(self.query("select id, ended from runs"), [(run, "finished")])
        self.assertEqual(before - set(self.query("select id from trials")), set())
        self.assertEqual(self.blocks(), WHOLE)

    def test_killed_in_the_first_block(self):
        """get-results has no row of it, and names it all the same, until another run is newer."""
        words = [*WORDS, "--budget", "15"]
        process = self.start(*words)
        while not (found := self.runs()):
            self.assertIsNone(process.poll())
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        self.finish(process)
        ((run, trials),) = found
        self.assertEqual((trials, self.blocks()), (0, []))
        result = self.benchmark("get-results", "-")
        self.assertEqual(len(result.stdout.splitlines()), 1)
        self.assert_sentence(result.stderr, rf"the run {run} of .* was killed: none of its trials is here")
        self.benchmark(*words, "--resume", run)
        self.assertEqual(self.blocks(), WHOLE)
        self.assertNotIn("of its trials", self.benchmark("get-results", "-").stderr)

    def test_half_a_block_counts_in_nothing(self):
        """One that takes no turns has its trial behind the others', which are stored by then."""
        libraries = self.make_libraries("stiff")
        words = ["run-all", "--json", *WORDS[1:], "--library", "stiff"]
        self.stopped(*words, how=signal.SIGKILL, trials=2, GEOIO_TESTS=libraries)
        half = self.query("select block, library from trials order by library")
        self.assertEqual(half, [(0, library) for library in LIBRARIES])
        result = self.benchmark(*words, "--resume", self.run_id(), GEOIO_TESTS=libraries)
        self.assert_sentence(
            result.stderr, "fetch_range: block 0 has only 2 of its 3 trials: it counts in no"
        )
        expected = half + [(block, name) for block in range(1, 4) for name in sorted((*LIBRARIES, "stiff"))]
        self.assertEqual(self.blocks(), expected)
        self.assert_of_blocks(result, 3)
        self.assertEqual(len(result.json()["results"]), 9)
        dropped = {(int(row["block"]), row["dropped"]) for row in self.rounds_written()}
        self.assertEqual(dropped, {(0, "True"), (1, "False"), (2, "False"), (3, "False")})

    def test_a_sweep(self):
        """Each comparison goes on by itself, and one in separate trials too."""
        (self.folder / "sweep.yaml").write_text(
            "library: ['null', reference]\ntest: fetch_range\nrate: [50, 60, 0]\nconcurrency: [4, 5]\n"
            "timeout: 1\nwarm-up: 0.1\n"
        )
        words = ["run-parameterized-test", "sweep.yaml", "--budget", 4, "--blocks", 2]
        self.stopped(*words, how=signal.SIGKILL, trials=3)
        run = self.run_id()
        before = set(self.query("select id from trials"))
        self.stopped(*words, "--resume", run, how=signal.SIGKILL, trials=13)
        self.benchmark(*words, "--resume", run)
        self.assertEqual(self.query("select id, ended from runs"), [(run, "finished")])
        self.assertEqual(before - set(self.query("select id from trials")), set())
        made = self.query(
            "select rate_per_second, concurrency, count(distinct comparison), count(distinct library),"
            " count(*) from trials group by 1, 2 order by 1, 2"
        )
        self.assertEqual([row[:4] for row in made], [(r, c, 1, 2) for r in (None, 50, 60) for c in (4, 5)])
        self.assertEqual({row[4] for row in made if row[0]}, {2}, made)
        self.assertLessEqual({row[4] for row in made if not row[0]}, {4, 5}, made)
        self.change(
            "delete from trials where rate_per_second = 60",
            "update replicas set versions = json_set(versions, '$.library', '1.0')",
        )
        before = self.blocks()
        result = self.benchmark(*words, "--resume", run, status=2)
        self.assert_sentence(result.stderr, "the run began with null '1.0' and would go on with")
        self.assertEqual(self.blocks(), before)

    def test_until_precise(self):
        """The limit begins anew; what was made counts. It is stopped where more blocks are made anyway."""
        env = {"GEOIO_TESTS": self.make_libraries("one", "other")}
        words = self.all_words(("one", "other"), "--blocks", 5, "--until-precise", 0.1)
        words[words.index("--budget") + 1] = "8"
        self.stopped(*words, how=signal.SIGKILL, **env)
        run = self.run_id()
        before = len(self.blocks())
        result = self.stopped(*words, "--resume", run, trials=before + 1, **env)
        self.assertRegex(result.stderr, r"interrupted: \d+ trials are finished and kept")
        again = len(self.blocks())
        result = self.benchmark(*words, "--resume", run, **env)
        self.assertEqual(self.query("select id, ended from runs"), [(run, "finished")])
        (blocks,) = re.findall(r"could not yet be seen everywhere, after (\d+) blocks", result.stderr)
        self.assertGreaterEqual(int(blocks), 5)
        self.assertGreater(len(self.blocks()), again)
        whole = [b for b, libraries in _by_block(self.blocks()).items() if libraries == ["one", "other"]]
        self.assertEqual(len(whole), int(blocks))


def _by_block(trials):
    found = {}
    for block, library in trials:
        found.setdefault(block, []).append(library)
    return found


if __name__ == "__main__":
    main()
