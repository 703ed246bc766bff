"""Runs a test by hand, without the harness: flags in, a summary out."""

import argparse
import contextlib
import json
import math
import os
import random
import resource
import sys
import tempfile
import time
from types import SimpleNamespace

from benchmark import _outcomes, _plan, _records, _replica
from benchmark._protocol import StageError

_CAPACITY = 16_000_000
# How far ahead of now GO is.
_AHEAD_NS = 20_000_000


class _LocalChannel:
    """Stands for the harness: says `go` as soon as the replica is ready, and `bye` when it is done."""

    def __init__(self):
        self.ready = self.done = self._usage = None

    def send(self, packet):
        if packet["type"] == "done":
            self.cpu_seconds = _cpu_seconds() - self._usage
            self.done = packet
        else:
            self.ready = packet

    def receive(self, kind):
        if kind == "go":
            self._usage = _cpu_seconds()
            self.at_ns = time.monotonic_ns() + _AHEAD_NS
            return {"type": "go", "at_ns": self.at_ns}
        return {"type": kind}

    async def receive_async(self, kind):
        return self.receive(kind)

    def noticing(self, notify):
        return contextlib.nullcontext()


def main(test):
    """Parses the flags, runs, prints the summary; returns the exit status: 0 it ran, 1 it could not."""
    flags = _parser(test).parse_args()
    test.name = flags.test
    channel = _LocalChannel()
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
            setup = _with(_setup(test, flags, scratch), flags.setup)
            _replica.run(test, setup, channel)
            summary = _summary(channel, setup["records"]["path"])
    except (StageError, OSError) as error:
        print(f"{test.library} {test.name}: {error}", file=sys.stderr)
        return 1
    if sys.stdout is None:
        print(f"{test.library} {test.name}: the standard output is closed", file=sys.stderr)
        return 1
    _print(test, summary, flags.json)
    return 0


def _parser(test):
    is_one = test.operation is not None
    parser = argparse.ArgumentParser(
        prog=os.path.basename(test.path),
        description=f"Runs {test.name if is_one else 'a workload'} of {test.library} by itself "
        "and prints what it measured.",
    )
    parser.set_defaults(test=test.name)
    if not is_one:
        parser.add_argument("--test", required=True, help="name of the workload that --plan is of")
    add, switch = parser.add_argument, argparse.BooleanOptionalAction
    add("--endpoint", required=True, help="http://HOST:PORT of the store")
    add("--bucket", required=True)
    add("--region", default="us-east-1")
    add("--ca-file", help="PEM file to trust instead of the system's")
    add(
        "--signed",
        action="store_true",
        help="sign with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...",
    )
    add("--plan", help="operations, JSON lines; or give --key and --object-size")
    add("--key", help="without a plan: the object to read random ranges of")
    add("--object-size", type=int, help="bytes of that object")
    add(
        "--request-size",
        type=int,
        default=16384,
        help="bytes of each of these ranges (%(default)s)",
    )
    add("--concurrency", type=int, default=50, help="operations in flight (%(default)s)")
    add("--n-requests", type=int, help="operations; default: as many as there is time for")
    add("--timeout", type=float, default=10, help="seconds (%(default)s)")
    add("--operation-timeout", type=float, default=30, help="seconds of one operation (%(default)s)")
    add(
        "--warm-up",
        type=float,
        default=0,
        help="seconds of work before, not measured (%(default)s)",
    )
    add("--rate", type=float, help="operations a second (open loop); default: as fast as they end")
    add("--pool-size", type=int, help="connections; default: as many as requests are in flight")
    add("--keep-alive", action=switch, default=True)
    add("--keep-alive-timeout", type=float, default=30, help="seconds (%(default)s)")
    add("--use-dns-cache", action=switch, default=True)
    add("--replica", type=int, default=0)
    add("--replicas", type=int, default=1)
    add("--seed", type=int, default=0)
    add("--proof", help="operations whose bytes are compared first, JSON lines")
    add("--proof-bytes", help="the bytes that they must return")
    add("--burst", help="operations to put in flight at once, JSON lines")
    add(
        "--setup",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another member of the packet 'setup', JSON or a text, for instance client_config.NAME=VALUE; "
        "can be given several times",
    )
    add("--json", action="store_true", help="print one JSON object")
    return parser


def _setup(test, flags, scratch):
    """Returns the setup packet that the harness would have sent; makes its files in scratch."""
    records = os.path.join(scratch, "records")
    capacity = flags.n_requests or _CAPACITY
    with open(records, "wb") as file:
        file.truncate(capacity * _records.RECORD_BYTES)
    return {
        "library": test.library,
        "test": test.name,
        "endpoint": flags.endpoint,
        "bucket": flags.bucket,
        "region": flags.region,
        "ca_file": flags.ca_file,
        "credentials": _credentials() if flags.signed else None,
        "client_config": {
            "pool_size": flags.pool_size or flags.concurrency * _widest(flags.plan),
            "keep_alive": flags.keep_alive,
            "keep_alive_timeout_seconds": flags.keep_alive_timeout,
            "use_dns_cache": flags.use_dns_cache,
        },
        "concurrency": flags.concurrency,
        "n_requests": flags.n_requests,
        "timeout_seconds": flags.timeout,
        "operation_timeout_seconds": flags.operation_timeout,
        "warm_up_seconds": flags.warm_up,
        "rate": flags.rate,
        "params": {"request_size": flags.request_size},
        "plan": flags.plan or _random_plan(flags, os.path.join(scratch, "plan")),
        "records": {"path": records, "capacity": capacity},
        "verify": {"proof": flags.proof, "proof_bytes": flags.proof_bytes, "burst": flags.burst},
        "replica": flags.replica,
        "replicas": flags.replicas,
        "seed": flags.seed,
    }


def _with(setup, words):
    """Returns the packet with the members that words, each "NAME=VALUE", name; "a.b" is b of the object a."""
    for word in words:
        names, equals, text = word.partition("=")
        *parents, name = names.split(".")
        place = setup
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if not equals or not name or not isinstance(place, dict):
            raise StageError(
                "setup", f"--setup {word} names no member: give NAME=VALUE, or client_config.NAME=VALUE"
            )
        try:
            place[name] = json.loads(text)
        except ValueError:
            place[name] = text
    return setup


def _widest(plan):
    """Returns how many requests an operation of the plan has in flight at most."""
    if plan is None:
        return 1
    try:
        return _plan.load(plan, SimpleNamespace(url=str)).widest or 1
    except ValueError as error:
        raise StageError("setup", str(error)) from None


def _credentials():
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise StageError("setup", f"--signed needs {missing[0]} in the environment")
    return {
        "access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "session_token": os.environ.get("AWS_SESSION_TOKEN"),
    }


def _random_plan(flags, path):
    """Writes a plan of random ranges of one object, aligned to 16 bytes; returns its path."""
    if not flags.key or not flags.object_size:
        raise StageError("setup", "give --plan FILE, or --key and --object-size")
    if flags.request_size > flags.object_size:
        raise StageError("setup", "--request-size is larger than --object-size")
    draw = random.Random(flags.seed)
    with open(path, "w", encoding="utf-8") as lines:
        for number in range(flags.replicas * 1000):
            start = draw.randint(0, flags.object_size - flags.request_size) // 16 * 16
            entry = {"op": number, "key": flags.key, "start": start, "length": flags.request_size}
            lines.write(json.dumps(entry) + "\n")
    return path


def _cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _summary(channel, records_path):
    """Returns what was measured as a dict, in the units of its keys; only what is ok is throughput."""
    finished = channel.done["finished"]
    latencies, payload, failures = [], 0, {}
    with open(records_path, "rb") as file:
        for record in _records.RECORD.iter_unpack(file.read(finished * _records.RECORD_BYTES)):
            intended, _, _, end, size, *_, outcome = record
            if outcome == _outcomes.OK:
                latencies.append(end - intended)
                payload += size
            else:
                name = _outcomes.NAMES[outcome]
                failures[name] = failures.get(name, 0) + 1
    seconds = (channel.done["end_ns"] - channel.at_ns) / 1e9
    return {
        "operations": finished,
        "ok": len(latencies),
        "failures": failures,
        "unfinished": channel.done["unfinished"],
        "stopped_by": channel.done["stopped_by"],
        "seconds": round(seconds, 6),
        "operations_per_second": round(len(latencies) / seconds, 1),
        "bytes_per_second": round(payload / seconds),
        "latency_ms": _latency_ms(sorted(latencies)),
        "cpu_us_per_operation": round(channel.cpu_seconds * 1e6 / finished, 1) if finished else None,
        "versions": channel.ready["versions"],
        "not_applied": channel.ready["not_applied"],
        "notes": channel.ready["notes"],
    }


def _latency_ms(ordered):
    """Returns exact percentiles (nearest rank) of sorted times in ns; None where there are none."""
    if not ordered:
        return dict.fromkeys(("p50", "p90", "p99", "max"))
    ranks = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1}
    places = {name: math.ceil(rank * len(ordered)) - 1 for name, rank in ranks.items()}
    return {name: round(ordered[place] / 1e6, 3) for name, place in places.items()}


def _or_dash(value, unit):
    return "-" if value is None else f"{value} {unit}"


def _print(test, summary, as_json):
    if as_json:
        print(json.dumps(summary))
        return
    versions, latency = summary["versions"], summary["latency_ms"]
    failures = ", ".join(f"{count} {name}" for name, count in summary["failures"].items()) or "none"
    print(f"{test.library} {versions['library']} {test.name}, {versions['runtime']}")
    print(
        f"operations      {summary['operations']} in {summary['seconds']:.3f} s, stopped by",
        end=" ",
    )
    print(f"{summary['stopped_by']}; {summary['unfinished']} unfinished")
    print(f"failures        {failures}")
    print(f"throughput      {summary['operations_per_second']:.1f} operations/s,", end=" ")
    print(f"{summary['bytes_per_second'] / 1e6:.2f} MB/s")
    print(
        "latency         " + ", ".join(f"{name} {_or_dash(value, 'ms')}" for name, value in latency.items())
    )
    print(f"CPU             {_or_dash(summary['cpu_us_per_operation'], 'us an operation')}")
    for name in summary["not_applied"]:
        print(f"not applied     {name}")
    for note in summary["notes"]:
        print(f"note            {note}")
