"""Noise is named beside the row, also where its program is in no list of processes.

check: deadline 240
"""

import bisect
import os
import re
import shutil
import subprocess
import sys
import threading
import time

from _harness import BENCHMARK, CHECK_LIBRARIES, Check, main
from _turns import Turns

SPIN = "import time; print(flush=True)\nwhile True: time.perf_counter()"
FAST = ("--timeout", "1", "--warm-up", "0.1", "--concurrency", "8")
PRIVATE = ("unshare", "--pid", "--fork", "--mount-proc")
NAMES = ("null", "reference")
STEP_S = 0.02
LEAST_S = 0.5  # shorter windows have no such finding: src/analyse/reconcile_noise.c


class Loops:
    """Busy loops of a check, one a CPU, each a program of somebody else; and what they used, by their CPU
    clocks, over time."""

    def __init__(self, check):
        self.pids = []
        self.at_s, self.used_s, self.each_s = [], [], []
        self.ended = threading.Event()
        for _ in os.sched_getaffinity(0):
            process = subprocess.Popen([sys.executable, "-c", SPIN], stdout=subprocess.PIPE)
            check.addCleanup(process.wait)
            check.addCleanup(process.kill)
            check.addCleanup(process.stdout.close)
            process.stdout.readline()
            self.pids.append(process.pid)
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        check.addCleanup(self.stop)

    def watch(self):
        while not self.ended.is_set():
            # The CPU clock of a process: clock_getcpuclockid(3).
            each = [time.clock_gettime((~pid << 3) | 2) for pid in self.pids]
            self.at_s.append(time.monotonic())
            self.used_s.append(sum(each))
            self.each_s.append(each)
            self.ended.wait(STEP_S)

    def stop(self):
        self.ended.set()
        self.thread.join()

    def until(self, at_s, used_s):
        """What was used until a moment: between two readings evenly."""
        at = min(max(bisect.bisect(self.at_s, at_s), 1), len(self.at_s) - 1)
        part = (at_s - self.at_s[at - 1]) / (self.at_s[at] - self.at_s[at - 1])
        return used_s[at - 1] + part * (used_s[at] - used_s[at - 1])

    def used_in(self, begin_ns, end_ns, used_s=None):
        used_s = used_s or self.used_s
        return self.until(end_ns / 1e9, used_s) - self.until(begin_ns / 1e9, used_s)

    def least_used_in(self, begin_ns, end_ns):
        """By each of them."""
        columns = list(zip(*self.each_s, strict=True))
        return min(self.used_in(begin_ns, end_ns, column) for column in columns)


class Noise(Turns, Check):
    def private(self, *words):
        """Runs benchmark in a PID namespace of its own."""
        ran = subprocess.run(
            [*PRIVATE, BENCHMARK, *map(str, words)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=200,
        )
        self.assertEqual(ran.returncode, 0, ran)
        return ran

    def need_namespace(self):
        if os.geteuid() != 0 or not shutil.which("unshare"):
            self.skipTest("only root has such namespaces")
        tried = subprocess.run([*PRIVATE, "true"], capture_output=True)
        if tried.returncode:
            self.skipTest(f"no PID namespace here: {tried.stderr}")

    def assert_others(self, row, used_s):
        """What the loops used was seen: as others' work, but for what their clocks have of steal."""
        names = (row["finding_names"] or "").split(";")
        steal_s = row["steal_seconds"] or 0
        self.assertGreater(used_s, 0)
        self.assertGreater(row["others_cpu_seconds"] + steal_s, used_s / 2, row)
        if steal_s < used_s / 10:
            self.assertIn("others", names, row["findings"])
            self.assertGreater(row["others_cpu_seconds"], used_s / 2, row)
        else:
            self.assertTrue({"others", "steal"} & set(names), row["findings"])
        return "others" in names

    def assert_separate(self, loops, sentence):
        loops.stop()
        row = self.only_result()
        begin_ns, end_ns = self.query("select go_ns, window_end_ns from trials")[0]
        if self.assert_others(row, loops.used_in(begin_ns, end_ns)):
            self.assert_sentence(row["findings"], sentence)

    def test_that_is_seen(self):
        loops = Loops(self)
        self.benchmark("run-test", "reference", "fetch_range", *FAST)
        self.assert_separate(
            loops, r"other programs used \d\.\d\d CPUs .* \(most: \S+ \(pid \d+\) \d+\.\d\d s"
        )

    def assert_starved(self, row):
        """It, or its child, has a thread that always wants a CPU: what that did not use, others had, as long
        as the machine itself had all of its CPUs. Returns whether it was so.
        """
        name = row["library_name"]
        used, others, steal = (
            (row[f"{name}_seconds"] or 0) / row["duration_seconds"]
            for name in ("cpu_total", "others_cpu", "steal")
        )
        print(f"{name} used {used:.2f} CPUs, others {others:.2f}, steal {steal:.2f}: {row['limited_by']}")
        if used > 0.7 or others < 0.6 or steal > 0.1:
            return False
        self.assertEqual(row["limited_by"], "machine", row)
        if os.path.exists("/proc/self/schedstat"):
            self.assertIn("starved", row["finding_names"].split(";"), row)
            self.assert_sentence(row["findings"], rf"{name} used 0\.\d\d CPUs, and waited for up to 0\.\d\d")
        return True

    def test_starved(self):
        """Who waits for CPUs that others have is not limited by its operations in flight, nor by itself."""
        loops = Loops(self)
        for library in ("null", "forker"):
            self.assert_one_starves(library)
        loops.stop()
        self.assert_same_results_again()

    def assert_one_starves(self, library):
        for _ in range(4):
            self.forget()
            self.benchmark("run-test", library, "fetch_range", *FAST, GEOIO_TESTS=CHECK_LIBRARIES)
            if self.assert_starved(self.only_result()):
                return
        self.skipTest(f"in four trials beside busy loops {library} had most of a CPU")

    def test_outside_of_the_namespace(self):
        self.need_namespace()
        loops = Loops(self)
        self.private("run-test", "reference", "fetch_range", *FAST)
        self.assert_separate(loops, r"\(most: .*by programs that this namespace does not show")

    def in_slices(self, run):
        """Rows of two libraries in one block, with the words of their finding, if there is one."""
        loops = Loops(self)
        run(*self.all_words(NAMES, "--blocks", 1, "--timeout", 3))
        loops.stop()
        slices = self.slices()
        if not slices:
            self.skip_without_slices()
        self.assert_turns(slices)
        rows = self.results()
        self.assertEqual({row["library_name"] for row in rows}, set(NAMES))
        # One that a very busy machine cannot freeze in time gets no more turns, or a separate trial.
        rows = [row for row in rows if row["slices"] and row["duration_seconds"] >= LEAST_S]
        if not rows:
            self.skipTest(f"this machine is too busy to measure anything: {slices}")
        for row in rows:
            own = [slice for slice in slices if slice.library == row["library_name"]]
            used_s = sum(loops.used_in(slice.begin_ns, slice.end_ns) for slice in own)
            if row["library_name"] == "null":
                self.assert_starved(row)
            if not self.assert_others(row, used_s):
                row["findings"] = None
        self.assert_marks(loops, slices)
        return loops, slices, rows

    def skip_without_slices(self):
        """A machine may be so busy that not even the probes of a library end in time: then that is said."""
        found = self.findings()
        for name in NAMES:
            self.assertIn("separate", found.get(name, {}), (self.states(), found))
        self.skipTest(f"this machine is too busy for slices: {found}")

    def assert_marks(self, loops, slices):
        """Slices say so: most of those in which the loops had most of a CPU. Beside much else they have less
        of it; but all others together have more, so that some slice is marked all the same.
        """
        written = {
            (row["library"], *(int(row[name]) for name in ("block", "round", "position"))): row
            for row in self.rounds_written()
            if row["round"]  # not of a separate trial
        }
        seen = marked = any_marked = 0
        all_s = all_used_s = 0
        for slice in slices:
            row = written[slice.key]
            used_s = loops.used_in(slice.begin_ns, slice.end_ns)
            is_marked = "others" in row["mark"].split(",")
            any_marked += is_marked
            if float(row["steal_seconds"] or 0) > used_s / 10:
                continue
            all_s += float(row["seconds"])
            all_used_s += used_s
            if used_s > 0.9 * float(row["seconds"]):
                seen += 1
                marked += is_marked
        told = f"loops: {all_used_s:.2f} of {all_s:.2f} s, most of a CPU in {seen} of {len(slices)} slices"
        print(f"{told}; marked: {marked} of these, {any_marked} in all")
        self.assertGreaterEqual(2 * marked, seen)
        if len(os.sched_getaffinity(0)) > 1 and all_used_s > 0.3 * all_s:
            self.assertGreater(any_marked, 0, told)

    def test_slices_that_are_seen(self):
        """Who used most is named beside each row; one of the loops, or three that used more."""
        loops, slices, rows = self.in_slices(self.benchmark)
        least_s = loops.least_used_in(slices[0].go_ns, slices[-1].end_ns)
        for row in rows:
            if not row["findings"]:
                continue
            found = re.search(r"less so \(most: (.*?) of the whole block", row["findings"])
            self.assertTrue(found, row["findings"])
            named = re.findall(r"\(pid (\d+)\) (\d+\.\d\d) s", found[1])
            self.assertTrue(named, found[1])
            if not {int(pid) for pid, _ in named} & set(loops.pids):
                self.assertEqual(len(named), 3, found[1])
                self.assertGreaterEqual(min(float(used) for _, used in named), least_s - 0.01, found[1])

    def test_slices_outside_of_the_namespace(self):
        self.need_namespace()
        _, _, rows = self.in_slices(self.private)
        for row in rows:
            if row["findings"]:
                self.assert_sentence(
                    row["findings"], r"\(most: .*of its slices by programs that this namespace does not show"
                )


if __name__ == "__main__":
    main()
