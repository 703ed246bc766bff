"""Databases made of one trial: as many copies of it as are wanted, in comparisons, with figures that differ.

The trial is that of check/golden/db/0006.sql, which the program of that time made. A copy's slices have more CPU
time and fewer operations by its library (a factor of 1 or more), and a little noise, so that there is something to tell
apart. Its results are made of these by the program itself, at the next look.
"""

import contextlib
import json
import random
import sqlite3
import uuid
from pathlib import Path
from typing import NamedTuple

GOLDEN = Path(__file__).resolve().parent / "golden/db/0006.sql"
# Each with the column that says which trial a row is of; results are made anew.
OF_TRIALS = {"trials": "id"} | dict.fromkeys(
    ("replicas", "latency", "failures", "ledger", "findings", "machine_samples", "samples", "slices"),
    "trial_id",
)
FASTER = {"cpu_ns": 1, "operations": -1, "bytes_ok": -1}  # the power of the factor of a library


class Clone(NamedTuple):
    library: str
    comparison: str | None
    block: int | None
    factor: float
    changes: dict = {}  # columns of `trials`
    config: dict = {}  # members of its configuration


def identity(number):
    return str(uuid.UUID(int=number))


def start(path):
    """A database with the golden trial alone; the id of it."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(GOLDEN.read_text())
        (trial,) = db.execute("select id from trials").fetchone()
    return trial


def rows_of(db, trial):
    """Table -> its columns, and its rows of the trial."""
    found = {}
    for table, key in OF_TRIALS.items():
        cursor = db.execute(f"select * from {table} where {key} = ?", (trial,))
        found[table] = [name for name, *_ in cursor.description], cursor.fetchall()
    return found


def copied(names, row, table, number, clone, noise):
    values = dict(zip(names, row, strict=True))
    values[OF_TRIALS[table]] = identity(number)
    if table == "trials":
        values |= {"library": clone.library, "comparison": clone.comparison, "block": clone.block}
        values["start_time"] = f"2026-11-29 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.000000"
        values["config"] = json.dumps(json.loads(values["config"]) | {"library": clone.library} | clone.config)
        values |= clone.changes
    if table == "slices":
        for name, power in FASTER.items():
            if values[name] is not None:
                values[name] = int(values[name] * (clone.factor * noise) ** power)
    return [values[name] for name in names]


def fill(path, trial, clones):
    """Adds the clones, and takes the trial itself away with all results: the next look makes them anew."""
    noise = random.Random(7)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        for table, (names, rows) in rows_of(db, trial).items():
            places = ",".join("?" * len(names))
            db.executemany(
                f"insert into {table} values ({places})",
                (
                    copied(names, row, table, number, clone, noise.uniform(1, 1.06))
                    for number, clone in enumerate(clones, 1)
                    for row in rows
                ),
            )
        for table, key in OF_TRIALS.items():
            db.execute(f"delete from {table} where {key} = ?", (trial,))
        db.execute("delete from results")
