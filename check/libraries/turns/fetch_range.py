"""turns: works as it should, but for what its folder's name says that it does in its turns.

check/e2e/_turns.py copies this folder under each name that is to be one of them:

    dies     is killed by its third `go`
    mute     never says `paused`
    busy     a thread uses CPU whenever it has said `paused`, and a child from the first time on
    quits    exits, with status 0, once it has said `paused`
    repeats  says `paused` twice
    stops    stops itself (SIGSTOP) in its second turn
    forgets  its second `paused` says less than the first
    sends    has requests under way, and starts more, when it says `paused`
    escapes  a daemon of a session of its own uses CPU and sends requests, all the time
    flees    the same, but from its second `go` on
    bolts    the same, but from its first `go` on
    strays   the same, but from its sixth `go` on
    stiff    does not say that it can be paused
    stalls   no operation ends from its seventh turn on, which is no probe any more
    halves   its replica 1 is killed by its seventh `go`
    loses    its replica 1 is killed by its third, a probe
"""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

from benchmark import _protocol, plain, worker

NAME = Path(__file__).resolve().parent.name
LATE = 7
COUNTS = ("started", "finished", "unfinished")
ESCAPES_AT = {"bolts": 1, "flees": 2, "strays": 6}
seen = {"go": 0, "paused": 0}
paused = threading.Event()
targets = []

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    if not targets:
        targets.append((client.target, op))
    while NAME == "stalls" and seen["go"] >= LATE:
        time.sleep(3600)
    return client.get(op)


def spin_while_paused():
    while paused.wait():
        pass


def ask():
    """One request after the other, which are in no record."""
    with plain.opened(targets[0][0]) as client:
        while True:
            with contextlib.suppress(Exception):
                client.get(targets[0][1])


def spin_in_child():
    """It leaves its own library most of the CPU, which could not work in turns otherwise."""
    if os.fork() == 0:
        os.nice(10)
        while True:
            pass


def escape():
    """Leaves a daemon, whose parents have ended."""
    if child := os.fork():
        os.waitpid(child, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    spin_in_child()
    ask()


def on_ready(packet):
    if NAME == "stiff":
        del packet["pause"]
    if NAME == "busy":
        threading.Thread(target=spin_while_paused, daemon=True).start()
    if NAME == "escapes":
        escape()


def on_paused(packet):
    seen["paused"] += 1
    if NAME == "forgets" and seen["paused"] == 2:
        packet.update(dict.fromkeys(COUNTS, 0))
    if NAME == "busy" and seen["paused"] == 1:
        spin_in_child()
    if NAME == "sends" and seen["paused"] == 1:
        for _ in range(4):
            threading.Thread(target=ask, daemon=True).start()
    paused.set()
    return NAME != "mute"


def on_go():
    seen["go"] += 1
    paused.clear()
    if NAME == "dies" and seen["go"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    fatal = {"halves": LATE, "loses": 3}.get(NAME)
    if seen["go"] == fatal and targets[0][0].replica == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if seen["go"] == ESCAPES_AT.get(NAME):
        escape()
    if NAME == "stops" and seen["go"] == 2:
        os.kill(os.getpid(), signal.SIGSTOP)


class Channel(_protocol.Channel):
    def send(self, packet):
        if packet["type"] == "ready":
            on_ready(packet)
        if packet["type"] != "paused" or on_paused(packet):
            super().send(packet)
        if packet["type"] == "paused" and NAME == "quits":
            os._exit(0)
        if packet["type"] == "paused" and NAME == "repeats":
            super().send(packet)

    def receive(self, *kinds):
        packet = super().receive(*kinds)
        if packet["type"] == "go":
            on_go()
        return packet


if __name__ == "__main__":
    _protocol.Channel = Channel
    worker.main()
