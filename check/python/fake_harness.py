"""A harness in miniature: starts a test as a replica over a socket pair and talks to it, with deadlines."""

import json
import os
import random
import socket
import struct
import subprocess
import sys
import time
import tomllib
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmark import tiff  # noqa: E402

RECORD = struct.Struct("<QQQQQIHHI11xB")
BUCKET = "data"
# What is measured: neither baselines nor those that checks are made with.
LIBRARIES = tuple(
    sorted(
        path.parent.name
        for path in (ROOT / "benchmark/tests").glob("*/library.toml")
        if tomllib.loads(path.read_text())["kind"] == "library"
    )
)


def cog(width, tile, seed, order="<", big=False):
    """Returns the bytes of a made-up tiled TIFF with overviews: right tables, random tiles."""
    draw = random.Random(seed)
    sizes = [width]
    while sizes[-1] > tile:
        sizes.append((sizes[-1] + 1) // 2)
    header = bytearray(tiff_header(sizes, tile, draw, order, big))
    return bytes(header) + draw.randbytes(max(0, 65536 - len(header)))


def tiff_header(sizes, tile, draw, order="<", big=False):
    """Returns the directories of a TIFF with square images of these sizes, and their tables."""
    word, inline, head = ("Q", 8, 16) if big else ("I", 4, 8)
    entry_format = order + ("HHQ" if big else "HHI")
    first = struct.pack(order + "2sHHHQ", order_mark(order), 43, 8, 0, 16) if big else None
    out = bytearray(first or struct.pack(order + "2sHI", order_mark(order), 42, 8))
    assert len(out) == head
    for number, size in enumerate(sizes):
        tiles = ((size + tile - 1) // tile) ** 2
        count_bytes, count_code = (4, "I") if number % 2 == 0 else (2, "H")
        offsets = [draw.randrange(1 << (40 if big else 31)) for _ in range(tiles)]
        counts = [draw.randrange(1 << (8 * count_bytes - 1)) for _ in range(tiles)]
        fields = [
            (256, 3, "H", [size]),
            (257, 4, "I", [size]),
            (258, 3, "H", [16]),
            (322, 3, "H", [tile]),
            (323, 3, "H", [tile]),
            (324, 16 if big else 4, word, offsets),
            (325, 4 if count_bytes == 4 else 3, count_code, counts),
        ]
        size_of_entries = (8 if big else 2) + len(fields) * (20 if big else 12) + inline
        extra_at = len(out) + size_of_entries
        entries, extra = b"", b""
        for tag, kind, code, values in fields:
            packed = struct.pack(f"{order}{len(values)}{code}", *values)
            if len(packed) > inline:
                place = struct.pack(order + word, extra_at + len(extra))
                extra += packed
            else:
                place = packed.ljust(inline, b"\0")
            entries += struct.pack(entry_format, tag, kind, len(values)) + place
        last = number == len(sizes) - 1
        following = 0 if last else extra_at + len(extra)
        out += struct.pack(order + ("Q" if big else "H"), len(fields)) + entries
        out += struct.pack(order + word, following) + extra
    return bytes(out)


def order_mark(order):
    return b"II" if order == "<" else b"MM"


def expect_of(data):
    """Returns the plan's `expect` for a header, by the parser itself."""
    return {"levels": [level._asdict() for level in tiff.levels(data[:16384])]}


class Scene:
    """Objects, a plan, proof and burst for one test, in a scratch folder."""

    def __init__(self, folder, test="fetch_range", concurrency=4, count=200, length=16384, seed=1):
        self.folder, self.test, self.concurrency = Path(folder), test, concurrency
        self.keys = [f"scenes/a b/{i:03d}+é.tif" for i in range(20)]
        self.data = [cog(4096 + 512 * i, 512, i) for i in range(20)]
        self.draw = random.Random(seed)
        self.length = 16384 if test == "cog_header" else length
        self._write("plan", [self.operation(i, i % 4 == 0) for i in range(count)])
        self._write("burst", [self.operation(i, True) for i in range(concurrency)])
        proof = [self.operation(i, True) for i in range(3)]
        self._write("proof", proof)
        (self.folder / "proof_bytes").write_bytes(b"".join(self.answer(op) for op in proof))

    def objects(self, quote):
        """Returns {path: bytes} for a RangeServer; quote: percent-encodes a key."""
        return {f"/{BUCKET}/{quote(key)}": data for key, data in zip(self.keys, self.data, strict=True)}

    def operation(self, number, with_crc):
        which = self.draw.randrange(len(self.keys))
        room = 65536 - self.length
        start = 0 if self.test == "cog_header" else self.draw.randint(0, room)
        op = {"op": number, "key": self.keys[which], "start": start, "length": self.length}
        if with_crc:
            op["crc32"] = zlib.crc32(self.data[which][start : start + self.length])
        if self.test == "cog_header":
            op["expect"] = expect_of(self.data[which])
        return op

    def answer(self, op):
        data = self.data[self.keys.index(op["key"])]
        return data[op["start"] : op["start"] + op["length"]]

    def operation_of_stages(self, number, shape):
        """Returns one whose stages have these requests. shape: lists of verbs; a `list` is of all keys."""
        return {"op": number, "stages": [[self.request(verb) for verb in stage] for stage in shape]}

    def request(self, verb):
        which = self.draw.randrange(len(self.keys))
        key, data = self.keys[which], self.data[which]
        ranges = [[self.draw.randrange(9), 7], [100, 33], [40000, 1]]
        names = "".join(name + "\n" for name in sorted(self.keys))
        members, answer = {
            "get_range": ({"start": 9, "length": 21}, data[9:30]),
            "get": ({"length": len(data)}, data),
            "get_suffix": ({"length": 13}, data[-13:]),
            "get_ranges": ({"ranges": ranges}, b"".join(data[at : at + n] for at, n in ranges)),
            "head": ({"length": len(data)}, None),
            "list": ({"key": self.draw.choice(("", "scenes/a b/")), "keys": len(self.keys)}, names.encode()),
            "read_values": ({"first": 5, "count": 9}, data[10:28]),
        }[verb]
        crc32 = {} if answer is None else {"crc32": zlib.crc32(answer)}
        return {"verb": verb, "key": key, **members, **crc32}

    def bodies(self, op):
        """Returns the bytes that an operation of stages must return."""
        found = []
        for request in (request for stage in op["stages"] for request in stage):
            data = self.data[self.keys.index(request["key"])] if request["verb"] != "list" else b""
            found += {
                "get_range": lambda data=data: [data[9:30]],
                "get": lambda data=data: [data],
                "get_suffix": lambda data=data: [data[-13:]],
                "get_ranges": lambda data=data, r=request: [data[at : at + n] for at, n in r["ranges"]],
            }.get(request["verb"], list)()
        return b"".join(found)

    def of_stages(self, *shapes, count=40):
        """Makes the plan, its proof and its burst of operations of these shapes."""
        plan = [self.operation_of_stages(i, shapes[i % len(shapes)]) for i in range(count)]
        self._write("plan", plan)
        self._write("proof", plan[: len(shapes)])
        (self.folder / "proof_bytes").write_bytes(b"".join(map(self.bodies, plan[: len(shapes)])))
        widest = max((stage for shape in shapes for stage in shape), key=len)
        self._write("burst", [self.operation_of_stages(i, [widest]) for i in range(self.concurrency)])
        return self

    def _write(self, name, operations):
        (self.folder / name).write_text("".join(json.dumps(op) + "\n" for op in operations))

    def setup(self, library, endpoint, **changes):
        """Returns the setup packet; makes the records file. changes: members to be set or replaced."""
        records = self.folder / "records"
        capacity = changes.pop("capacity", 200_000)
        with open(records, "wb") as file:
            file.truncate(capacity * RECORD.size)
        packet = {
            "type": "setup",
            "protocol": 1,
            "library": library,
            "test": self.test,
            "endpoint": endpoint,
            "bucket": BUCKET,
            "region": "us-east-1",
            "tls": False,
            "ca_file": None,
            "credentials": None,
            "client_config": {
                "pool_size": self.concurrency,
                "keep_alive": True,
                "keep_alive_timeout_seconds": 30,
                "use_dns_cache": True,
            },
            "concurrency": self.concurrency,
            "n_requests": 100,
            # A machine may be slow: who checks a limit sets its own.
            "timeout_seconds": 50,
            "operation_timeout_seconds": 50,
            "warm_up_seconds": 0,
            "rate": None,
            "params": {"request_size": self.length},
            "plan": str(self.folder / "plan"),
            "records": {"path": str(records), "capacity": capacity},
            "verify": {name: str(self.folder / name) for name in ("proof", "proof_bytes", "burst")},
            "replica": 0,
            "replicas": 1,
            "seed": 1,
        }
        packet.update(changes)
        return packet


class Replica:
    """One test as a process. kill() is always safe; wait() returns its exit status."""

    def __init__(self, script, python=sys.executable):
        """script: the test; None where `python` is a program by itself, as a test in C."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket = ours
        self.socket.settimeout(60)
        environment = {
            "PYTHONPATH": str(ROOT),
            "GEOIO_FORMATS": os.environ.get("GEOIO_FORMATS", ""),
            "BENCHMARK_FD": str(theirs.fileno()),
            "PATH": "/usr/bin",
        }
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        self.process = subprocess.Popen(
            [str(python), *([str(script)] if script else [])],
            env=environment,
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
        )
        theirs.close()

    def send(self, packet):
        self.socket.send(packet if isinstance(packet, bytes) else json.dumps(packet).encode())

    def receive(self):
        """Returns the next packet, a dict; None at the end of file."""
        data = self.socket.recv(65536)
        return json.loads(data) if data else None

    def wait(self, seconds=60):
        return self.process.wait(seconds)

    def kill(self):
        self.socket.close()
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()

    def cpu_seconds(self):
        """CPU time of the process so far, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def go(replica, ahead_seconds=0.05):
    """Sends GO; returns at_ns."""
    at_ns = time.monotonic_ns() + int(ahead_seconds * 1e9)
    replica.send({"type": "go", "at_ns": at_ns})
    return at_ns


def read_records(path):
    """Returns the written records, each a tuple in the order of the protocol's fields."""
    found = []
    with open(path, "rb") as file:
        while (raw := file.read(RECORD.size)) and raw[-1]:
            found.append(RECORD.unpack(raw))
    return found
