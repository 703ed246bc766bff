"""faker: records answers that keep to plan and clock, and makes no request."""

import json
import os
import socket
import struct
import time

RECORD = struct.Struct("<QQQQQIHHI11sB")
harness = socket.socket(fileno=int(os.environ["BENCHMARK_FD"]))


def say(**packet):
    harness.send(json.dumps(packet).encode())


setup = json.loads(harness.recv(65536))
with open(setup["plan"]) as plan:
    lengths = [json.loads(line)["length"] for line in plan][setup["replica"] :: setup["replicas"]]
say(type="ready", protocol=1, versions={"library": "1", "runtime": "none"})
at = json.loads(harness.recv(65536))["at_ns"]
end = at + int(setup["timeout_seconds"] * 1e9)
count = 0
with open(setup["records"]["path"], "r+b", buffering=0) as records:
    while (now := time.monotonic_ns()) < end:
        time.sleep(max(0, at - now) / 1e9 + 0.001)
        if now < at:
            continue
        index = count % len(lengths)
        op = setup["replica"] + index * setup["replicas"]
        stop = time.monotonic_ns()
        records.write(RECORD.pack(now, now, 0, stop, lengths[index], op, 1, 206, 0, b"", 1))
        count += 1
say(
    type="done",
    started=count,
    finished=count,
    unfinished=0,
    stopped_by="deadline",
    end_ns=time.monotonic_ns(),
)
harness.recv(65536)
