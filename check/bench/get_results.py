"""get-results over 10,000 trials: its time, and its memory against fewer trials and fewer operations."""

import os
import sqlite3
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge
from _common import BUILD

TRIALS = 10_000
SAMPLES = 20
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
        for replica in (None, 0):
            insert(db, "results", trials, trial=lambda n: f"trial-{n}", replica=replica, analysis=NEWEST)
    db.close()


def run(path):
    """Seconds and peak memory (KiB) of one get-results."""
    words = ["benchmark", "get-results", "out.csv", "--db", path]
    start = time.monotonic()
    pid = os.posix_spawn(
        BUILD / "benchmark",
        words,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    assert status == 0, status
    return time.monotonic() - start, usage.ru_maxrss


def main():
    databases = {
        "many": (TRIALS, SAMPLES),
        "few": (TRIALS // 10, SAMPLES),
        "long": (TRIALS // 10, SAMPLES * 50),
    }
    for name, (trials, samples) in databases.items():
        make(f"{name}.db", trials, samples)
    runs = {name: [] for name in databases}
    for _ in range(ROUNDS):
        for name in databases:
            runs[name].append(run(f"{name}.db"))
        rows = Path("out.csv").read_text().count("\n") - 1
        assert rows == databases["long"][0], rows
    seconds = {name: median([r[0] for r in found]) for name, found in runs.items()}
    memory = {name: median([r[1] for r in found]) for name, found in runs.items()}
    for name, (trials, samples) in databases.items():
        print(f"{trials:,} trials of {samples:,} samples: {seconds[name]:.3f} s, {memory[name]:,} KiB")
    good = [
        judge(f"get_results_{TRIALS}_trials_of_1_s", seconds["many"], 1.0),
        judge("get_results_memory_10_times_the_trials", memory["many"] / memory["few"], 1.10),
        judge("get_results_memory_50_times_the_samples", memory["long"] / memory["few"], 1.10),
    ]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
