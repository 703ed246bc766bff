"""What watching costs: goodput with the page open and Prometheus scraping every second against the same run
without; CPU of harness and monitor; CPU of one scrape of 64 replicas.

Prometheus and the reader of the page are not ours: they stay on the store's CPU, of which aiohttp, that has
the other one, leaves three quarters. reference would use up both, and show what Prometheus costs.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge, median
from _common import BUILD
from harness import interval

LIBRARY = "aiohttp"
PAIRS = 15
SECONDS = 3
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


def cpu_ns(pid):
    """CPU time that a process has used."""
    return sum(
        int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
        for task in os.listdir(f"/proc/{pid}/task")
    )


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
        with reader(host, port, cpu, "/metrics", pause=1):
            yield "a reader of /metrics (there is no prometheus)"
        return
    Path("prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: b, static_configs: [{{targets: ['{host}:{port}']}}]}}]\n"
    )
    words = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb"]
    words += ["--web.listen-address=127.0.0.1:0", "--log.level=error"]
    with subprocess.Popen(["taskset", "-c", str(cpu), *words], stderr=subprocess.DEVNULL) as process:
        try:
            yield "Prometheus"
        finally:
            process.terminate()


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
            yield
        finally:
            process.terminate()


def wait_running(host, port):
    """Until the trial's window has begun."""
    patience = time.monotonic() + 60
    while time.monotonic() < patience:
        connection = http.client.HTTPConnection(host, port)
        connection.request("GET", "/live.json")
        trial = json.load(connection.getresponse())["runs"][0]["trial"]
        if trial and trial["elapsed_seconds"] > 0:
            return
        time.sleep(0.1)
    sys.exit("the trial does not begin")


def words_of(replicas, seconds, *more):
    return ("run-test", LIBRARY, "fetch_range", "--replicas", replicas, "--timeout", seconds, *more)


def requests_per_second():
    return json.loads(Path("said").read_text())["results"][0]["requests_per_second"]


def unwatched():
    words = [BUILD / "benchmark", *map(str, words_of(REPLICAS, SECONDS, "--json"))]
    with open("said", "w") as said:
        subprocess.run(words, stdout=said, stderr=subprocess.DEVNULL, check=True)
    return requests_per_second()


def watched(cpu):
    """Requests a second, and the share of a CPU that harness and monitor used."""
    process, host, port = start(*words_of(REPLICAS, SECONDS, "--json"))
    monitor = child_named(process.pid, "geoio-monitor")
    shares = []
    with prometheus(host, port, cpu) as who, reader(host, port, cpu, "/events"):
        wait_running(host, port)
        before, began = cpu_ns(process.pid) + cpu_ns(monitor), time.monotonic()
        time.sleep(SECONDS - 1)
        shares.append((cpu_ns(process.pid) + cpu_ns(monitor) - before) / 1e9 / (time.monotonic() - began))
        process.wait()
    return requests_per_second(), shares[0], who


def goodput():
    cpu = max(os.sched_getaffinity(0))
    ratios, shares = [], []
    for number in range(PAIRS):
        off = unwatched() if number % 2 else None
        on, share, who = watched(cpu)
        ratios.append((off or unwatched()) / on)
        shares.append(share)
    low, high = interval(ratios)
    print(
        f"unwatched over watched by the page and {who}, {PAIRS} pairs: median {median(ratios):.4f}, "
        f"95% {low:.4f} to {high:.4f}"
    )
    print(f"harness and monitor: {100 * median(shares):.2f}% of a CPU")
    if high - low > TOO_WIDE:
        print("too noisy to tell: try again on a quiet machine")
        low = high
    good = judge("monitor_goodput_lost_at_most", low, GOODPUT_LIMIT)
    return judge("monitor_cpu_of_2_percent", median(shares) / CPU_LIMIT, 1.0) and good


def scrape():
    process, host, port = start(*words_of(64, 12, "--rate", 64, "--concurrency", 1))
    monitor = child_named(process.pid, "geoio-monitor")
    costs, size = [], 0
    time.sleep(3)
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
