"""What a request costs under the harness, against the same worker by itself.

Both sides live at once, on one CPU that either uses up, and work in turns of a tenth of a second; the
processes of the other are stopped meanwhile. So goodput is the inverse of the CPU that a request costs:
that of client, store and, inside, harness. What else the machine does, and how fast its memory is just
then, meets both alike. Requests are counted by the bytes that the worker's network namespace receives. One
start of a program differs from the next (hash seeds, memory layout), hence many starts of both, and a
verdict by the interval of their median (_estimate.py).
"""

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median

from _common import BUILD, SKIPPED, TOP

CPUS = os.sched_getaffinity(0)
STARTS, ROUNDS = 24, 16
TURN_S, SETTLE_S = 0.1, 0.01
CONCURRENCY = 50
GOODPUT_LIMIT = 1 / 0.99
AT_MOST_S = 120  # for a start, on a machine that has other work
COMMON = ("--timeout", str(AT_MOST_S), "--warm-up", "0.1", "--concurrency", str(CONCURRENCY))


def benchmark(*words):
    return subprocess.run([BUILD / "benchmark", *words], check=True, capture_output=True, text=True).stdout


def command(library):
    """How the worker is started by itself."""
    entry = next(x for x in json.loads(benchmark("list", "--json"))["libraries"] if x["name"] == library)
    if not entry["ready"]:
        print(f"{library} is not ready: {entry['remedy']}")
        sys.exit(SKIPPED)
    if entry["language"] == "c":
        return [BUILD / "tests" / library / "_verbs", "--test", "fetch_range"]
    env = next(Path(os.environ["GEOIO_ENVS"]).glob(f"{library}-*/bin/python"))
    return [env, "-s", TOP / "benchmark/tests" / library / "fetch_range.py"]


def descendants(pid):
    children = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found[1:]


def is_worker(pid):
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return any(word.endswith(("/_verbs", "/fetch_range.py")) for word in words)


def received(pid):
    """Bytes that the network namespace of a process has received."""
    try:
        lines = Path(f"/proc/{pid}/net/netstat").read_text().splitlines()
    except OSError:
        sys.exit("a worker ended before its time: is the machine too slow?")
    names, values = (line.split() for line in lines if line.startswith("IpExt:"))
    return int(values[names.index("InOctets")])


class Side:
    """A worker, its store and what else belongs to them: processes that are stopped but for their turns."""

    def __init__(self, first, others):
        self.first = first
        self.pids = [first.pid, *others]
        self.worker = next(pid for pid in reversed(self.pids) if is_worker(pid))
        before, by = received(self.worker), time.monotonic() + AT_MOST_S
        while received(self.worker) < before + 1e6:
            if first.poll() is not None or time.monotonic() > by:
                sys.exit("the worker makes no requests")
            time.sleep(0.01)
        self.signal(signal.SIGSTOP)

    def signal(self, number):
        """Who watches the others is the first to stop, and the last to go on; one may have ended."""
        for pid in self.pids if number == signal.SIGSTOP else reversed(self.pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def turn(self):
        """Bytes a second."""
        self.signal(signal.SIGCONT)
        time.sleep(SETTLE_S)
        before, began = received(self.worker), time.monotonic()
        time.sleep(TURN_S)
        bytes_now, took = received(self.worker) - before, time.monotonic() - began
        self.signal(signal.SIGSTOP)
        return bytes_now / took


@contextlib.contextmanager
def inside(library, isolation, cpu):
    words = ("run-test", library, "fetch_range", *COMMON, "--isolation", isolation, "--debug", "run")
    program = ["taskset", "-c", cpu, BUILD / "benchmark", *words]
    out = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(program, **out) as harness:
        try:
            while " running" not in harness.stderr.readline():
                if harness.poll() is not None:
                    sys.exit(f"the run ended: {harness.returncode}")
            yield Side(harness, descendants(harness.pid))
        finally:
            end_run(harness)


def end_run(harness):
    for pid in (*reversed(descendants(harness.pid)), harness.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    harness.send_signal(signal.SIGINT)
    try:
        harness.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        harness.kill()


@contextlib.contextmanager
def alone(worker, store, cpu):
    program = [*store[0], "taskset", "-c", cpu, BUILD / "benchmark", "origin", "--dataset", "s2"]
    program += ["--listen", store[1]]
    with contextlib.ExitStack() as stack:
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        origin = stack.enter_context(subprocess.Popen(program, **output))
        stack.callback(origin.kill)
        said = origin.stdout.readline()
        url = re.search(r"http://[\d.:]+", said) or sys.exit(f"the origin said: {said}")
        words = [*worker, "--endpoint", url[0], "--bucket", "bench", "--plan", "plan.jsonl", *COMMON]
        process = stack.enter_context(subprocess.Popen(words, stdout=subprocess.DEVNULL))
        stack.callback(process.kill)
        # It becomes the worker by way of nsenter and taskset.
        while not is_worker(process.pid):
            if process.poll() is not None:
                sys.exit(f"the worker ended: {process.returncode}")
            time.sleep(0.01)
        yield Side(process, [origin.pid])


def cost_of_a_start(one, other, turned):
    """What a request costs on the one side over what it costs on the other: the median of the rounds."""
    with contextlib.ExitStack() as stack:
        order = (other, one) if turned else (one, other)
        sides = {make: stack.enter_context(make()) for make in order}
        ratios = []
        for _ in range(ROUNDS):
            rates = {make: sides[make].turn() for make in random.sample(order, 2)}
            ratios.append(rates[other] / rates[one])
        return median(ratios)


def compare(what, library, isolation, starts=STARTS, around=((), ()), listen="127.0.0.1:0"):
    """What a request costs inside over what it costs alone, of each start: ratios for judge_ratios().

    `around` is what stands before the commands of store and worker, and puts them where they shall run.
    """
    cpu = str(max(CPUS))
    os.sched_setaffinity(0, CPUS - {max(CPUS)} or CPUS)
    worker = [*around[1], "taskset", "-c", cpu, *command(library)]
    harness = partial(inside, library, isolation, cpu)
    by_itself = partial(alone, worker, (around[0], listen), cpu)
    ratios = [cost_of_a_start(harness, by_itself, number % 2) for number in range(starts)]
    print(f"{what}, {starts} starts of {ROUNDS} rounds: median {median(ratios):.3f}")
    return ratios
