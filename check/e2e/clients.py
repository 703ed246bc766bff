"""S3 clients of other people copy a folder, compare it, and find it equal: rclone, s3cmd, s5cmd, the common
runtime of AWS's SDKs (awscrt), GDAL. Each is skipped where it is missing."""

import json
import os
import shutil
import subprocess
import unittest
from hashlib import sha256
from urllib.parse import quote

from _harness import Check, environment_of, main

NAMES = (
    "plain.bin",
    "a b/c d+e%41&=?#.txt",
    "ä+ö&é/日本.json",
    "x/back\\slash",
    "x/🛰 Sentinel.tif",
    """it's "quoted" <&amp;>.txt""",
    "deep/er/and/deeper/[1]*.bin",
    "~tilde/-dash",
)
BIG_BYTES = (17 << 20) + 12345  # more than two parts of any of them
CLIENTS = environment_of("clients")
NO_ENVIRONMENT = "no environment of clients: tools/setup-envs --tests check clients"

CRT = """
import hashlib, json, sys
from awscrt.http import HttpHeaders, HttpRequest
from awscrt.io import ClientBootstrap, DefaultHostResolver, EventLoopGroup
from awscrt.s3 import S3Client, S3RequestTlsMode, S3RequestType

host, targets = sys.argv[1], json.loads(sys.stdin.read())
group = EventLoopGroup(1)
client = S3Client(bootstrap=ClientBootstrap(group, DefaultHostResolver(group)), region="us-east-1",
                  part_size=5 << 20, tls_mode=S3RequestTlsMode.DISABLED)

def read(target, headers):
    body, answer = {}, {}

    def on_headers(status_code, headers, **_):
        answer["status"] = status_code

    def on_body(chunk, offset, **_):
        body[offset] = bytes(chunk)

    request = HttpRequest("GET", target, HttpHeaders([("host", host), *map(tuple, headers)]))
    client.make_request(type=S3RequestType.GET_OBJECT, request=request, on_headers=on_headers,
                        on_body=on_body).finished_future.result(60)
    whole = b"".join(body[offset] for offset in sorted(body))
    return {"status": answer.get("status"), "bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}

print(json.dumps([read(target, headers) for target, headers in targets]))
"""


def run(*words, check=True, stdin=None, **env):
    env = {**os.environ, **{name: str(value) for name, value in env.items()}}
    done = subprocess.run(
        list(map(str, words)), input=stdin, capture_output=True, text=True, env=env, timeout=120
    )
    if check and done.returncode:
        raise AssertionError(f"{words}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def files_of(folder):
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


class Folder(Check):
    """A folder of awkward names, an empty file and a large one, and what a client made of it."""

    def setUp(self):
        super().setUp()
        self.root, self.copy = self.folder / "root", self.folder / "copy"
        self.copy.mkdir()
        for number, name in enumerate(NAMES):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"{number} {name}".encode() * (1 + number))
        (self.root / "empty.dat").touch()
        self.big = os.urandom(BIG_BYTES)
        (self.root / "big.bin").write_bytes(self.big)

    def serve(self):
        return self.origin("--root", self.root, "--bucket", "fold")

    def assert_equal_folders(self):
        there, here = files_of(self.root), files_of(self.copy)
        self.assertEqual(sorted(here), sorted(there))
        for name, path in there.items():
            self.assertEqual(here[name].read_bytes(), path.read_bytes(), name)

    def state_of_copy(self):
        return {
            name: (path.stat().st_mtime_ns, path.stat().st_ino) for name, path in files_of(self.copy).items()
        }


@unittest.skipUnless(shutil.which("rclone"), "rclone is missing: tools/packages --checks")
class Rclone(Folder):
    def rclone(self, origin, *words, check=True):
        config = self.folder / "rclone.conf"
        keys = "access_key_id = a\nsecret_access_key = b"
        config.write_text(f"[o]\ntype = s3\nprovider = Other\n{keys}\nendpoint = {origin.url}\n")
        options = ("--config", config, "--retries", 1, "--low-level-retries", 1)
        return run("rclone", *options, *words, check=check)

    def test_copy_and_check(self):
        with self.serve() as origin:
            self.rclone(origin, "copy", "--multi-thread-cutoff", "4M", "o:fold", self.copy)
            self.assert_equal_folders()
            for pair in (("o:fold", self.copy), (self.copy, "o:fold"), ("o:fold", self.root)):
                said = self.rclone(origin, "check", *pair).stderr
                self.assertIn("0 differences found", said)
            self.rclone(origin, "check", "--download", "o:fold", self.root)
            (self.copy / "plain.bin").write_bytes(b"1" + (self.copy / "plain.bin").read_bytes()[1:])
            self.assertNotEqual(
                self.rclone(origin, "check", "--download", "o:fold", self.copy, check=False).returncode, 0
            )
            part = self.rclone(origin, "cat", "--offset", 7, "--count", 9, f"o:fold/{NAMES[1]}").stdout
        self.assertEqual(part.encode(), (self.root / NAMES[1]).read_bytes()[7:16])

    def test_a_second_sync_moves_nothing(self):
        with self.serve() as origin:
            self.rclone(origin, "sync", "o:fold", self.copy)
            before = self.state_of_copy()
            said = self.rclone(origin, "sync", "-v", "o:fold", self.copy).stderr
        self.assertEqual(self.state_of_copy(), before)
        self.assertNotIn("Copied", said)
        self.assert_equal_folders()


@unittest.skipUnless(shutil.which("s3cmd"), "s3cmd is missing: tools/packages --checks")
class S3cmd(Folder):
    def s3cmd(self, origin, *words):
        place = f"{origin.host}:{origin.port}"
        options = ("-c", "/dev/null", "--no-ssl", "--access_key=a", "--secret_key=b", "--no-progress")
        done = run("s3cmd", *options, f"--host={place}", f"--host-bucket={place}", *words)
        self.assertNotIn("WARNING", done.stderr)
        self.assertNotIn("ERROR", done.stderr)
        return done.stdout

    def test_get(self):
        with self.serve() as origin:
            self.s3cmd(origin, "get", "--recursive", "s3://fold/", f"{self.copy}/")
            listed = self.s3cmd(origin, "ls", "--recursive", "s3://fold/")
            self.s3cmd(origin, "info", "s3://fold/plain.bin")
            self.s3cmd(origin, "info", "s3://fold")
        self.assert_equal_folders()
        self.assertEqual(len(listed.splitlines()), len(files_of(self.root)))

    def test_a_second_sync_moves_nothing(self):
        with self.serve() as origin:
            first = self.s3cmd(origin, "sync", "s3://fold/", f"{self.copy}/")
            before = self.state_of_copy()
            second = self.s3cmd(origin, "sync", "s3://fold/", f"{self.copy}/")
        self.assertIn("download:", first)
        self.assertNotIn("download:", second)
        self.assertEqual(self.state_of_copy(), before)
        self.assert_equal_folders()


@unittest.skipUnless(CLIENTS, NO_ENVIRONMENT)
class S5cmd(Folder):
    def s5cmd(self, origin, *words):
        program = CLIENTS.parent / "s5cmd"
        options = ("--no-sign-request", "--endpoint-url", origin.url, "--retry-count", 0)
        return run(program, *options, *words).stdout

    def test_copy(self):
        with self.serve() as origin:
            self.s5cmd(origin, "cp", "--part-size", 5, "--concurrency", 4, "s3://fold/*", f"{self.copy}/")
            listed = self.s5cmd(origin, "ls", "s3://fold/*")
            versions = self.s5cmd(origin, "ls", "--all-versions", "s3://fold/*")
            text = self.s5cmd(origin, "cat", "--raw", f"s3://fold/{NAMES[2]}")
        self.assert_equal_folders()
        self.assertEqual(len(listed.splitlines()), len(files_of(self.root)))
        self.assertEqual(len(versions.splitlines()), len(files_of(self.root)))
        self.assertEqual(text.encode(), (self.root / NAMES[2]).read_bytes())

    def test_a_second_sync_moves_nothing(self):
        with self.serve() as origin:
            self.s5cmd(origin, "sync", "s3://fold/*", f"{self.copy}/")
            before = self.state_of_copy()
            said = self.s5cmd(origin, "sync", "s3://fold/*", f"{self.copy}/")
        self.assertEqual(said, "")
        self.assertEqual(self.state_of_copy(), before)
        self.assert_equal_folders()


@unittest.skipUnless(CLIENTS, NO_ENVIRONMENT)
class CommonRuntime(Folder):
    def test_whole_objects_and_ranges(self):
        """It begins with a range, and where that is refused, as of an empty object, with partNumber=1."""
        asked = [(name, []) for name in sorted(files_of(self.root))]
        for start, end in ((5, 5), (4 << 20, 16 << 20)):
            asked.append(("big.bin", [("range", f"bytes={start}-{end}")]))
        with self.serve() as origin:
            targets = json.dumps([(f"/fold/{quote(name)}", headers) for name, headers in asked])
            place = f"{origin.host}:{origin.port}"
            # It takes no port in the name of a host; a proxy is where it may be told one.
            proxy = {"HTTP_PROXY": origin.url, "http_proxy": "", "no_proxy": "", "NO_PROXY": ""}
            said = run(CLIENTS, "-I", "-c", CRT, place, stdin=targets, **proxy).stdout
        for (name, headers), got in zip(asked, json.loads(said), strict=True):
            whole = (self.root / name).read_bytes()
            if headers:
                start, end = map(int, headers[0][1].removeprefix("bytes=").split("-"))
                whole = whole[start : end + 1]
            self.assertEqual(got["bytes"], len(whole), name)
            self.assertEqual(got["sha256"], sha256(whole).hexdigest(), name)


@unittest.skipUnless(shutil.which("gdalinfo"), "gdalinfo is missing: tools/packages --checks")
class Gdal(Folder):
    def test_images_of_any_name(self):
        """Sizes and checksums of all bands are those of the file."""
        first = self.root / "first.tif"
        size = ("-outsize", 700, 500, "-bands", 2)
        run("gdal_create", "-q", "-of", "GTiff", "-co", "TILED=YES", *size, "-burn", 7, "-burn", 9, first)
        names = [name.replace("*", "") + ".tif" for name in NAMES]
        for name in names:
            shutil.copy(first, self.root / name)
        with self.serve() as origin:
            for name in names:
                there = run("gdalinfo", "-json", "-checksum", f"/vsis3/fold/{name}", **origin.gdal).stdout
                here = run("gdalinfo", "-json", "-checksum", self.root / name, GDAL_PAM_ENABLED="NO").stdout
                there, here = json.loads(there), json.loads(here)
                self.assertEqual(there["size"], here["size"], name)
                self.assertEqual(
                    [band["checksum"] for band in there["bands"]],
                    [band["checksum"] for band in here["bands"]],
                    name,
                )


if __name__ == "__main__":
    main()
