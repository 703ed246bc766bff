"""The table of faults x libraries: what each makes of an answer that is not as it should be.

check: deadline 300

Each library's fetch_range runs as a replica, by the worker protocol, against a store whose answers are
spoiled as the operation's key says (_faults.py). docs/faults.md holds the table; `python3 check/e2e/faults.py
--update` writes it.
"""

import json
import os
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if __name__ == "__main__" and "TOP" not in os.environ:  # by hand, for --update
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _common import environment

    os.environ.update(environment(tempfile.mkdtemp()))
    os.chdir(os.environ["TMPDIR"])

from _harness import BENCHMARK, LIBRARIES, TOP, Check, environment_of, main

sys.path[:0] = [str(TOP), str(TOP / "check/python")]

from benchmark._outcomes import HTTP_ERROR, NAMES, OK, RESET, TRUNCATED  # noqa: E402

from _faults import CRC32, FAULTS, LENGTH, STALL, START, FaultServer  # noqa: E402
from _tls import Authority  # noqa: E402
from fake_harness import BUCKET, RECORD, Replica, go, read_records  # noqa: E402

EVERYBODY = (*LIBRARIES, "reference")
PAGE = TOP / "docs/faults.md"
BEGIN, END = "<!-- table: python3 check/e2e/faults.py --update -->\n", "<!-- end of table -->\n"
TITLES = {
    "connections": "The connection",
    "tls": "TLS",
    "statuses": "The status",
    "framing": "The form of the answer",
    "contents": "What is in it",
}
# The store of these speaks TLS, or should: of which authority, for which name.
TLS = {
    "tls-trusted": ("a certificate of the authority that is trusted", "ca", "IP:127.0.0.1"),
    "tls-unknown": ("one of an authority that is not", "other", "IP:127.0.0.1"),
    "tls-name": ("one of another name", "ca", "DNS:elsewhere"),
    "tls-plain": ("plain HTTP where TLS is asked for", None, None),
}
REFUSED = "refused"  # by reference, before anything is measured
# Faults that fail in more than one class, with the reason: what a library does not tell apart, nobody can.
SEVERAL = {
    "half-head": "http.client, inside of requests, takes the end of the connection for the end of the head",
    "chunked": "obstore says of any answer without Content-Length only that, reference reads no other",
    "bad-chunk": "as before",
    "negative-chunk": "as before",
    "later-chunk": "as before",
    "cut-chunk": "as before",
    "no-length": "as before",
    "503-cut": "obstore says that the body of an error broke, but not of which status",
    "odd-byte": "httpx says of any end before the whole head only that no answer was sent",
    "list-length": "http.client, inside of requests, takes it for no length and waits for the end",
}
# More than one request for an operation.
REPEATS = {("obstore", str(status)) for status in (301, 302, 303, 307, 308)}


def replica_of(library):
    if library == "reference":
        return Replica(None, Path(BENCHMARK).parent / "tests/reference/_verbs")
    return Replica(TOP / f"benchmark/tests/{library}/fetch_range.py", environment_of(library))


class Trial:
    """One library's operations, one for each key, in turn. changes: of the setup packet."""

    def __init__(self, library, keys, server=None, **changes):
        self.keys = keys
        self.server = server or FaultServer()
        self.replica = replica_of(library)
        try:
            self._run(library, changes)
        finally:
            self.replica.kill()
            self.server.stop()

    def _run(self, library, changes):
        with tempfile.TemporaryDirectory() as folder:
            setup = self._setup(Path(folder), library, changes)
            self.replica.send(setup)
            ready = self.replica.receive()
            if not ready or ready["type"] != "ready":
                raise AssertionError(f"{library}: {ready}")
            go(self.replica)
            self.done = self.replica.receive()
            self.records = {record[5]: record for record in read_records(setup["records"]["path"])}
            self.replica.send({"type": "bye"})
            self.replica.wait()

    def _setup(self, folder, library, changes):
        count = len(self.keys)
        with open(folder / "plan", "w") as plan:
            for number, key in enumerate(self.keys):
                op = {"op": number, "key": key, "start": START, "length": LENGTH, "crc32": CRC32}
                plan.write(json.dumps(op) + "\n")
        with open(folder / "records", "wb") as file:
            file.truncate(count * RECORD.size)
        client = {"pool_size": 4, "keep_alive": True, "keep_alive_timeout_seconds": 60, "use_dns_cache": True}
        return {
            "type": "setup",
            "protocol": 1,
            "library": library,
            "test": "fetch_range",
            "endpoint": self.server.endpoint,
            "bucket": BUCKET,
            "region": "us-east-1",
            "client_config": client,
            "concurrency": 1,
            "n_requests": count,
            "timeout_seconds": 200,
            "operation_timeout_seconds": 60,
            "plan": str(folder / "plan"),
            "records": {"path": str(folder / "records"), "capacity": count},
            **changes,
        }

    def outcome(self, number):
        """(class, status) of an operation."""
        record = self.records.get(number)
        return (NAMES[record[9]], record[7]) if record else ("unfinished", 0)

    def failing_ns(self):
        """How long an operation takes whose connection ends early, the least: the rest is the machine's."""
        records = (record for record in self.records.values() if record[9] in (RESET, TRUNCATED))
        return min(record[3] - record[1] for record in records)

    def requests(self, number):
        return sum(key == self.keys[number] for key, _ in self.server.requests)


def keys_of(names):
    return [f"{number:03d}-{name}" for number, name in enumerate(names)]


def of_library(library):
    """Runs all faults.

    Returns {fault: (class, status, requests, class of the operation after it)}, the requests' heads, and how
    long a failure takes in ns.
    """
    stalls = [name for name, fault in FAULTS.items() if fault.make()[1] == STALL]
    rest = [name for name in FAULTS if name not in stalls and name != "refused"]
    found = {}
    # Nothing listens after `refused`, so it is the last.
    trial = Trial(library, keys_of(name for fault in (*rest, "refused") for name in (fault, "none")))
    for i, name in enumerate(rest):
        found[name] = (*trial.outcome(2 * i), trial.requests(2 * i), trial.outcome(2 * i + 1)[0])
    found["refused"] = (*trial.outcome(2 * len(rest) + 1), 1, "ok")
    heads, failing_ns = trial.server.requests, trial.failing_ns()
    # These end by the limit of an operation alone, so it may be short.
    limits = {"concurrency": len(stalls), "operation_timeout_seconds": 1.5}
    trial = Trial(library, keys_of(stalls), **limits)
    for i, name in enumerate(stalls):
        found[name] = (*trial.outcome(i), trial.requests(i), "ok")
    return found, heads + trial.server.requests, failing_ns


def of_tls(library, folder):
    """As of_library(), of TLS."""
    if library == "reference":
        return dict.fromkeys(TLS, (REFUSED, 0, 1, NAMES[OK]))
    authorities = {name: Authority(folder, name) for name in ("ca", "other")}
    found = {}
    for name, (_, authority, names) in TLS.items():
        server = FaultServer(tls=authorities[authority].server(names) if authority else None)
        endpoint = server.endpoint.replace("http://", "https://")
        trial = Trial(
            library, ["000-none"], server, endpoint=endpoint, ca_file=str(authorities["ca"].ca_file)
        )
        found[name] = (*trial.outcome(0), 1, NAMES[OK])
    return found


def of_both(library):
    found, *more = of_library(library)
    with tempfile.TemporaryDirectory() as folder:
        return {**found, **of_tls(library, folder)}, *more


def run_all():
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(EVERYBODY, pool.map(of_both, EVERYBODY), strict=True))


def cell(outcome, status, requests, then):
    text = f"{outcome} {status}" if outcome == NAMES[HTTP_ERROR] and status else outcome
    if requests != 1:
        text += f", {requests} requests"
    return text if then == "ok" else f"{text}, then {then}"


def rows_of(group):
    if group == "tls":
        return [(name, words) for name, (words, *_) in TLS.items()]
    return [(name, fault.words) for name, fault in FAULTS.items() if fault.group == group]


def table(found):
    lines = []
    for group, title in TITLES.items():
        lines += [f"### {title}", "", "| the answer | " + " | ".join(EVERYBODY) + " |"]
        lines.append("|" + "---|" * (len(EVERYBODY) + 1))
        for name, words in rows_of(group):
            cells = " | ".join(cell(*found[library][0][name]) for library in EVERYBODY)
            lines.append(f"| {words} | {cells} |")
        lines.append("")
    lines += ["More than one class for one fault:", ""]
    lines += [f"* {FAULTS[name].words}: {why}." for name, why in SEVERAL.items()]
    return "\n".join(lines) + "\n"


def parts(text):
    before, begin, rest = text.partition(BEGIN)
    inside, end, after = rest.partition(END)
    assert begin and end, f"{PAGE} has no place for the table"
    return before + begin, inside, end + after


class Faults(Check):
    lock = threading.Lock()
    found = None

    def setUp(self):
        super().setUp()
        if Faults.found is None:
            Faults.found = run_all()

    def test_the_table_of_the_page(self):
        self.assertEqual(table(self.found).splitlines(), parts(PAGE.read_text())[1].splitlines())

    def test_one_fault_one_class(self):
        """Where libraries fail, they fail alike; or it is written above why not."""
        several = set()
        for name in (*FAULTS, *TLS):
            classes = {self.found[library][0][name][0] for library in EVERYBODY} - {NAMES[OK], REFUSED}
            if len(classes) > 1:
                several.add(name)
        self.assertEqual(several, set(SEVERAL))

    def test_one_operation_one_request(self):
        repeats = set()
        for library in EVERYBODY:
            repeats |= {(library, name) for name in FAULTS if self.found[library][0][name][2] != 1}
        self.assertEqual(repeats, REPEATS)

    def test_nobody_asks_for_compression(self):
        for library in EVERYBODY:
            for key, head in self.found[library][1]:
                lines = [line for line in head.lower().split("\r\n") if line.startswith("accept-encoding")]
                self.assertEqual(lines, ["accept-encoding: identity"], f"{library} {key}")

    def test_nobody_waits_after_a_failure(self):
        """s3fs would for 0.1 s, which is a hundred times what a failure takes in aioboto3, its like."""
        self.assertLess(self.found["fsspec"][2], 20 * self.found["aioboto3"][2])


class Signatures(Check):
    KEYS = ("*!$,;=@&'():/000-none", "a b+c~/001-none", "\u00e9%2F?#[]{}|^`/002-none", '<"\\>/003-none')

    def test_what_is_signed_is_what_is_sent(self):
        """A store that takes the path as it came refuses what was signed in another form."""
        credentials = {"access_key_id": "someone", "secret_access_key": "secret", "session_token": None}
        for library in LIBRARIES:
            with self.subTest(library=library):
                server = FaultServer(secret="secret")
                trial = Trial(library, self.KEYS, server, credentials=credentials)
                outcomes = [trial.outcome(number) for number in range(len(self.KEYS))]
                self.assertEqual({outcome for outcome, _ in outcomes}, {NAMES[OK]}, outcomes)


def update():
    before, _, after = parts(PAGE.read_text())
    PAGE.write_text(before + table(run_all()) + after)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        main(needs=LIBRARIES)
