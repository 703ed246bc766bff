"""What monitoring costs: goodput with the page open and Prometheus scraping every second, against goodput of
the same run at other moments, without; CPU of harness and monitor; CPU of one scrape of 64 replicas.

The replicas use up their CPU, so goodput is the inverse of what a request costs of it, and that is what is
compared, with all that harness and monitor use added, as if they ran there too. Prometheus is not ours, and
disturbs the replicas by itself, as does the page's reader: they stay on the store's CPU, of which aiohttp
leaves three quarters, and while the run is not watched others read a copy of the same text elsewhere.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import cpu_ns, judge_ratios, judge_values
from _common import BUILD

LIBRARY = "aiohttp"
PAIRS = 61
SECONDS, SETTLE = 1, 0.5
GOODPUT_LIMIT = 1 / 0.995
CPU_LIMIT = 0.02
SCRAPE_LIMIT_MS = 2
SCRAPES = 40
REPLICAS = 8


def start(*words):
    """A run whose monitor is up: the process, host and port. Its stdout is in the file `said`."""
    program = [BUILD / "benchmark", *map(str, words), "--monitor", "127.0.0.1:0", "--linger", "0"]
    with open("said", "w") as said:
        process = subprocess.Popen(program, stdout=said, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if found := re.search(r"monitor: http://([\d.]+):(\d+)/", line):
            drain = threading.Thread(target=process.stderr.read, daemon=True)
            drain.start()
            return process, found[1], int(found[2])
    sys.exit(f"the run ended: {process.wait()}")


def child_named(pid, name):
    patience = time.monotonic() + 5  # it names itself
    while time.monotonic() < patience:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == name:
                return int(child)
        time.sleep(0.01)
    sys.exit(f"process {pid} has no child {name}")


@contextlib.contextmanager
def prometheus(name, url, cpu):
    """Debian's, scraping that address every second, or a reader that does the same. It is stopped."""
    host, path = re.fullmatch(r"http://([^/]+)(/.*)", url).groups()
    if shutil.which("prometheus"):
        Path(f"{name}.yml").write_text(
            "global: {scrape_interval: 1s}\n"
            f"scrape_configs: [{{job_name: b, metrics_path: {path},"
            f" static_configs: [{{targets: ['{host}']}}]}}]\n"
        )
        words = ["prometheus", f"--config.file={name}.yml", f"--storage.tsdb.path={name}-tsdb"]
        words += ["--web.listen-address=127.0.0.1:0", "--log.level=error"]
        made = subprocess.Popen(["taskset", "-c", str(cpu), *words], stderr=subprocess.DEVNULL)
    else:
        made = start_reader(cpu, url)
    with made as process:
        try:
            time.sleep(2)  # its own start costs most
            process.send_signal(signal.SIGSTOP)
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def copy_of(url, cpu):
    """What that address says now, served by the store's program: the address."""
    Path("copy/bench").mkdir(parents=True)
    Path("copy/bench/metrics").write_bytes(urllib.request.urlopen(url).read())
    words = [BUILD / "benchmark", "origin", "--root", "copy", "--listen", "127.0.0.1:0"]
    program = ["taskset", "-c", str(cpu), *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield re.search(r"http://[\d.:]+", process.stdout.readline())[0] + "/bench/metrics"
        finally:
            process.terminate()


def start_reader(cpu, *urls):
    """Another process that reads the first address, again 1 s after its end; SIGUSR1 swaps them."""
    code = (
        "import signal,sys,time,urllib.request\n"
        "class Turn(Exception): pass\n"
        "def turn(*_): raise Turn\n"
        "signal.signal(signal.SIGUSR1, turn)\n"
        "urls=sys.argv[1:]\n"
        "while True:\n"
        "  try:\n"
        "    a=urllib.request.urlopen(urls[0])\n"
        "    while a.read1(65536): pass\n"
        "    time.sleep(1)\n"
        "  except Turn:\n"
        "    urls.reverse()\n"
    )
    return subprocess.Popen(
        ["taskset", "-c", str(cpu), sys.executable, "-c", code, *urls], stderr=subprocess.DEVNULL
    )


@contextlib.contextmanager
def page(cpu, *urls):
    with start_reader(cpu, *urls) as process:
        try:
            time.sleep(1)  # until it understands the signal
            yield process
        finally:
            process.kill()


def wait_running(host, port):
    """Until the trial's window has begun: when that was, ns since 1970."""
    patience = time.monotonic() + 60
    while time.monotonic() < patience:
        connection = http.client.HTTPConnection(host, port)
        connection.request("GET", "/live.json")
        trial = json.load(connection.getresponse())["runs"][0]["trial"]
        if trial and trial["elapsed_seconds"] > 0:
            return int(trial["go"] * 1e9)
        time.sleep(0.1)
    sys.exit("the trial does not begin")


def words_of(replicas, seconds, *more):
    return ("run-test", LIBRARY, "fetch_range", "--replicas", replicas, "--timeout", seconds, *more)


def counted_at(rows, ns):
    """CPU ns and operations of one replica at that moment, between two of its samples."""
    later = next((i for i, row in enumerate(rows) if row[0] >= ns), len(rows) - 1)
    before, after = rows[later - 1], rows[later]
    part = (ns - before[0]) / (after[0] - before[0])
    return [x + (y - x) * part for x, y in zip(before[1:], after[1:], strict=True)]


def cost(replicas, began_ns, ended_ns, ours):
    """CPU ns for an operation; `ours` are the CPUs that harness and monitor used."""
    counted = [(counted_at(rows, began_ns), counted_at(rows, ended_ns)) for rows in replicas]
    cpu, done = (sum(after[i] - before[i] for before, after in counted) for i in (0, 1))
    return (cpu + ours * (ended_ns - began_ns)) / done


def samples():
    """Of each replica (time since GO, CPU, operations), in ns."""
    query = "select replica, at_ns, cpu_ns, operations_ok from samples where replica >= 0 order by at_ns"
    replicas = {}
    with contextlib.closing(sqlite3.connect("watched.db")) as db:
        for replica, *counted in db.execute(query):
            replicas.setdefault(replica, []).append(counted)
    return list(replicas.values())


def stretch(ours, go):
    """(began, ended, CPUs of harness and monitor); times are ns since GO, as the samples'."""
    time.sleep(SETTLE)
    used, began = sum(map(cpu_ns, ours)), time.time_ns() - go
    time.sleep(SECONDS)
    ended = time.time_ns() - go
    return began, ended, (sum(map(cpu_ns, ours)) - used) / (ended - began)


def stretches(process, host, port, cpu):
    """Watches every other stretch of a run: (whether it was, the stretch)."""
    ours = process.pid, child_named(process.pid, "geoio-monitor")
    made, url = [], f"http://{host}:{port}"
    go = wait_running(host, port)
    with (
        copy_of(f"{url}/metrics", cpu) as copy,
        prometheus("run", f"{url}/metrics", cpu) as of_run,
        prometheus("copy", copy, cpu) as of_copy,
        page(cpu, copy, f"{url}/events") as reader,
    ):
        before = False
        for number in range(2 * PAIRS):
            # Each comes first in half of the pairs.
            watched = number % 4 in (0, 3)
            of_run.send_signal(signal.SIGCONT if watched else signal.SIGSTOP)
            of_copy.send_signal(signal.SIGSTOP if watched else signal.SIGCONT)
            if watched != before:
                reader.send_signal(signal.SIGUSR1)
            before = watched
            made.append((watched, stretch(ours, go)))
    return made


def goodput():
    cpu = max(os.sched_getaffinity(0))
    length = 2 * PAIRS * (SECONDS + SETTLE) + 15
    process, host, port = start(*words_of(REPLICAS, length, "--db", "sqlite:///watched.db"))
    made = stretches(process, host, port, cpu)
    process.wait()
    replicas = samples()
    costs = [(watched, cost(replicas, *times)) for watched, times in made]
    pairs = [dict(costs[i : i + 2]) for i in range(0, len(costs), 2)]
    ratios = [pair[True] / pair[False] for pair in pairs]
    shares = [used for watched, (_, _, used) in made if watched]
    unwatched = median([used for watched, (_, _, used) in made if not watched])
    print(f"watched over unwatched, {PAIRS} pairs of {SECONDS} s in one run")
    share = median(shares)
    print(f"harness and monitor: {100 * share:.2f}% of a CPU while watched, else {100 * unwatched:.2f}%")
    good = judge_ratios("monitor_goodput_lost_at_most", ratios, GOODPUT_LIMIT)
    return judge_values("monitor_cpu_of_2_percent", shares, CPU_LIMIT) and good


def scrape():
    process, host, port = start(*words_of(64, 12, "--rate", 64, "--concurrency", 1))
    monitor = child_named(process.pid, "geoio-monitor")
    costs, size = [], 0
    wait_running(host, port)
    for _ in range(SCRAPES):
        connection = http.client.HTTPConnection(host, port)
        before = cpu_ns(monitor)
        connection.request("GET", "/metrics")
        size = len(connection.getresponse().read())
        connection.close()
        time.sleep(0.1)  # nothing is shared between scrapes so far apart
        costs.append((cpu_ns(monitor) - before) / 1e6)
    process.terminate()
    process.wait()
    print(f"a scrape of 64 replicas: {median(costs):.2f} ms CPU (up to {max(costs):.2f}), {size} bytes")
    return judge_values(f"monitor_scrape_of_{SCRAPE_LIMIT_MS}_ms", costs, SCRAPE_LIMIT_MS)


if __name__ == "__main__":
    results = [scrape(), goodput()]
    sys.exit(not all(results))
