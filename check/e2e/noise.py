"""Noise is named beside the row, also where its program is in no list of processes.

check: deadline 120
"""

import os
import shutil
import subprocess
import sys
import unittest

from _harness import BENCHMARK, Check, main

SPIN = "import time; print(flush=True)\nwhile True: time.perf_counter()"
FAST = ("--timeout", "1", "--warm-up", "0.1", "--concurrency", "8")
PRIVATE = ("unshare", "--pid", "--fork", "--mount-proc")


class Noise(Check):
    def spin(self):
        """A busy loop of this check, on each CPU: it is a program of somebody else."""
        for _ in os.sched_getaffinity(0):
            process = subprocess.Popen([sys.executable, "-c", SPIN], stdout=subprocess.PIPE)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.addCleanup(process.stdout.close)
            process.stdout.readline()

    def assert_noise(self, sentence):
        row = self.only_result()
        names = (row["finding_names"] or "").split(";")
        self.assertTrue({"others", "steal"} & set(names), row["findings"])
        if "others" in names:
            self.assert_sentence(row["findings"], sentence)
        self.assertGreater(row["others_cpu_seconds"] + (row["steal_seconds"] or 0), 0.05, row)

    def test_that_is_seen(self):
        self.spin()
        self.benchmark("run-test", "reference", "fetch_range", *FAST)
        self.assert_noise(r"other programs used \d\.\d\d CPUs .* \(most: \S+ \(pid \d+\) \d+\.\d\d s")

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "only root has such namespaces")
    def test_outside_of_the_namespace(self):
        tried = subprocess.run([*PRIVATE, "true"], capture_output=True)
        if tried.returncode:
            self.skipTest(f"no PID namespace here: {tried.stderr}")
        self.spin()
        ran = subprocess.run(
            [*PRIVATE, BENCHMARK, "run-test", "reference", "fetch_range", *FAST],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=100,
        )
        self.assertEqual(ran.returncode, 0, ran)
        self.assert_noise(r"\(most: .*by programs that this namespace does not show")


if __name__ == "__main__":
    main()
