#!/usr/bin/python3
"""Runs replicas in cells beside cAdvisor, and holds what --monitor says of them against what cAdvisor says.

usage: compare.py CADVISOR BENCHMARK [WORD...]

Both read the same files of the same control groups, at times of their own: each row carries the time of its
reading. Each of cAdvisor's rows is compared with ours, interpolated to its time; the median of differences
counts, so that one reading that was held up before it got its time decides nothing. The last line counts what
agreed. Words after BENCHMARK are further options of the run.
"""

import contextlib
import queue
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass

PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.25  # at ours, which are read ten times a second
CADVISOR_SECONDS = 1  # as often as it reads
LEAST_ROWS = 4
RUN = ("run-test", "aiohttp", "fetch_range", "--timeout", "15", "--replicas", "2", "--monitor", "127.0.0.1:0")
MIB = 1 << 20


@dataclass
class Family:
    """`relative` and `absolute` are added up: how far apart two readings of one thing may be."""

    name: str
    controller: str  # of version 1, in whose hierarchy it is counted
    relative: float
    absolute: float
    why: str


FAMILIES = (
    Family(
        "container_cpu_usage_seconds_total",
        "cpuacct",
        0.005,
        0.02,
        "the kernel adds a running task's time at its next tick; straight lines between two of our readings",
    ),
    Family(
        "container_cpu_user_seconds_total",
        "cpuacct",
        0.1,
        0.1,
        "ticks of 10 ms; ours is the ticks' share of the exact total, theirs on v1 the ticks themselves",
    ),
    Family("container_cpu_system_seconds_total", "cpuacct", 0.1, 0.1, "as for user"),
    Family(
        "container_memory_usage_bytes",
        "memory",
        0.01,
        MIB / 2,
        "the kernel hands out pages to each CPU in batches",
    ),
    Family(
        "container_memory_working_set_bytes",
        "memory",
        0.01,
        MIB / 2,
        "as for usage; ours knows the page cache as of once a second",
    ),
    Family("container_memory_rss", "memory", 0.01, MIB / 2, "ours is read once a second"),
)
NAMES = {family.name for family in FAMILIES}

LINE = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """Of the families that are compared: name, labels, value, time in ms."""
    for line in text.splitlines():
        if (found := LINE.match(line)) and found[1] in NAMES and found[4]:
            labels = {name: value for name, value in LABEL.findall(found[2] or "") if value}
            yield found[1], labels, float(found[3]), int(found[4])


class Scraped:
    """All rows of one exposition over the run: of (name, id) the values by their times, and the labels."""

    def __init__(self, url):
        self.url = url
        self.rows, self.labels = {}, {}
        self.began_ms = time.time_ns() // 1_000_000
        self.due = 0

    def scrape(self, every):
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + every
        with urllib.request.urlopen(self.url, timeout=10) as answer:
            text = answer.read().decode()
        for name, labels, value, at_ms in parse(text):
            key = name, labels.get("id", "")
            self.rows.setdefault(key, {})[at_ms] = value
            self.labels[key] = labels

    def is_older(self, key):
        """Whether a reading bears a time of well before it was first asked for."""
        return min(self.rows[key]) < self.began_ms - 1000

    def at(self, key, at_ms):
        """On a straight line between the readings around that time; None outside of them."""
        rows = self.rows[key]
        before = max((t for t in rows if t <= at_ms), default=None)
        after = min((t for t in rows if t >= at_ms), default=None)
        if before is None or after is None:
            return None
        share = (at_ms - before) / (after - before) if after > before else 0
        return rows[before] + share * (rows[after] - rows[before])


class Program:
    """A started one, whose stderr or stdout says where it listens; it is ended by its number."""

    def __init__(self, command, stream, pattern):
        self.said = queue.Queue()
        self.lines = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, text=True, **{stream: subprocess.PIPE}
        )
        threading.Thread(target=self._read, args=[getattr(self.process, stream)], daemon=True).start()
        self.url = self._await(pattern)

    def _read(self, stream):
        for line in stream:
            self.lines.append(line)
            self.said.put(line)
        self.said.put("")

    def _await(self, pattern):
        until = time.monotonic() + PATIENCE_SECONDS
        with contextlib.suppress(queue.Empty):
            while line := self.said.get(timeout=max(0, until - time.monotonic())):
                if found := re.search(pattern, line):
                    return found[1]
        self.end()
        sys.exit(f"{self.process.args[0]} does not say where it listens:\n{''.join(self.lines)}")

    def ended(self):
        return self.process.poll() is not None

    def end(self):
        """Its exit status. cAdvisor would end with its standard input too, as when we are killed."""
        self.process.stdin.close()
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(10)
        self.process.kill()
        return self.process.wait()


def watch(cadvisor, benchmark, words):
    """Ours and theirs, over one run."""
    run = Program([benchmark, *RUN, *words], "stderr", r"^monitor: (http://\S+?)/?\s*$")
    try:
        ours, theirs = Scraped(f"{run.url}/metrics"), Scraped(cadvisor.url)
        while not run.ended():
            with contextlib.suppress(OSError):  # the run is over, and its page with it
                ours.scrape(LOOK_SECONDS)
            theirs.scrape(CADVISOR_SECONDS)
            time.sleep(LOOK_SECONDS / 10)
    finally:
        status = run.end()
    if status:
        sys.exit(f"benchmark: exit status {status}\n{''.join(run.lines)}")
    return ours, theirs


def own_groups():
    """Ours in each hierarchy of version 1, below which the cells' are made; empty with version 2."""
    own = {}
    with open("/proc/self/cgroup") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            own.update((name, path.rstrip("/")) for name in controllers.split(",") if name)
    return own if "cpuacct" in own else {}


def id_of(cell, family, own):
    """cAdvisor has rows for each path; where the groups of a process have different ones in different
    hierarchies, only one of them has the figure. Ours is always the one that counts CPU time."""
    if not own:
        return cell
    return own.get(family.controller, "") + cell.removeprefix(own["cpuacct"])


@dataclass
class Outcome:
    cell: str
    family: Family
    ours: float = 0
    theirs: float = 0
    difference: float = 0  # the median
    worst: float = 0
    rows: int = 0
    wrong: str = ""

    def allowed(self):
        return self.family.relative * abs(self.theirs) + self.family.absolute


def pairs(ours, key, theirs, other):
    """Theirs and ours at the times of theirs, in their order."""
    for at_ms, value in sorted(theirs.rows.get(other, {}).items()):
        if (mine := ours.at(key, at_ms)) is not None:
            yield value, mine


def missing_labels(ours, theirs):
    """What cAdvisor calls it and we do not. Their id may be another hierarchy's."""
    return {name: value for name, value in theirs.items() if name != "id" and ours.get(name) != value}


def fault(found, ours, theirs):
    """In words; "" where they agree."""
    if abs(found.difference) > found.allowed():
        return "they disagree"
    if lacks := missing_labels(ours, theirs):
        return f"ours lacks the labels {lacks}"
    return ""


def compare(cell, family, ours, theirs, own):
    key, other = (family.name, cell), (family.name, id_of(cell, family, own))
    found = Outcome(cell, family)
    if key not in ours.rows:
        found.wrong = "ours has no such row"
        return found
    both = list(pairs(ours, key, theirs, other))
    found.rows = len(both)
    if found.rows < LEAST_ROWS:
        found.wrong = f"only {found.rows} rows of cAdvisor with id {other[1]}"
        return found
    differences = [mine - value for value, mine in both]
    found.theirs, found.ours = both[-1]
    found.difference = statistics.median(differences)
    found.worst = max(differences, key=abs)
    found.wrong = fault(found, ours.labels[key], theirs.labels[other])
    if ours.is_older(key):
        found.wrong = "ours has a row with a time of before the run"
    return found


def cells_of(ours):
    """Replicas, by their groups."""
    cells = {labels["id"]: labels for labels in ours.labels.values() if labels.get("id")}
    return sorted(id for id, labels in cells.items() if labels.get("container_label_replica") != "origin")


def show(outcome):
    unit = MIB if outcome.family.name.endswith("bytes") or outcome.family.name.endswith("rss") else 1
    figures = (outcome.ours, outcome.theirs, outcome.difference, outcome.worst, outcome.allowed())
    return (
        f"{outcome.family.name:<36} {outcome.rows:>4}"
        + "".join(f" {figure / unit:>10.3f}" for figure in figures)
        + f"  {outcome.wrong or 'agree'}"
    )


def report(outcomes):
    titles = ("ours", "cAdvisor", "apart", "at most", "allowed")
    print(f"{'':<36} {'rows':>4}" + "".join(f" {title:>10}" for title in titles))
    for cell in sorted({outcome.cell for outcome in outcomes}):
        print(f"{cell} (seconds, MiB; the last row of cAdvisor; apart: the median)")
        for outcome in outcomes:
            if outcome.cell == cell:
                print(show(outcome))
    for family in FAMILIES:
        print(f"{family.name}: {family.why}")
    failed = sum(bool(outcome.wrong) for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return failed


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.split("\n\n")[1])
    cadvisor = Program([sys.argv[1], "127.0.0.1:0"], "stdout", r"^(http://\S+)$")
    try:
        ours, theirs = watch(cadvisor, sys.argv[2], sys.argv[3:])
    finally:
        cadvisor.end()
    cells = cells_of(ours)
    if len(cells) != 2:
        sys.exit(f"ours has not two replicas with control groups but {cells}")
    own = own_groups()
    outcomes = [compare(cell, family, ours, theirs, own) for cell in cells for family in FAMILIES]
    sys.exit(report(outcomes) > 0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
