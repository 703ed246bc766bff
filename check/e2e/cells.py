"""Cells: two sources for each figure, limits, bad input, runs side by side, nothing left.

check: deadline 400
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

from _harness import BENCHMARK, CHECK_LIBRARIES, LIBRARIES, SKIPPED, Check, groups_of, main
from _user import NOBODY, AsUser

FAST = ("--timeout", "1", "--warm-up", "0.1", "--concurrency", "8")
SLACK_NS = 5_000_000


def interfaces():
    return sorted(os.listdir("/sys/class/net"))


@unittest.skipUnless(os.geteuid() == 0, "only root has cells with control groups")
class AsRoot(Check):
    def run_test(self, library, *words, status=0, **env):
        return self.benchmark("run-test", library, "fetch_range", *FAST, *words, status=status, **env)

    def assert_cpu_agrees(self):
        """Each replica's group against what the kernel said when it was reaped."""
        rows = self.query("select trial_id, replica, rusage_ns, group_cpu_ns from replicas")
        self.assertTrue(rows)
        for trial, replica, rusage, group in rows:
            self.assertIsNotNone(group, (trial, replica))
            self.assertAlmostEqual(group, rusage, delta=0.005 * rusage + SLACK_NS, msg=(trial, replica))

    def test_six_libraries(self):
        """CPU within 0.5%, bytes within 1%, for all libraries."""
        for library in (*LIBRARIES, "reference"):
            # Not for a second: on a busy machine that may be none at all.
            self.run_test(library, "--replicas", "2", "--n-requests", 400, "--timeout", 60)
        for row in self.results():
            where = [row[name] for name in ("isolation", "network", "state")]
            self.assertEqual(where, ["cell", "veth", "ok"], row["library_name"])
            self.assertIn(row["cgroup"], ("v1", "v2"))
            self.assertRegex(row["pinning"], "^origin ")
            self.assertGreater(row["cpu_with_origin_seconds"], row["cpu_total_seconds"])
            self.assertGreater(row["memory_peak_bytes"], row["memory_anon_bytes"] / 2)
            self.assertGreaterEqual(row["wire_rx_bytes"], row["link_rx_bytes"])
            self.assertIsNone(re.search("control group counted|link ", row["findings"] or ""), row)
        self.assert_cpu_agrees()
        self.assert_bytes_agree(in_flight=8)
        self.assert_nothing_left()
        self.assertEqual(groups_of(*self.started), [])

    def test_memory_of_a_child(self):
        """What works may be no first process."""
        self.run_test("pass")
        self.run_test("forker", GEOIO_TESTS=CHECK_LIBRARIES)
        peak = {row["library_name"]: row["peak_rss_bytes"] for row in self.results()}
        self.assertGreater(peak["forker"], peak["pass"])

    def test_quota(self):
        """So small that a busy machine leaves the replica that much, too."""
        self.run_test("reference", "--cpus", "0.05", "--timeout", "2")
        row = self.only_result()
        self.assertEqual(row["cpus_limit"], 0.05)
        self.assertLess(row["cpu_total_seconds"] / row["duration_seconds"], 0.09)
        self.assertGreater(row["throttled_seconds"], 0)
        self.assert_sentence(row["findings"], r"quota of 0\.05 CPUs")

    def test_a_quota_of_the_harness(self):
        """As `docker run --cpus` sets it: all of the run has it together."""
        group = Path(f"/sys/fs/cgroup/cpu/geoio-check-{os.getpid()}")
        if not (group.parent / "cpu.cfs_quota_us").exists():
            self.skipTest("this machine has no control group cpu of version 1 that may be given a quota")
        group.mkdir()
        self.addCleanup(group.rmdir)
        (group / "cpu.cfs_quota_us").write_text("10000")
        enter = f"echo $$ > {group}/cgroup.procs && exec {BENCHMARK}"
        test = " ".join(("run-test reference fetch_range", *FAST, "--timeout 2 --db", str(self.db)))
        for words in ("doctor", test):
            command = ["sh", "-c", f"{enter} {words}"]
            out = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False).stdout
            self.assert_sentence(out, r"quota\b.{,30}\b0\.1 CPUs")
        row = self.only_result()
        self.assertEqual(row["limited_by"], "throttled")
        self.assertIn("throttled", row["finding_names"])
        self.assertIn('"cpu_quota": "0.1"', self.query("select environment from runs")[0][0])

    def test_a_quota_below_a_tick(self):
        """The least: 10 ms in a second, and no more than twice that with the ticks."""
        self.run_test("reference", "--cpus", "0.01", "--timeout", "4", "--concurrency", "1", "--warm-up", "0")
        row = self.only_result()
        self.assertLess(row["cpu_total_seconds"], 0.02 * row["duration_seconds"] + 0.02)

    def test_memory(self):
        words = ("--memory", "64MiB", "--timeout", "60")
        result = self.run_test("hungry", *words, status=1, GEOIO_TESTS=CHECK_LIBRARIES)
        self.assert_sentence(
            result.stderr, r"SIGKILL", r"more memory than --memory allows", r"6[0-9]\.\d MiB"
        )
        row = self.only_result()
        self.assertIn("killed_for_memory", self.query("select state from replicas")[0])
        self.assertEqual(row["memory_limit_bytes"], 64 << 20)

    def test_processes(self):
        """obstore's threads meet the limit."""
        result = self.run_test("obstore", "--pids", "2", status=1)
        self.assert_sentence(result.stderr, r"--pids")
        self.assertNotIn("Traceback", result.stderr)

    def test_link_rate(self):
        self.run_test("reference", "--link-rate", "100Mbit", "--timeout", "2")
        row = self.only_result()
        self.assertEqual(row["link_bits_per_second"], 100_000_000)
        self.assertLess(row["bytes_per_second"], 1.05 * 100e6 / 8)

    def test_daemons_end_with_the_trial(self):
        self.benchmark(
            *("run-test", "daemon", "fetch_range", *FAST), status=None, GEOIO_TESTS=CHECK_LIBRARIES
        )
        self.assertGreater(self.only_result()["number_successes"], 0)
        time.sleep(0.3)
        self.assert_nothing_left()
        self.assertEqual(groups_of(*self.started), [])

    def test_a_full_disk(self):
        """Of the scratch folder: a small /dev/shm of its own."""
        words = f"mount -t tmpfs -o size=300m none /dev/shm && exec {BENCHMARK} run-test fills fetch_range"
        result = subprocess.run(
            ["unshare", "-m", "sh", "-c", f"{words} {' '.join(FAST)}"],
            cwd=self.folder,
            env={**os.environ, "GEOIO_TESTS": CHECK_LIBRARIES},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertIn(result.returncode, (0, 1), result.stderr)
        self.assertNotIn("Traceback", result.stderr)
        self.assert_whole_database()
        self.assertEqual(len(self.results()), 1)

    def test_side_by_side(self):
        """Two runs at a time do not meet."""
        before = interfaces()
        words = ("run-test", "reference", "fetch_range", *FAST, "--replicas", "3", "--pin", "none")
        runs = [self.start(*words, "--db", f"sqlite:///{n}.db") for n in range(2)]
        for process in runs:
            result = self.finish(process)
            self.assertEqual(result.status, 0, result.stderr)
        for number in range(2):
            self.db = self.folder / f"{number}.db"
            self.assert_bytes_agree(in_flight=8)
            self.assertEqual(self.query("select count(*) from replicas where state = 'finished'"), [(3,)])
        self.assertEqual(interfaces(), before)

    def test_pinned(self):
        cpus = sorted(os.sched_getaffinity(0))
        for pin in (f"{cpus[0]}", f"{cpus[-1]}/{cpus[0]}", "none"):
            self.run_test("reference", "--pin", pin)
        pinned = [row["pinning"] for row in self.results()]
        self.assertEqual(
            sorted(pinned),
            sorted(
                {
                    f"origin {cpus[0]}, replicas {cpus[0]}",
                    f"origin {cpus[-1]}, replicas {cpus[0]}",
                    "none",
                }
                if len(cpus) > 1
                else pinned
            ),
        )

    def test_nothing_leaves(self):
        """A cell has no way out: a store outside is not reached, and its own name is."""
        result = self.run_test(
            "reference", "--endpoint", "http://192.0.2.1:9", "--anonymous", "--ready-timeout", "2", status=1
        )
        self.assertNotIn("Traceback", result.stderr)

    def test_a_missing_controller(self):
        """Version 1 without pids: the grade below, and the sentence."""
        if not Path("/sys/fs/cgroup/pids").is_dir():
            self.skipTest("this machine has control groups of version 2")
        out = subprocess.run(
            ["unshare", "-m", "sh", "-c", f"umount /sys/fs/cgroup/pids && exec {BENCHMARK} doctor"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout
        self.assert_sentence(
            out, r"isolation +cells in a user namespace", r"controller pids is missing: mount"
        )


class BadInput(Check):
    def refused(self, *words, status=2):
        result = self.benchmark("run-test", "reference", "fetch_range", *FAST, *words, status=status)
        self.assertRegex(result.stderr, r"^(\[1/1\][^\n]+\n)?benchmark: [^\n]+\n$")
        self.assertFalse(self.db.exists() and self._rows())
        return result.stderr

    def _rows(self):
        return self.query("select count(*) from results")[0][0]

    def test_values(self):
        self.assert_sentence(self.refused("--cpus", "0.001"), r"--cpus", r"0\.01")
        self.assert_sentence(self.refused("--memory", "1KiB"), r"--memory")
        self.assert_sentence(self.refused("--pids", "0"), r"--pids")
        self.assert_sentence(self.refused("--link-rate", "fast"), r"--link-rate", r"100Mbit")
        self.assert_sentence(self.refused("--pin", "1-"), r"--pin", r"auto, none")
        self.assert_sentence(self.refused("--pin", "1023"), r"CPU 1023", r"take from")
        self.assert_sentence(self.refused("--isolation", "jail"), r"auto, cell, process or docker")
        self.assert_sentence(
            self.refused("--congestion", "carrier-pigeon"),
            *(r"--congestion", r"carrier-pigeon", r"give one of .*\breno\b"),
        )

    def test_limits_need_cells(self):
        for words in (("--cpus", "1"), ("--memory", "64MiB"), ("--pids", "9"), ("--link-rate", "1Gbit")):
            text = self.refused("--isolation", "process", *words)
            self.assert_sentence(text, re.escape(words[0]), r"as root")
        text = self.refused("--endpoint", "http://127.0.0.1:1", "--link-rate", "1Gbit", status=None)
        self.assertTrue(text)


@unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
class Installed(AsUser):
    def run_test(self, *words, **options):
        return self.as_user("run-test", "reference", "fetch_range", *FAST, *words, **options)

    def test_cells_in_a_user_namespace(self):
        before = interfaces()
        self.run_test("--replicas", "2", "--link-rate", "200Mbit")
        row = self.only_result()
        if row["isolation"] == "process":
            self.skipTest(self.as_user("doctor", status=None).stdout)
        where = [row[name] for name in ("isolation", "cgroup", "network", "state")]
        self.assertEqual(where, ["cell-userns", "none", "veth", "ok"])
        told = self.as_user("doctor", status=None).stdout
        self.assertIn(f"the origin can use {row['origin_congestion']}", told)
        self.assertGreater(row["cpu_total_seconds"], 0)
        self.assertEqual(self.query("select distinct replica_user from trials"), [(f"uid {NOBODY}",)])
        self.assertEqual(interfaces(), before)

    def test_user_namespaces_off(self):
        """In a user namespace of its own, where they can be turned off for what runs in it."""
        turn_off = "echo 0 >/proc/sys/user/max_user_namespaces"
        drop = "setpriv --bounding-set=-all --inh-caps=-all"
        before = f"exec unshare -Ur sh -c '{turn_off}; exec {drop} {self.prefix}/bin/benchmark doctor' #"
        told = self.as_user(before=before, status=None).stdout
        self.assert_sentence(told, r"max_user_namespaces", r"doubt +isolation")

    def test_cells_that_must_be_had(self):
        text = self.as_user(
            *("run-test", "reference", "fetch_range", "--isolation", "cell", "--cpus", "1"), status=2
        ).stderr
        self.assert_sentence(text, r"--cpus needs a control group", r"sudo", r"systemd-run --user")


if __name__ == "__main__":
    if not shutil.which("unshare") or not shutil.which("setpriv"):
        print("unshare and setpriv (util-linux) are missing")
        sys.exit(SKIPPED)
    with contextlib.suppress(AttributeError):
        main(needs=LIBRARIES)
