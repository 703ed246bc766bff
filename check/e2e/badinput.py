"""What a person can get wrong and golden output cannot show: databases, ports, stores, files.

check: waits
"""

import contextlib
import http.server
import os
import re
import socket
import sqlite3
import subprocess
import threading
import time

from _harness import BENCHMARK, QUICK, SHORT, Check, main, nobody_listens

LISTING = (
    b"<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>s2/00017</Key><Size>9999999</Size>"
    b"</Contents><IsTruncated>false</IsTruncated></ListBucketResult>"
)
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request \x1b[2Jrate.</Message></Error>"
ESCAPED = SLOW_DOWN.replace(b"\x1b", b"&#27;")


class Refusing(http.server.BaseHTTPRequestHandler):
    """A store that lists and describes its one object, and never gives any of it."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self):
        self.answer(200, length=9999999)

    def do_GET(self):
        if "list-type" in self.path:
            self.answer(200, LISTING)
        else:
            self.answer(503, ESCAPED)

    def log_message(self, *_):
        pass


class Databases(Check):
    def test_newer_version(self):
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        with contextlib.closing(sqlite3.connect(self.db)) as db, db:
            db.execute("insert into schema_migrations values (9001, '9001_future', '')")
        before = self.db.read_bytes()
        for words in (
            ("run-test", "null", "fetch_range", *QUICK),
            ("get-results", "out.csv"),
            ("db", "upgrade"),
        ):
            result = self.benchmark(*words, status=1)
            self.assert_sentence(result.stderr, r"^benchmark: .*9001.*0007.*newer")
            self.assertEqual(len(result.stderr.splitlines()), 1, result)
        self.assertEqual(self.db.read_bytes(), before, "nothing was changed")

    def test_no_database_at_all(self):
        self.db.write_bytes(b"this is a shopping list\n" * 100)
        result = self.benchmark("get-results", "out.csv", status=1)
        self.assert_sentence(result.stderr, r"^benchmark: .*sqlite\.db.*not a database")

    def test_nothing_there(self):
        result = self.benchmark("get-results", "out.csv", status=1)
        self.assert_sentence(result.stderr, r"^benchmark: .*sqlite\.db")
        self.assertFalse(self.db.exists(), "asking makes no database")

    def test_unreachable_folder(self):
        words = ("run-test", "null", "fetch_range", *QUICK, "--db", "sqlite:///no/such/folder/x.db")
        result = self.benchmark(*words, status=1)
        self.assert_sentence(result.stderr, r"^benchmark: .*no/such/folder/x\.db")

    def test_not_sqlite(self):
        words = ("run-test", "null", "fetch_range", *QUICK)
        result = self.benchmark(*words, status=2, db_url="postgresql://somewhere/x")
        self.assert_sentence(result.stderr, r"^benchmark: .*sqlite:///")

    def test_db_url_of_the_environment(self):
        elsewhere = self.folder / "elsewhere.db"
        self.benchmark("run-test", "null", "fetch_range", *QUICK, db_url=f"sqlite:///{elsewhere}")
        self.assertTrue(elsewhere.exists())
        self.assertFalse(self.db.exists())

    def test_two_at_once(self):
        """Two runs share a database: both have their rows."""
        both = [self.start("run-test", "null", "fetch_range", *QUICK) for _ in range(2)]
        for process in both:
            result = self.finish(process)
            self.assertEqual(result.status, 0, result)
        self.assertEqual(len(self.results()), 2)
        self.assert_whole_database()

    def test_results_into_no_folder(self):
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        result = self.benchmark("get-results", "no/such/out.csv", status=1)
        self.assert_sentence(result.stderr, r"^benchmark: .*no/such/out\.csv")

    def test_what_is_no_file_is_written_to_and_not_replaced(self):
        """A link (as /dev/stdout is one) and a device stay what they are."""
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        link = self.folder / "link.csv"
        link.symlink_to(self.folder / "real.csv")
        self.benchmark("get-results", link)
        self.assertTrue(link.is_symlink())
        self.assertIn("null,fetch_range", (self.folder / "real.csv").read_text())
        device = self.folder / "pipe"
        os.mkfifo(device)
        with open(os.open(device, os.O_RDONLY | os.O_NONBLOCK)) as reader:
            self.benchmark("get-results", device)
            self.assertIn("null,fetch_range", reader.read())
        self.assertTrue(device.is_fifo())
        self.assertFalse(list(self.folder.glob("*.tmp")))

    def test_full_disk(self):
        self.benchmark("run-test", "null", "fetch_range", *QUICK)
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full here")
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [BENCHMARK, "get-results", "-"],
                cwd=self.folder,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
            )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assert_sentence(done.stderr, r"^benchmark: cannot write")


class Stores(Check):
    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            # The folder is bad too: the port is taken before what is served is made, so it is told first.
            words = ("--listen", f"127.0.0.1:{port}", "--root", "no-such-folder")
            result = self.benchmark("origin", *words, status=1)
        self.assert_sentence(result.stderr, rf"^benchmark: .*{port}.*in use.*--listen")
        self.assertEqual(result.stdout, "")

    def test_endpoint_refuses(self):
        with nobody_listens() as port:
            self.outside(port, rf"127\.0\.0\.1:{port}")

    def test_endpoint_does_not_answer(self):
        """It accepts, and says nothing for ever."""
        with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
            began = time.monotonic()
            self.outside(server.getsockname()[1], r"127\.0\.0\.1")
            self.assertLess(time.monotonic() - began, 60)

    def test_endpoint_talks_something_else(self):
        with self.origin() as origin:
            words = ("--endpoint", origin.url, "--bucket", "other", "--anonymous", *SHORT)
            result = self.benchmark("run-test", "reference", "fetch_range", *words, status=1)
        self.assert_sentence(result.stderr, r"^benchmark: .*other")

    def outside(self, port, *parts):
        words = ("--endpoint", f"http://127.0.0.1:{port}", "--bucket", "b", "--anonymous", *SHORT)
        result = self.benchmark("run-test", "reference", "fetch_range", *words, status=1, timeout=90)
        self.assert_sentence(result.stderr, *parts)
        self.assertEqual(len(result.stderr.strip().splitlines()[-1:]), 1)
        self.assert_nothing_left()

    def test_a_store_that_refuses_ends_its_trial_alone(self):
        """Store, key, byte and the store's own words are named, and the sweep goes on."""
        sweep = self.folder / "sweep.yaml"
        sweep.write_text(
            "library: reference\ntest: fetch_range\nconcurrency: [1, 2]\ntimeout: 0.2\nwarm_up: 0\n"
        )
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}"
            words = ("run-parameterized-test", sweep, "--endpoint", url, "--anonymous")
            result = self.benchmark(*words, status=1)
            server.shutdown()
        said = (
            r"the store answered 503 SlowDown: Please reduce your request \[2Jrate, for s2/00017 at byte \d+"
        )
        sentence = rf"{said} of {url}/bench: it is busy, try later"
        self.assert_sentence(result.stderr, rf"\[1/2\] .*{sentence}", rf"\[2/2\] .*{sentence}")
        self.assertNotIn("\x1b", result.stderr)

    def test_odd_objects_are_left_out_and_counted(self):
        root = self.folder / "root"
        root.mkdir()
        (root / "readme.txt").write_bytes(b"")
        for name in ("a", "b"):
            (root / name).write_bytes(bytes(100000))
        with self.origin("--root", root) as origin:
            words = ("--endpoint", origin.url, "--anonymous", *QUICK)
            result = self.benchmark("run-test", "reference", "fetch_range", *words)
            said = "1 of 3 objects left out: smaller than a request of 16384 bytes"
            self.assert_sentence(result.stderr, said)
            self.assert_sentence(self.only_result()["findings"], said)
            result = self.benchmark("run-test", "reference", "cog_header", *words, status=2)
        self.assert_sentence(
            result.stderr, r"1 x 4 need 4, and bench has 0 \(3 of 3 objects left out: 3 no TIFF\)"
        )

    def test_what_the_objects_do_not_suit_is_a_failed_trial_among_several(self):
        """It has its row and its place in the table, and what can be measured is."""
        root = self.folder / "root"
        root.mkdir()
        for name in "abcd":
            (root / name).write_bytes(bytes(100000))
        with self.origin("--root", root) as origin:
            words = ("run-all", "--no-slices", "--library", "null", "--library", "pass")
            words += ("--endpoint", origin.url, "--anonymous", *QUICK)
            result = self.benchmark(*words, status=1)
            found = {(r["library_name"], r["test_name"], r["state"]) for r in self.results()}
            ends = self.query("select ended from runs")
            alone = self.benchmark(*words, "--test", "cog_header", status=1)
            words += ("--test", "cog_header", "--hot-key", "--db", "wrong.db")
            wrong = self.benchmark(*words, status=2)
        for line in (result.stderr + result.stdout).splitlines():
            self.assertLessEqual(len(line), 100)
        states = (("fetch_range", "ok"), ("cog_header", "failed"))
        self.assertEqual(found, {(library, *state) for library in ("null", "pass") for state in states})
        self.assertEqual(ends, [("finished",)])
        for library in ("null", "pass"):
            self.assert_sentence(result.stderr, rf"{library} cog_header: FAILED: .*4 no TIFF")
            for table in (result.stdout, alone.stdout):
                heading = r'cog_header  {"request_size": 16384}'
                self.assert_sentence(table, heading, rf"{library} +FAILED: cog_header")
        self.assert_sentence(wrong.stderr, r"--hot-key")
        self.assertEqual(len(wrong.stderr.splitlines()), 1)
        self.assertFalse((self.folder / "wrong.db").exists())

    def test_reference_is_left_out_where_it_cannot_read_the_store(self):
        """Of "all", with a line that says so. No other library is ready here, so that only null runs."""
        keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE1", "AWS_SECRET_ACCESS_KEY": "s3cret"}
        bare = self.folder / "bare"
        bare.mkdir()
        with self.origin("--keys", "5") as origin:
            words = ("run-all", "--no-slices", "--test", "fetch_range", "--endpoint", origin.url, *QUICK)
            said = self.benchmark(*words, status=1, GEOIO_ENVS=bare, **keys).stderr
            self.assertEqual([row["library_name"] for row in self.results()], ["null"])
            public = self.benchmark(*words, "--anonymous", status=1, GEOIO_ENVS=bare, **keys).stderr
            named = self.benchmark(*words, "--library", "reference", status=None, **keys).stderr
        self.assertEqual(len(re.findall("left out: reference", said)), 1, said)
        self.assert_sentence(said, r"left out: reference.*does not sign requests: give --anonymous")
        self.assert_sentence(public, r"reference fetch_range: .* 20 ok")
        self.assert_sentence(named, r"reference.*FAILED|does not sign requests")
        self.assertNotIn("left out", public + named)

    def test_what_is_typed_is_not_what_is_allocated(self):
        """A request of a terabyte: a sentence, or a plan, and no more memory than the work needs."""
        for test, status in (("fetch_range", 2), ("cog_header", 0)):
            plan = (
                BENCHMARK,
                "data",
                "plan",
                test,
                "--request-size",
                "1TiB",
                "--concurrency",
                "1",
                "--limit",
                "1",
            )
            done = subprocess.run(
                ["sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh", *plan], capture_output=True, text=True
            )
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn("218693282", done.stdout + done.stderr)

    def test_a_store_outside_works(self):
        """Our own origin as somebody else's store: found by listing, measured without the ledger."""
        with self.origin("--keys", 5) as origin:
            words = ("--endpoint", origin.url, "--bucket", "bench", "--prefix", "s2/", "--anonymous")
            self.benchmark("run-test", "reference", "fetch_range", *words, *SHORT)
        row = self.only_result()
        self.assertGreater(row["number_successes"], 0)
        self.assertEqual(row["number_failures"], 0)
        self.assertIsNone(row["origin_requests"], "nobody counted there")
        self.assertRegex(row["pinning"], "^(replicas [0-9,-]+|none)$", "the store is on no CPU of ours")

    def test_credentials_are_stored_nowhere(self):
        secret = "wJalrXUtnFEMI-never-to-be-seen"
        env = {
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE1",
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": "tok3n-x",
        }
        with self.origin("--keys", 5) as origin:
            words = ("--endpoint", origin.url, "--bucket", "bench", "--prefix", "s2/", "--debug", "all")
            result = self.benchmark(
                "run-test", "reference", "fetch_range", *words, *SHORT, status=None, **env
            )
        self.assertNotIn(secret, result.stdout + result.stderr)
        for path in self.folder.glob("sqlite.db*"):
            content = path.read_bytes()
            for value in env.values():
                self.assertNotIn(value.encode(), content)


if __name__ == "__main__":
    main()
