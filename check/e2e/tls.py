"""A store with a private certificate authority: --ca-file, for the harness and for every library.

check: deadline 300
"""

import os
import subprocess
import unittest
from pathlib import Path

from _harness import BENCHMARK, LIBRARIES, Check, main
from _tls import Authority, Front

REQUESTS = 40
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


class PrivateAuthority(Check):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder)
        origin = self.enterContext(self.origin("--keys", "64"))
        self.front = Front(self.authority.server(), origin.host, origin.port)
        self.addCleanup(self.front.stop)

    def run_test(self, library, *words, host="127.0.0.1", status=0):
        endpoint = f"HTTPS://{host}:{self.front.port}/"
        words = ("--endpoint", endpoint, "--anonymous", "--prefix", "s2/", *words)
        words += ("--concurrency", 4, "--n-requests", REQUESTS, "--warm-up", 0, "--timeout", 60)
        return self.benchmark("run-test", library, "fetch_range", *words, status=status)

    def test_every_library_trusts_it(self):
        for library in LIBRARIES:
            self.run_test(library, "--ca-file", self.authority.ca_file)
        rows = self.results()
        self.assertEqual([row["library_name"] for row in rows], list(LIBRARIES))
        for row in rows:
            self.assertEqual(row["state"], "ok", row["findings"])
            self.assertEqual(
                (row["number_successes"], row["number_failures"]), (REQUESTS, 0), row["findings"]
            )

    @unittest.skipUnless(os.geteuid() == 0 and BUNDLE.exists(), "needs root, and Debian's bundle")
    def test_every_library_trusts_the_systems_bundle(self):
        """Also those that bring one of their own; in a mount namespace where the bundle has the authority."""
        both = self.folder / "both.pem"
        both.write_bytes(BUNDLE.read_bytes() + self.authority.ca_file.read_bytes())
        script = f'mount --bind {both} {BUNDLE} && exec "$@"'
        for library in LIBRARIES:
            words = ["run-test", library, "fetch_range", "--endpoint", f"https://127.0.0.1:{self.front.port}"]
            words += ["--anonymous", "--prefix", "s2/", "--concurrency", "4", "--n-requests", str(REQUESTS)]
            command = ["unshare", "--mount", "sh", "-c", script, "sh", BENCHMARK, *words, "--timeout", "60"]
            done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{library}: {done.stdout}{done.stderr}")

    def test_by_name_and_by_a_relative_path(self):
        self.run_test("httpx", "--ca-file", "ca.pem", host="LOCALHOST")
        self.assertEqual(self.only_result()["state"], "ok")

    def test_without_it(self):
        result = self.run_test("httpx", status=None)
        self.assertNotEqual(result.status, 0)
        self.assert_sentence(result.stderr, r"certificate", r"--ca-file")

    def test_another_authority(self):
        other = Authority(self.folder, "other")
        result = self.run_test("httpx", "--ca-file", other.ca_file, status=None)
        self.assertNotEqual(result.status, 0)
        self.assert_sentence(result.stderr, r"certificate", r"--ca-file")

    def test_what_is_no_ca_file(self):
        for words, sentence in (
            (("--ca-file", "/nowhere.pem"), r"/nowhere\.pem"),
            (("--ca-file", self.folder / "0.out"), r"--ca-file .*PEM"),
        ):
            result = self.run_test("httpx", *words, status=None)
            self.assertNotEqual(result.status, 0)
            self.assert_sentence(result.stderr, sentence)
        plain = ("--endpoint", "http://127.0.0.1:1", "--anonymous", "--ca-file", self.authority.ca_file)
        result = self.benchmark("run-test", "httpx", "fetch_range", *plain, status=2)
        self.assert_sentence(result.stderr, r"--ca-file .*https://HOST")

    def test_reference_says_that_it_has_no_tls(self):
        result = self.run_test("reference", "--ca-file", self.authority.ca_file, status=None)
        self.assertNotEqual(result.status, 0)
        self.assert_sentence(result.stdout + result.stderr, r"reference speaks plain HTTP only")


if __name__ == "__main__":
    main(needs=LIBRARIES)
