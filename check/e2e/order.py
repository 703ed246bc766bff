"""The libraries' order by CPU for each request agrees with what was measured of them alone.

check: alone
check: deadline 400
"""

import itertools
from statistics import median

from _harness import LIBRARIES, Check, main

# Cheapest first; only the order between groups is held, the gaps between them being threefold or more except
# the last, where the figures stand 1.0 to 0.4-0.7.
GROUPS = (("obstore", "aiohttp"), ("requests", "aioboto3", "fsspec"), ("httpx",))
CLEARLY = 1.2


class Order(Check):
    def test_cpu_of_a_request(self):
        words = [word for library in (*LIBRARIES, "reference") for word in ("--library", library)]
        words += ["--test", "fetch_range", "--budget", "24", "--blocks", "2", "--warm-up", "0.2"]
        self.benchmark("run-all", *words, timeout=200)
        costs = {}
        for row in self.results():
            costs.setdefault(row["library_name"], []).append(row["cpu_seconds_per_1000_requests"])
        cost = {library: median(values) for library, values in costs.items()}
        print(f"CPU ms a request: { {name: round(value, 3) for name, value in sorted(cost.items())} }")
        for cheaper, dearer in itertools.pairwise(GROUPS):
            for a, b in itertools.product(cheaper, dearer):
                self.assertGreater(cost[b], CLEARLY * cost[a], f"{b} should cost more than {a}: {cost}")
        self.assertEqual(sorted(itertools.chain(*GROUPS)), list(LIBRARIES), "a library is in no group")
        for library in LIBRARIES:
            self.assertGreater(
                cost[library], cost["reference"], f"{library} is cheaper than the machine's limit"
            )


if __name__ == "__main__":
    main(needs=LIBRARIES)
