"""What the checks of whole replicas share: a small harness over the real protocol, and a small server."""

import tempfile
import unittest
import urllib.parse
from pathlib import Path

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
