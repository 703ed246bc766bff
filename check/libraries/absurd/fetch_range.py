"""absurd: records what cannot be: bytes, times, outcomes."""

import json
import os
import socket
import struct
import time

RECORD = struct.Struct("<QQQQQIHHI11sB")
MOST = (1 << 64) - 1
harness = socket.socket(fileno=int(os.environ["BENCHMARK_FD"]))


def say(**packet):
    harness.send(json.dumps(packet).encode())


setup = json.loads(harness.recv(65536))
say(type="ready", protocol=1, versions={"library": "1", "runtime": "none"})
at = json.loads(harness.recv(65536))["at_ns"]
while (now := time.monotonic_ns()) < at:
    time.sleep(0.001)
lines = [RECORD.pack(1, now, 0, now + 1, 1 << 62, 0, 65535, 65535, MOST >> 32, b"\xff" * 11, 1)] * 50
lines += [RECORD.pack(*[MOST] * 5, MOST >> 32, 1, 1, 1, b"", 255)] * 50
lines += [RECORD.pack(now, now, 0, MOST, 16384, 0, 1, 206, 0, b"", 1)] * 50
lines += [RECORD.pack(now, now, 0, now + 1000, MOST, 1, 1, 206, 0, b"", 1)] * 50
with open(setup["records"]["path"], "r+b") as records:
    records.write(b"".join(lines))
time.sleep(max(0, at + setup["timeout_seconds"] * 1e9 - now) / 1e9 + 0.02)
counts = {"started": len(lines), "finished": len(lines), "unfinished": 0}
say(type="done", **counts, stopped_by="deadline", end_ns=time.monotonic_ns())
harness.recv(65536)
