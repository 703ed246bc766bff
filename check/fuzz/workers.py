#!/usr/bin/python3
"""Fuzzers of what a worker in Python reads of the harness: python_setup and python_plan.

usage: check/fuzz/workers.py NAME SECONDS FOUND        (by check/fuzz/run)

Damages the corpora of the fuzzers in C, worker_setup and worker_plan, for so long, and prints a line:
executions and findings. An input that breaks something is kept as FOUND/NAME-crash, with its traceback in
FOUND/NAME.log; the status is 1 then. check/python/check_fuzz.py runs a fixed number of such inputs.

Its own loop, not atheris: that is built for x86-64 only.
"""

import os
import random
import re
import resource
import signal
import sys
import time
import traceback
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP))

from benchmark import _plan, _protocol, _replica, _request, _target  # noqa: E402  it is no package of the system

CORPUS = TOP / "check/fuzz/corpus"
CPU_MOST_SECONDS = 20
MEMORY_MOST = 512 << 20
SENTENCE_MOST = 1000
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?|true|false|null|[][{}]')
# What is put for a value; none of the first has a space.
_PLAIN = rb"""
null true false 0 1 -0 -1 1.0 0.5 1e9 1e10 1e-9 1e999 NaN Infinity 01 64
2147483647 2147483648 4294967295 4294967296 9223372036854775807 9223372036854775808
[] {} {"levels":[]} [[1]] "" "x" "\u0000" "\ud800" "\ud83d\ude00" "\\u0000"
"http://h" "HTTPS://H:443//" "http://[::1]" "http://::1:9" "http://u@h" "http://h:0"
"http://h/p?q" "http://h:65536" "http://h:" "http://[::1"
"""
_OTHERS = (*_PLAIN.split(), b"1" * 5000, b'"\xff"', b'"\xed\xa0\x80"', b'"\n"', b'"http://\xc3\xa4"')


class Broken(Exception):
    """A promise that was not kept."""


def must(promise, *what):
    if not promise:
        raise Broken(*what)


def read_setup(data):
    """Returns whether a worker takes the packet."""
    try:
        packet = _protocol.Channel._open(data, ("setup",))
        _protocol.check_version(packet)
        orders = _replica.Orders(packet)
    except (_protocol.StageError, ValueError) as error:
        return _refused(error)
    target = orders.target
    must(target.url("k").startswith(("http://", "https://")), target.endpoint)
    must(0 <= target.replica < target.replicas < 1 << 31)
    must(0 < target.timeout_seconds <= 1e9 and 0 < target.concurrency < 1 << 31)
    return True


def read_plan(data):
    """Returns whether a worker takes the lines; the first byte says which are its own."""
    file = os.memfd_create("fuzz")
    try:
        os.write(file, data[1:])
        plan = _plan.load(f"/proc/self/fd/{file}", _Store(), data[0] % 3 if data else 0, 3, 50)
    except ValueError as error:
        return _refused(error)
    finally:
        os.close(file)
    must(len(plan) <= 50, len(plan))
    for i in range(len(plan)):
        op = plan[i]
        must(1 <= len(op.stages) <= 64 and sum(map(len, op.stages)) <= 256)
        must(op.expect is None or 1 <= len(op.expect) <= 64)
        must(op.body_bytes < 256 << 63 and op.words(9).isprintable(), op.words(9))
        for stage in op.stages:
            must(stage and (not op.has_stages or len(stage) <= plan.widest), stage)
            for request in stage:
                must_be_request(request)
    return True


def must_be_request(request):
    ranges = request.ranges or ((request.start, request.length),)
    must(all(start >= 0 and start + length < 1 << 63 for start, length in ranges), ranges)
    must(request.url.isascii() and request.url.startswith("http://h:1/p/b"), request.url)
    must(request.length >= 1 or request.verb in ("get", "head", "list"), request.length)
    must(("Range" in request.headers()) == (request.verb in ("get_range", "get_suffix")))


class _Store:
    @staticmethod
    def url(key):
        return _request.url("http://h:1/p", "b", key)


def _refused(error):
    must(type(error) in (ValueError, _protocol.StageError), repr(error))
    text = str(error)
    must(text.isprintable() and 0 < len(text) < SENTENCE_MOST, text)
    must(text.encode() and " " in text and "object at 0x" not in text, text)
    return False


# Name -> (function of bytes, name of the corpus and of the fuzzer in C).
TARGETS = {"python_setup": (read_setup, "worker_setup"), "python_plan": (read_plan, "worker_plan")}


def corpus(name):
    """Returns the inputs of a target."""
    return [path.read_bytes() for path in sorted((CORPUS / TARGETS[name][1]).iterdir())]


def damaged(inputs, seed):
    """Yields damaged copies of the inputs for ever, the same ones for the same seed."""
    draw = random.Random(seed)
    while True:
        data = draw.choice(inputs)
        for _ in range(draw.choice((1, 1, 2, 3))):
            data = _damage(data, draw, inputs)
        yield data


def _damage(data, draw, inputs):
    tokens = list(_TOKEN.finditer(data)) if draw.random() < 0.7 else ()
    if tokens:
        token = draw.choice(tokens)
        other = draw.choice(_OTHERS) if draw.random() < 0.8 else draw.choice(tokens)[0]
        return data[: token.start()] + other + data[token.end() :]
    at = draw.randrange(len(data) + 1)
    n = draw.randrange(1, 17)
    other = draw.choice(inputs)
    start = draw.randrange(len(other))
    middle = draw.choice(
        (
            bytes((draw.randrange(256),)) + data[at + 1 :],
            data[at + n :],
            data[at : at + n] + data[at:],
            other[start : start + draw.randrange(64)] + data[at:],
            b"",
        )
    )
    return data[:at] + middle


def guard():
    """From now on an input that takes too much memory or time is an exception."""
    _target._system_bundle = lambda: "/ca.pem"  # the machine's; no reader
    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY_MOST, resource.RLIM_INFINITY))
    signal.signal(signal.SIGPROF, _too_long)


def _too_long(*_):
    raise Broken(f"an input takes more than {CPU_MOST_SECONDS} s")


def run_one(name, data):
    """Returns whether the input is taken; raises when a promise is broken."""
    signal.setitimer(signal.ITIMER_PROF, CPU_MOST_SECONDS)
    try:
        return TARGETS[name][0](data)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main():
    name, seconds, found = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    inputs, executions, until = corpus(name), 0, time.monotonic() + seconds
    guard()
    for data in damaged(inputs, time.time_ns()):
        executions += 1
        try:
            run_one(name, data)
        except Exception as error:
            (found / f"{name}-crash").write_bytes(data)
            (found / f"{name}.log").write_text(traceback.format_exc())
            where = f"{found / name}-crash ({type(error).__name__}: {error!s:.200})"
            print(f"{name:<20} {executions:>12} executions, 1 finding: {where}")
            return 1
        if time.monotonic() > until:
            break
    print(f"{name:<20} {executions:>12} executions in {sys.argv[2]} s, 0 findings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
