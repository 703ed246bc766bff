"""A stranger's new test is one file; a new library is a folder. Nothing else is edited."""

import os
import shutil
import subprocess

from _harness import ENVS, SHORT, TOP, Check, main

NEW_TEST = '''
"""As a stranger would write it, from the README: the same work through urllib."""

from urllib.request import Request, urlopen

from benchmark import worker


@worker.operation
def fetch_range(target, op):
    with urlopen(Request(op.url, headers=op.headers()), timeout=30) as answer:
        return answer.read()


if __name__ == "__main__":
    worker.main()
'''
LIBRARY = 'name = "stranger"\nlanguage = "python"\nkind = "library"\npackages = []\n'
NAMELESS = LIBRARY.partition("\n")[2]
# What a stranger writes into the folder that tools/new-test made.
CLIENT = """
@worker.client(signed_by_worker=True)
def client(target):
    with closing(HTTPConnection(target.endpoint.partition("//")[2], timeout=30)) as made:
        yield made
"""
VERBS = """
def answer(client, request, method="GET"):
    client.request(method, "/" + request.url.split("/", 3)[3], headers=request.headers())
    response = client.getresponse()
    body = response.read()
    request.check(response.status, response.headers.get("Content-Range"))
    return response, body


@worker.verb
def get_range(client, request):
    return answer(client, request)[1]


@worker.verb
def get(client, request):
    return answer(client, request)[1]


@worker.verb
def get_suffix(client, request):
    return answer(client, request)[1]


@worker.verb
def head(client, request):
    return int(answer(client, request, "HEAD")[0].headers["Content-Length"])


if __name__ == "__main__":
    worker.main()
"""


class NewTest(Check):
    def test_the_pattern_keeps_its_imports(self):
        """tools/new-test copies a fetch_range that begins with an import, or with a docstring."""
        for first in ("", '"""stranger: reads a range."""\n\n'):
            tests = self.folder / f"tests{len(first)}"
            (tests / "stranger").mkdir(parents=True)
            (tests / "stranger/library.toml").write_text(LIBRARY)
            body = NEW_TEST.partition('"""\n')[2].partition("\n\n")[2]
            (tests / "stranger/fetch_range.py").write_text(first + "from benchmark import worker\n" + body)
            words = [TOP / "tools/new-test", "--tests", tests, "stranger", "cog_header"]
            subprocess.run(words, check=True, capture_output=True)
            made = (tests / "stranger/cog_header.py").read_text()
            self.assertIn("\nfrom benchmark import worker\n", made)
            self.assertEqual(made.count('"""stranger: '), 1, made)
            compile(made, "cog_header.py", "exec")

    def test_a_second_test_has_the_rules_once(self):
        """Its pattern is what tools/new-test wrote, which has them already."""
        for test in ("fetch_range", "cog_header"):
            words = [TOP / "tools/new-test", "--tests", self.folder, "stranger", test]
            subprocess.run(words, check=True, capture_output=True)
            made = (self.folder / f"stranger/{test}.py").read_text()
            self.assertEqual(made.count("# - One request for each operation"), 1, made)
            compile(made, f"{test}.py", "exec")

    def test_a_test_that_is_left_out_is_told_at_once(self):
        """Its name begins with no workload; with a workload in library.toml, or as one begins, it runs."""
        description = self.folder / "stranger/library.toml"
        for test, workload, told in (("speed", "", True), ("speedy", "fetch_range", False)):
            if workload:
                description.write_text(description.read_text().replace('# workload = "', 'workload = "'))
            words = [TOP / "tools/new-test", "--tests", self.folder, "stranger", test]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            said = f"left out: {self.folder}/stranger/{test}.py: the test '{test}' has no workload"
            self.assertEqual(said in done.stderr, told, done.stderr)
            self.assertEqual(done.stderr.count("\n"), told, done.stderr)

    def test_packages_without_a_lock(self):
        tests = self.folder / "tests"
        (tests / "stranger").mkdir(parents=True)
        (tests / "stranger/library.toml").write_text(LIBRARY.replace("[]", '["urllib3==2.5.0"]'))
        (tests / "stranger/fetch_range.py").write_text(NEW_TEST)
        listed = self.benchmark("list", "--json", GEOIO_TESTS=tests).json()["libraries"]
        found = next(library for library in listed if library["name"] == "stranger")
        self.assertFalse(found["ready"])
        self.assert_sentence(found["remedy"], "no lock", "tools/lock")

    def test_one_rule_for_names(self):
        """tools/new-test writes what `benchmark list` shows, and nothing else."""
        libraries = [
            "my-lib",
            "a9_",
            "x" * 63,
            "x" * 64,
            "Geo",
            "geO",
            "9a",
            "-a",
            "_a",
            "a@1",
            "a+b",
            "café",
        ]
        libraries += ['a"b', "a\nb", "a.b", "a b", "=1", ""]
        tests = ["fetch_range", "fetch-range", "t" * 63, "t" * 64, "Upper", "2nd", "_hidden", "a.b", "é"]
        tried = [(name, "fetch_range") for name in libraries] + [("geo", name) for name in tests]
        for library, test in tried:
            folder = self.folder / "made"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            words = [TOP / "tools/new-test", "--tests", folder, "--", library, test]
            made = subprocess.run(words, capture_output=True, text=True).returncode == 0
            shutil.rmtree(folder)
            if library and len(os.fsencode(f"{test}.py")) < 256:
                (folder / library).mkdir(parents=True)
                (folder / library / "library.toml").write_text(NAMELESS + 'workload = "fetch_range"\n')
                (folder / library / f"{test}.py").write_text(NEW_TEST)
            else:
                folder.mkdir()
            shown = self.listed(GEOIO_TESTS=folder)
            self.assertEqual(made, test in shown.get(library, []), (library, test))

    def test_a_wrong_description_stops_no_other(self):
        tests = self.folder / "tests"
        for name in ("wrong", "stranger"):
            (tests / name).mkdir(parents=True)
            (tests / name / "fetch_range.py").write_text(NEW_TEST)
            (tests / name / "library.toml").write_text(LIBRARY)
        (tests / "wrong/library.toml").write_text("language = 1\n")
        words = ("fetch_range", *SHORT, "--n-requests", 10)
        self.benchmark("run-test", "stranger", *words, GEOIO_TESTS=tests)
        result = self.benchmark("run-test", "wrong", *words, status=1, GEOIO_TESTS=tests)
        self.assert_sentence(result.stderr, "wrong/library.toml", "language is a text")

    def listed(self, **env):
        document = self.benchmark("list", "--json", **env).json()
        return {library["name"]: library["tests"] for library in document["libraries"]}

    def test_new_file_in_an_existing_library(self):
        """A copy of a library's test under another name, in a folder beside the checkout's."""
        tests = self.folder / "tests"
        (tests / "null").mkdir(parents=True)
        shutil.copy(TOP / "benchmark/tests/null/fetch_range.py", tests / "null/fetch_range_new.py")
        self.assertNotIn("fetch_range_new", self.listed()["null"])
        self.assertIn("fetch_range_new", self.listed(GEOIO_TESTS=tests)["null"])
        self.benchmark("run-test", "null", "fetch_range_new", *SHORT, GEOIO_TESTS=tests)
        row = self.only_result()
        self.assertEqual((row["library_name"], row["test_name"]), ("null", "fetch_range_new"))
        self.assertGreater(row["number_successes"], 0)

    def test_new_library(self):
        stranger = self.folder / "tests/stranger"
        stranger.mkdir(parents=True)
        (stranger / "library.toml").write_text(LIBRARY)
        (stranger / "fetch_range.py").write_text(NEW_TEST)
        tests = stranger.parent
        self.assertEqual(self.listed(GEOIO_TESTS=tests)["stranger"], ["fetch_range"])
        self.benchmark("run-test", "stranger", "fetch_range", *SHORT, "--n-requests", 100, GEOIO_TESTS=tests)
        row = self.only_result()
        self.assertEqual(row["number_successes"], 100, row["findings"])
        self.assertEqual(row["origin_requests"], 100, row["findings"])
        self.assertGreater(row["in_flight_proven"], 1, row["findings"])

    def test_a_folder_of_verbs_runs_every_workload(self):
        words = [TOP / "tools/new-test", "--tests", self.folder, "stranger"]
        made = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
        stranger = self.folder / "stranger"
        files = [str(stranger / name) for name in ("library.toml", "_client.py", "_verbs.py")]
        self.assertEqual(made[:3], files)
        for name, imports, body in (
            (
                "_client.py",
                "from contextlib import closing\nfrom http.client import HTTPConnection\n",
                CLIENT,
            ),
            ("_verbs.py", "", VERBS),
        ):
            path = stranger / name
            path.write_text(imports + path.read_text().partition("\n\n\n")[0] + "\n\n" + body)
        self.assertEqual(self.listed(GEOIO_TESTS=self.folder)["stranger"], ["cog_header", "fetch_range"])
        description = (stranger / "library.toml").read_text()
        verbs = '["get_range", "get", "get_suffix", "head"]'
        (stranger / "library.toml").write_text(description.replace('["get_range"]', verbs))
        for test in ("fetch_range", "cog_header", "check_stages"):
            with self.subTest(test=test):
                options = (*SHORT, "--n-requests", 20, "--concurrency", 3, "--dataset", "cog")
                self.benchmark("run-test", "stranger", test, *options, GEOIO_TESTS=self.folder)
                row = self.results()[-1]
                self.assertEqual(row["test_name"], test)
                self.assertEqual(row["number_successes"], 20, row["findings"])
                self.assertEqual(row["origin_requests"], 20 * (7 if test == "check_stages" else 1))

    def test_new_file_in_the_folder_itself(self):
        """In a copy of the checkout, as a person would: one file, no build."""
        copy = self.folder / "checkout"
        build = copy / "build"
        build.mkdir(parents=True)
        shutil.copytree(TOP / "benchmark", copy / "benchmark")
        shutil.copytree(TOP / "tools", copy / "tools")
        for name in ("benchmark", "make-cog"):
            shutil.copy2(f"{os.environ['BUILD']}/{name}", build)
        (copy / "benchmark/tests/pass/fetch_range_more.py").write_text(NEW_TEST)
        program = build / "benchmark"
        words = [program, "run-test", "pass", "fetch_range_more", *SHORT]
        listed = subprocess.run([program, "list"], capture_output=True, text=True, check=True, cwd=copy)
        self.assertRegex(listed.stdout, r"(?m)^pass .*\bfetch_range_more\b")
        done = subprocess.run(words, capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(self.only_result()["number_successes"], 0)

    def test_environment_follows_the_lock(self):
        """A changed lock is another environment: not ready, and the remedy is named."""
        copy = self.folder / "tests/obstore2"
        shutil.copytree(TOP / "benchmark/tests/obstore", copy)
        description = (copy / "library.toml").read_text().replace('name = "obstore"', 'name = "obstore2"')
        (copy / "library.toml").write_text(description)
        lock = copy / "requirements.lock"
        lock.write_text(lock.read_text() + "# changed\n")
        words = ("run-test", "obstore2", "fetch_range", *SHORT)
        result = self.benchmark(*words, status=1, GEOIO_TESTS=copy.parent)
        self.assert_sentence(result.stderr, "obstore2", "benchmark setup obstore2")
        self.assertFalse(list(ENVS.glob("obstore2-*")))


if __name__ == "__main__":
    main()
