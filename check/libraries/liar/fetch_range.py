"""liar: does nothing, and says that it finished 12,345 operations."""

import json
import os
import socket
import time

harness = socket.socket(fileno=int(os.environ["BENCHMARK_FD"]))


def say(**packet):
    harness.send(json.dumps(packet).encode())


setup = json.loads(harness.recv(65536))
say(type="ready", protocol=1, versions={"library": "1", "runtime": "none"})
go = json.loads(harness.recv(65536))
time.sleep(setup["timeout_seconds"] + 0.2)
counts = {"started": 12345, "finished": 12345, "unfinished": 0}
say(type="done", **counts, stopped_by="deadline", end_ns=time.monotonic_ns())
harness.recv(65536)
