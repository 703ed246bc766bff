"""A container engine of a check's own: Debian's dockerd in namespaces of its own, and what it is asked."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

from _harness import SKIPPED

PATIENCE_SECONDS = 60
SBIN = "/usr/sbin:/sbin"


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def find_dockerd():
    """Skips the check where there is no engine that it could start."""
    path = shutil.which("dockerd", path=f"{os.environ['PATH']}:{SBIN}")
    if not path:
        skip("no container engine: apt-get install docker.io")
    if os.geteuid() != 0:
        skip("only root can start a container engine")
    if subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True).returncode:
        skip("no namespaces can be made here, which the container engine needs")
    return path


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Dockerd:
    """Nothing of it is in the places of an engine that the machine may have: folder, control groups and
    containerd's namespace are its own, and it makes no network."""

    def __init__(self, folder):
        self.program = find_dockerd()
        self.folder = Path(folder).resolve()
        self.socket = f"{self.folder}/docker.sock"
        self.host = f"unix://{self.socket}"
        self.group = f"geoio-check-{os.getpid()}-{self.folder.name}"
        self.process = None

    def start(self):
        self.folder.mkdir(exist_ok=True)
        own = [f"--containerd-namespace={self.group}", f"--containerd-plugins-namespace={self.group}-plugins"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["unshare", "-n", "-m", "sh", "-c", 'ip link set lo up; exec "$@"', "sh", self.program]
                + ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"]
                + ["--exec-opt=native.cgroupdriver=cgroupfs", f"--cgroup-parent=/{self.group}", *own]
                + [f"--{word}-root={self.folder}/{word}" for word in ("data", "exec")]
                + [f"--pidfile={self.folder}/pid", "-H", self.host],
                env={**os.environ, "PATH": f"{os.environ['PATH']}:{SBIN}"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_ready()

    def _wait_ready(self):
        patience = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None and time.monotonic() < patience:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/_ping")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"dockerd does not run\n{(self.folder / 'log').read_text()[-3000:]}")

    def ask(self, method, path, body=None):
        """Status and answer, JSON where it is."""
        connection = _UnixConnection(self.socket)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers={"Content-Type": "application/x-tar"})
            answer = connection.getresponse()
            text = answer.read().decode()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def containers(self):
        return self.ask("GET", "/containers/json?all=1")[1]

    def wait_running(self, count, process):
        """The containers of a started benchmark, as soon as so many run."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < patience:
            running = [each for each in self.containers() if each["State"] == "running"]
            if len(running) >= count:
                return running
            time.sleep(0.02)
        raise AssertionError(f"not {count} containers: {self.containers()}")

    def copy_image(self, source, name):
        repo, tag = name.split(":")
        source = urllib.parse.quote(source, safe="")
        status, answer = self.ask("POST", f"/images/{source}/tag?repo={repo}&tag={tag}")
        assert status == 201, answer

    def kill(self):
        """SIGKILL, as when it crashes: containers go on."""
        self.process.kill()
        self.process.wait()
        # containerd has died with it, and whoever has to wait for it may not yet have done so.
        Path(self.folder, "exec/containerd/containerd.pid").unlink(missing_ok=True)

    def stop(self):
        """Ends it with its containers; returns what it left."""
        if self.process and self.process.poll() is None:
            for each in self.containers():
                self.ask("DELETE", f"/containers/{each['Id']}?force=1")
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE_SECONDS)
        left = [*self._remove_groups(), *self._mounts()]
        shutil.rmtree(self.folder, ignore_errors=True)
        return left + ([str(self.folder)] if self.folder.exists() else [])

    def _remove_groups(self):
        """One goes only when the last process in it has; patiently."""
        patience = time.monotonic() + 10
        while True:
            for folder, _, _ in os.walk("/sys/fs/cgroup", topdown=False):
                if f"/{self.group}" in folder:
                    with contextlib.suppress(OSError):
                        os.rmdir(folder)
            left = [folder for folder, _, _ in os.walk("/sys/fs/cgroup") if f"/{self.group}" in folder]
            if not left or time.monotonic() > patience:
                return left
            time.sleep(0.1)

    def _mounts(self):
        return [
            line for line in Path("/proc/self/mounts").read_text().splitlines() if str(self.folder) in line
        ]
