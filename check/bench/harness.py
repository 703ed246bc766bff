"""What the harness costs: goodput inside it against the same worker standing alone; worker.py by itself.

Two runs of the same Python program differ by some percent (hash seeds, memory layout), which is more than the
limit. So the verdict is that of the median's 95% interval: over where all of it is over the limit, and also
where it is too wide to tell. The harness counts what ended within the window, a worker alone also what was in
flight at its end: one round of the concurrency, 1% of a second of aiohttp, hence trials of 3 s.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge, median, origin
from _common import BUILD, SKIPPED, TOP

ROUNDS = 15
SECONDS = 3
TOO_WIDE = 0.06
CONCURRENCY = 50
NULL_LIMIT_US = 10


def benchmark(*words):
    return subprocess.run([BUILD / "benchmark", *words], check=True, capture_output=True, text=True).stdout


def inside(library):
    """Operations a second of a trial."""
    words = ("--timeout", str(SECONDS), "--warm-up", "0.5", "--concurrency", str(CONCURRENCY), "--json")
    return json.loads(benchmark("run-test", library, "fetch_range", *words))["results"][0]


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


def alone(words, url):
    """Operations a second of the same program without the harness."""
    options = ("--endpoint", url, "--bucket", "bench", "--plan", "plan.jsonl", "--timeout", str(SECONDS))
    options += ("--warm-up", "0.5", "--concurrency", str(CONCURRENCY), "--json")
    out = subprocess.run([*words, *options], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["operations_per_second"]


def interval(values):
    """The 95% interval of the median, by ranks (binomial)."""
    values = sorted(values)
    reach = 0.98 * len(values) ** 0.5
    middle = (len(values) - 1) / 2
    return values[max(0, round(middle - reach))], values[min(len(values) - 1, round(middle + reach))]


def compare(library):
    """At least 0.99 of the goodput: what it has alone is at most 1/0.99 of what it has inside."""
    words = command(library)
    ratios = []
    for number in range(ROUNDS):
        # Each goes first in half of the pairs, so that a machine that drifts favours neither.
        with origin() as (_, url):
            first = alone(words, url) if number % 2 else None
        within = inside(library)["requests_per_second"]
        with origin() as (_, url):
            by_itself = first or alone(words, url)
        ratios.append(by_itself / within)
    low, high = interval(ratios)
    print(
        f"{library}: alone/inside of {ROUNDS} pairs from {min(ratios):.3f} to {max(ratios):.3f}, "
        f"median {median(ratios):.3f}, 95% interval {low:.3f} to {high:.3f}"
    )
    if high - low > TOO_WIDE:
        print(f"{library}: too noisy to tell: try again on a quiet machine")
        low = high
    return judge(f"{library}_alone_over_in_harness_at_least", low, 1 / 0.99)


def null_cost():
    costs = [inside("null")["cpu_seconds_per_1000_requests"] * 1000 for _ in range(5)]
    print(f"worker.py by itself: {', '.join(f'{cost:.2f}' for cost in costs)} us CPU an operation")
    return judge(f"null_cpu_of_{NULL_LIMIT_US}_us", median(costs) / NULL_LIMIT_US, 1.0)


def main():
    # Origin, client and harness take turns on one CPU: where the kernel happens to place them would make a
    # difference of up to 2.8, and what the harness itself uses is taken from the client.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    Path("plan.jsonl").write_text(benchmark("data", "plan", "fetch_range"))
    good = [null_cost(), compare("aiohttp"), compare("reference")]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
