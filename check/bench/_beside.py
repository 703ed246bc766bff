"""What a request costs under the harness, against the same worker by itself: pairs of runs, in turns.

All of it is on one CPU, which it uses up. So goodput is the inverse of the CPU that a request costs: that of
client, store and, inside, harness; and it depends less on what else the machine does. One start of a program
differs from the next by up to a tenth (hash seeds, memory layout), hence many pairs, half of which each side
begins, and a verdict by the interval of their median. (Both at once would be quieter, but wrong: they are in
different sessions, which the scheduler treats as groups.)
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from _bench import cpu_ns, median
from _common import BUILD, SKIPPED, TOP

SECONDS, WARM_UP = 2, 0.3
CONCURRENCY = 50
TOO_WIDE = 0.06
GOODPUT_LIMIT = 1 / 0.99
COMMON = ("--timeout", str(SECONDS), "--warm-up", str(WARM_UP), "--concurrency", str(CONCURRENCY), "--json")


def benchmark(*words):
    return subprocess.run([BUILD / "benchmark", *words], check=True, capture_output=True, text=True).stdout


def command(library):
    """How the worker is started by itself."""
    entry = next(x for x in json.loads(benchmark("list", "--json"))["libraries"] if x["name"] == library)
    if not entry["ready"]:
        print(f"{library} is not ready: {entry['remedy']}")
        sys.exit(SKIPPED)
    if entry["language"] == "c":
        return [BUILD / "tests" / library / "fetch_range"]
    env = next(Path(os.environ["GEOIO_ENVS"]).glob(f"{library}-*/bin/python"))
    return [env, "-s", TOP / "benchmark/tests" / library / "fetch_range.py"]


def share_of(process):
    """What a harness uses of a CPU in the middle of its trial."""
    while " running" not in process.stderr.readline():
        if process.poll() is not None:
            sys.exit(f"the run ended: {process.returncode}")
    time.sleep(WARM_UP + 0.2 * SECONDS)
    before, began = cpu_ns(process.pid), time.monotonic_ns()
    time.sleep(0.6 * SECONDS)
    return (cpu_ns(process.pid) - before) / (time.monotonic_ns() - began)


def inside(library, isolation, cpu):
    """CPU us of client, store and harness for a request."""
    words = ("run-test", library, "fetch_range", *COMMON, "--isolation", isolation, "--debug", "run")
    program = ["taskset", "-c", cpu, BUILD / "benchmark", *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        share = share_of(process)
        row = json.loads(process.communicate()[0])["results"][0]
    used = row["cpu_with_origin_seconds"] + share * row["duration_seconds"]
    return 1e6 * used / row["number_successes"]


def alone(worker, origin, cpu):
    """The same of the worker by itself."""
    program = [*origin[0], "taskset", "-c", cpu, BUILD / "benchmark", "origin", "--dataset", "s2"]
    program += ["--listen", origin[1]]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as store:
        url = re.search(r"http://[\d.:]+", store.stdout.readline())[0]
        before = cpu_ns(store.pid)
        options = ("--endpoint", url, "--bucket", "bench", "--plan", "plan.jsonl", *COMMON)
        said = subprocess.run([*worker, *options], check=True, stdout=subprocess.PIPE, text=True).stdout
        used = cpu_ns(store.pid) - before
        store.terminate()
        requests = int(re.search(r"(\d+) requests", store.communicate()[0])[1])
    return json.loads(said)["cpu_us_per_operation"] + used / 1e3 / requests


def interval(values):
    """The 95% interval of the median, by ranks (binomial)."""
    values = sorted(values)
    reach = 0.98 * len(values) ** 0.5
    middle = (len(values) - 1) / 2
    return values[max(0, round(middle - reach))], values[min(len(values) - 1, round(middle + reach))]


def compare(what, library, isolation, pairs, around=((), ()), listen="127.0.0.1:0"):
    """What a request costs inside over what it costs alone: the end of the interval that has to be judged.

    `around` is what stands before the commands of store and worker, and puts them where they shall run.
    """
    cpu = str(max(os.sched_getaffinity(0)))
    worker = [*around[1], "taskset", "-c", cpu, *command(library)]
    store = (around[0], listen)
    ratios = []
    for number in range(pairs):
        first = alone(worker, store, cpu) if number % 2 else None
        cost = inside(library, isolation, cpu)
        ratios.append(cost / (first or alone(worker, store, cpu)))
    low, high = interval(ratios)
    print(f"{what}, {pairs} pairs: median {median(ratios):.3f}, 95% {low:.3f} to {high:.3f}")
    if high - low > TOO_WIDE:
        print("too noisy to tell: try again on a quiet machine")
        return high
    return low
