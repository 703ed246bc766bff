"""Checks of the signatures, against Amazon's published example and botocore's own signer."""

import json
import os
import subprocess
import types
import unittest
from pathlib import Path

from benchmark import _request
from benchmark._sigv4 import Signer

from fake_harness import ROOT  # noqa: F401  makes benchmark importable

BOTOCORE = """
import datetime, json, sys
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

method, url, span, date, token = json.loads(sys.argv[1])
moment = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ")
botocore.auth.get_current_datetime = lambda *_, **__: moment
request = AWSRequest(method, url, headers={"Range": span} if span else {})
keys = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", token)
botocore.auth.S3SigV4Auth(keys, "s3", "eu-west-1").add_auth(request)
print(request.headers["Authorization"])
"""


def keys(access, secret, token=None):
    return types.SimpleNamespace(access_key_id=access, secret_access_key=secret, session_token=token)


def botocore_python():
    """Returns the interpreter of an environment that has botocore, or None."""
    envs = os.environ.get("GEOIO_ENVS") or Path.home() / ".local/share/geoio-benchmark/envs"
    return next(iter(sorted(Path(envs).glob("aioboto3-*/bin/python"))), None)


class Signatures(unittest.TestCase):
    def test_amazons_example_of_a_get_with_a_range(self):
        """From "Authenticating Requests: Using the Authorization Header", example GET Object."""
        signer = Signer(keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1")
        host, date = "examplebucket.s3.amazonaws.com", "20130524T000000Z"
        found = signer.sign(host, "/test.txt", "bytes=0-9", date)
        self.assertEqual(
            found["Authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        )
        self.assertEqual(found["Range"], "bytes=0-9")
        self.assertEqual(found["x-amz-date"], date)

    def test_the_key_follows_the_day(self):
        signer = Signer(keys("a", "b"), "us-east-1")
        first = signer.sign("h", "/k", "bytes=0-9", "20260101T000000Z")
        other = signer.sign("h", "/k", "bytes=0-9", "20260102T000000Z")
        self.assertNotEqual(first["Authorization"], other["Authorization"])
        self.assertEqual(signer.sign("h", "/k", "bytes=0-9", "20260101T000000Z"), first)

    def test_a_url_is_signed_by_its_host_and_path(self):
        found = Signer(keys("a", "b", "token"), "r").sign_url("http://h:81/bucket/a%20b.tif", "bytes=0-9")
        parts = found["x-amz-date"]
        again = Signer(keys("a", "b", "token"), "r").sign("h:81", "/bucket/a%20b.tif", "bytes=0-9", parts)
        self.assertEqual(found, again)
        self.assertIn("x-amz-security-token", found["Authorization"])

    @unittest.skipUnless(botocore_python(), "the environment of aioboto3 is not made")
    def test_botocore_signs_the_same(self):
        listing = _request.list_url("/data/", "a b/é+.tif&=~")
        after = listing.replace("?", "?continuation-token=1%20%2B%2F%3D&")
        for token in (None, "FwoGZXIvYXdzEXAMPLE//=="):
            for method, path, span in (
                ("GET", "/data/s2/a%20b%2B.tif", "bytes=5-99"),
                ("GET", "/data/s2/a%20b%2B.tif", None),
                ("HEAD", "/data/s2/a%20b%2B.tif", None),
                ("GET", listing, None),
                ("GET", after, None),
            ):
                host, date = "127.0.0.1:9000", "20260131T235959Z"
                signer = Signer(keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", token), "eu-west-1")
                ours = signer.sign(host, path, span, date, method)
                arguments = json.dumps([method, f"http://{host}{path}", span, date, token])
                command = [str(botocore_python()), "-c", BOTOCORE, arguments]
                theirs = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
                self.assertEqual(ours["Authorization"], theirs.stdout.strip(), theirs.stderr)


if __name__ == "__main__":
    unittest.main()
