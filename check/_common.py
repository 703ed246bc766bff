"""What check/run, check/bench/run and the checks share."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = (TOP / os.environ.get("BUILD", "build")).resolve()
SKIPPED = 77
PF_EXITING = 0x4
KILL_BIT = 1 << (signal.SIGKILL - 1)
ENDING_SECONDS = 30


def find_python():
    """As tools/setup-envs: by path, since a version manager's shim in PATH may be another."""
    chosen = os.environ.get("BENCHMARK_PYTHON")
    for path in [chosen] if chosen else [f"/usr/bin/python3{minor}" for minor in ("", ".13", ".12", ".11")]:
        probe = [path, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        if os.access(path, os.X_OK) and subprocess.run(probe).returncode == 0:
            return path
    sys.exit("no Python 3.11 or newer in /usr/bin: run tools/packages")


def is_ending(pid):
    """Killed, or on its way out: how long that takes is the machine's affair."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    flags = int(stat[stat.rindex(")") + 2 :].split()[6])
    pending = [int(mask, 16) for mask in re.findall(r"^(?:SigPnd|ShdPnd):\s*(\w+)", status, re.M)]
    return bool(flags & PF_EXITING or any(mask & KILL_BIT for mask in pending))


def environment(scratch):
    """The person's own settings must not change what a check sees; environments of libraries are shared."""
    drop = re.compile(r"AWS_|GEOIO_|XDG_|db_url$|MAKEFLAGS$|MFLAGS$|MAKELEVEL$|CHECKS$|BENCHMARK_(?!PYTHON)")
    env = {name: value for name, value in os.environ.items() if not drop.match(name)}
    data = os.environ.get("XDG_DATA_HOME") or Path(os.environ.get("HOME", "/")) / ".local/share"
    env.update(
        BUILD=str(BUILD),
        TOP=str(TOP),
        BENCHMARK=str(BUILD / "benchmark"),
        PYTHONPATH=str(TOP),
        PYTHONDONTWRITEBYTECODE="1",
        GEOIO_FORMATS=str(BUILD / "libgeoio-formats.so"),
        GEOIO_ENVS=os.environ.get("GEOIO_ENVS") or f"{data}/geoio-benchmark/envs",
        XDG_CACHE_HOME=str(BUILD / "check/cache"),  # made COGs, the same for all checks
        HOME=scratch,
        TMPDIR=scratch,
        LC_ALL="C.UTF-8",
    )
    return env
