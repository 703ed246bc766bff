"""get-results over 10,000 trials, and of their rounds: CPU time, memory against fewer trials and samples."""

import os
import sqlite3
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge, judge_seconds
from _common import BUILD

TRIALS = 10_000
SAMPLES = 20
SLICES = 30
NEWEST = 1 << 30  # an analysis that none is newer than: nothing is computed again
ROUNDS = 5


def columns(db, table):
    return [row[1:3] for row in db.execute(f"pragma table_info({table})")]


def insert(db, table, rows, **values):
    """Rows with these values, and something of the right type in each other column."""
    names = columns(db, table)
    filler = {"TEXT": "2026-01-01 00:00:00.000000", "INTEGER": 7, "REAL": 1234.5678, "BLOB": b"\1\1" * 200}
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
        insert(db, "trials", trials, id=lambda n: f"trial-{n}", run_id="run")
        insert(db, "replicas", trials, trial_id=lambda n: f"trial-{n}", replica=0)
        insert(db, "latency", trials, trial_id=lambda n: f"trial-{n}", replica=0)
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
        )
        for replica in (None, 0):
            insert(db, "results", trials, trial=lambda n: f"trial-{n}", replica=replica, analysis=NEWEST)
    db.close()


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
    tables = {name: [] for name in databases}
    rounds = {name: [] for name in databases}
    for _ in range(ROUNDS):
        for name in databases:
            tables[name].append(run(f"{name}.db", "out.csv"))
            rounds[name].append(run(f"{name}.db", "--per-round", "rounds.csv"))
    assert lines("out.csv") == databases["long"][0], lines("out.csv")
    assert lines("rounds.csv") == databases["long"][0] * SLICES, lines("rounds.csv")
    memory = {}
    for name, (trials, samples) in databases.items():
        memory[name] = median([r[1] for r in tables[name]])
        memory[name, "rounds"] = median([r[1] for r in rounds[name]])
        print(
            f"{trials:,} trials of {samples:,} samples: {min(tables[name])[0]:.3f} s, {memory[name]:,} KiB; "
            f"rounds {min(rounds[name])[0]:.3f} s, {memory[name, 'rounds']:,} KiB"
        )
    good = [
        judge_seconds(f"get_results_{TRIALS}_trials_of_1_s", [r[0] for r in tables["many"]], 1.0),
        judge_seconds(f"get_results_rounds_of_{TRIALS}_trials_of_2_s", [r[0] for r in rounds["many"]], 2.0),
        judge("get_results_memory_10_times_the_trials", memory["many"] / memory["few"], 1.10),
        judge("get_results_memory_50_times_the_samples", memory["long"] / memory["few"], 1.10),
        judge(
            "get_results_rounds_memory_10_times_the_trials",
            memory["many", "rounds"] / memory["few", "rounds"],
            1.25,  # SQLite sorts trials: 2 MiB of them in memory, the rest in a file
        ),
    ]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
