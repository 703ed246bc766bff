"""garbage: answers setup with bytes that are not JSON."""

import os
import socket

harness = socket.socket(fileno=int(os.environ["BENCHMARK_FD"]))
harness.recv(65536)
harness.send(b"\x00\xffthis is not JSON{")
harness.recv(65536)
