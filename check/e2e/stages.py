"""Operations of stages from end to end, with every library: check_stages, check_list, check_ranges."""

from pathlib import Path

from _harness import CHECK_LIBRARIES, LIBRARIES, QUICK, Check, main

OPERATIONS = 6
STAGES = ("--dataset", "cog", "--n-requests", str(OPERATIONS), "--timeout", "100", "--warm-up", "0")
REQUESTS = 7  # of an operation of check_stages
AT_ONCE = 4  # of them, in its widest stage and with a body

# A library that works, but for one verb.
LIAR = """
from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


def told(verb, answer):
    if verb != {verb!r}:
        return answer
    return answer + 1 if isinstance(answer, int) else bytes(len(answer))


@worker.verb
def get_range(client, request):
    return told("get_range", client.get(request))


@worker.verb
def get(client, request):
    return told("get", client.get(request))


@worker.verb
def get_suffix(client, request):
    return told("get_suffix", client.get(request))


@worker.verb
def head(client, request):
    return told("head", request.length)


if __name__ == "__main__":
    worker.main()
"""
OLD = """
from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def check_stages(client, op):
    return client.get(op)


if __name__ == "__main__":
    worker.main()
"""


# Findings of what the ledger, the plan and the replica say differently; all else depends on the machine.
DIFFERENCES = {
    *("failed", "failures", "requests_unknown", "requests_more", "requests_fewer", "attempts_more"),
    *("bytes_differ", "in_flight", "repeated", "connections_many", "content_unchecked"),
}


def doubts(row):
    return [name for name in (row["finding_names"] or "").split(";") if name in DIFFERENCES]


class Stages(Check):
    def run_with_ledger(self, library, test, *options, **environment):
        self.benchmark("run-test", library, test, *options, "--concurrency", 2, **environment)
        row = self.results()[-1]
        self.assertEqual((row["state"], doubts(row)), ("ok", []), (library, row["findings"]))
        self.assertEqual(row["number_failures"], 0, library)
        return row

    def test_every_library_does_stages(self):
        """Requests at once and in turn, as many and as long as the plan says, and all proven in flight."""
        for library in ("reference", *LIBRARIES):
            with self.subTest(library):
                row = self.run_with_ledger(library, "check_stages", *STAGES)
                self.assertEqual(row["number_successes"], OPERATIONS)
                self.assertEqual(row["origin_requests"], REQUESTS * OPERATIONS)
                self.assertEqual(row["in_flight_proven"], 2 * AT_ONCE)
                self.assertGreater(row["origin_body_bytes"], OPERATIONS * 7_000_000)
                self.assertGreater(row["crc_checked"], 0)

    def test_every_library_lists(self):
        """Folders of one object, and all names on two pages."""
        for library in LIBRARIES:
            with self.subTest(library):
                row = self.run_with_ledger(library, "check_list", *QUICK, "--keys", 1500)
                self.assertEqual(row["number_successes"], 20)
                # Half of them list 1,500 names.
                self.assertEqual(row["origin_requests"], 10 * 2 + 10 * 3)
                self.assertEqual(row["in_flight_proven"], 2)

    def test_libraries_that_read_several_ranges_by_one_call(self):
        for library in ("fsspec", "obstore"):
            with self.subTest(library):
                row = self.run_with_ledger(library, "check_ranges", *QUICK)
                self.assertEqual(row["number_successes"], 20)
                self.assertEqual(row["origin_body_bytes"], 20 * 4 * 16384)
                self.assertIn(row["origin_requests"], range(20, 20 * 4 + 1))
                self.assertEqual(row["in_flight_proven"], 2)

    def test_a_reader_chooses_its_requests(self):
        """And is held to as many, and as many bytes, as its workload says."""
        words = ("check_values", *QUICK, "--dataset", "cog")
        row = self.run_with_ledger("values", *words, GEOIO_TESTS=CHECK_LIBRARIES)
        self.assertEqual(row["number_successes"], 20)
        self.assertEqual(row["origin_body_bytes"], 20 * 4 * 16384)
        self.assertIn(row["origin_requests"], range(20 * 4 + 1, 20 * 7))
        self.assertEqual(row["in_flight_proven"], 2)
        self.assertGreater(row["crc_checked"], 0)
        program = Path(CHECK_LIBRARIES, "values/_verbs.py").read_text()
        toml = 'protocol = 2\nverbs = ["get_range", "read_values"]\n'
        call = "    first, count = "
        for name, line, more in (
            ("again", call, "    part(client, request, 0, 9)\n" * 2 + call),
            ("other", "return values", "return values[::-1]"),
        ):
            self.assertIn(line, program)
            tests = self.library(name, program.replace(line, more), toml)
        self.benchmark("run-test", "again", *words, GEOIO_TESTS=tests)
        row = self.results()[-1]
        self.assertEqual(doubts(row), ["requests_more", "bytes_differ"])
        self.assertRegex(row["findings"], r"requests for 20 operations, [^;]* which need 80 to 140")
        self.assertIn("the operations need 1310720 to 1310720", row["findings"])
        result = self.benchmark("run-test", "other", *words, status=1, GEOIO_TESTS=tests)
        self.assert_sentence(result.stdout + result.stderr, "read_values .*: the CRC of the values is wrong")

    def test_nothing_asked_for_is_nothing_found(self):
        for test in ("check_stages", "check_list", "check_ranges", "check_values"):
            self.benchmark("run-test", "null", test, *QUICK, "--dataset", "cog")
        for row in self.results():
            self.assertEqual((row["number_successes"], row["origin_requests"]), (20, 0))

    def library(self, name, program, more="", file="_verbs.py"):
        folder = self.folder / "tests" / name
        folder.mkdir(parents=True)
        (folder / "library.toml").write_text(f'name = "{name}"\nlanguage = "python"\nkind = "check"\n{more}')
        (folder / file).write_text(program)
        return str(self.folder / "tests")

    def test_a_wrong_answer_in_any_stage_is_found(self):
        verbs = ("get_range", "head", "get_suffix", "get")
        more = f"protocol = 2\nverbs = {list(verbs)}\n".replace("'", '"')
        for verb in verbs:
            tests = self.library(f"liar_{verb}", LIAR.format(verb=verb), more)
        for verb in verbs:
            words = ("run-test", f"liar_{verb}", "check_stages", *STAGES)
            result = self.benchmark(*words, status=1, GEOIO_TESTS=tests)
            self.assert_sentence(result.stdout + result.stderr, r"failed before it was ready \(proof\)", verb)
        tests = self.library("honest", LIAR.format(verb=""), more)
        self.benchmark("run-test", "honest", "check_stages", *STAGES, GEOIO_TESTS=tests)

    def test_a_worker_of_version_1_is_given_no_stages(self):
        """And is not started: a test that does the same work by a file."""
        tests = self.library("old", OLD, file="check_stages.py")
        result = self.benchmark(
            "run-test", "old", "check_stages", "--dataset", "cog", status=2, GEOIO_TESTS=tests
        )
        self.assert_sentence(
            result.stderr,
            "operations of check_stages have stages, and the tests of old speak version 1 of the worker",
            "write protocol = 2 into .*old/library.toml",
        )

    def test_what_is_hidden_runs_only_where_it_is_named(self):
        tests = self.library("old", OLD.replace("check_stages", "fetch_range"), file="fetch_range.py")
        words = (
            "run-all",
            "--no-slices",
            "--library",
            "pass",
            "--library",
            "null",
            *QUICK,
            "--dataset",
            "cog",
        )
        self.benchmark(*words, GEOIO_TESTS=tests)
        self.assertEqual({row["test_name"] for row in self.results()}, {"cog_header", "fetch_range"})
        self.benchmark(*words, "--test", "check_list", GEOIO_TESTS=tests)
        self.assertEqual(self.results()[-1]["test_name"], "check_list")

    def test_a_misspelt_test_is_named(self):
        tests = self.library("mine", OLD, file="fetch_rnage.py")
        result = self.benchmark("run-test", "mine", "fetch_rnage", status=2, GEOIO_TESTS=tests)
        self.assert_sentence(result.stderr, "'fetch_rnage' has no workload", "did you mean 'fetch_range'")


if __name__ == "__main__":
    main(LIBRARIES)
