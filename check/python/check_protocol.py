"""Checks of whole replicas: a small harness runs tests against a small server, over the real protocol."""

import socket
import time
import unittest
from pathlib import Path

from fake_harness import go
from replicas import ODD, SLOW, TESTS, Replicas


class Working(Replicas):
    def test_pass_does_each_test_to_its_end(self):
        for test in ("fetch_range", "cog_header"):
            with self.subTest(test=test):
                scene = self.scene(test=test)
                server = self.serve(scene)
                setup = scene.setup("pass", server.endpoint)
                ready, done, records, stderr = self.run_whole(TESTS / "pass" / f"{test}.py", setup)
                self.assertEqual(ready["protocol"], 1)
                self.assertEqual(set(ready["versions"]), {"library", "runtime", "worker"})
                self.assertEqual(ready["versions"]["worker"], "worker.py")
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
        seconds = 0.15
        while server.requests <= 110 and seconds < 10:  # a busy machine gets more time
            server.requests, seconds = 0, 2 * seconds
            setup = scene.setup("pass", server.endpoint, warm_up_seconds=seconds)
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
                self.assertEqual(replica.wait(), 1)

    def test_waiting_costs_nothing(self):
        replica = self.start(self.null)
        replica.send(self.setup_with())
        self.assertEqual(replica.receive()["type"], "ready")
        # The end of `ready` may come late, but not for ever.
        windows = []
        while len(windows) < 10 and min(windows, default=1) >= 0.03:
            before = replica.cpu_seconds()
            time.sleep(0.5)
            windows.append(replica.cpu_seconds() - before)
        self.assertLess(min(windows), 0.03)


if __name__ == "__main__":
    unittest.main()
