"""Checks of verbs: what each library sends and returns, and how both schedulers run operations of stages.

check: deadline 300
"""

import json
import os
import re
import subprocess
import unittest
from pathlib import Path

from benchmark import _outcomes
from benchmark._request import VERBS

from check_protocol import TESTS, Replicas
from fake_harness import LIBRARIES, ROOT, Replica

# What differs from one request to the next: signatures, dates, ids of requests.
CHANGING = re.compile(rb"(?im)^(authorization|x-amz-date|amz-sdk-\S+|amz-\S+id): .*\r\n")
KEYS = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret", "session_token": None}
EVERY = [["head", "list"], ["get_range", "get_suffix", "get", "get_range"], ["get_range"]]

# A library of verbs that notes what it is asked and when; LIMIT: those that fail or do not end.
NOTING = """
import asyncio
import os
import threading
import time
from benchmark import worker

LOG = {log!r}

@worker.client
def client(target):
    return target

def note(word, request):
    with open(LOG, "a") as log:
        log.write(f"{{time.monotonic_ns()}} {{word}} {{request.start}} {{threading.get_ident()}}\\n")

@worker.verb
{kind} get_range(target, request):
    note("begin", request)
    try:
        {body}
    finally:
        note("end", request)

worker.main()
"""


def python_of(library):
    envs = os.environ.get("GEOIO_ENVS") or Path.home() / ".local/share/geoio-benchmark/envs"
    return next(iter(sorted(Path(envs).glob(f"{library}-*/bin/python"))), None)


def verbs_of(library):
    """Returns the verbs that _verbs.py has."""
    text = (TESTS / library / "_verbs.py").read_text()
    return [name for name in VERBS if re.search(rf"^(async )?def {name}\(", text, re.M)]


def same(head):
    """Returns a request's head without what changes: also the order of letters in botocore's User-Agent."""
    return re.sub(rb" m/\S+", lambda found: bytes(sorted(found[0])), CHANGING.sub(b"", head))


class Verbs(Replicas):
    def start_of(self, library, script):
        replica = Replica(TESTS / library / script, python_of(library) or "python3")
        self.addCleanup(replica.kill)
        return replica

    def run_library(self, library, script, setup):
        self.start = lambda path: self.start_of(library, path)
        return self.run_whole(script, setup)


def each_library(check):
    def run(self):
        missing = [library for library in LIBRARIES if not python_of(library)]
        if missing:
            self.skipTest(f"no environment of {', '.join(missing)}: run `benchmark setup`")
        for library in LIBRARIES:
            with self.subTest(library=library):
                check(self, library)

    return run


class Libraries(Verbs):
    @each_library
    def test_file_and_verbs_send_the_same(self, library):
        for test, credentials in (("fetch_range", None), ("cog_header", KEYS)):
            heads = []
            for script in (f"{test}.py", "_verbs.py"):
                scene = self.scene(test=test, concurrency=1)
                server = self.serve(scene)
                setup = scene.setup(library, server.endpoint, credentials=credentials, n_requests=9)
                self.run_library(library, script, setup)
                server.stop()
                host = server.endpoint.encode().partition(b"://")[2]
                heads.append([same(head).replace(host, b"HOST") for head in server.heads])
            self.assertEqual(len(heads[0]), 13)
            self.assertEqual(*heads)

    @each_library
    def test_each_verb_and_its_requests(self, library):
        verbs = verbs_of(library)
        shapes = [[[verb]] for verb in verbs]
        scene = self.scene(test="some", concurrency=1).of_stages(*shapes, count=len(verbs))
        server = self.serve(scene)
        server.page_names = 7
        how = {"protocol": 2, "n_requests": len(verbs), "credentials": KEYS}
        setup = scene.setup(library, server.endpoint, **how)
        ready, done, records, _ = self.run_library(library, "_verbs.py", setup)
        self.assertEqual(ready["protocol"], 2)
        self.assertEqual([record[-1] for record in records], [_outcomes.OK] * len(verbs), done)
        sizes = {"get_range": 21, "get": 65536, "get_suffix": 13, "get_ranges": 41}
        self.assertEqual([record[4] for record in records], [sizes.get(verb, 0) for verb in verbs])
        expected = []
        for verb in verbs:
            expected += [VERBS[verb][0]] * {"list": 3, "get_ranges": 3}.get(verb, 1)
        methods = [head.partition(b" ")[0].decode() for head in server.heads]
        # The proof, the burst of one, the timed part.
        self.assertEqual(methods, [*expected, "GET", *expected])
        self.assertTrue(all(b"authorization" in head.lower() for head in server.heads))

    @each_library
    def test_stages(self, library):
        scene = self.scene(test="some", concurrency=3).of_stages(EVERY)
        server = self.serve(scene)
        server.page_names = 7
        setup = scene.setup(library, server.endpoint, protocol=2, n_requests=30)
        _, done, records, stderr = self.run_library(library, "_verbs.py", setup)
        self.assertEqual({record[-1] for record in records}, {_outcomes.OK}, done)
        self.assertEqual({record[4] for record in records}, {21 * 3 + 13 + 65536})
        self.assertEqual({record[8] for record in records}, {1})
        self.assertEqual(server.requests, (30 + 1) * (1 + 3 + 4 + 1) + 3 * 4)
        self.assertFalse([head for head in server.heads if b"authorization" in head.lower()])
        self.assertEqual(stderr, "")

    @each_library
    def test_an_object_that_is_gone(self, library):
        scene = self.scene(test="some", concurrency=2).of_stages([["get", "get"], ["get_range"]])
        server = self.serve(scene)
        timed = 2 + 1 + 2 * 2
        server.fault = lambda connection, number: number > timed and self.answer_404(connection)
        setup = scene.setup(library, server.endpoint, protocol=2, n_requests=6)
        _, done, records, _ = self.run_library(library, "_verbs.py", setup)
        self.assertEqual({(record[4], record[7], record[9]) for record in records}, {(0, 404, 2)}, done)
        self.assertRegex(done["failures"]["http_error"], r"^operation \d+ \(get scenes/")
        self.assertEqual(server.requests, timed + 6 * 2)

    def answer_404(self, connection):
        connection.write(b"404 Not Found", b"", b"<Error><Code>NoSuchKey</Code></Error>")
        return True

    def test_null_has_every_verb(self):
        self.assertEqual(verbs_of("null"), list(VERBS))
        scene = self.scene(test="some").of_stages([list(VERBS)], EVERY)
        setup = scene.setup("null", "http://127.0.0.1:1", protocol=2)
        _, _, records, _ = self.run_whole(TESTS / "null" / "_verbs.py", setup)
        self.assertEqual({(record[8], record[9]) for record in records}, {(0, _outcomes.OK)})


SLEEP = {"async def": "await asyncio.sleep({})", "def": "time.sleep({})"}


class Schedulers(Replicas):
    def noting(self, kind, body):
        """Returns the script; `sleep(n)` in the body is that of the kind."""
        self.log = self.folder / "log"
        self.log.write_text("")
        body = re.sub(r"sleep\((.*?)\)", lambda found: SLEEP[kind].format(found[1]), body)
        body = body.replace("\n", "\n        ")
        return self.script(NOTING.format(kind=kind, body=body, log=str(self.log)))

    def lines(self):
        rows = (line.split() for line in self.log.read_text().splitlines())
        return sorted((int(at), word, int(start), thread) for at, word, start, thread in rows)

    def plan(self, shape, count=3, lengths=None):
        """Writes a plan of stages of single bytes; a request's start is its place in the operation."""
        at, stages = 0, []
        for width in shape:
            requests = [{"key": "k", "start": at + i, "length": 1} for i in range(width)]
            stages.append(requests)
            at += width
        lines = [json.dumps({"op": i, "stages": stages}) + "\n" for i in range(count)]
        (self.folder / "plan").write_text("".join(lines))

    def setup_of(self, shape, **how):
        scene = self.scene(test="some", concurrency=how.pop("concurrency", 1))
        self.plan(shape)
        how = {"protocol": 2, "verify": {}, "n_requests": 3, **how}
        return scene.setup("odd", "http://127.0.0.1:1", **how)

    def both(self, body, setup):
        for kind in SLEEP:
            with self.subTest(kind=kind):
                os.truncate(setup["records"]["path"], 0)
                os.truncate(setup["records"]["path"], setup["records"]["capacity"] * 64)
                yield kind, self.run_whole(self.noting(kind, body), dict(setup))

    def test_stages_run_in_turn_and_their_requests_at_once(self):
        """Each ends when all of its stage have begun, however late a busy machine lets them."""
        setup = self.setup_of((1, 4, 2), n_requests=1, operation_timeout_seconds=30)
        body = """all_begun = 1 if request.start == 0 else 5 if request.start < 5 else 7
while target.timed and open(LOG).read().count("begin") < all_begun:
    sleep(0.002)
return b'x'"""
        for kind, (_, done, records, _) in self.both(body, setup):
            lines = self.lines()
            words = [word for _, word, *_ in lines]
            self.assertEqual(
                words, ["begin", "end", *["begin"] * 4, *["end"] * 4, *["begin"] * 2, *["end"] * 2]
            )
            self.assertEqual([sorted(r[2] for r in lines[2:6]), lines[0][2]], [[1, 2, 3, 4], 0])
            self.assertEqual(len({thread for *_, thread in lines}), 4 if kind == "def" else 1)
            ((_, start, _, end, size, *_, outcome),) = records
            self.assertEqual((size, outcome), (7, _outcomes.OK), done)
            self.assertTrue(start <= lines[0][0] and lines[-1][0] <= end)

    def test_a_failure_awaits_its_stage_and_starts_no_other(self):
        body = "if request.start == 2: raise ConnectionResetError('gone')\nsleep(0.05)\nreturn b'x'"
        for _, (_, done, records, _) in self.both(body, self.setup_of((1, 3, 2))):
            self.assertEqual({record[-1] for record in records}, {_outcomes.RESET})
            self.assertEqual(len(records), 3)
            lines = self.lines()
            self.assertEqual(sorted(r[2] for r in lines if r[1] == "begin"), sorted([0, 1, 2, 3] * 3))
            ends = [at for at, word, start, _ in lines if word == "end" and start in (1, 3)]
            self.assertTrue(all(record[3] >= at for record, at in zip(records, ends[1::2], strict=True)))
            self.assertRegex(done["failures"]["reset"], r"\(k, 1 bytes from 2\): ConnectionResetError: gone")

    def test_no_exception_of_a_request_ends_the_replica(self):
        body = "if request.start == 2: raise SystemExit(3)\nreturn b'x'"
        for _, (_, done, records, _) in self.both(body, self.setup_of((1, 3, 2))):
            self.assertEqual([record[-1] for record in records], [_outcomes.OTHER] * 3)
            self.assertRegex(done["failures"]["other"], r"\(k, 1 bytes from 2\): SystemExit: 3")

    def test_a_wrong_answer_starts_no_other_stage(self):
        for body, outcome in (("return b''", "truncated"), ("return b'xx'", "wrong_bytes")):
            for _, (_, done, records, _) in self.both(body, self.setup_of((1, 2))):
                self.assertEqual({record[-1] for record in records}, {_outcomes.NUMBERS[outcome]})
                self.assertEqual({start for *_, start, _ in self.lines()}, {0})
                self.assertIn("bytes instead of 1", done["failures"][outcome])

    def test_the_limit_stops_all_requests_of_a_stage_and_the_slot_goes_on(self):
        body = "if target.timed: sleep(0 if request.start == 0 else 60)\nreturn b'x'"
        seconds, words = 0.2, []
        # On a busy machine the limit may come before a stage has begun.
        while words.count("begin") < 3 * 4 and seconds < 10:
            setup = self.setup_of((1, 3), operation_timeout_seconds=seconds)
            _, done, records, stderr = self.run_whole(self.noting("async def", body), setup)
            self.assertEqual([record[-1] for record in records], [_outcomes.TIMEOUT] * 3)
            self.assertEqual(done["unfinished"], 0)
            words, seconds = [row[1] for row in self.lines()], 2 * seconds
            self.assertEqual(words.count("end"), words.count("begin"))
            self.assertEqual(stderr.count("\n"), 1, stderr)
        self.assertEqual(words.count("begin"), 3 * 4)

    def test_what_is_in_flight_at_the_end_is_given_up(self):
        started = dict.fromkeys(SLEEP, 0)
        seconds = 0.2
        # On a busy machine nothing may have begun by then.
        while not all(started.values()) and seconds < 10:
            limits = {"timeout_seconds": seconds, "operation_timeout_seconds": 0.3}
            setup = self.setup_of((3,), n_requests=None, **limits)
            for kind, (_, done, records, _) in self.both("if target.timed: sleep(60)\nreturn b'x'", setup):
                self.assertEqual(len(records), done["finished"])
                self.assertIn(done["unfinished"], (0, 1))
                started[kind] = max(started[kind], done["started"])
            seconds *= 2
        self.assertEqual(set(started.values()), {1})

    @unittest.skipUnless(python_of("httpx"), "no environment of httpx: run `benchmark setup`")
    def test_a_header_in_the_first_answer(self):
        scene = self.scene(test="cog_header", concurrency=1)
        line = scene.operation(0, False)
        first = {name: line[name] for name in ("key", "start", "length")}
        for levels in (line["expect"]["levels"], line["expect"]["levels"][:1]):
            stages = [[first], [{**first, "length": 2}]]
            entry = {"op": 0, "stages": stages, "expect": {"levels": levels, "requests": [2, 2]}}
            (self.folder / "plan").write_text(json.dumps(entry) + "\n")
            server = self.serve(scene)
            setup = scene.setup("httpx", server.endpoint, protocol=2, verify={}, n_requests=2)
            replica = Replica(TESTS / "httpx/_verbs.py", python_of("httpx"))
            self.addCleanup(replica.kill)
            self.start = lambda _, replica=replica: replica
            _, done, records, _ = self.run_whole(None, setup)
            expected = _outcomes.WRONG_BYTES if len(levels) == 1 else _outcomes.OK
            self.assertEqual({record[-1] for record in records}, {expected}, done)


class Refusing(Replicas):
    def test_a_verb_that_the_library_lacks(self):
        scene = self.scene(test="some").of_stages([["get_ranges"], ["list"]])
        setup = scene.setup("aiohttp", "http://127.0.0.1:1", protocol=2)
        script = self.script(NOTING.format(kind="def", body="pass", log=""))
        words = ["aiohttp has no", "list", "get_ranges", "which some needs: its verbs are get_range"]
        self.refused(script, setup, "setup", *words)

    def test_stages_are_not_of_version_1(self):
        scene = self.scene(test="some").of_stages([["get_range"]])
        for script in (TESTS / "pass/fetch_range.py", TESTS / "null/_verbs.py"):
            setup = scene.setup("pass", "http://127.0.0.1:1")
            self.refused(
                script, setup, "setup", "the plan of some has stages", "`protocol = 2` in pass/library"
            )

    def test_a_file_without_either(self):
        script = self.script("from benchmark import worker\nworker.main()\n")
        setup = self.scene().setup("odd", "http://127.0.0.1:1")
        self.refused(script, setup, "setup", "has no @worker.operation and no @worker.verb")

    def test_functions_that_are_no_verbs(self):
        setup = self.scene().setup("odd", "http://127.0.0.1:1")
        head = "from benchmark import worker\n@worker.verb\ndef get_range(c, r): pass\n@worker.verb\n"
        script = self.script(head + "def fetch(c, r): pass\n")
        self.refused(script, setup, "setup", "'fetch' is no verb: there are get_range, get,")
        script = self.script(head + "async def get(c, r): pass\n")
        self.refused(script, setup, "setup", "get is asynchronous and the verbs before it are not")
        script = self.script(head[: -len("\n")] + "(no_io=True)\ndef get(c, r): pass\n")
        self.refused(script, setup, "setup", "get and the verbs before it say no_io differently")


class Files(Replicas):
    """A test in a file of a library that knows stages."""

    TEXT = """
import asyncio
from benchmark import worker

@worker.operation
async def some(target, op):
    assert len(op.stages) == 2 and op.requests[2].start == 2
    try:
        op.start
    except AttributeError as error:
        assert "has stages, and no 'start' of its own" in str(error)
    return [bytes(request.length) for stage in op.stages for request in stage][{cut}:]

worker.main()
"""

    def test_it_answers_all_requests(self):
        requests = [{"key": "k", "start": i, "length": i + 1} for i in range(3)]
        line = json.dumps({"op": 0, "stages": [requests[:1], requests[1:]]}) + "\n"
        for cut, outcome in ((0, _outcomes.OK), (1, _outcomes.WRONG_BYTES)):
            scene = self.scene(test="some")
            (self.folder / "plan").write_text(line)
            setup = scene.setup("odd", "http://127.0.0.1:1", protocol=2, verify={})
            _, done, records, _ = self.run_whole(self.script(self.TEXT.format(cut=cut)), setup)
            self.assertEqual({record[-1] for record in records}, {outcome}, done)


class ByHand(Replicas):
    def run_by_hand(self, *arguments):
        command = ["python3", TESTS / "null" / "_verbs.py", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, timeout=60
        )

    def test_a_workload(self):
        self.scene(test="some").of_stages(EVERY)
        store = ["--endpoint", "http://127.0.0.1:1", "--bucket", "b", "--plan", self.folder / "plan"]
        done = self.run_by_hand("--test", "some", *store, "--n-requests", "50", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["ok"], 50)
        done = self.run_by_hand(*store)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--test", done.stderr)


if __name__ == "__main__":
    unittest.main()
