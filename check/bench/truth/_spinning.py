"""Copies of `reference` (C) and of aiohttp (Python) that spin first in each operation: for one length, or for
several by turns.

A spin lasts until a time has come, and how far it misses that is the same for all lengths.
"""

import json
import os
import subprocess
import sys

import _goals
import _runs
from _common import BUILD, TOP

KINDS = {"c": "reference", "python": "aiohttp"}
SHARES = (2, 5, 10)
BASE_US = {"c": 40, "python": 10}

C_CLOCK = """#include <stdint.h>
#include <stdio.h>
#include <time.h>

static uint64_t spin_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}
"""
C_SPIN = """
static bool spin(struct benchmark_slot *slot)
{{
	uint64_t until = spin_now(CLOCK_MONOTONIC) + {ns};

	(void)slot;
	while (spin_now(CLOCK_MONOTONIC) < until)
		;
	return true;
}}
"""
C_SPIN_BY_TURNS = """
static const uint64_t lengths[] = {{ {ns} }};
#define LENGTHS (sizeof(lengths) / sizeof(*lengths))

static struct {{
	uint64_t count, cpu_ns;
}} spent[LENGTHS];
static unsigned at, counts; /* which length; whether it is being counted */
static uint64_t began, ends, count, count_before, cpu_before;
static bool told;

static void spin_turn(uint64_t now)
{{
	uint64_t cpu = spin_now(CLOCK_THREAD_CPUTIME_ID);

	if (!began)
		began = now;
	if (counts && now - began > {first_ns}) {{
		spent[at].count += count - count_before;
		spent[at].cpu_ns += cpu - cpu_before;
	}}
	if (counts)
		at = (at + 1) % LENGTHS;
	counts = !counts;
	ends = now + (counts ? {counted_ns} : {settle_ns});
	count_before = count;
	cpu_before = cpu;
}}

static bool spin_tell(struct benchmark_slot *slot)
{{
	char text[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < LENGTHS; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used, "%s%.4f",
			i ? ", " : "",
			(double)spent[i].cpu_ns / 1e3 / (double)spent[i].count);
	benchmark_explain(slot, "SPUN [%s]", text);
	told = true;
	return false;
}}

static bool spin(struct benchmark_slot *slot)
{{
	uint64_t now = spin_now(CLOCK_MONOTONIC);

	if (now >= ends)
		spin_turn(now);
	count++;
	while (spin_now(CLOCK_MONOTONIC) < now + lengths[at])
		;
	return told || now - began < {last_ns} || spin_tell(slot);
}}
"""
C_VERBS = """#include "_client.h"
#include "_spin.h"

static void spinning_start(void *client, struct benchmark_slot *slot)
{
	if (spin(slot))
		client_start(client, slot);
	else
		benchmark_end(slot, BENCHMARK_OTHER);
}

int main(int argc, char **argv)
{
	struct benchmark_test test = reference;

	test.start = spinning_start;
	return benchmark_worker_main(argc, argv, &test);
}
"""
PYTHON_SPIN = """
from time import perf_counter_ns


def _spin():
    until = perf_counter_ns() + {ns}
    while perf_counter_ns() < until:
        pass

"""
PYTHON_SPIN_BY_TURNS = """
from time import perf_counter_ns, thread_time_ns

_LENGTHS = [{ns}]
_spent = [[0, 0] for _ in _LENGTHS]
_at = _count = _count_before = _cpu_before = _began = _ends = 0
_counts = _told = False


def _turn(now):
    global _at, _counts, _count_before, _cpu_before, _began, _ends
    cpu = thread_time_ns()
    _began = _began or now
    if _counts:
        if now - _began > {first_ns}:
            _spent[_at][0] += _count - _count_before
            _spent[_at][1] += cpu - _cpu_before
        _at = (_at + 1) % len(_LENGTHS)
    _counts = not _counts
    _ends = now + ({counted_ns} if _counts else {settle_ns})
    _count_before, _cpu_before = _count, cpu


def _spin():
    global _count, _told
    now = perf_counter_ns()
    if now >= _ends:
        _turn(now)
    _count += 1
    until = now + _LENGTHS[_at]
    while perf_counter_ns() < until:
        pass
    if now - _began > {last_ns} and not _told:
        _told = True
        raise RuntimeError("SPUN " + str([round(cpu / 1000 / count, 4) for count, cpu in _spent]))

"""


def compile_c(folder, source):
    """FOLDER/SOURCE.c to FOLDER/SOURCE, as the program says for tests that lie elsewhere."""
    words = ["cc", "-O2", "-std=c17", "-D_GNU_SOURCE", '-DBENCHMARK_VERSION="1"', "-pthread"]
    words += [f"-I{TOP / 'include'}", "-o", folder / source, folder / f"{source}.c"]
    words += [BUILD / "libbenchmark-worker.a", "-ljansson", "-lcurl", "-lz", "-lm"]
    subprocess.run(words, check=True)


def make_c(folder, name, source):
    """The copy calls spin() first in each operation."""
    made = folder.twin("reference", name)
    (made / "_spin.h").write_text(C_CLOCK + source)
    (made / "_verbs.c").write_text(C_VERBS)
    compile_c(made, "_verbs")


def make_python(folder, name, source):
    """The copy calls _spin() first in its operation."""
    path = folder.twin("aiohttp", name) / "fetch_range.py"
    head, mark, body = path.read_text().partition("\n@worker.operation\n")
    if not mark:
        sys.exit(f"{path} has no operation")
    first, rest = body.split("\n", 1)
    path.write_text(f"{head}{source}{mark}{first}\n    _spin()\n{rest}")


MAKE = {"c": make_c, "python": make_python}
SPIN = {"c": C_SPIN, "python": PYTHON_SPIN}
SPIN_BY_TURNS = {"c": C_SPIN_BY_TURNS, "python": PYTHON_SPIN_BY_TURNS}


def make_spinning(folder, kind, name, added_us):
    """A copy that spins for BASE_US and so much longer in each operation."""
    MAKE[kind](folder, name, SPIN[kind].format(ns=round(1000 * (BASE_US[kind] + added_us))))


def make_by_turns(folder, kind, name, added_us, times):
    """A copy that spins by turns for BASE_US and so much longer, for each of these, and then fails one
    operation, to say what one cost at each. `times`, s: how long it "settle"s and is "counted" at each turn,
    when the "first" is counted and the "last", from its first operation on."""
    ns = ", ".join(str(round(1000 * (BASE_US[kind] + added))) for added in added_us)
    times = {f"{what}_ns": round(1e9 * seconds) for what, seconds in times.items()}
    MAKE[kind](folder, name, SPIN_BY_TURNS[kind].format(ns=ns, **times))


# ------------------------------------------------------------------ runs of them


def kind_of_next(lines):
    kind = os.environ.get("KIND") or min(KINDS, key=lambda kind: len(_goals.of_kind(lines, kind)))
    if kind not in KINDS:
        sys.exit(f"KIND is {kind}: c or python")
    return kind


def run_test(folder, library, timeout_s):
    """Its row of results."""
    words = ["run-test", library, "fetch_range", "--timeout", timeout_s, "--json"]
    said = _runs.benchmark(folder, *words, "--db", "sqlite:///single.db")
    return json.loads(said)["results"][0]


def calibrate(folder, kind, library):
    """Makes the copy that spins for BASE_US. Share -> us that are added to it, from what an operation of it
    costs, roughly."""
    make_spinning(folder, kind, library, 0)
    plain_us = run_test(folder, library, 3)["cpu_seconds_per_1000_requests"] * 1000
    return {share: round(plain_us * share / 100, 3) for share in SHARES}
