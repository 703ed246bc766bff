"""The program of reference's verbs: by hand, with plans of stages against the origin, and in a run."""

import json
import subprocess
import zlib
from pathlib import Path

from _harness import BENCHMARK, QUICK, Check, main

VERBS = Path(BENCHMARK).parent / "tests/reference/_verbs"
KEY = "s2/00000/B04.tif"
OBJECTS = 4


class Verbs(Check):
    def setUp(self):
        super().setUp()
        self.store = self.enterContext(self.origin("--dataset", "s2", "--keys", str(OBJECTS)))
        self.size = int(self.store.get(f"/bench/{KEY}", method="HEAD")[1]["Content-Length"])

    def bytes_of(self, start, length):
        return self.store.range(f"/bench/{KEY}", start, length)

    def request(self, verb, length, start=None, **more):
        place = {} if start is None else {"start": start}
        return {"verb": verb, "key": KEY, "length": length, **place, **more}

    def operation(self, number):
        """First a range and the head, then four ranges at once, then the end of the object."""
        first = self.bytes_of(number * 1000, 5000)
        ranges = [self.request("get_range", 16384, at * 65536 + number) for at in range(4)]
        stages = [
            [
                self.request("get_range", 5000, number * 1000, crc32=zlib.crc32(first)),
                self.request("head", self.size),
            ],
            ranges,
            [self.request("get_suffix", 700)],
        ]
        return {"op": number, "stages": stages}

    def lines(self, name, operations):
        path = self.folder / name
        path.write_text("".join(json.dumps(operation) + "\n" for operation in operations))
        return path

    def run_verbs(self, plan, *words, status=0):
        command = [VERBS, "--endpoint", self.store.url, "--bucket", "bench", "--plan", plan, *words]
        found = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
        self.assertEqual(found.returncode, status, found)
        return found

    def proof(self, operations):
        """The bodies of all requests, in their order."""
        bodies = bytearray()
        for request in (r for op in operations for stage in op["stages"] for r in stage):
            if request["verb"] == "get_suffix":
                bodies += self.bytes_of(self.size - request["length"], request["length"])
            elif request["verb"] == "get_range":
                bodies += self.bytes_of(request["start"], request["length"])
        return bytes(bodies)

    def test_stages_of_a_plan(self):
        operations = [self.operation(n) for n in range(6)]
        plan = self.lines("plan", operations)
        bodies = self.folder / "bytes"
        bodies.write_bytes(self.proof(operations[:2]))
        proof = self.lines("proof", operations[:2])
        words = ("--proof", proof, "--proof-bytes", bodies, "--n-requests", 60, "--concurrency", 5, "--json")
        said = json.loads(self.run_verbs(plan, *words, "--pool-size", 20).stdout)
        self.assertEqual((said["operations"], said["ok"], said["failures"]), (60, 60, {}))
        bodies.write_bytes(bytes(len(bodies.read_bytes())))
        self.assertIn("byte 0 of the answer is wrong", self.run_verbs(plan, *words, status=1).stderr)

    def test_more_requests_than_connections(self):
        plan = self.lines("plan", [self.operation(n) for n in range(6)])
        words = ("--n-requests", 60, "--concurrency", 5, "--pool-size", 2, "--json")
        said = json.loads(self.run_verbs(plan, *words).stdout)
        self.assertEqual((said["operations"], said["ok"]), (60, 60))

    def test_what_is_wrong_is_named(self):
        wrong = self.lines("plan", [{"op": 0, "stages": [[self.request("head", self.size + 1)]]}])
        said = json.loads(self.run_verbs(wrong, "--n-requests", 3, "--json").stdout)
        self.assertEqual(said["failures"], {"wrong_bytes": 3})
        listing = self.lines(
            "list", [{"op": 0, "stages": [[{"verb": "list", "key": "s2/", "keys": OBJECTS}]]}]
        )
        text = self.run_verbs(listing, status=1).stderr
        self.assert_sentence(text, r"list, line 1, stage 1, request 1: this test does not do list")

    def test_a_run_of_stages(self):
        self.benchmark("run-test", "reference", "check_stages", *QUICK, "--dataset", "cog")
        row = self.only_result()
        self.assertEqual((row["number_successes"], row["number_failures"]), (20, 0))
        self.assertEqual(row["origin_requests"], 20 * 7)
        self.assertGreater(row["crc_checked"], 0)
        self.assertEqual(row["in_flight_proven"], 4 * 4, "a burst is of what has a body")


if __name__ == "__main__":
    main()
