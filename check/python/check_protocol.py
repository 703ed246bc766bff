"""Checks of whole replicas: a small harness runs tests against a small server, over the real protocol."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

from benchmark import _outcomes

from fake_harness import ROOT, Replica, Scene, go, read_records
from range_server import RangeServer

TESTS = ROOT / "benchmark" / "tests"
ODD = ROOT / "check" / "libraries"

# An asynchronous test whose timed operations take as long as `wait` says.
SLOW = """
import asyncio
from benchmark import worker

@worker.client
def client(target):
    return target

@worker.operation(no_io=True)
async def slow(target, op):
    if target.timed:
        {wait}
    return bytes(op.length)

worker.main()
"""


def quote(key):
    return urllib.parse.quote(key, safe="/-_.~")


class Replicas(unittest.TestCase):
    """What the checks below share: a scratch folder, and the end of whatever they started."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def scene(self, **how):
        return Scene(self.folder, **how)

    def serve(self, scene, delay_seconds=0.0):
        server = RangeServer(scene.objects(quote), delay_seconds)
        self.addCleanup(server.stop)
        return server

    def start(self, script):
        replica = Replica(script)
        self.addCleanup(replica.kill)
        return replica

    def script(self, text):
        """Writes a test of its own and returns its path."""
        path = self.folder / "odd" / "slow.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_whole(self, script, setup):
        """Runs a replica from setup to bye; returns (ready, done, records, stderr)."""
        replica = self.start(script)
        replica.send(setup)
        ready = replica.receive()
        self.assertEqual(ready["type"], "ready", ready)
        self.at_ns = go(replica)
        done = replica.receive()
        self.assertEqual(done["type"], "done", done)
        replica.send({"type": "bye"})
        self.assertEqual(replica.wait(), 0)
        records = read_records(setup["records"]["path"])
        self.assertEqual(done["finished"], len(records))
        self.assertEqual(done["started"], done["finished"] + done["unfinished"])
        return ready, done, records, replica.process.stderr.read().decode()

    def refused(self, script, setup, stage, *words):
        """Asserts that a replica answers `error` in one sentence with these words, and ends with 1."""
        replica = self.start(script)
        replica.send(setup)
        error = replica.receive()
        self.assertEqual((error["type"], error["stage"]), ("error", stage), error)
        for word in words:
            self.assertIn(word, error["message"])
        self.assertNotIn("\n", error["message"])
        self.assertEqual(replica.wait(), 1)
        return replica.process.stderr.read().decode()


class Working(Replicas):
    def test_pass_does_each_test_to_its_end(self):
        for test in ("fetch_range", "cog_header"):
            with self.subTest(test=test):
                scene = self.scene(test=test)
                server = self.serve(scene)
                setup = scene.setup("pass", server.endpoint)
                ready, done, records, stderr = self.run_whole(TESTS / "pass" / f"{test}.py", setup)
                self.assertEqual(ready["protocol"], 1)
                self.assertEqual(set(ready["versions"]), {"library", "runtime"})
                self.assertEqual((done["stopped_by"], done["finished"]), ("n_requests", 100))
                self.assertEqual({(r[7], r[9]) for r in records}, {(206, 1)})
                self.assertEqual(sorted(r[5] for r in records), list(range(100)))
                self.assertEqual({r[8] for r in records if r[5] % 4 == 0}, {1})
                self.assertEqual(server.requests, 100 + 3 + 4)
                self.assertEqual(stderr, "")

    def test_times_are_in_order_and_from_go_on(self):
        scene = self.scene()
        setup = scene.setup("pass", self.serve(scene).endpoint)
        _, done, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        for intended, start, _, end, *_ in records:
            self.assertTrue(self.at_ns <= intended <= start <= end <= done["end_ns"])

    def test_the_burst_is_in_flight_at_once(self):
        scene = self.scene(concurrency=12)
        server = self.serve(scene, delay_seconds=0.3)
        setup = scene.setup("pass", server.endpoint, n_requests=1)
        self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertEqual(server.most_in_flight, 12)

    def test_without_keep_alive_each_request_has_a_connection(self):
        scene = self.scene()
        server = self.serve(scene)
        setup = scene.setup("pass", server.endpoint)
        setup["client_config"]["keep_alive"] = False
        self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertEqual(server.connections, server.requests)

    def test_replicas_take_their_own_part_and_go_round(self):
        scene = self.scene(count=10)
        setup = scene.setup("pass", self.serve(scene).endpoint, replica=1, replicas=3, n_requests=20)
        _, _, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertEqual({r[5] for r in records}, {1, 4, 7})

    def test_the_deadline(self):
        scene = self.scene()
        server = self.serve(scene)
        seconds, records = 0.2, []
        while len(records) <= 10 and seconds < 10:  # a busy machine gets more time
            seconds *= 2
            setup = scene.setup("pass", server.endpoint, n_requests=None, timeout_seconds=seconds)
            _, done, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
            self.assertEqual(done["stopped_by"], "deadline")
        self.assertGreater(len(records), 10)
        self.assertLess(max(r[1] for r in records), self.at_ns + seconds * 1e9)

    def test_records_full(self):
        scene = self.scene()
        server = self.serve(scene)
        setup = scene.setup("pass", server.endpoint, n_requests=None, capacity=30)
        _, done, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertEqual((done["stopped_by"], len(records)), ("records_full", 30))

    def test_warm_up_is_not_recorded(self):
        scene = self.scene()
        server = self.serve(scene)
        setup = scene.setup("pass", server.endpoint, warm_up_seconds=0.3)
        _, _, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertEqual(len(records), 100)
        self.assertGreater(server.requests, 110)

    def test_requests_are_signed_and_it_says_so(self):
        scene = self.scene()
        server = self.serve(scene)
        keys = {
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "secret",
            "session_token": None,
        }
        setup = scene.setup("pass", server.endpoint, credentials=keys)
        ready, *_ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertTrue(any("the worker signs" in note for note in ready["notes"]))
        self.assertIn(b"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", server.heads[0])
        self.assertIn(b"x-amz-content-sha256", server.heads[0].lower())

    def test_unsigned_requests_are_unsigned(self):
        scene = self.scene()
        server = self.serve(scene)
        self.run_whole(TESTS / "pass" / "fetch_range.py", scene.setup("pass", server.endpoint))
        self.assertFalse([head for head in server.heads if b"authorization" in head.lower()])

    def test_headers_without_a_signature_are_noted_where_there_are_credentials(self):
        keys = {"access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret", "session_token": None}
        note = "credentials were given, and the requests that this library makes of headers() are not signed"
        text = (TESTS / "pass" / "fetch_range.py").read_text().replace("**plain.KNOBS", "")
        script = self.script(text)
        for credentials in (keys, None):
            scene = self.scene()
            server = self.serve(scene)
            setup = scene.setup("odd", server.endpoint, credentials=credentials)
            ready, *_ = self.run_whole(script, setup)
            self.assertEqual(
                [said.startswith(note) for said in ready["notes"]], [True] if credentials else []
            )
            self.assertFalse([head for head in server.heads if b"authorization" in head.lower()])
        server.fault = lambda c, n: c.write(b"403 Forbidden", b"", b"") or True
        setup = scene.setup("odd", server.endpoint, credentials=keys)
        self.refused(script, setup, "proof", "status 403", note, "signed_by_worker=True")
        script = self.script(SLOW.format(wait="pass"))
        ready, *_ = self.run_whole(script, scene.setup("odd", server.endpoint, credentials=keys))
        self.assertFalse([said for said in ready["notes"] if "credentials" in said])

    def test_null_says_that_it_does_no_io(self):
        for test in ("fetch_range", "cog_header"):
            scene = self.scene(test=test)
            setup = scene.setup("null", "http://127.0.0.1:1", n_requests=500)
            ready, _, records, _ = self.run_whole(TESTS / "null" / f"{test}.py", setup)
            self.assertTrue(any("no I/O" in note for note in ready["notes"]))
            self.assertEqual({(r[8], r[9]) for r in records}, {(0, 1)})

    def test_members_that_are_not_known_are_ignored(self):
        scene = self.scene()
        setup = scene.setup("null", "http://127.0.0.1:1", a_new_member={"x": 1})
        self.run_whole(TESTS / "null" / "fetch_range.py", setup)


PERIOD_NS = 5_000_000  # of an open loop


class OpenLoop(Replicas):
    def intended(self, library, endpoint, scene):
        setup = scene.setup(library, endpoint, rate=1e9 / PERIOD_NS, n_requests=60)
        _, _, records, _ = self.run_whole(TESTS / library / "fetch_range.py", setup)
        ordered = sorted(r[0] for r in records)
        self.assertEqual(ordered, [self.at_ns + i * PERIOD_NS for i in range(60)])
        return sorted(r[1] - r[0] for r in records)

    def test_both_schedulers_keep_the_intended_times(self):
        scene = self.scene()
        for library, endpoint in (
            ("null", "http://127.0.0.1:1"),
            ("pass", self.serve(scene).endpoint),
        ):
            with self.subTest(library=library):
                medians = []
                # Late once is the machine, late always is the scheduler.
                while len(medians) < 20 and min(medians, default=PERIOD_NS) >= PERIOD_NS / 4:
                    late = self.intended(library, endpoint, scene)
                    self.assertGreaterEqual(late[0], 0)
                    medians.append(late[len(late) // 2])
                self.assertLess(min(medians), PERIOD_NS / 4)

    def test_it_never_has_more_in_flight_than_asked(self):
        scene = self.scene(concurrency=2)
        server = self.serve(scene, delay_seconds=0.02)
        setup = scene.setup("pass", server.endpoint, rate=1000, n_requests=40)
        _, _, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
        self.assertEqual(server.most_in_flight, 2)
        # So the last ones start late, and their latency, from the intended start, shows it.
        self.assertGreater(max(r[1] - r[0] for r in records), 100_000_000)


class Failing(Replicas):
    def test_fail_fails_only_after_go(self):
        scene = self.scene()
        setup = scene.setup("fail", self.serve(scene).endpoint)
        _, _, records, _ = self.run_whole(TESTS / "fail" / "fetch_range.py", setup)
        self.assertEqual({(r[7], r[9]) for r in records}, {(404, _outcomes.HTTP_ERROR)})

    def test_threads_that_hang_are_given_up(self):
        scene = self.scene()
        changes = {"timeout_seconds": 0.3, "operation_timeout_seconds": 0.5}
        setup = scene.setup("hang", self.serve(scene).endpoint, **changes)
        began = time.monotonic()
        _, done, records, _ = self.run_whole(TESTS / "hang" / "fetch_range.py", setup)
        self.assertEqual((done["unfinished"], done["stopped_by"], records), (4, "deadline", []))
        self.assertLess(time.monotonic() - began, 10)

    def test_a_coroutine_is_stopped_at_its_limit_and_the_slot_goes_on(self):
        script = self.script(SLOW.format(wait="await asyncio.sleep(3600)"))
        changes = {"timeout_seconds": 1.0, "operation_timeout_seconds": 0.3}
        setup = self.scene().setup("odd", "http://127.0.0.1:1", **changes)
        _, done, records, _ = self.run_whole(script, setup)
        self.assertEqual({r[9] for r in records}, {_outcomes.TIMEOUT})
        self.assertGreaterEqual(len(records), 12)
        self.assertEqual(done["stopped_by"], "deadline")
        for _, start, _, end, *_ in records:
            self.assertTrue(0.3 <= (end - start) / 1e9 < 0.5)

    def test_what_the_library_cancels_has_failed(self):
        script = self.script(SLOW.format(wait="raise asyncio.CancelledError"))
        setup = self.scene().setup("odd", "http://127.0.0.1:1", n_requests=20)
        _, done, records, stderr = self.run_whole(script, setup)
        self.assertEqual({r[9] for r in records}, {_outcomes.OTHER})
        self.assertEqual(done["stopped_by"], "n_requests")
        self.assertIn("CancelledError", stderr)

    def test_a_text_that_no_json_has_is_cleaned(self):
        script = self.script(SLOW.format(wait="raise ValueError('a' + chr(0) + 'b' + chr(0xDC80) + 'c')"))
        setup = self.scene().setup("odd", "http://127.0.0.1:1", n_requests=20)
        _, done, records, _ = self.run_whole(script, setup)
        self.assertEqual({r[9] for r in records}, {_outcomes.OTHER})
        self.assertIn("ValueError: a?b?c", done["failures"]["other"])

    def test_no_exception_ends_the_replica(self):
        """Those of BaseException too, in coroutines and in threads."""
        setup = self.scene().setup("odd", "http://127.0.0.1:1", n_requests=20)
        for name in ("SystemExit(3)", "KeyboardInterrupt()", "GeneratorExit()", "BaseException('x')"):
            for text in (SLOW, SLOW.replace("async def", "def").replace("import asyncio\n", "")):
                with self.subTest(name=name, asynchronous=text is SLOW):
                    script = self.script(text.format(wait=f"raise {name}"))
                    os.truncate(setup["records"]["path"], 0)
                    os.truncate(setup["records"]["path"], setup["records"]["capacity"] * 64)
                    _, done, records, _ = self.run_whole(script, setup)
                    self.assertEqual([r[9] for r in records], [_outcomes.OTHER] * 20)
                    self.assertEqual(done["stopped_by"], "n_requests")
                    self.assertIn(name.partition("(")[0], done["failures"]["other"])

    def test_no_exception_ends_a_replica_before_go(self):
        scene = self.scene()
        setup = scene.setup("odd", self.serve(scene).endpoint)
        for name in ("SystemExit", "KeyboardInterrupt", "GeneratorExit", "asyncio.CancelledError"):
            text = SLOW.replace("(no_io=True)", "").replace("if target.timed:", "if True:")
            script = self.script(text.format(wait=f"raise {name}"))
            told = name.rpartition(".")[2]
            self.refused(script, setup, "proof", "operation 0", told, "odd/slow.py, line ")
            verify = {**setup["verify"], "proof": None}
            self.refused(script, {**setup, "verify": verify}, "burst", "4 of 4", told)
            script = self.script(text.replace("return target", f"raise {name}").format(wait="pass"))
            self.refused(script, setup, "setup", "the client cannot be made", told)

    def test_coroutines_in_flight_at_the_end_are_unfinished(self):
        script = self.script(SLOW.format(wait="await asyncio.sleep(3600)"))
        changes = {"timeout_seconds": 0.2, "operation_timeout_seconds": 5}
        _, done, records, _ = self.run_whole(
            script, self.scene().setup("odd", "http://127.0.0.1:1", **changes)
        )
        self.assertEqual((done["unfinished"], records), (4, []))
        self.assertAlmostEqual((done["end_ns"] - self.at_ns) / 1e9, 2.2, delta=0.3)

    def test_failing_at_once_does_not_keep_the_others_from_running(self):
        script = self.script(SLOW.format(wait="raise ValueError('at once')"))
        setup = self.scene().setup("odd", "http://127.0.0.1:1", n_requests=None, timeout_seconds=0.3)
        _, done, records, stderr = self.run_whole(script, setup)
        self.assertEqual({r[9] for r in records}, {_outcomes.OTHER})
        self.assertIn("ValueError: at once", stderr)
        self.assertEqual(stderr.count("ValueError"), 1)
        self.assertEqual(done["stopped_by"], "deadline")

    def test_faults_of_the_server(self):
        cases = {
            "throttled": lambda c, n: c.write(b"503 Slow Down", b"", b"") or True,
            "reset": lambda c, n: c.transport.abort() or True,
            "truncated": lambda c, n: (
                c.transport.write(
                    b"HTTP/1.1 206 P\r\nContent-Length: 16384\r\nContent-Range: bytes 0-16383/9\r\n\r\nshort"
                )
                or c.transport.close()
                or True
            ),
            "wrong_bytes": lambda c, n: c.write(b"206 P", b"", bytes(16384)) or True,
        }
        for outcome, fault in cases.items():
            with self.subTest(outcome=outcome):
                scene = self.scene()
                server = self.serve(scene)
                server.fault = lambda c, n, fault=fault: n > 7 and fault(c, n)
                setup = scene.setup("pass", server.endpoint, n_requests=20)
                _, _, records, _ = self.run_whole(TESTS / "pass" / "fetch_range.py", setup)
                self.assertEqual({_outcomes.NAMES[r[9]] for r in records}, {outcome})

    def test_a_server_that_is_gone_is_connect(self):
        scene = self.scene()
        server = self.serve(scene)
        replica = self.start(TESTS / "pass" / "fetch_range.py")
        setup = scene.setup("pass", server.endpoint, n_requests=20)
        setup["client_config"]["keep_alive"] = False
        replica.send(setup)
        self.assertEqual(replica.receive()["type"], "ready")
        server.stop()
        go(replica)
        self.assertEqual(replica.receive()["finished"], 20)
        outcomes = {_outcomes.NAMES[r[9]] for r in read_records(setup["records"]["path"])}
        self.assertEqual(outcomes, {"connect"})


class Refusing(Replicas):
    null = TESTS / "null" / "fetch_range.py"

    def setup_with(self, **changes):
        return self.scene().setup("null", "http://127.0.0.1:1", **changes)

    def test_another_version_is_refused_naming_both(self):
        self.refused(self.null, self.setup_with(protocol=7), "setup", "version 7", "versions 1 and 2")

    def test_packets_that_are_no_setup(self):
        self.refused(self.null, b"{not json", "setup", "not JSON")
        self.refused(self.null, [1, 2], "setup", "it is no JSON object")
        self.refused(self.null, {"type": "go"}, "setup", "'go' instead of 'setup'")

    def test_members_that_are_missing_or_wrong(self):
        for change in (
            {"endpoint": None},
            {"concurrency": 0},
            {"concurrency": "9"},
            {"concurrency": True},
            {"client_config": {"pool_size": -1}},
            {"plan": None},
            {"rate": -5},
            {"records": {}},
            {"credentials": {"access_key_id": "x"}},
        ):
            with self.subTest(change=change):
                setup = {**self.setup_with(), **change}
                self.refused(self.null, setup, "setup", "the packet 'setup'")

    def test_files_that_are_missing_or_wrong(self):
        self.refused(self.null, self.setup_with(plan="/no/such/plan"), "setup", "/no/such/plan")
        closed = "/proc/self/fd/987"
        self.refused(self.null, self.setup_with(plan=closed), "setup", closed, "pass on all descriptors")
        bad = self.folder / "bad"
        bad.write_text('{"op":0}\n')
        self.refused(self.null, self.setup_with(plan=str(bad)), "setup", "line 1: not an operation")
        bad.write_text("")
        self.refused(self.null, self.setup_with(plan=str(bad)), "setup", "no operation for replica 0")
        bad.write_text("short")
        records = {"path": str(bad), "capacity": 10}
        self.refused(self.null, self.setup_with(records=records), "setup", "too small")

    def test_a_proof_that_differs(self):
        scene = self.scene()
        setup = scene.setup("wrongbytes", self.serve(scene).endpoint)
        script = ODD / "wrongbytes" / "fetch_range.py"
        self.refused(script, setup, "proof", "operation 0 (scenes/", "byte 16383 of")
        data = bytearray(Path(setup["verify"]["proof_bytes"]).read_bytes())
        data[5] ^= 1
        Path(setup["verify"]["proof_bytes"]).write_bytes(data)
        script = TESTS / "pass" / "fetch_range.py"
        self.refused(script, setup, "proof", "operation 0", "byte 5 of the answer is wrong")
        text = "from benchmark import worker\n@worker.operation\ndef short(target, op):\n    return b'abc'\n"
        text += "worker.main()\n"
        self.refused(self.script(text), setup, "proof", "operation 0", ": 3 bytes instead of 16384")

    def test_an_answer_of_another_type_and_a_fault_of_the_tests_are_told_with_their_line(self):
        scene = self.scene()
        setup = scene.setup("odd", self.serve(scene).endpoint)
        for kind in ("def", "async def"):
            for body, words in (
                ("return None", "read returned None, not bytes (odd/slow.py, line 2)"),
                ("return op.nothing", "has no attribute 'nothing' (odd/slow.py, line "),
            ):
                text = (
                    f"from benchmark import worker\n@worker.operation\n{kind} read(target, op):\n    {body}\n"
                )
                script = self.script(text + "worker.main()\n")
                self.refused(script, setup, "proof", "operation 0 (scenes/", words)
                verify = {**setup["verify"], "proof": None}
                self.refused(script, {**setup, "verify": verify}, "burst", "4 of 4 operations", words)

    def test_a_burst_that_fails(self):
        scene = self.scene()
        server = self.serve(scene)
        server.fault = lambda c, n: n > 3 and (c.write(b"503 Slow Down", b"", b"") or True)
        setup = scene.setup("pass", server.endpoint)
        script = TESTS / "pass" / "fetch_range.py"
        self.refused(script, setup, "burst", "4 of 4 operations at once failed", "503")

    def test_no_server(self):
        scene = self.scene()
        setup = scene.setup("pass", "http://127.0.0.1:1")
        script = TESTS / "pass" / "fetch_range.py"
        self.refused(script, setup, "proof", "operation 0", "ConnectionRefusedError")

    def test_a_library_that_is_not_installed(self):
        script = self.script("from benchmark import worker\nimport no_such_library\n")
        (script.parent / "library.toml").write_text('version_of = "no-such"\n')
        for lock in "", "no-such-library==1.0 \\\n":
            (script.parent / "requirements.lock").write_text(lock)
            setup = self.setup_with()
            stderr = self.refused(script, setup, "setup", "odd cannot be imported", "`benchmark setup odd`")
            self.assertNotIn("Traceback", stderr)

    def test_a_module_that_no_setup_brings(self):
        script = self.script("from benchmark import worker\n\nimport _clientt\n")
        words = "odd/slow.py, line 3, imports _clientt, which is not there", "run `tools/lock odd`"
        for version_of in "", 'version_of = "no-such"\n':
            (script.parent / "library.toml").write_text(version_of)
            self.refused(script, self.setup_with(), "setup", *words)
        script = self.script("from benchmark import worker\nfrom json import nothing\n")
        (script.parent / "library.toml").write_text("")
        self.refused(
            script, self.setup_with(), "setup", "odd/slow failed: ImportError:", "(odd/slow.py, line 2)"
        )

    def test_a_test_that_is_broken(self):
        script = self.script("from benchmark import worker\nraise ValueError('a\\nb')\n")
        words = "odd/slow failed: ValueError: a b (odd/slow.py, line 2)"
        stderr = self.refused(script, self.setup_with(), "setup", words)
        self.assertIn("Traceback", stderr)
        script = self.script("from benchmark import worker\nimport _own\n")
        (script.parent / "_own.py").write_text("a = 1\ndef\n")
        words = "odd/slow failed: SyntaxError: invalid syntax (_own.py, line 2)"
        self.refused(script, self.setup_with(), "setup", words)
        script = self.script("from benchmark import worker\nworker.main()\n")
        self.refused(script, self.setup_with(), "setup", "no @worker.operation")

    def test_what_is_not_applied_is_a_member_of_client_config(self):
        setup = self.scene().setup("odd", "http://127.0.0.1:1")
        for given, words in (
            ("not_applied=['keep_alive', 'pool_siz']", "names 'pool_siz', which is no member of"),
            ("not_applied='pool_size'", "write not_applied=['pool_size'] (odd/slow.py, line "),
            ("notes='one'", "write notes=['one']"),
        ):
            text = SLOW.replace("@worker.client", f"@worker.client({given})").format(wait="pass")
            self.refused(self.script(text), setup, "setup", words)

    def test_a_client_that_cannot_be_made(self):
        text = SLOW.format(wait="pass").replace("return target", "raise OSError('no luck')")
        setup = self.setup_with()
        words = "client cannot be made: OSError: no luck (odd/slow.py, line"
        self.refused(self.script(text), setup, "setup", words)
        self.refused(self.script(text.replace("async ", "")), setup, "setup", "no luck")

    def test_the_end_of_the_harness_ends_the_replica(self):
        hanging = self.script(SLOW.format(wait="import time; time.sleep(3600)"))
        for until in ("setup", "ready", "go"):
            with self.subTest(until=until):
                replica = self.start(hanging)
                if until != "setup":
                    replica.send(self.setup_with())
                    self.assertEqual(replica.receive()["type"], "ready")
                if until == "go":
                    go(replica)
                    time.sleep(0.3)
                replica.socket.shutdown(socket.SHUT_RDWR)
                self.assertEqual(replica.wait(5), 1)

    def test_waiting_costs_nothing(self):
        replica = self.start(self.null)
        replica.send(self.setup_with())
        self.assertEqual(replica.receive()["type"], "ready")
        before = replica.cpu_seconds()
        time.sleep(0.5)
        self.assertLess(replica.cpu_seconds() - before, 0.03)


class Odd(Replicas):
    """The libraries that misbehave, for the harness's own checks, really do."""

    def begin(self, name):
        scene = self.scene()
        self.server = self.serve(scene)
        self.packet = scene.setup(name, self.server.endpoint, n_requests=None)
        replica = self.start(ODD / name / "fetch_range.py")
        replica.send(self.packet)
        return replica

    def test_before_ready(self):
        with self.assertRaises(ValueError):
            self.begin("garbage").receive()
        self.assertEqual(self.begin("oldproto").receive()["protocol"], 0)
        dies = self.begin("dies")
        self.assertEqual((dies.wait(), dies.process.stderr.read()[:5]), (3, b"dies:"))
        never = self.begin("never")
        never.socket.settimeout(0.5)
        self.assertRaises(TimeoutError, never.receive)

    def test_after_go(self):
        killed = self.begin("killed")
        self.assertEqual(killed.receive()["type"], "ready")
        go(killed)
        self.assertEqual(killed.wait(), -signal.SIGKILL)
        self.assertGreater(len(read_records(self.packet["records"]["path"])), 10)
        stopped = self.begin("stopped")
        self.assertEqual(stopped.receive()["type"], "ready")
        go(stopped)
        _, status = os.waitpid(stopped.process.pid, os.WUNTRACED)
        self.assertTrue(os.WIFSTOPPED(status))

    def test_double_sends_two_requests(self):
        scene = self.scene()
        server = self.serve(scene)
        self.run_whole(ODD / "double" / "fetch_range.py", scene.setup("double", server.endpoint))
        self.assertEqual(server.requests, 2 * (100 + 3 + 4))

    def test_flood(self):
        replica = self.begin("flood")
        self.assertEqual(len(replica.process.stderr.read(1 << 20)), 1 << 20)
        self.assertEqual(replica.receive()["type"], "ready")


class ByHand(Replicas):
    def run_by_hand(self, script, *flags):
        environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, str(script), *flags]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def test_a_summary_and_its_json(self):
        scene = self.scene()
        server = self.serve(scene)
        script = TESTS / "pass" / "fetch_range.py"
        flags = ["--endpoint", server.endpoint, "--bucket", "data", "--n-requests", "50"]
        flags += ["--plan", str(self.folder / "plan"), "--concurrency", "3"]
        text = self.run_by_hand(script, *flags)
        self.assertEqual(text.returncode, 0, text.stderr)
        self.assertIn("operations      50 in", text.stdout)
        found = json.loads(self.run_by_hand(script, *flags, "--json").stdout)
        self.assertEqual((found["ok"], found["failures"], found["stopped_by"]), (50, {}, "n_requests"))
        self.assertGreater(found["latency_ms"]["max"], found["latency_ms"]["p50"])

    def test_a_summary_of_failures_has_no_times(self):
        scene = self.scene()
        flags = ["--endpoint", "http://127.0.0.1:1", "--bucket", "data", "--n-requests", "5"]
        done = self.run_by_hand(
            TESTS / "pass" / "fetch_range.py", *flags, "--plan", str(self.folder / "plan")
        )
        self.assertIn("failures        5 connect\n", done.stdout, (scene, done.stderr))
        self.assertIn("latency         p50 -, p90 -, p99 -, max -\n", done.stdout)
        self.assertNotIn("None", done.stdout)

    def test_without_a_plan(self):
        scene = self.scene()
        server = self.serve(scene)
        flags = [
            "--endpoint",
            server.endpoint,
            "--bucket",
            "data",
            "--key",
            scene.keys[0],
            "--json",
        ]
        flags += ["--object-size", "65536", "--request-size", "1000", "--n-requests", "20"]
        found = json.loads(self.run_by_hand(TESTS / "pass" / "fetch_range.py", *flags).stdout)
        self.assertEqual(found["ok"], 20)
        self.assertAlmostEqual(found["bytes_per_second"] * found["seconds"], 20_000, delta=500)

    def test_members_of_the_packet(self):
        script = self.script(
            "from benchmark import worker\n\n\n@worker.client\ndef client(target):\n"
            "    config = target.client_config\n"
            "    raise ValueError(f'{config.http_version!r} {config.window!r} {config.pool_size}')\n\n\n"
            "@worker.operation\ndef operation(client, op):\n    pass\n\n\nworker.main()\n"
        )
        base = ["--endpoint", "http://127.0.0.1:1", "--bucket", "b", "--key", "k", "--object-size", "99999"]
        members = ["client_config.http_version=2=x", "client_config.window=5", "client_config.pool_size=7"]
        done = self.run_by_hand(script, *base, *(f"--setup={member}" for member in members))
        self.assertIn("ValueError: '2=x' 5 7", done.stderr)
        for wrong in ("x", "client_konfig.x=1", "region.x=1", "=1"):
            done = self.run_by_hand(script, *base, "--setup", wrong)
            self.assertIn(f"--setup {wrong} names no member", done.stderr)

    def test_the_default_is_the_harnesss(self):
        table = " ".join((ROOT / "src/record/spec_fields.h").read_text().split())
        self.assertRegex(table, r"X\(concurrency, concurrency, COUNT, PLAN, PLACED, 1, 10000, NAN, 50, ")
        done = self.run_by_hand(TESTS / "pass" / "fetch_range.py", "--help")
        self.assertIn("operations in flight (50)", " ".join(done.stdout.split()))

    def test_mistakes_are_one_sentence(self):
        base = ["--endpoint", "http://127.0.0.1:1", "--bucket", "data"]
        script = TESTS / "pass" / "fetch_range.py"
        for flags in (
            [],
            ["--plan", "/no/such"],
            ["--signed"],
            ["--key", "k", "--object-size", "5"],
        ):
            done = self.run_by_hand(script, *base, *flags)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
