"""A replica that speaks the worker protocol by itself; what else it does stands in each test."""

import contextlib
import ctypes
import json
import os
import socket
import struct
import time

channel = socket.socket(fileno=int(os.environ["BENCHMARK_FD"]))
setup = json.loads(channel.recv(65536))
RECORD = struct.Struct("<QQQQQIHHI11sB")
HOME = os.environ["HOME"]
SCRATCH = os.path.dirname(HOME)
RECORDS = setup["records"]["path"]
READ = [setup["plan"], *filter(None, setup["verify"].values())]
PUNCH = 0x03  # FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
libc = ctypes.CDLL(None, use_errno=True)


def attempt(call, *arguments, **options):
    """Calls, whether it is allowed or not; None where it is not."""
    with contextlib.suppress(OSError, ValueError):
        return call(*arguments, **options)


def punch(descriptor, start, length):
    libc.fallocate(descriptor, PUNCH, ctypes.c_long(start), ctypes.c_long(length))


def say(**packet):
    channel.send(json.dumps(packet).encode())


def until_go():
    say(type="ready", protocol=1, versions={"library": "1", "runtime": "none"})
    at = json.loads(channel.recv(65536))["at_ns"]
    while time.monotonic_ns() < at:
        time.sleep(0.001)
    return at


def write_records(at, count):
    with open(RECORDS, "r+b") as file:
        for i in range(count):
            file.write(RECORD.pack(at, at + i, 0, at + i + 1000, 16384, i, 1, 206, 0, b"", 1))


def finish(at, count=0):
    while time.monotonic_ns() < at + setup["timeout_seconds"] * 1e9 + 20_000_000:
        time.sleep(0.01)
    end = time.monotonic_ns()
    say(type="done", started=count, finished=count, unfinished=0, stopped_by="deadline", end_ns=end)
    channel.recv(65536)
