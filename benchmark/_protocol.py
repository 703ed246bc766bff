"""The conversation with the harness, as docs/worker-protocol.md defines it."""

import contextlib
import inspect
import json
import os
import queue
import re
import socket
import threading

from benchmark import _members
from benchmark._outcomes import chain, steps

# This worker's versions: it answers in the one that it is spoken to.
VERSION_LEAST, VERSION = 1, 2
PACKET_BYTES = 65536
# What a replica exits with when the harness is gone, or when it has said `error`.
EXIT_FAILED = 1


class StageError(Exception):
    """The replica cannot go on: stage is "setup", "proof", "burst" or "run", the text one sentence."""

    def __init__(self, stage, message):
        super().__init__(message)
        self.stage = stage


class Channel:
    """The socket to the harness.

    A thread of its own reads it, so that the end of the harness is noticed at once, whatever the library
    is doing; it sleeps in recv() and costs nothing while measuring. Owner: the replica.
    """

    def __init__(self, descriptor):
        """descriptor: number of a connected SOCK_SEQPACKET socket. Raises OSError when it is none."""
        self._socket = socket.socket(fileno=descriptor)
        self._packets = queue.SimpleQueue()
        self._notify = None
        threading.Thread(target=self._read, name="harness", daemon=True).start()

    def send(self, packet):
        """packet: a dict. A harness that is gone is noticed by the reading thread."""
        try:
            self._socket.send(json.dumps(_clean(packet)).encode())
        except (BrokenPipeError, ConnectionResetError):
            os._exit(EXIT_FAILED)

    def receive(self, *kinds):
        """Waits for the next packet and returns it, a dict; raises StageError if it is of another kind.

        Who waits for `bye` is not told of a `pause`: it crossed `done` on the way.
        """
        while (packet := self._open(self._packets.get(), kinds)) is None:
            pass
        return packet

    async def receive_async(self, *kinds):
        """As receive(), without stopping the event loop."""
        import asyncio

        loop = asyncio.get_running_loop()
        while True:
            arrived = asyncio.Event()
            with self.noticing(lambda arrived=arrived: loop.call_soon_threadsafe(arrived.set)):
                await arrived.wait()
            if (packet := self._open(self._packets.get(), kinds)) is not None:
                return packet

    @contextlib.contextmanager
    def noticing(self, notify):
        """Calls notify(), in whatever thread, when a packet is there, also one that was before.

        It may be called several times, and is not called any more when the block has ended.
        """
        self._notify = notify
        if not self._packets.empty():
            notify()
        try:
            yield
        finally:
            self._notify = None

    def _read(self):
        while True:
            try:
                data = self._socket.recv(PACKET_BYTES)
            except OSError:
                data = b""
            if not data:
                os._exit(EXIT_FAILED)
            self._packets.put(data)
            notify = self._notify
            if notify:
                notify()

    @staticmethod
    def _open(data, kinds):
        stage = "setup" if kinds == ("setup",) else "run"
        try:
            packet = _members.parse(data)
        except ValueError as error:
            raise StageError(stage, f"the harness sent a packet that cannot be read: {error}") from None
        found = packet.get("type")
        if found == "pause" and kinds == ("bye",):
            return None
        if found not in kinds:
            wanted = " or ".join(f"'{kind}'" for kind in kinds)
            raise StageError(stage, f"the harness sent a packet of type {found!r:.66} instead of {wanted}")
        return packet


def error_packet(stage, message):
    """Returns the packet; the message is made one line, and short enough for a packet."""
    return {"type": "error", "stage": stage, "message": " ".join(message.split())[:4000]}


def check_version(setup):
    """Raises StageError, naming both versions, when the harness speaks another."""
    try:
        theirs = _members.whole(setup, "protocol")
    except ValueError as error:
        raise StageError("setup", str(error)) from None
    if not VERSION_LEAST <= theirs <= VERSION:
        raise StageError(
            "setup",
            f"the harness speaks version {theirs} of the worker protocol and this worker versions "
            f"{VERSION_LEAST} and {VERSION}",
        )


def _clean(value):
    """Returns a packet's value with a ? for what the harness's JSON has not: NUL, and half a surrogate pair.

    A library's texts may hold them, for instance for a byte of an answer that is no UTF-8.
    """
    if isinstance(value, str):
        return value.encode(errors="replace").decode().replace("\0", "?")
    if isinstance(value, dict):
        return {_clean(name): _clean(member) for name, member in value.items()}
    return list(map(_clean, value)) if isinstance(value, list) else value


def describe(error):
    """Returns an exception as one line: class and text, and the cause's where that says more; shortened."""
    line = _line(error)
    for words, cause in _causes(error):
        if words not in line:
            line += f" ({cause})"
            break
    return line[:1000]


def place(error, folder):
    """Returns " (library/test.py, line 7)": the innermost frame of an exception in the test's folder, or "".

    A SyntaxError says itself where it is.
    """
    files = [] if isinstance(error, SyntaxError) else list(frames(error))
    own = [found for found in files if os.path.dirname(found[0]) == folder]
    return " ({}, line {})".format(*short(own[-1])) if own else ""


def defined_at(function):
    """Returns " (library/test.py, line 7)" of a function, or "" where it is none of Python's."""
    code = getattr(inspect.unwrap(function), "__code__", None) if function else None
    return " ({}, line {})".format(*short((code.co_filename, code.co_firstlineno))) if code else ""


def frames(error):
    """Yields (path, line) of an exception's frames, innermost last, without those of the import itself."""
    for frame, line in steps(error):
        path = frame.f_code.co_filename
        if not path.startswith("<"):
            yield os.path.abspath(path), line


def short(found):
    """Returns a (path, line) with the last two parts of the path alone."""
    return "/".join(found[0].split("/")[-2:]), found[1]


def _line(error):
    words = " ".join(_text(error).split())[:700]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _text(error):
    """Returns an exception's text; of a group its members'; of obstore's pages of Rust the sentence alone."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(map(_line, error.exceptions))
    return _str(error).partition("\n\nDebug source:")[0]


def _str(error):
    try:
        return str(error)
    except Exception as own:
        return f"its text cannot be had: its __str__ raises {type(own).__name__}"


def _causes(error):
    """Yields (text, line) of what is behind an exception, innermost first; of obstore's what it quotes."""
    for message, parse in reversed(
        re.findall(r'message: "([^"]+)"|hyper::Error\(\s*(Parse\([\w\s,(]+\))', _str(error))
    ):
        words = message or re.sub(r"[\s,]+", "", parse)
        yield words, words
    for link in reversed(list(chain(error))[1:]):
        # A time limit's own way of stopping a task explains nothing.
        if _str(link) and type(link).__name__ != "CancelledError":
            yield " ".join(_text(link).split()), _line(link)
