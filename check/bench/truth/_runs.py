"""Makes one run of the real program and the line of JSON that is kept of it.

A part of `make bench-truth` is started with the path of its file of results (check/bench/truth/run) and
adds a line for each run. From the environment: RUNS, how many runs this call makes (1; 0: only the
summary); BUDGET, BLOCKS of each (240 s, 12); OPTIONS, further words for run-all ("--pin 0").

Libraries for a part's sake are made in its scratch folder, Folder.twin(): a copy of a folder of
benchmark/tests under another name, with an environment of the same lock.
"""

import contextlib
import datetime
import hashlib
import json
import os
import platform
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from statistics import median

import _covariate
import _goals
import _rounds
from _common import BUILD, SKIPPED, TOP

TESTS = TOP / "benchmark/tests"
RUNS, BUDGET, BLOCKS = (
    int(os.environ.get(name) or default) for name, default in (("RUNS", 1), ("BUDGET", 240), ("BLOCKS", 12))
)
OPTIONS = shlex.split(os.environ.get("OPTIONS") or "")


# ------------------------------------------------------------------ libraries


class Folder:
    """A scratch folder with libraries of its own, for GEOIO_TESTS and GEOIO_ENVS."""

    def __init__(self, path):
        self.path = Path(path)
        self.tests, self.envs = self.path / "tests", self.path / "envs"
        self.tests.mkdir()
        self.envs.mkdir()
        for env in Path(os.environ["GEOIO_ENVS"]).glob("*-*"):
            (self.envs / env.name).symlink_to(env.resolve())

    def environment(self):
        return {**os.environ, "GEOIO_TESTS": str(self.tests), "GEOIO_ENVS": str(self.envs)}

    def twin(self, library, name):
        """A copy of `library` under another name: its folder."""
        made = self.tests / name
        shutil.copytree(TESTS / library, made, ignore=shutil.ignore_patterns("__pycache__"))
        toml = (made / "library.toml").read_text()
        toml = toml.replace(f'name = "{library}"', f'name = "{name}"')
        toml = re.sub(r'kind = "\w+"', 'kind = "check"', toml)
        (made / "library.toml").write_text(toml)
        lock = made / "requirements.lock"
        if lock.exists():
            number = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
            if not (self.envs / f"{library}-{number}").exists():
                skip(f"{library} has no environment: run `benchmark setup`")
            (self.envs / f"{name}-{number}").symlink_to((self.envs / f"{library}-{number}").resolve())
        return made


@contextlib.contextmanager
def scratch():
    """Not in /tmp where that is small, and gone at the end."""
    with tempfile.TemporaryDirectory(prefix="truth-") as path:
        yield Folder(path)


def skip(why):
    print(why)
    sys.exit(SKIPPED)


# ------------------------------------------------------------------ a run


def benchmark(folder, *words):
    """Runs the program in the scratch folder; what it said. It ends this program where the program fails."""
    done = subprocess.run(
        [BUILD / "benchmark", *map(str, words)],
        cwd=folder.path,
        env=folder.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(f"benchmark {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def run_all(folder, database, libraries, *options):
    """Runs fetch_range of them into the database: what it said."""
    words = [word for name in libraries for word in ("--library", name)]
    words += [*options, *OPTIONS, "--db", f"sqlite:///{database}"]
    return benchmark(folder, "run-all", "--test", "fetch_range", *words)


def results_of(folder, database):
    """The files of its results and of its rounds, which the next call writes over."""
    files = folder.path / "results.csv", folder.path / "rounds.csv"
    benchmark(folder, "get-results", files[0], "--per-round", files[1], "--db", f"sqlite:///{database}")
    return files


class Head:
    """What a line says of the run itself: begun when this is made."""

    def __init__(self, part, libraries):
        self.part, self.seed = part, time.time_ns() % 1_000_000
        self.date, self.began = datetime.datetime.now(datetime.UTC), time.monotonic()
        print(f"{part}: {', '.join(libraries)}, {BUDGET} s", flush=True)

    def name(self):
        """For files that are kept of it."""
        return f"{self.part}.{self.date:%Y%m%dT%H%M%S}"

    def line(self, *options):
        return {
            "date": f"{self.date:%Y-%m-%dT%H:%M:%SZ}",
            "commit": commit(),
            "part": self.part,
            "machine": machine(),
            "options": [*map(str, options), *OPTIONS],
            "seed": self.seed,
            "budget": BUDGET,
            "took": round(time.monotonic() - self.began, 1),
        }


def run(part, folder, libraries, *options):
    """Runs a comparison of fetch_range: its line, without what only the part knows."""
    database = folder.path / f"{part}.{time.time_ns()}.db"
    head = Head(part, libraries)
    words = ("--budget", BUDGET, "--blocks", BLOCKS, *options, "--seed", head.seed, "--json")
    said = run_all(folder, database, libraries, *words)
    files = results_of(folder, database)
    keep(head.name(), files[1], said)
    results, rows = map(_rounds.read, files)
    return {
        **head.line(*options),
        **findings(results),
        "turns": turns(database),
        **figures(rows, wrong(results)),
        "program": program(json.loads(said)),
    }


def keep(name, rounds, said):
    """The rounds of a run and the program's JSON stay in the build folder, for another analysis."""
    folder = BUILD / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(rounds, folder / f"{name}.csv")
    (folder / f"{name}.json").write_text(said)


def findings(results):
    """Library -> names of what made its rows doubtful, and how many of its rows name noise: one a block."""
    found = {}
    for row in results:
        names = set(filter(None, row["finding_names"].split(";")))
        found.setdefault(row["library_name"], []).append(names)
    return {
        "findings": {library: sorted(set.union(*rows)) for library, rows in found.items()},
        "named": {library: named(rows) for library, rows in found.items()},
    }


def named(rows):
    """How many there are, and have steal, others' work, either; `rows`: sets of findings."""
    counts = {name: sum(name in names for names in rows) for name in sorted(_goals.NOISE)}
    either = sum(bool(names & _goals.NOISE) for names in rows)
    return {"rows": len(rows), **counts, "noise": either}


def wrong(results):
    """Libraries of which an answer was wrong: no figure of theirs is compared."""
    return {row["library_name"] for row in results if int(row["failures_wrong_bytes"] or 0)}


def program(said):
    """What the program itself made of the run: its pairs, each figure with its ratio, its interval, which is
    corrected for the table, and its verdict."""
    (comparison,) = said["comparisons"]
    return {
        "verdicts": comparison["verdicts"],
        "pairs": [
            {"a": pair["a"], "b": pair["b"], **{by: _said(pair[by]) for by in _rounds.BY}}
            for pair in comparison["pairs"]
        ],
    }


def _said(figure):
    value, low, high = (
        None if (number := figure[name]) is None else _rounds.known(number)
        for name in ("ratio", "low", "high")
    )
    return {"ratio": [value, low, high], "corrected": [low, high], "verdict": figure["verdict"]}


def turns(database):
    """Library -> [seconds from `go` to the window, seconds of the window], medians over its slices. They
    follow from its latency when the run began, so those of twins may differ."""
    found = {}
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for library, fill, window in connection.execute(
            "select t.library, s.begin_ns - s.go_ns, s.end_ns - s.begin_ns"
            " from slices s join trials t on t.id = s.trial_id where s.end_ns > 0"
        ):
            found.setdefault(library, []).append((fill / 1e9, window / 1e9))
    return {
        name: [round(median(parts), 4) for parts in zip(*slices, strict=True)]
        for name, slices in found.items()
    }


def figures(rows, wrong=()):
    """All that is kept of the rounds. Pure."""
    cells = _rounds.make_cells(rows, wrong)
    cpus = os.cpu_count()
    marks = [mark for row in rows for mark in row["mark"].split(",") if mark]
    return {
        "blocks": len({block for blocks in cells.values() for block in blocks}),
        "rounds": _rounds.rounds_of(cells),
        "steal": _rounds.share(rows, "steal_seconds", cpus),
        "others": _rounds.share(rows, "others_seconds", cpus),
        "slices": len(rows),
        "marks": {mark: marks.count(mark) for mark in sorted(set(marks))},
        "figures": _rounds.levels(cells),
        "pairs": _rounds.compare(cells),
        "sd": {by: _rounds.library_components(cells, by) for by in _rounds.BY},
        "sd_pairs": {by: pair_deviations(cells, by) for by in _rounds.BY},
        "covariate": _covariate.adjust(cells),
        "lag1": {by: _rounds.lags(cells, by) for by in _rounds.BY},
        "position": {by: _rounds.effects(cells, by, "position") for by in _rounds.BY},
        "after": {by: _rounds.effects(cells, by, "after") for by in _rounds.BY},
    }


def pair_deviations(cells, by):
    found = {}
    for a, b in combinations(cells, 2):
        of = _rounds.pair_components(cells, a, b, by)
        if of:
            found[f"{a}/{b}"] = {part: _rounds.known(max(v, 0) ** 0.5) for part, v in of.items()}
    return found


def commit():
    def git(*words):
        return subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True).stdout.strip()

    # What this writes itself, in docs, is no change of the program.
    changed = git("--no-optional-locks", "status", "--porcelain", "-uno", "--", ".", ":!docs")
    return git("rev-parse", "--short=12", "HEAD") + ("-dirty" if changed else "")


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release()}


# ------------------------------------------------------------------ the file of results


def lines_of(path):
    """All runs so far, the oldest first."""
    path = Path(path)
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def text_of(line):
    return json.dumps(line, separators=(",", ":")) + "\n"


def add_line(path, line):
    with open(path, "a") as file:
        file.write(text_of(line))


def write_lines(path, lines):
    """All of the file, which is whole at any moment."""
    new = Path(f"{path}.new")
    new.write_text("".join(map(text_of, lines)))
    new.replace(path)


def main(make, summary):
    """A part: `make(lines, folder)` gives a run's line, `summary(lines)` prints, and says whether no goal is
    missed. The program's own verdicts, where a line has them, must be those of its rounds, else this ends
    with 1 too."""
    path = sys.argv[1]
    for _ in range(RUNS):
        with scratch() as folder:
            add_line(path, make(lines_of(path), folder))
    lines = lines_of(path)
    good = [summary(lines), _goals.program_agrees(lines)]
    sys.exit(0 if all(good) else 1)
