"""Other people's clients read the origin: GDAL, botocore, curl."""

import json
import os
import re
import shutil
import subprocess
import unittest

from _harness import Check, environment_of, main

BOTOCORE = """
import json, sys, aioboto3, asyncio
from aiobotocore.config import AioConfig
from botocore import UNSIGNED
from botocore.exceptions import ClientError

async def main(endpoint):
    config = AioConfig(signature_version=UNSIGNED, s3={"addressing_style": "path"},
                       retries={"total_max_attempts": 1})
    options = {"endpoint_url": endpoint, "region_name": "us-east-1", "config": config}
    async with aioboto3.Session().client("s3", **options) as s3:
        found = {}
        key = {"Bucket": "bench", "Key": "s2/00003/B04.tif"}
        head = await s3.head_object(**key)
        found["size"], found["etag"] = head["ContentLength"], head["ETag"]
        got = await s3.get_object(**key, Range="bytes=5000-5099")
        found["range"], found["body"] = got["ContentRange"], (await got["Body"].read()).hex()
        keys = []
        async for page in s3.get_paginator("list_objects_v2").paginate(
                Bucket="bench", Prefix="s2/", PaginationConfig={"PageSize": 100}):
            keys += [(entry["Key"], entry["Size"]) for entry in page.get("Contents", [])]
        found["keys"] = keys
        folders = await s3.list_objects_v2(Bucket="bench", Delimiter="/")
        found["folders"] = [entry["Prefix"] for entry in folders["CommonPrefixes"]]
        for name, call in {
            "no key": s3.get_object(Bucket="bench", Key="s2/none.tif"),
            "no bucket": s3.list_objects_v2(Bucket="nothing-here"),
            "out of range": s3.get_object(**key, Range="bytes=999999999999-"),
            "changed": s3.get_object(**key, IfMatch='"other"'),
            "not changed": s3.get_object(**key, IfNoneMatch=head["ETag"]),
        }.items():
            try:
                await call
                found[name] = "no error"
            except ClientError as error:
                found[name] = error.response["Error"]["Code"]
        print(json.dumps(found))

asyncio.run(main(sys.argv[1]))
"""


def run(*words, **env):
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, **env}, timeout=120)
    if done.returncode:
        raise AssertionError(f"{words}: exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


@unittest.skipUnless(shutil.which("gdalinfo"), "gdalinfo is missing: tools/packages --checks")
class Gdal(Check):
    def info(self, origin, key, *options):
        return json.loads(run("gdalinfo", "-json", *options, f"/vsis3/bench/{key}", **origin.gdal))

    def test_twin_of_sentinel_2(self):
        with self.origin() as origin:
            found = self.info(origin, "s2/00005/B04.tif")
            text = run("gdalinfo", "/vsis3/bench/s2/00005/B04.tif", **origin.gdal)
        band = found["bands"][0]
        self.assertEqual(found["size"], [10980, 10980])
        self.assertEqual(found["driverShortName"], "GTiff")
        self.assertEqual(band["block"], [1024, 1024])
        self.assertEqual(band["type"], "UInt16")
        overviews = [level["size"] for level in band["overviews"]]
        self.assertEqual(overviews, [[5490, 5490], [2745, 2745], [1373, 1373], [687, 687]])
        self.assertIn("Block=1024x1024", text)

    def test_pixels_of_a_cog(self):
        """Decoded over HTTP they are those of the file; and they are no constant."""
        with self.origin() as origin:
            _, _, listing = origin.get("/bench?list-type=2&prefix=cog/")
            key = re.search(rb"<Key>([^<]+)</Key>", listing)[1].decode()
            band = self.info(origin, key, "-checksum", "-stats")["bands"][0]
            _, _, body = origin.get(f"/bench/{key}")
            copy = self.folder / "copy.tif"
            copy.write_bytes(body)
        local = json.loads(run("gdalinfo", "-json", "-checksum", copy, GDAL_PAM_ENABLED="NO"))
        self.assertEqual(local["size"], [2048, 2048])
        self.assertEqual(local["metadata"]["IMAGE_STRUCTURE"]["COMPRESSION"], "DEFLATE")
        self.assertEqual(local["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"], "COG")
        self.assertEqual(band["checksum"], local["bands"][0]["checksum"])
        self.assertGreater(band["stdDev"], 1)

    def test_folder_of_files(self):
        """--root serves any files: GDAL reads what GDAL wrote."""
        root = self.folder / "root"
        root.mkdir()
        run("gdal_create", "-q", "-of", "GTiff", "-outsize", "300", "200", "-burn", "7", root / "seven.tif")
        with self.origin("--root", root, "--bucket", "files") as origin:
            text = run("gdalinfo", "-json", "-stats", "/vsis3/files/seven.tif", **origin.gdal)
        self.assertEqual(json.loads(text)["bands"][0]["mean"], 7)


class Botocore(Check):
    def setUp(self):
        super().setUp()
        self.python = environment_of("aioboto3")
        if not self.python:
            self.skipTest("no environment of aioboto3: run tools/setup-envs")

    def test_head_get_list_errors(self):
        script = self.folder / "client.py"
        script.write_text(BOTOCORE)
        with self.origin("--keys", 250) as origin:
            found = json.loads(run(self.python, "-I", script, origin.url))
            body = origin.range("/bench/s2/00003/B04.tif", 5000, 100)
        self.assertEqual(found["size"], 218693282)
        self.assertEqual(found["range"], "bytes 5000-5099/218693282")
        self.assertEqual(found["body"], body.hex())
        self.assertEqual(len(found["keys"]), 250)
        self.assertEqual(found["keys"], sorted(found["keys"]))
        self.assertEqual({size for _, size in found["keys"]}, {218693282})
        self.assertIn("s2/", found["folders"])
        self.assertEqual(found["no key"], "NoSuchKey")
        self.assertEqual(found["no bucket"], "NoSuchBucket")
        self.assertEqual(found["out of range"], "InvalidRange")
        self.assertEqual(found["changed"], "PreconditionFailed")
        self.assertIn(found["not changed"], ("304", "NotModified"))


@unittest.skipUnless(shutil.which("curl"), "curl is missing: tools/packages --checks")
class Curl(Check):
    def test_ranges_of_a_file(self):
        """Each form of a range, byte for byte."""
        root = self.folder / "root"
        root.mkdir()
        content = os.urandom(300_000)
        (root / "a b.bin").write_bytes(content)
        with self.origin("--root", root) as origin:
            for spec, part in {
                "0-0": content[:1],
                "1000-65535": content[1000:65536],
                "-500": content[-500:],
                "299999-": content[299999:],
                "299000-999999999": content[299000:],
                "0-299999": content,
            }.items():
                out = self.folder / "part"
                status = run(
                    *(
                        "curl",
                        "-sS",
                        "-r",
                        spec,
                        "-o",
                        out,
                        "-w",
                        "%{http_code}",
                        f"{origin.url}/bench/a%20b.bin",
                    )
                )
                self.assertEqual(status, "206", spec)
                self.assertEqual(out.read_bytes(), part, spec)
            whole = self.folder / "whole"
            run("curl", "-sS", "-f", "-o", whole, f"{origin.url}/bench/a%20b.bin")
            self.assertEqual(whole.read_bytes(), content)

    def test_connections_are_kept_and_closed(self):
        with self.origin() as origin:
            urls = [f"{origin.url}/bench/s2/0000{n}/B04.tif" for n in range(5)]
            sinks = ["-o", "/dev/null"] * len(urls)
            count = ["-r", "0-99", "-w", "%{num_connects}"]
            kept = run("curl", "-sS", *count, *sinks, *urls)
            closed = run("curl", "-sS", "-H", "Connection: close", *count, *sinks, *urls)
        self.assertEqual(kept, "10000")
        self.assertEqual(closed, "11111")

    def test_paths_stay_in_the_root(self):
        root = self.folder / "root"
        root.mkdir()
        (self.folder / "secret").write_text("secret")
        (root / "link").symlink_to(self.folder / "secret")
        with self.origin("--root", root) as origin:
            for path in ("../secret", "%2e%2e/secret", "..%2fsecret", "link", "/../../secret", "%00"):
                status, body = self.raw(origin, f"/bench/{path}")
                self.assertIn(status, (400, 403, 404), path)
                self.assertNotEqual(body, b"secret", path)

    def raw(self, origin, path):
        status, _, body = origin.get(path)
        return status, body


class Large(Check):
    def test_far_offsets_differ_and_repeat(self):
        """Content is a function of key and offset alone, also in another process."""
        places = ((0, 16384), (218693282 - 16384, 16384), (100_000_001, 1_000_003))
        seen = []
        for _ in range(2):
            with self.origin("--keys", 9) as origin:
                seen.append([origin.range("/bench/s2/00007/B04.tif", *place) for place in places])
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(len(set(seen[0])), len(places))


if __name__ == "__main__":
    main()
