"""What the end-to-end checks share: the real program, in the scratch folder where a check runs."""

import contextlib
import csv
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
import unittest
from pathlib import Path

BENCHMARK = os.environ["BENCHMARK"]
TOP = Path(os.environ["TOP"])
sys.path.insert(1, str(TOP / "check"))

from _common import ENDING_SECONDS, SKIPPED, is_ending  # noqa: E402

ENVS = Path(os.environ["GEOIO_ENVS"])
LIBRARIES = tuple(
    sorted(
        path.parent.name
        for path in (TOP / "benchmark/tests").glob("*/library.toml")
        if tomllib.loads(path.read_text())["kind"] == "library"
    )
)
TESTS = ("fetch_range", "cog_header")
CHECK_LIBRARIES = str(TOP / "check/libraries")
PACKET_HEADER_BYTES = 66
# So many requests, and not so many seconds: in half a second a busy machine may do nothing at all.
SHORT = ("--n-requests", "200", "--timeout", "60", "--warm-up", "0.1", "--concurrency", "8")
QUICK = ("--n-requests", "20", "--timeout", "60", "--warm-up", "0", "--concurrency", "4")


class Check(unittest.TestCase):
    """Each check starts with no database of its own: sqlite.db in a folder of its own."""

    longMessage = True
    maxDiff = None

    def setUp(self):
        self.folder = Path(f"{type(self).__name__}.{self._testMethodName}").resolve()
        self.folder.mkdir()
        self.db = self.folder / "sqlite.db"
        self.started = []

    def start(self, *words, **env):
        """Starts benchmark; both streams go to files, so that a full pipe never stops it."""
        number = len(list(self.folder.glob("*.out")))
        streams = [self.enterContext(open(self.folder / f"{number}.{end}", "w+b")) for end in ("out", "err")]
        process = subprocess.Popen(
            [BENCHMARK, *map(str, words)],
            cwd=self.folder,
            env={**os.environ, **{name: str(value) for name, value in env.items()}},
            stdin=subprocess.DEVNULL,
            stdout=streams[0],
            stderr=streams[1],
        )
        process.streams = streams
        self.addCleanup(end, process)
        self.started.append(process.pid)
        return process

    def finish(self, process, timeout=120):
        """Waits for a started benchmark; its exit status, stdout and stderr."""
        status = process.wait(timeout)
        texts = []
        for stream in process.streams:
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
        return Result(status, *texts)

    def benchmark(self, *words, status=0, timeout=120, **env):
        """Runs benchmark to its end and holds its exit status against `status` (None: any)."""
        result = self.finish(self.start(*words, **env), timeout)
        if status is not None:
            self.assertEqual(result.status, status, f"benchmark {' '.join(map(str, words))}\n{result}")
        return result

    def results(self, *options):
        """The rows of get-results, numbers as numbers and empty fields as None."""
        path = self.folder / "results.csv"
        self.benchmark("get-results", path, *options)
        with open(path, newline="") as file:
            return [{name: _value(text) for name, text in row.items()} for row in csv.DictReader(file)]

    def only_result(self):
        rows = self.results()
        self.assertEqual(len(rows), 1, rows)
        return rows[0]

    def assert_same_results_again(self):
        """Results that are computed again from what is stored are those of the trial when it ended."""
        tables = ((), ("--per-replica",))
        before = [self.results(*table) for table in tables]
        with contextlib.closing(sqlite3.connect(self.db)) as db, db:
            db.execute("update results set analysis = 0, number_requests = -1, state = ''")
        self.assertEqual([self.results(*table) for table in tables], before)

    def assert_sentence(self, text, *parts):
        """Each part (a regular expression) stands in the text, whose wrapped lines are one each."""
        text = unwrapped(text)
        for part in parts:
            self.assertRegex(text, part)

    def assert_measured_apart(self, table, name):
        """The row of a library bears the star of separate trials, and the legend says what it is. Whether it
        bears the other mark too is the machine's: what takes CPUs beside a run gives it to any row.
        """
        self.assert_sentence(table, rf" {re.escape(name)}\*\^? +\d", r"\*: measured in separate trials")

    def assert_nothing_left(self):
        """No process works in the scratch folder of a run of this check: it has ended, or ends within 2 s;
        one that has been killed needs as long as the machine lets it.
        """
        began = time.monotonic()
        while left := [found for pid in self.started for found in processes_with(scratch_name(pid))]:
            passed = time.monotonic() - began
            if passed > ENDING_SECONDS or (passed > 2 and not all(is_ending(pid) for pid, _ in left)):
                self.fail(f"left running: {left}")
            time.sleep(0.05)

    def assert_whole_database(self):
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            self.assertEqual(db.execute("pragma integrity_check").fetchall(), [("ok",)])
            self.assertEqual(db.execute("pragma foreign_key_check").fetchall(), [])

    def query(self, sql, *values):
        with contextlib.closing(sqlite3.connect(self.db)) as db:
            return db.execute(sql, values).fetchall()

    def assert_bytes_agree(self, in_flight):
        """Each link against the ledger, headers accounted. At the last reading the responses in flight,
        of 16 KiB each, may count as sent and not be there yet.
        """
        rows = self.query(
            "select link_rx_bytes, link_rx_packets, body_bytes + head_bytes, link_tx_bytes, link_tx_packets,"
            " received_bytes from replicas r join ledger l on l.trial_id = r.trial_id and"
            " l.replica = r.replica where phase = 'timed'"
        )
        self.assertTrue(rows)
        for row in rows:
            for counted, packets, sent in (row[:3], row[3:]):
                expected = sent + PACKET_HEADER_BYTES * packets
                delta = 0.01 * expected + in_flight * (16384 + 600)
                self.assertAlmostEqual(counted, expected, delta=delta, msg=row)

    @contextlib.contextmanager
    def origin(self, *options):
        """A running `benchmark origin`."""
        process = self.start("origin", "--listen", "127.0.0.1:0", *options)
        try:
            yield Origin(self._address_of(process))
            process.send_signal(signal.SIGTERM)
            result = self.finish(process, 10)
            self.assertEqual(result.status, 0, result)
        finally:
            end(process)

    def _address_of(self, process):
        patience = time.monotonic() + 60  # the COGs may have to be made
        while time.monotonic() < patience and process.poll() is None:
            process.streams[0].seek(0)
            if found := re.search(rb"listening on http://([\d.]+):(\d+)", process.streams[0].read()):
                return found[1].decode(), int(found[2])
            time.sleep(0.02)
        self.fail(f"the origin does not say where it listens\n{self.finish(process, 1)}")


def unwrapped(text):
    """Lines that go on behind blanks in the next are one line."""
    return re.sub(r"\n +", " ", text)


class Result:
    def __init__(self, status, stdout, stderr):
        self.status, self.stdout, self.stderr = status, stdout, stderr

    def __str__(self):
        return f"exit status {self.status}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"

    def json(self):
        return json.loads(self.stdout)


class Origin:
    def __init__(self, address):
        self.host, self.port = address
        self.url = f"http://{self.host}:{self.port}"
        self.gdal = {
            "AWS_S3_ENDPOINT": f"{self.host}:{self.port}",
            "AWS_HTTPS": "NO",
            "AWS_VIRTUAL_HOSTING": "FALSE",
            "AWS_NO_SIGN_REQUEST": "YES",
            "GDAL_PAM_ENABLED": "NO",
        }

    def get(self, path, headers=None, method="GET"):
        """One request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def range(self, path, start, length):
        status, _, body = self.get(path, {"Range": f"bytes={start}-{start + length - 1}"})
        if status != 206 or len(body) != length:
            raise AssertionError(f"{path} {start}+{length}: status {status}, {len(body)} bytes")
        return body


@contextlib.contextmanager
def nobody_listens():
    """A port that refuses connections, and that nobody else can get meanwhile."""
    with contextlib.closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def end(process):
    if process.poll() is None:
        process.kill()
        process.wait()


def _value(text):
    """As the CSV writes it: True, False, a number, a text, or nothing."""
    if text in ("", "True", "False"):
        return {"": None, "True": True, "False": False}[text]
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def scratch_name(pid):
    """How the name of the scratch folder of that harness begins (src/run/scratch.h)."""
    return f"geoio-benchmark-{os.geteuid()}-{pid}-"


def scratch_folders(pid):
    bases = {"/dev/shm", "/tmp", os.environ["TMPDIR"]}
    return [path for base in bases for path in Path(base).glob(scratch_name(pid) + "*")]


def groups_of(*pids):
    """Control groups that runs of these harnesses have, or left."""
    names = tuple(scratch_name(pid) for pid in pids)
    found = []
    for folder, below, _ in os.walk("/sys/fs/cgroup"):
        found += [f"{folder}/{name}" for name in below if name.startswith(names)]
        below[:] = [name for name in below if not name.startswith(names)]
    return found


def processes_with(marker):
    """Processes, other than this one, with the marker in their command line or working folder."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command = (
                Path("/proc", entry, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
            if command and (marker in command or marker in os.readlink(f"/proc/{entry}/cwd")):
                yield entry, command.strip()


def environment_of(library):
    """Interpreter of a library's environment, or None."""
    ready = sorted(ENVS.glob(f"{library}-*/.ready"))
    return ready[-1].parent / "bin/python" if ready else None


def main(needs=()):
    """Runs the checks of the calling file; skips it where the environments of libraries are missing."""
    missing = [library for library in needs if not environment_of(library)]
    if missing:
        print(f"no environment of {', '.join(missing)}: run `benchmark setup` or tools/setup-envs")
        sys.exit(SKIPPED)
    unittest.main(module="__main__", verbosity=2)
