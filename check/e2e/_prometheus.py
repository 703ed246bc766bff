"""What the checks of Prometheus share: one of its own, and a fake that answers as it is told."""

import contextlib
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from _harness import TOP, Check

RULES = sorted((TOP / "monitoring/rules").glob("*.yml"))


def matrix(*series, **more):
    """An answer; each of the series is labels and pairs of time and text."""
    result = [{"metric": labels, "values": values} for labels, values in series]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


class Fake(BaseHTTPRequestHandler):
    """Gives what its server's `reply` says: (status, content type, bytes), or None for silence."""

    def do_GET(self):
        self.server.asked.append(self.path)
        reply = self.server.reply(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query))
        if reply is None:
            self.server.over.wait(20)
            return
        status, kind, body = reply
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def fake(reply):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.reply = reply if callable(reply) else lambda _: reply
    server.asked, server.over = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def as_json(document, status=200, kind="application/json"):
    return status, kind, json.dumps(document).encode()


def wait_for(check, path, pattern, process):
    """The address at the port that the process says in its log."""
    patience = time.monotonic() + 20
    while time.monotonic() < patience and process.poll() is None:
        if found := re.search(pattern, Path(path).read_text(errors="replace")):
            return f"127.0.0.1:{found[1]}"
        time.sleep(0.02)
    check.fail(f"{pattern} does not come in {path}\n{Path(path).read_text(errors='replace')}")


def end(process):
    if process.poll() is None:
        process.terminate()
    process.wait()


def dashboard_queries():
    """Of all panels, with everything chosen."""
    board = json.loads((TOP / "monitoring/grafana/dashboards/geoio-benchmark.json").read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield re.sub(r"\$(run|library|test)\b", ".*", target["expr"].replace("$__rate_interval", "5s"))


class WithPrometheus(Check):
    def prometheus(self, *targets):
        """Started with our rules and its port 0; it tells which one it has."""
        config = self.folder / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            f"rule_files: ['{TOP}/monitoring/rules/*.yml']\n"
            "scrape_configs:\n"
            f"  - {{job_name: geoio-benchmark, static_configs: [{{targets: {list(targets)}}}]}}\n"
        )
        log = self.enterContext(open(self.folder / "prometheus.log", "w+"))
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={config}",
                f"--storage.tsdb.path={self.folder / 'series'}",
                "--web.listen-address=127.0.0.1:0",
            ],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self.addCleanup(end, process)
        self.url = "http://" + wait_for(self, log.name, r'"Listening on" address=127\.0\.0\.1:(\d+)', process)
        self.patiently(self.is_ready, "Prometheus is not ready")

    def is_ready(self):
        """It listens a moment before it is."""
        with contextlib.suppress(urllib.error.HTTPError):
            return urllib.request.urlopen(f"{self.url}/-/ready", timeout=10).close() is None

    def patiently(self, what, sentence):
        """Returns what it gives once that is something."""
        patience = time.monotonic() + 30
        while not (found := what()):
            if time.monotonic() > patience:
                self.fail(sentence)
            time.sleep(0.1)
        return found

    def ask(self, path, **query):
        with urllib.request.urlopen(
            f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=10
        ) as answer:
            return json.load(answer)["data"]["result"]
