"""Headless Chromium, driven by the DevTools protocol over a pair of pipes: no port, no driver."""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PATIENCE_S = 60
OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # as root there is none; it opens our own pages only
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "about:blank",
)


def find():
    """The program, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Refused(Exception):
    """What the browser did not do, or not in time."""


class Chromium:
    """One browser with one page; `with` ends it."""

    def __init__(self, program):
        self.program = program
        self.number = 0
        self.answers = {}
        self.events = []
        self.pending = b""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        theirs_in, self.to = os.pipe()
        self.source, theirs_out = os.pipe()
        self.process = self._start(theirs_in, theirs_out)
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            self._attach()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self, theirs_in, theirs_out):
        """The browser reads commands from file 3 and writes answers to file 4."""
        words = [self.program, f"--user-data-dir={self.profile}", *OPTIONS]
        join = f'exec 3<&{theirs_in} 4>&{theirs_out}; exec "$@"'
        return subprocess.Popen(
            ["/bin/bash", "-c", join, "chromium", *words],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": self.profile},
        )

    def _attach(self):
        self.session = None
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.command(f"{domain}.enable")

    def __exit__(self, *_):
        with contextlib.suppress(Refused, OSError):
            self.session = None
            self.command("Browser.close", patience=5)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.source)
        shutil.rmtree(self.profile, ignore_errors=True)

    def command(self, method, patience=PATIENCE_S, **params):
        """Asks, and waits for the answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + patience
        while self.number not in self.answers:
            self._read(until, method)
        answer = self.answers.pop(self.number)
        if "error" in answer:
            raise Refused(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _read(self, until, what):
        ready, _, _ = select.select([self.source], [], [], max(0, until - time.monotonic()))
        if not ready:
            raise Refused(f"{what}: the browser did not answer in time")
        got = os.read(self.source, 1 << 20)
        if not got:
            raise Refused(f"{what}: the browser ended")
        *whole, self.pending = (self.pending + got).split(b"\0")
        for message in map(json.loads, whole):
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self.events.append(message)

    def evaluate(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.command(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise Refused(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression, patience=PATIENCE_S):
        """Asks again until the expression is true; its value."""
        until = time.monotonic() + patience
        while not (value := self.evaluate(expression)):
            if time.monotonic() > until:
                raise Refused(f"this did not become true in {patience} s: {expression}")
            time.sleep(0.1)
        return value

    def open(self, url):
        self.command("Page.navigate", url=url)
        self.wait_for(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            typed = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            text = {"text": typed} if typed and kind == "keyDown" else {}
            self.command("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def look(self, width, height, dark=False):
        """How large the window is, and which colours the person likes."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path):
        """The whole page, below the window too."""
        image = self.command("Page.captureScreenshot", captureBeyondViewport=True)
        Path(path).write_bytes(base64.b64decode(image["data"]))

    def complaints(self):
        """Errors of the console and of the network, uncaught exceptions, and violations of the policy."""
        for event in self.events:
            params = event["params"]
            match event["method"]:
                case "Runtime.exceptionThrown":
                    details = params["exceptionDetails"]
                    yield details.get("exception", {}).get("description", details["text"])
                case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning", "assert"):
                    yield f"console.{params['type']}: {params['args']}"
                case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                    yield f"{params['entry']['text']} {params['entry'].get('url', '')}"

    def requests(self):
        """Each address that the page asked for."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]
