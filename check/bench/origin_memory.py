"""The origin's memory, with few keys and with very many, after reading from all over them.

It is the most that was resident, which noise hardly changes: the interval of a few pairs is narrow.
"""

import http.client
import random
import re
import sys
from pathlib import Path
from statistics import median

from _bench import judge_ratios, origin

FEW, MANY = 512, 50_000_000
REQUESTS = 3000
PAIRS = 6


def resident(keys):
    """KiB that are resident after the requests."""
    with origin("--keys", str(keys)) as (process, url):
        read_around(int(url.rpartition(":")[2]), keys)
        status = Path(f"/proc/{process.pid}/status").read_text()
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
    pairs = [(resident(FEW), resident(MANY)) for _ in range(PAIRS)]
    few, many = map(median, zip(*pairs, strict=True))
    print(f"{FEW:,} keys: {few:,.0f} KiB; {MANY:,} keys: {many:,.0f} KiB, after {REQUESTS:,} requests each")
    sys.exit(not judge_ratios("origin_memory_of_many_keys", [many / few for few, many in pairs], 1.05))


if __name__ == "__main__":
    main()
