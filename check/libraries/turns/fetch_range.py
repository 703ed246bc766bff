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
    lingers  works in coroutines; every fifth operation never ends from its seventh turn on, and in a separate
             trial, which is longer than a turn
    sleeps   each operation takes 0.4 s
    dawdles  each operation takes 3 ms
    halves   its replica 1 is killed by its seventh `go`
    loses    its replica 1 is killed by its third, a probe
    reverses records that its operations ended before they were started
    boasts   records that they ended in 29 years
    lapses   the same, but from its sixth `go` on
"""

import asyncio
import contextlib
import itertools
import os
import signal
import threading
import time
from pathlib import Path

from benchmark import _protocol, _work, plain, worker

NAME = Path(__file__).resolve().parent.name
LATE = 7
COUNTS = ("started", "finished", "unfinished")
ESCAPES_AT = {"bolts": 1, "flees": 2, "strays": 6}
LIES_AT = {"reverses": 1, "boasts": 1, "lapses": 6}
LONG_S = 0.5
LINGERS = 5
seen = {"go": 0, "paused": 0, "go_at": 0}
started = itertools.count(1)
of_thread = threading.local()
paused = threading.Event()
targets = []

worker.client(**plain.KNOBS)(plain.connection)


def fetch_range(client, op):
    if not targets:
        targets.append((client.target, op))
    if NAME == "dawdles":
        time.sleep(0.003)
    while NAME == "stalls" and seen["go"] >= LATE:
        time.sleep(3600)
    if NAME == "sleeps" and client.target.timed:
        time.sleep(0.4)
    return client.get(op)


async def fetch_or_linger(client, op):
    """Each operation takes 10 ms, so that those that never end are a part of all that counts."""
    late = seen["go"] >= LATE or (seen["go"] > 0 and time.monotonic() > seen["go_at"] + LONG_S)
    if late and next(started) % LINGERS == 0:
        await asyncio.sleep(3600)
    await asyncio.sleep(0.01)
    return await asyncio.to_thread(get_by_thread, client.target, op)


def get_by_thread(target, op):
    """Each thread has a connection of its own: in the burst all are asked at once."""
    if not hasattr(of_thread, "client"):
        of_thread.client = plain.Client(target)
    return of_thread.client.get(op)


worker.operation(fetch_or_linger if NAME == "lingers" else fetch_range)


def pack_lie(memory, at, intended_ns, start_ns, first_ns, end_ns, *rest):
    if seen["go"] >= LIES_AT[NAME]:
        end_ns = start_ns - 5 if NAME == "reverses" else start_ns + (1 << 63) // 10
    pack(memory, at, intended_ns, start_ns, first_ns, end_ns, *rest)


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
    seen["go_at"] = time.monotonic()
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


Original = _protocol.Channel
pack = _work._pack


class Channel(Original):
    def send(self, packet):
        if packet["type"] == "ready":
            on_ready(packet)
        if packet["type"] != "paused" or on_paused(packet):
            super().send(packet)
        if packet["type"] == "paused" and NAME == "quits":
            os._exit(0)
        if packet["type"] == "paused" and NAME == "repeats":
            super().send(packet)

    @staticmethod
    def _open(data, kinds):
        """Of both receive() and receive_async()."""
        packet = Original._open(data, kinds)
        if packet and packet["type"] == "go":
            on_go()
        return packet


if __name__ == "__main__":
    _protocol.Channel = Channel
    if NAME in LIES_AT:
        _work._pack = pack_lie
    worker.main()
