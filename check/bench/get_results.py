"""get-results over 10,000 trials, of their rounds, and both with what comparing as many trials takes: CPU
time; memory against fewer trials and samples.

These results are up to date. What it takes to make them again, as the first command does whose analysis is a
newer one, is a goal of its own: 10,000 copies of a real trial, whose samples and slices are read again.

Comparing is what the bench `compare` measures, of 10,000 trials of 30 slices and 10 million operations: the
larger of its two figures, as comparisons of 12 blocks or as one.
"""

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import Machine, judge_ratios, judge_seconds
from _common import BUILD

TRIALS = 10_000
SAMPLES = 20
SLICES = 30
OPERATIONS = 33  # of a slice
BLOCKS = 12  # of two libraries: as many as there can be, for what is sought of a block
NEWEST = 1 << 30  # an analysis that none is newer than: nothing is computed again
ROUNDS = 6
RENEWALS = 3


def columns(db, table):
    return [row[1:3] for row in db.execute(f"pragma table_info({table})")]


def insert(db, table, rows, **values):
    """Rows with these values, and something of the right type in each other column."""
    names = columns(db, table)
    filler = {"TEXT": "2026-01-01 00:00:00.000000", "INTEGER": 1, "REAL": 1234.5678, "BLOB": b"\1\1" * 200}
    places = ",".join("?" * len(names))
    default = [filler[kind] for _, kind in names]
    at = {name: i for i, (name, _) in enumerate(names)}

    def row(n):
        made = list(default)
        for name, value in values.items():
            made[at[name]] = value(n) if callable(value) else value
        return made

    db.executemany(f"insert into {table} values ({places})", map(row, range(rows)))


def make(path, trials, samples):
    """A database as `trials` trials of `samples` samples would leave it."""
    os.spawnl(os.P_WAIT, BUILD / "benchmark", "benchmark", "db", "upgrade", "--db", path)
    db = sqlite3.connect(path)
    with db:
        insert(db, "runs", 1, id="run")
        insert(
            db,
            "trials",
            trials,
            id=lambda n: f"trial-{n}",
            run_id="run",
            library=lambda n: f"library-{n % 2}",
            block=lambda n: n // 2 % BLOCKS,
            comparison=lambda n: f"comparison-{n // (2 * BLOCKS)}",
            go_ns=0,
            window_end_ns=SLICES * 10**9,
        )
        insert(db, "replicas", trials, trial_id=lambda n: f"trial-{n}", replica=0)
        insert(
            db,
            "latency",
            trials,
            trial_id=lambda n: f"trial-{n}",
            replica=0,
            operations=OPERATIONS * SLICES,
            sum_ns=OPERATIONS * SLICES,
        )
        insert(
            db,
            "samples",
            trials * samples,
            trial_id=lambda n: f"trial-{n // samples}",
            replica=0,
            at_ns=lambda n: n % samples,
        )
        insert(
            db,
            "slices",
            trials * SLICES,
            trial_id=lambda n: f"trial-{n // SLICES}",
            number=lambda n: n % SLICES,
            round=lambda n: n % SLICES,
            go_ns=lambda n: n % SLICES * 10**9,
            pause_ns=lambda n: n % SLICES * 10**9 + 10**8,
            paused_ns=lambda n: n % SLICES * 10**9 + 10**8 + 1,
            operations=OPERATIONS,
            failures=0,
            bytes_ok=0,
            begin_ns=lambda n: n % SLICES * 10**9,
            end_ns=lambda n: n % SLICES * 10**9 + 10**8,
        )
        for replica in (None, 0):
            insert(
                db,
                "results",
                trials,
                trial=lambda n: f"trial-{n}",
                replica=replica,
                analysis=NEWEST,
                slices=SLICES,
            )
    db.close()


# Each with the column that says which trial a row is of.
OF_TRIALS = {"trials": "id", "results": "trial"} | dict.fromkeys(
    ("replicas", "latency", "failures", "ledger", "findings", "machine_samples", "samples", "slices"),
    "trial_id",
)


def make_real(path, trials):
    """A database of one run that was made, whose trial of `reference` is there `trials` times more."""
    libraries = [word for name in ("reference", "null") for word in ("--library", name)]
    words = ["run-all", "--test", "fetch_range", *libraries, "--budget", "10", "--blocks", "1", "--db", path]
    subprocess.run(
        [BUILD / "benchmark", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        (real,) = db.execute("select id from trials where library = 'reference'").fetchone()
        for table, key in OF_TRIALS.items():
            rows = db.execute(f"select * from {table} where {key} = ?", (real,)).fetchall()
            places = ",".join("?" * len(columns(db, table)))
            copies = (
                [f"trial-{n}" if value == real else value for value in row]
                for n in range(trials)
                for row in rows
            )
            db.executemany(f"insert into {table} values ({places})", copies)


def renewing(path):
    """CPU seconds of get-results where an older analysis made all results, less those where none did."""
    found = []
    for _ in range(RENEWALS):
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("update results set analysis = 0")
        renewed = run(path, "out.csv")[0]
        with contextlib.closing(sqlite3.connect(path)) as db:
            (older,) = db.execute("select count(*) from results where analysis = 0").fetchone()
        assert not older, f"{older} results were not made again"
        found.append(renewed - run(path, "out.csv")[0])
    return found


def peak_kib(pid):
    """So far. The ru_maxrss of a child begins at what Python has, which is more than get-results needs."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) if "VmHWM:" in status else 0


def run(path, *words):
    """CPU seconds and peak memory (KiB) of one get-results."""
    words = ["benchmark", "get-results", *words, "--db", path]
    pid = os.posix_spawn(
        BUILD / "benchmark",
        words,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    peak, ended = 0, 0
    while not ended:
        peak = max(peak, peak_kib(pid))
        time.sleep(0.002)
        ended, status, usage = os.wait4(pid, os.WNOHANG)
    assert status == 0, status
    return usage.ru_utime + usage.ru_stime, peak


def comparing():
    """CPU seconds: the least of several runs of each of its two figures, and of these the larger."""
    said = subprocess.run([BUILD / "check/bench/compare"], stdout=subprocess.PIPE, text=True).stdout
    return max(float(seconds) for seconds in re.findall(r"^\S+: ([\d.]+) s of CPU$", said, re.MULTILINE))


def lines(path):
    return Path(path).read_text().count("\n") - 1


def main():
    databases = {
        "many": (TRIALS, SAMPLES),
        "few": (TRIALS // 10, SAMPLES),
        "long": (TRIALS // 10, SAMPLES * 50),
    }
    for name, (trials, samples) in databases.items():
        make(f"{name}.db", trials, samples)
    machine = Machine()
    tables = {name: [] for name in databases}
    rounds = {name: [] for name in databases}
    for _ in range(ROUNDS):
        for name in databases:
            tables[name].append(run(f"{name}.db", "out.csv"))
            rounds[name].append(run(f"{name}.db", "--per-round", "rounds.csv"))
    assert lines("out.csv") == databases["long"][0], lines("out.csv")
    assert lines("rounds.csv") == databases["long"][0] * SLICES, lines("rounds.csv")
    for name, (trials, samples) in databases.items():
        print(
            f"{trials:,} trials of {samples:,} samples: "
            f"{min(tables[name])[0]:.3f} s, {median(peaks(tables[name])):,.0f} KiB; "
            f"rounds {min(rounds[name])[0]:.3f} s, {median(peaks(rounds[name])):,.0f} KiB"
        )
    times = judge_times(tables["many"], rounds["many"], machine)
    sys.exit(not all([*times, judge_renewal(), *judge_memory(tables, rounds)]))


def judge_renewal():
    make_real("real.db", TRIALS)
    machine = Machine()
    return judge_seconds(
        f"get_results_renewing_{TRIALS}_trials_of_5_s", renewing("real.db"), 5.0, machine.noise()
    )


def judge_times(tables, rounds, machine):
    own, of_rounds = ([seconds for seconds, _ in found] for found in (tables, rounds))
    compared, noise = comparing(), machine.noise()
    print(f"comparing {TRIALS:,} trials: {compared:.3f} s")
    return [
        judge_seconds(f"get_results_{TRIALS}_trials_of_1_s", own, 1.0, noise),
        judge_seconds(f"get_results_rounds_of_{TRIALS}_trials_of_2_s", of_rounds, 2.0, noise),
        judge_seconds(
            f"get_results_rounds_and_comparing_{TRIALS}_trials_of_2_s",
            [one + other + compared for one, other in zip(own, of_rounds, strict=True)],
            2.0,
            noise,
        ),
    ]


def peaks(found):
    return [peak for _, peak in found]


def judge_memory(tables, rounds):
    """By the rounds' ratios. What is read every 2 ms may be short of the last of it, but not by much."""

    def over_few(found, name):
        return [one / few for one, few in zip(peaks(found[name]), peaks(found["few"]), strict=True)]

    return [
        judge_ratios("get_results_memory_10_times_the_trials", over_few(tables, "many"), 1.10),
        judge_ratios("get_results_memory_50_times_the_samples", over_few(tables, "long"), 1.10),
        # SQLite sorts trials, and makes sets of them: 2 to 3.5 MiB for each in memory, the rest in a file.
        judge_ratios("get_results_rounds_memory_10_times_the_trials", over_few(rounds, "many"), 1.25),
    ]


if __name__ == "__main__":
    main()
