"""What watching costs: goodput with the page open and Prometheus scraping every second against the same run,
at other moments, without; CPU of harness and monitor; CPU of one scrape of 64 replicas.

Prometheus and the reader of the page are not ours: they stay on the store's CPU, of which aiohttp, that has
the other one, leaves three quarters. reference would use up both, and show what Prometheus costs.
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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import cpu_ns, judge, median
from _beside import interval
from _common import BUILD

LIBRARY = "aiohttp"
PAIRS = 15
SECONDS, SETTLE = 2, 0.5
GOODPUT_LIMIT = 1 / 0.995
CPU_LIMIT = 0.02
SCRAPE_LIMIT_MS = 2
SCRAPES = 40
REPLICAS = 8
TOO_WIDE = 0.03


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
def prometheus(host, port, cpu):
    """Debian's, scraping that address every second; where there is none, a reader that does the same."""
    if not shutil.which("prometheus"):
        with reader(host, port, cpu, "/metrics", pause=1) as process:
            yield "a reader of /metrics (there is no prometheus)", process
        return
    Path("prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: b, static_configs: [{{targets: ['{host}:{port}']}}]}}]\n"
    )
    words = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb"]
    words += ["--web.listen-address=127.0.0.1:0", "--log.level=error"]
    with subprocess.Popen(["taskset", "-c", str(cpu), *words], stderr=subprocess.DEVNULL) as process:
        try:
            yield "Prometheus", process
        finally:
            process.kill()  # it may be stopped


@contextlib.contextmanager
def reader(host, port, cpu, path, pause=0):
    """Another process that reads a path: an endless one, or again and again."""
    code = (
        "import http.client,sys,time\n"
        "host,port,path,pause=sys.argv[1],int(sys.argv[2]),sys.argv[3],float(sys.argv[4])\n"
        "while True:\n"
        "  c=http.client.HTTPConnection(host,port); c.request('GET',path); a=c.getresponse()\n"
        "  while a.read1(65536): pass\n"
        "  time.sleep(pause)\n"
    )
    words = ["taskset", "-c", str(cpu), sys.executable, "-c", code, host, str(port), path, str(pause)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        try:
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


def operations_at(rows, ns):
    """Operations that one replica had recorded at that moment, between two of its samples."""
    later = next((i for i, (at, _) in enumerate(rows) if at >= ns), len(rows) - 1)
    (at, n), (then, m) = rows[later - 1], rows[later]
    return n + (m - n) * (ns - at) / (then - at)


def rate(replicas, began_ns, ended_ns):
    done = sum(operations_at(rows, ended_ns) - operations_at(rows, began_ns) for rows in replicas)
    return done / (ended_ns - began_ns) * 1e9


def samples():
    with contextlib.closing(sqlite3.connect("watched.db")) as db:
        rows = db.execute(
            "select replica, at_ns, operations_ok from samples where replica >= 0 order by at_ns"
        )
        replicas = {}
        for replica, at, n in rows:
            replicas.setdefault(replica, []).append((at, n))
    return list(replicas.values())


def halves(process, host, port, cpu):
    """Watches every other stretch of a run: (began, ended, watched, CPUs of harness and monitor).

    Times are ns since GO, as the samples'.
    """
    monitor, stretches = child_named(process.pid, "geoio-monitor"), []
    go = wait_running(host, port)
    with prometheus(host, port, cpu) as (who, scraper):
        for number in range(2 * PAIRS):
            # Each comes first in half of the pairs.
            watched = number % 4 in (0, 3)
            os.kill(scraper.pid, signal.SIGCONT if watched else signal.SIGSTOP)
            with reader(host, port, cpu, "/events") if watched else contextlib.nullcontext():
                time.sleep(SETTLE)
                used, began = cpu_ns(process.pid) + cpu_ns(monitor), time.time_ns() - go
                time.sleep(SECONDS)
                ended = time.time_ns() - go
                used = cpu_ns(process.pid) + cpu_ns(monitor) - used
            stretches.append((began, ended, watched, used / (ended - began)))
        os.kill(scraper.pid, signal.SIGCONT)
    return who, stretches


def goodput():
    cpu = max(os.sched_getaffinity(0))
    length = 2 * PAIRS * (SECONDS + SETTLE) + 5
    process, host, port = start(*words_of(REPLICAS, length, "--db", "sqlite:///watched.db"))
    who, stretches = halves(process, host, port, cpu)
    process.wait()
    replicas = samples()
    rates = [(rate(replicas, began, ended), watched) for began, ended, watched, _ in stretches]
    pairs = [{on: x for x, on in rates[i : i + 2]} for i in range(0, len(rates), 2)]
    ratios = [pair[False] / pair[True] for pair in pairs]
    low, high = interval(ratios)
    share = median([used for _, _, watched, used in stretches if watched])
    print(
        f"unwatched over watched by the page and {who}, {PAIRS} pairs of {SECONDS} s in one run: "
        f"median {median(ratios):.4f}, 95% {low:.4f} to {high:.4f}"
    )
    print(f"harness and monitor while watched: {100 * share:.2f}% of a CPU")
    if high - low > TOO_WIDE:
        print("too noisy to tell: try again on a quiet machine")
        low = high
    good = judge("monitor_goodput_lost_at_most", low, GOODPUT_LIMIT)
    return judge("monitor_cpu_of_2_percent", share / CPU_LIMIT, 1.0) and good


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
    return judge(f"monitor_scrape_of_{SCRAPE_LIMIT_MS}_ms", median(costs) / SCRAPE_LIMIT_MS, 1.0)


if __name__ == "__main__":
    results = [scrape(), goodput()]
    sys.exit(not all(results))
