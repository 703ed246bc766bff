"""Replicas in containers, by Debian's dockerd in namespaces of its own.

check: deadline 400
check: alone
"""

import contextlib
import json
import os
import re
import signal
import time
import unittest

from _docker import Dockerd
from _harness import CHECK_LIBRARIES, Check, environment_of, groups_of, main

SLACK_NS = 5_000_000
LEAST_NS = 100_000_000
LOOK_SECONDS = 0.005
FAST = ("--timeout", "1", "--warm-up", "0.1", "--concurrency", "8", "--isolation", "docker")
EMPTY = re.compile(r"geoio-benchmark-empty:\S+")
engine = None


def setUpModule():
    global engine
    engine = Dockerd("dockerd")
    unittest.addModuleCleanup(stop_engine)
    engine.start()


def stop_engine():
    left = engine.stop()
    assert not left, f"the container engine left {left}"


class ProcessClock:
    """The kernel's clock of a process's CPU time, all its threads, read from outside."""

    def __init__(self, pid):
        self.clock = (~pid << 3) | 2  # how CLOCK_PROCESS_CPUTIME_ID of another one is written
        self.readings = []  # (monotonic before, CPU, monotonic after), ns

    def look(self):
        with contextlib.suppress(OSError):  # it has ended
            before, cpu = time.monotonic_ns(), time.clock_gettime_ns(self.clock)
            self.readings.append((before, cpu, time.monotonic_ns()))

    def until_ns(self):
        return self.readings[-1][0]

    def bounds(self, at_ns):
        """The least and the most that it had used at that time."""
        least = max(cpu for _, cpu, after in self.readings if after <= at_ns)
        return least, min(cpu for before, cpu, _ in self.readings if before >= at_ns)


@contextlib.contextmanager
def before_others():
    """So that looks come when they should, whoever else wants the CPU."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, usual - 10)
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, usual)


class Docker(Check):
    def run_test(self, library, *words, status=0, **env):
        env = {"DOCKER_HOST": engine.host, **env}
        return self.benchmark("run-test", library, "fetch_range", *FAST, *words, status=status, **env)

    def assert_no_containers(self):
        self.assertEqual([each["Names"] for each in engine.containers()], [])
        self.assert_nothing_left()
        self.assertEqual(groups_of(*self.started), [])

    def assert_good(self, row):
        where = [row[name] for name in ("isolation", "network", "state")]
        self.assertEqual(where, ["docker", "veth", "ok"], row)
        self.assertIn(row["cgroup"], ("v1", "v2"))
        self.assertGreater(row["number_successes"], 0)
        self.assertEqual(row["number_failures"], 0)
        self.assertGreater(row["cpu_total_seconds"], 0)
        self.assertGreater(row["memory_peak_bytes"], 0)

    def test_two_replicas_of_the_reference(self):
        self.run_test("reference", "--timeout", "2", "--replicas", "2")
        self.assert_good(self.only_result())
        self.assert_bytes_agree(in_flight=8)
        ids = [row[0] for row in self.query("select container_id from replicas")]
        self.assertEqual(len(set(ids)), 2)
        for each in ids:
            self.assertRegex(each, "^[0-9a-f]{64}$")
        self.assert_no_containers()
        ((environment,),) = self.query("select environment from runs")
        self.assertRegex(json.loads(environment)["engine"], r"^\D*[Ee]ngine \d[^ ]* \(API [\d.]+\)$")

    def test_python_libraries(self):
        libraries = [name for name in ("aiohttp", "obstore") if environment_of(name)]
        if not libraries:
            self.skipTest("no environment of aiohttp or obstore: run `benchmark setup`")
        for library in libraries:
            self.run_test(library)
        for row in self.results():
            self.assert_good(row)
        self.assert_bytes_agree(in_flight=8)
        self.assert_no_containers()

    def test_all_libraries(self):
        """Containers take no turns: each library has a separate trial in each block, in one of its own."""
        libraries = [word for name in ("null", "reference") for word in ("--library", name)]
        words = ("run-all", *libraries, "--test", "fetch_range", *FAST, "--budget", 600, "--blocks", 2)
        result = self.benchmark(*words, DOCKER_HOST=engine.host)
        rows = self.results()
        self.assertEqual(
            sorted((row["block"], row["library_name"]) for row in rows),
            [(block, library) for block in range(2) for library in ("null", "reference")],
        )
        self.assertEqual(len({row["comparison"] for row in rows}), 1)
        for row in rows:
            self.assertEqual([row[name] for name in ("isolation", "state")], ["docker", "ok"], row)
        self.assertEqual(self.query("select * from slices"), [])
        ids = {row[0] for row in self.query("select container_id from replicas")}
        self.assertEqual(len(ids), 4)
        for each in ids:
            self.assertRegex(each, "^[0-9a-f]{64}$")
        why = "measured in separate trials: containers are not paused"
        said = self.query("select text from findings where name = 'separate'")
        self.assertEqual(said, [(why,)] * 4)
        self.assert_sentence(result.stdout, "2 blocks of separate trials", f"all: {why}")
        self.assert_no_containers()

    def watch_clocks(self, count, process):
        """By the container's id, until the run has ended."""
        ids = [each["Id"] for each in engine.wait_running(count, process)]
        pids = [engine.ask("GET", f"/containers/{each}/json")[1]["State"]["Pid"] for each in ids]
        clocks = {each: ProcessClock(pid) for each, pid in zip(ids, pids, strict=True)}
        with before_others():
            while process.poll() is None:
                for clock in clocks.values():
                    clock.look()
                time.sleep(LOOK_SECONDS)
        return clocks

    def growth_of(self, container, until_ns):
        """Of the container's group, between the first sample and the last before then: when, how much."""
        rows = self.query(
            "select go_ns + at_ns, s.cpu_ns from samples s join trials t on t.id = s.trial_id join replicas r"
            " on r.trial_id = s.trial_id and r.replica = s.replica where container_id = ?"
            " and go_ns + at_ns <= ? order by at_ns",
            container,
            until_ns,
        )
        self.assertGreater(len(rows), 5)
        return rows[0][0], rows[-1][0], rows[-1][1] - rows[0][1]

    def assert_cpu_agrees(self, container, clock):
        """Its group against the clock of its process, which the group's counters know nothing of."""
        first, last, group = self.growth_of(container, clock.until_ns())
        (first_least, first_most), (last_least, last_most) = clock.bounds(first), clock.bounds(last)
        self.assertGreater(group, 0.995 * (last_least - first_most) - SLACK_NS)
        self.assertLess(group, 1.005 * (last_most - first_least) + SLACK_NS)
        return group

    def test_cpu_of_groups(self):
        """Within 0.5% and 5 ms of a second source. rusage is the engine's here, not the harness's."""
        libraries = ("reference", "aiohttp") if environment_of("aiohttp") else ("reference",)
        for library in libraries:
            # A busy machine gives it little in two seconds.
            enough = any(self.agreed(library, seconds) > LEAST_NS for seconds in (2, 8, 32))
            self.assertTrue(enough, library)

    def agreed(self, library, seconds):
        """How much CPU time agreed, of the replica that had less."""
        words = ("run-test", library, "fetch_range", *FAST, "--timeout", seconds, "--replicas", "2")
        process = self.start(*words, DOCKER_HOST=engine.host)
        clocks = self.watch_clocks(2, process)
        self.assertEqual(self.finish(process).status, 0)
        return min(self.assert_cpu_agrees(container, clock) for container, clock in clocks.items())

    def test_labels(self):
        """What cAdvisor shows of a container."""
        words = ("run-test", "reference", "fetch_range", *FAST, "--timeout", "3", "--replicas", "2")
        process = self.start(*words, DOCKER_HOST=engine.host)
        labels = [each["Labels"] for each in engine.wait_running(2, process)]
        self.assertEqual(self.finish(process).status, 0)
        run_id = self.only_result()["run_id"]
        self.assertEqual(sorted(each["replica"] for each in labels), ["0", "1"])
        for each in labels:
            found = [each[name] for name in ("library", "test", "run_id")]
            self.assertEqual(found, ["reference", "fetch_range", run_id])
            self.assertRegex(each["geoio.owner"], rf"^0-{process.pid}-\d+$")

    def test_quota(self):
        self.run_test("reference", "--cpus", "0.2", "--timeout", "2")
        row = self.only_result()
        self.assertLess(row["cpu_total_seconds"] / row["duration_seconds"], 0.3)

    def test_memory(self):
        words = ("--memory", "64MiB", "--timeout", "60")
        result = self.run_test("hungry", *words, status=1, GEOIO_TESTS=CHECK_LIBRARIES)
        self.assert_sentence(result.stderr, "SIGKILL", "more memory than --memory allows")
        self.assertIn("killed_for_memory", self.query("select state from replicas")[0])
        self.assert_no_containers()

    def test_too_little_memory(self):
        """Less than the engine gives: in its own words."""
        result = self.run_test("reference", "--memory", "1MiB", status=1)
        self.assert_sentence(result.stderr, r"the container engine says: .*[Mm]emory")
        self.assert_no_containers()

    @unittest.skipUnless(environment_of("obstore"), "no environment of obstore: run `benchmark setup`")
    def test_processes(self):
        """In the words that cells have, of the container's own group."""
        result = self.run_test("obstore", "--pids", "2", status=1)
        self.assert_sentence(result.stderr, r"--pids allows, and was refused \d+ times")
        self.assertNotIn("Traceback", result.stderr)
        self.assert_no_containers()

    def test_no_such_image(self):
        result = self.run_test("reference", "--image", "geoio-check-absent:1", status=None)
        self.assertNotEqual(result.status, 0)
        self.assert_sentence(result.stderr, "no image 'geoio-check-absent:1'", "docker build")

    def test_an_image_that_lacks_what_a_test_needs(self):
        """One of empty folders: and with --image the machine's /usr is not there."""
        self.run_test("reference")
        names = [name for each in engine.ask("GET", "/images/json")[1] for name in each["RepoTags"] or []]
        empty = next(filter(EMPTY.fullmatch, names))
        engine.copy_image(empty, "geoio-check-bare:1")
        result = self.run_test("reference", "--image", "geoio-check-bare:1", status=1)
        self.assert_sentence(result.stderr, r"does not exist in its container \(image geoio-check-bare:1\)")
        self.assert_no_containers()

    def test_no_engine(self):
        result = self.run_test("reference", status=None, DOCKER_HOST="unix:///nonexistent/docker.sock")
        self.assertNotEqual(result.status, 0)
        self.assert_sentence(result.stderr, "/nonexistent/docker.sock does not exist", "docker.io")
        result = self.run_test("reference", status=None, DOCKER_HOST="tcp://198.18.0.1:2375")
        self.assertNotEqual(result.status, 0)
        self.assert_sentence(result.stderr, "tcp://198.18.0.1:2375", "unix:///PATH")

    def test_killed_harness(self):
        """What it leaves, the next run removes."""
        words = ("run-test", "reference", "fetch_range", *FAST, "--timeout", "60", "--replicas", "2")
        process = self.start(*words, DOCKER_HOST=engine.host)
        dead = {each["Id"] for each in engine.wait_running(2, process)}
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(dead <= {each["Id"] for each in engine.containers()})
        self.run_test("reference")
        self.assert_no_containers()
        self.assert_whole_database()

    def test_engine_dies(self):
        """Its containers work to the end of the run, which is judged; the next run removes them."""
        dying = Dockerd(self.folder / "dying")
        self.addCleanup(lambda: self.assertEqual(dying.stop(), []))
        dying.start()
        words = ("run-test", "reference", "fetch_range", *FAST, "--timeout", "3", "--replicas", "2")
        process = self.start(*words, DOCKER_HOST=dying.host)
        dying.wait_running(2, process)
        time.sleep(1)  # into the run, or before it: both have to end well
        dying.kill()
        result = self.finish(process, 60)
        self.assertIn(result.status, (0, 1), result)
        self.assert_sentence(result.stderr, "requests/s|container engine")
        dying.start()
        self.assertEqual(len(dying.containers()), 2)
        self.run_test("reference", DOCKER_HOST=dying.host)
        self.assertEqual(dying.containers(), [])
        self.assert_nothing_left()


if __name__ == "__main__":
    main()
