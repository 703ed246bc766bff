"""What the harness costs: goodput inside it against the same worker standing alone; worker.py by itself.

Both are plain processes on loopback here; what cells add is another bench.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _bench import judge_ratios, judge_values
from _beside import GOODPUT_LIMIT, benchmark, compare

NULL_LIMIT_US = 10
NULL_RUNS = 9


def null_once(test):
    out = benchmark("run-test", "null", test, "--timeout", "1", "--warm-up", "0.5", "--json")
    return json.loads(out)["results"][0]["cpu_seconds_per_1000_requests"] * 1000


def null_cost(test):
    costs = [null_once(test) for _ in range(NULL_RUNS)]
    print(f"worker.py by itself, {test}: {', '.join(f'{cost:.2f}' for cost in costs)} us CPU an operation")
    return judge_values(f"null_{test}_cpu_of_{NULL_LIMIT_US}_us", costs, NULL_LIMIT_US)


def goodput(library):
    ratios = compare(f"{library}, inside over alone", library, "process")
    return judge_ratios(f"{library}_inside_over_alone", ratios, GOODPUT_LIMIT)


if __name__ == "__main__":
    Path("plan.jsonl").write_text(benchmark("data", "plan", "fetch_range"))
    results = [null_cost("fetch_range"), null_cost("cog_header"), goodput("aiohttp"), goodput("reference")]
    sys.exit(not all(results))
