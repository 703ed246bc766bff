"""The same as aa, while whole CPUs are taken away, as a hypervisor takes them.

usage: make bench-truth PART=stolen [RUNS=1] [BUDGET=240] [BLOCKS=12]

Steal itself cannot be made inside of a machine. What it does to programs can: on each CPU a real-time
process, to which all others give way, takes 10 to 25% of the time in bursts of 1 to 100 ms. The share of each
is drawn anew every few seconds. The kernel accounts for it as work of others, and not as steal: only this is
not as beneath a hypervisor. Real-time processes take root.

Goals, of 5 runs: none has a false verdict of the table, and each names others' work or steal beside each
library, in more than half of its blocks.
"""

import contextlib
import os
import random

import _runs
import aa
import neighbour

NEEDED = 5
SHARE = 0.1, 0.25
BURST_S = 0.001, 0.1
PRIORITY = 50


def take_over(cpu):
    os.sched_setaffinity(0, {cpu})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))


def burst_s():
    """Of each order of magnitude as many."""
    least, most = BURST_S
    return least * (most / least) ** random.random()


def work(parent, cpu):
    take_over(cpu)
    while os.getppid() == parent:
        neighbour.be_busy(random.uniform(*SHARE), random.uniform(2, 6), burst_s)


def is_allowed():
    """Whether this process may make itself one to which others give way. It is as before afterwards."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except PermissionError:
        return False
    return True


@contextlib.contextmanager
def hypervisor():
    with contextlib.ExitStack() as started:
        for cpu in sorted(os.sched_getaffinity(0)):
            started.enter_context(neighbour.beside(work, cpu))
        yield


def make(lines, folder):
    if not is_allowed():
        _runs.skip("real-time processes are refused here: they take root, in a group that may have such")
    with hypervisor():
        return aa.make(lines, folder, "stolen")


def summary(lines):
    return neighbour.judge(lines, NEEDED)


if __name__ == "__main__":
    _runs.main(make, summary)
