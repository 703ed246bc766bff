"""Checks of whole replicas in which something goes wrong, or that run by hand: as check_protocol.py's."""

import json
import os
import signal
import subprocess
import sys
import unittest

from benchmark import _outcomes
from benchmark._work import DRAIN_SECONDS

from fake_harness import ROOT, go, read_records
from replicas import ODD, SLOW, TESTS, Replicas


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
        _, done, records, _ = self.run_whole(TESTS / "hang" / "fetch_range.py", setup)
        self.assertEqual((done["unfinished"], done["stopped_by"], records), (4, "deadline", []))

    def test_a_coroutine_is_stopped_at_its_limit_and_the_slot_goes_on(self):
        script = self.script(SLOW.format(wait="await asyncio.sleep(3600)"))
        changes = {"timeout_seconds": 60, "operation_timeout_seconds": 0.3, "n_requests": 16}
        setup = self.scene().setup("odd", "http://127.0.0.1:1", **changes)
        _, done, records, _ = self.run_whole(script, setup)
        self.assertEqual([r[9] for r in records], [_outcomes.TIMEOUT] * 16)
        self.assertEqual(done["stopped_by"], "n_requests")
        took = [(end - start) / 1e9 for _, start, _, end, *_ in records]
        self.assertGreaterEqual(min(took), 0.3)
        # A busy machine may be late for some, and not for all.
        self.assertLess(min(took), 0.5)

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
        changes = {"timeout_seconds": 0.2, "operation_timeout_seconds": 30}
        _, done, records, _ = self.run_whole(
            script, self.scene().setup("odd", "http://127.0.0.1:1", **changes)
        )
        self.assertEqual((done["unfinished"], records), (4, []))
        took = (done["end_ns"] - self.at_ns) / 1e9
        self.assertGreaterEqual(took, 0.2 + DRAIN_SECONDS)
        self.assertLess(took, 30, "it awaits the limit of an operation")

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
