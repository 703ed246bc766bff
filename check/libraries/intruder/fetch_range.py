"""intruder: works, and tries what a replica must not be able to do; what it could, it says as a note, in
JSON, which check/e2e/intruder.py reads. It only looks whether it could: nobody is harmed where it can."""

import contextlib
import ctypes
import json
import multiprocessing
import os
import tempfile

from benchmark import plain, worker

PTRACE_ATTACH = 16


@worker.operation
def fetch_range(client, op):
    return client.get(op)


def status(name):
    with open("/proc/self/status") as file:
        return next(line.split(":")[1].split() for line in file if line.startswith(name + ":"))


def own_pids():
    """This process and its threads' leader, as the kernel and the mounted /proc number them."""
    return {os.getpid(), int(os.readlink("/proc/self"))}


def may(act, *arguments):
    try:
        return act(*arguments) is not False
    except OSError:
        return False


def others():
    """Every process of another program that is seen: not ours, and not the init of a namespace of our own."""
    seen = {int(name) for name in os.listdir("/proc") if name.isdigit()} - own_pids()
    if os.readlink("/proc/self") == str(os.getpid()) and comm(1) == "geoio-init":
        seen.discard(1)
    return seen


def comm(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def signalled():
    tried = {*range(2, 40000), *others()}
    return [pid for pid in sorted(tried) if pid not in own_pids() and may(os.kill, pid, 0)]


def read(path):
    with open(path, "rb") as file:
        return file.read(1) != b""


def looked_into():
    return [
        pid for pid in others() for name in ("environ", "mem", "maps") if may(read, f"/proc/{pid}/{name}")
    ]


def traced():
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    return [pid for pid in others() | {1} if ptrace(PTRACE_ATTACH, pid, 0, 0) == 0]


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def left_group():
    found = []
    for folder, _, names in os.walk("/sys/fs/cgroup"):
        if "cgroup.procs" in names and may(write, f"{folder}/cgroup.procs", "0"):
            found.append(folder)
        if may(os.mkdir, f"{folder}/intruder"):
            found.append(f"{folder}/intruder")
    return found


def runs():
    """The folder above its own, unless that is nobody's but its own: a cover on the way."""
    home = os.environ["HOME"]
    above = os.path.dirname(home)
    return [above] if os.stat(above).st_dev == os.stat(home).st_dev else []


def wrote():
    """Folders outside of its own where a file could be made."""
    places = ("/", "/etc", "/usr", "/usr/lib", "/var", "/run", "/home", "/root", "/dev", "/sys", "/proc/sys")
    all_places = (*places, *runs(), os.path.dirname(__file__))
    return [place for place in all_places if may(write, f"{place}/intruder-{os.getpid()}", "x")]


def neighbours():
    """What of the run is not its own, and can be looked into."""
    found = []
    for run in runs():
        with contextlib.suppress(OSError):
            found += [f"{run}/{name}" for name in os.listdir(run)]
    return [path for path in found if path != os.environ["HOME"] and os.access(path, os.R_OK)]


def works():
    """What a library may expect: a folder for temporary files, a home, a semaphore, /dev/null."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
    write(os.path.expanduser("~/intruder"), "x")
    with multiprocessing.Lock():
        pass
    write("/dev/null", "x")
    return True


if __name__ == "__main__":
    said = {
        "uid": os.getresuid(),
        "gid": os.getresgid(),
        "groups": os.getgroups(),
        "capabilities": [
            name for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb") if int(status(name)[0], 16)
        ],
        "new_privileges": status("NoNewPrivs") != ["1"],
        "pid": os.getpid(),
        "others": sorted(others()),
        "signalled": signalled(),
        "looked_into": looked_into(),
        "traced": traced(),
        "left_group": left_group(),
        "wrote": wrote(),
        "neighbours": neighbours(),
        "works": works(),
    }
    worker.client(**{**plain.KNOBS, "notes": [json.dumps(said)]})(plain.connection)
    worker.main()
