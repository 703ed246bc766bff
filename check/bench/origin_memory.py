"""The origin's memory, with few keys and with very many, after reading from all over them."""

import http.client
import random
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from _common import BUILD

FEW, MANY = 512, 50_000_000
REQUESTS = 3000


def resident(keys):
    """KiB that are resident after the requests."""
    words = [BUILD / "benchmark", "origin", "--dataset", "s2", "--keys", str(keys), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            port = int(re.search(r":(\d+),", process.stdout.readline())[1])
            read_around(port, keys)
            status = Path(f"/proc/{process.pid}/status").read_text()
        finally:
            process.terminate()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def read_around(port, keys):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    digits = max(5, len(str(keys - 1)))
    for _ in range(REQUESTS):
        start = random.randrange(200_000_000)
        key = f"s2/{random.randrange(keys):0{digits}}/B04.tif"
        client.request("GET", f"/bench/{key}", headers={"Range": f"bytes={start}-{start + 16383}"})
        response = client.getresponse()
        assert response.status == 206, (key, response.status)
        assert len(response.read()) == 16384
    client.close()


def main():
    few, many = resident(FEW), resident(MANY)
    ratio = many / few
    print(f"{FEW:,} keys: {few:,} KiB; {MANY:,} keys: {many:,} KiB, after {REQUESTS:,} requests each")
    verdict = "ok" if ratio <= 1.05 else "over"
    print(f"bench origin_memory_of_many_keys ratio {ratio:.3f} limit 1.050 {verdict}")
    sys.exit(ratio > 1.05)


if __name__ == "__main__":
    main()
