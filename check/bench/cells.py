"""What cells cost: goodput inside one, with sampling, against the same worker in two namespaces that a bare
pair of links joins (and, for comparison, a bridge, which is why cells have none); CPU of the harness while it
samples 100 of them ten times a second; 64 of them from nothing to GO.

The skew is that of replicas on all CPUs which sleep as soon as they have begun: the first request of others
takes tens of microseconds of a CPU, and 64 of them take turns on it.
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
from _bench import cpu_ns, judge_ratios, judge_values, p99
from _beside import GOODPUT_LIMIT, benchmark, compare
from _common import BUILD, SKIPPED, TOP

STARTS, STARTS_OF_BRIDGE = 24, 6
ROUNDS, ROUNDS_OF_REFERENCE = 9, 5
START_LIMIT_S = 1.0
SKEW_LIMIT_MS = 1.0
HARNESS_LIMIT = 0.01
REPLICAS = 100
STRETCHES, STRETCH_S = 12, 0.5
STORE, CLIENT = "198.19.0.1", "198.19.0.2"


def run(*words):
    subprocess.run(words, check=True, capture_output=True, text=True)


@contextlib.contextmanager
def namespace():
    """A process that holds a network namespace: its pid."""
    with subprocess.Popen(["unshare", "-n", "sleep", "600"]) as process:
        try:
            ours = os.readlink("/proc/self/ns/net")
            while os.readlink(f"/proc/{process.pid}/ns/net") == ours:
                time.sleep(0.01)
            yield process.pid
        finally:
            process.kill()


def inside_of(pid, *words):
    return ["nsenter", "-t", str(pid), "-n", *map(str, words)]


def prepare(pid, address):
    for words in (("address", "add", f"{address}/24", "dev", "eth0"), ("link", "set", "lo", "up")):
        run(*inside_of(pid, "ip", *words))
    run(*inside_of(pid, "ip", "link", "set", "eth0", "up"))


@contextlib.contextmanager
def bare_pair():
    """Two namespaces joined by a pair of links and nothing else: their pids."""
    with namespace() as store, namespace() as client:
        pair = ("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", str(client))
        run(*inside_of(store, "ip", *pair))
        prepare(store, STORE)
        prepare(client, CLIENT)
        yield store, client


@contextlib.contextmanager
def bare_bridge():
    """The same with a bridge between them, and a pair of links each."""
    with namespace() as switch, namespace() as store, namespace() as client:
        run(*inside_of(switch, "ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0"))
        quiet = "for f in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $f ] || echo 0 >$f; done"
        run(*inside_of(switch, "sh", "-c", quiet))
        run(*inside_of(switch, "ip", "link", "set", "br0", "up"))
        for name, pid, address in (("c0", store, STORE), ("c1", client, CLIENT)):
            pair = ("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
            run(*inside_of(switch, "ip", *pair))
            run(*inside_of(switch, "ip", "link", "set", name, "master", "br0", "up"))
            prepare(pid, address)
        yield store, client


def against(network, starts):
    with network() as (store, client):
        around = (inside_of(store), inside_of(client))
        what = f"cell over {network.__name__.replace('_', ' ')}"
        return compare(what, "reference", "cell", starts, around=around, listen=f"{STORE}:0")


def goodput():
    Path("plan.jsonl").write_text(benchmark("data", "plan", "fetch_range"))
    against(bare_bridge, STARTS_OF_BRIDGE)
    return judge_ratios("cell-goodput", against(bare_pair, STARTS), GOODPUT_LIMIT)


def begin(library, *words):
    """A run of 64 replicas: seconds from the program's start to GO, and when each began, ms after GO."""
    Path("start.db").unlink(missing_ok=True)
    program = [BUILD / "benchmark", "run-test", library, "fetch_range", "--replicas", "64", *words]
    program += ["--concurrency", "1", "--warm-up", "0", "--timeout", "5", "--db", "sqlite:///start.db"]
    env = {**os.environ, "GEOIO_TESTS": str(TOP / "check/libraries")}
    done = subprocess.run([*program, "--debug", "run"], capture_output=True, text=True, env=env)
    if done.returncode not in (0, 1):  # sleeper makes no request: its trial is no result
        raise SystemExit(done.stderr)
    said = done.stderr
    seconds = float(re.search(r"\[ *([\d.]+) run\] trial \S+ running", said)[1])
    with contextlib.closing(sqlite3.connect("start.db")) as db:
        return seconds, sorted(ns / 1e6 for (ns,) in db.execute("select started_late_ns from replicas"))


def start():
    """From nothing to GO, and how far apart replicas begin that do nothing else at that moment."""
    rounds = [begin("sleeper", "--n-requests", "20", "--pin", "none") for _ in range(ROUNDS)]
    lead_s = 64 * 0.001  # GO lies so far ahead (src/run/run.c)
    seconds = [begun + lead_s for begun, _ in rounds]
    skews = [p99(late) - late[0] for _, late in rounds]
    working = [p99(begin("reference", "--n-requests", "20")[1]) for _ in range(ROUNDS_OF_REFERENCE)]
    print(f"64 replicas ready and at GO after {median(seconds):.3f} s")
    print(f"p99 of their start after the first: {', '.join(f'{skew:.2f}' for skew in skews)} ms")
    print(f"reference, whose first request is work: p99 {median(working):.2f} ms after GO")
    good = judge_values("cells-64-start", seconds, START_LIMIT_S)
    return judge_values("cells-64-skew", skews, SKEW_LIMIT_MS) and good


def share_of_cpu(pid):
    """That a process uses in one stretch of time, a part of 1."""
    before, began = cpu_ns(pid), time.monotonic_ns()
    time.sleep(STRETCH_S)
    return (cpu_ns(pid) - before) / (time.monotonic_ns() - began)


def sampling():
    words = ("--replicas", str(REPLICAS), "--rate", str(REPLICAS), "--concurrency", "1", "--warm-up", "0")
    program = [BUILD / "benchmark", "run-test", "reference", "fetch_range", *words]
    program += ["--timeout", str(STRETCHES * STRETCH_S + 4), "--debug", "run"]
    with open("said", "w") as said, subprocess.Popen(program, stdout=said, stderr=said) as process:
        while " running" not in Path("said").read_text() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(1)
        shares = [share_of_cpu(process.pid) for _ in range(STRETCHES)]
        process.wait()
    print(f"harness with {REPLICAS} replicas, 10 readings a second: {100 * median(shares):.2f}% of a CPU")
    return judge_values("cells-100-harness-cpu", shares, HARNESS_LIMIT)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root has cells with control groups")
        sys.exit(SKIPPED)
    results = [start(), sampling(), goodput()]
    sys.exit(not all(results))
