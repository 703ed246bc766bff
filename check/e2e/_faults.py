"""A store that answers each operation with the fault that its key names.

The key is NUMBER-FAULT: so which operation meets which fault is decided by the plan and by no clock. An
answer is made as `benchmark origin` would make it, then spoiled.
"""

import asyncio
import contextlib
import functools
import hashlib
import hmac
import re
import socket
import struct
import zlib
from dataclasses import dataclass

from _serving import Serving

OBJECT = bytes(i * 7 % 251 for i in range(4096))
START, LENGTH = 1000, 1000
BODY = OBJECT[START : START + LENGTH]
CRC32 = zlib.crc32(BODY)
RANGE = f"bytes {START}-{START + LENGTH - 1}/{len(OBJECT)}"

# How a connection goes on after what was sent.
KEEP, CLOSE, RESET, STALL = "keep", "close", "reset", "stall"


@dataclass
class Fault:
    name: str
    group: str
    words: str
    make: object  # () -> (bytes, how the connection goes on)


FAULTS = {}


def fault(group, name, words, make):
    FAULTS[name] = Fault(name, group, words, make)


def head(status="206 Partial Content", version="HTTP/1.1", **changes):
    """A good head with some headers changed, None for left out; a name's underscores are hyphens."""
    fields = {
        "Content-Type": "application/octet-stream",
        "ETag": '"0"',
        "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT",
        "Accept-Ranges": "bytes",
        "Content-Range": RANGE,
        "Content-Length": str(LENGTH),
    }
    fields.update({name.replace("_", "-"): value for name, value in changes.items()})
    lines = [f"{version} {status}", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def with_line(line, body=BODY, goes_on=KEEP):
    return head()[:-2] + line.encode("latin-1") + b"\r\n\r\n" + body, goes_on


def error(status, code, **changes):
    body = f"<Error><Code>{code}</Code><Message>{code}, on purpose</Message></Error>".encode()
    fields = {"Content_Range": None, "Content_Type": "application/xml", "Content_Length": str(len(body))}
    return head(status, **{**fields, **changes}) + body, KEEP


def _add_connections():
    simple = functools.partial(fault, "connections")
    simple("none", "nothing: a good answer", lambda: (head() + BODY, KEEP))
    simple(
        "close-header",
        "`Connection: close` on a good answer",
        lambda: (head(Connection="close") + BODY, CLOSE),
    )
    simple("no-answer", "the connection is closed without an answer", lambda: (b"", CLOSE))
    simple("reset", "the connection is reset (RST) without an answer", lambda: (b"", RESET))
    simple("half-head", "the connection is closed within the head", lambda: (head()[:60], CLOSE))
    simple("no-body", "closed between head and body", lambda: (head(), CLOSE))
    simple("cut", "closed in the middle of the body", lambda: (head() + BODY[:500], CLOSE))
    simple("last-byte", "closed before the last byte", lambda: (head() + BODY[:-1], CLOSE))
    simple("reset-body", "reset (RST) in the middle of the body", lambda: (head() + BODY[:500], RESET))
    simple(
        "refused",
        "nobody listens: the connection is refused",
        lambda: (head(Connection="close") + BODY, CLOSE),
    )
    simple("stall", "no answer, for ever", lambda: (b"", STALL))
    simple("stall-head", "half a head, then nothing", lambda: (head()[:60], STALL))
    simple("stall-body", "half a body, then nothing", lambda: (head() + BODY[:500], STALL))


def _add_statuses():
    simple = functools.partial(fault, "statuses")
    for status, code in (
        ("400 Bad Request", "InvalidArgument"),
        ("403 Forbidden", "AccessDenied"),
        ("404 Not Found", "NoSuchKey"),
        ("412 Precondition Failed", "PreconditionFailed"),
        ("416 Range Not Satisfiable", "InvalidRange"),
        ("429 Too Many Requests", "TooManyRequests"),
        ("500 Internal Server Error", "InternalError"),
        ("501 Not Implemented", "NotImplemented"),
        ("503 Slow Down", "SlowDown"),
    ):
        number = status.split()[0]
        simple(number, f"status {number} ({code})", lambda status=status, code=code: error(status, code))
    empty = {"Content_Range": None, "Content_Length": None, "Content_Type": None}
    simple("204", "status 204, no body", lambda: (head("204 No Content", **empty), KEEP))
    simple("304", "status 304, no body", lambda: (head("304 Not Modified", **empty), KEEP))


def _add_redirects():
    simple = functools.partial(fault, "statuses")
    to = dict.fromkeys(("301", "302", "303", "307", "308"), ("the same object", "?again"))
    to["307-no-url"] = ("`http://[::1`", "http://[::1")
    to["307-ftp"] = ("`ftp://127.0.0.1/x`", "ftp://127.0.0.1/x")
    for name, (words, place) in to.items():
        number = name[:3]
        simple(
            name,
            f"a redirect ({number}) to {words}",
            lambda number=number, place=place: error(f"{number} Moved", "Redirect", Location=place),
        )
    for number in (300, 301):
        simple(
            f"{number}-nowhere",
            f"a redirect ({number}) without Location",
            lambda number=number: error(f"{number} Moved", "Redirect"),
        )


def _add_beside_206():
    simple = functools.partial(fault, "statuses")
    whole = {"Content_Range": None, "Content_Length": str(len(OBJECT))}
    simple("200", "the whole object, status 200", lambda: (head("200 OK", **whole) + OBJECT, KEEP))
    continue_ = b"HTTP/1.1 100 Continue\r\n\r\n"
    simple("100", "`100 Continue` before a good answer", lambda: (continue_ + head() + BODY, KEEP))
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    simple("103", "`103 Early Hints` before a good answer", lambda: (hints + head() + BODY, KEEP))


def _add_error_bodies():
    simple = functools.partial(fault, "statuses")
    for status in ("403 Forbidden", "503 Slow Down"):
        number = status[:3]
        simple(
            f"{number}-cut",
            f"status {number}, closed in the middle of the body",
            lambda status=status: (error(status, "Cut")[0][:-20], CLOSE),
        )
    whole = {"Content_Range": None, "Content_Length": str(len(OBJECT))}
    simple(
        "200-cut",
        "status 200, closed in the middle of the body",
        lambda: (head("200 OK", **whole) + OBJECT[:500], CLOSE),
    )
    odd = {**whole, "Content_Length": "4"}
    simple(
        "403-odd",
        "status 403, a body that is not UTF-8",
        lambda: (head("403 No", **odd) + b"<\xff\xfe>", KEEP),
    )
    simple(
        "403-gzip",
        "status 403, `Content-Encoding: gzip`, and a body that is not",
        lambda: error("403 Forbidden", "AccessDenied", Content_Encoding="gzip"),
    )


def _add_lengths():
    simple = functools.partial(fault, "framing")
    simple(
        "list-length",
        "`Content-Length: 1000, 1000`",
        # Nobody may keep the connection: what asks on it would wait for ever too.
        lambda: (head(Content_Length=f"{LENGTH}, {LENGTH}", Connection="close") + BODY, STALL),
    )
    more = OBJECT[START : START + LENGTH + 10]
    simple(
        "more-length",
        "a Content-Length of more than the range, and as many bytes",
        lambda: (head(Content_Length=str(len(more))) + more, KEEP),
    )
    simple(
        "huge-length",
        "a Content-Length of 2^62, closed behind the range",
        lambda: (head(Content_Length=str(1 << 62)) + BODY, CLOSE),
    )


def _add_framing():
    simple = functools.partial(fault, "framing")
    crlf = b"\r\n"
    simple("status-line", "a status line `HTP/1.1 206`", lambda: (head(version="HTP/1.1") + BODY, KEEP))
    simple("status-number", "a status `2x6`", lambda: (head("2x6 Partial") + BODY, KEEP))
    simple("no-head", "a body without status line and head", lambda: (b"hello\r\n\r\n", CLOSE))
    simple("odd-byte", "one byte 0xff, then closed", lambda: (b"\xff", CLOSE))
    simple("http-2", "a status line `HTTP/2.0 206`", lambda: (head(version="HTTP/2.0") + BODY, KEEP))
    simple(
        "http-1.0", "a good answer of HTTP/1.0, then closed", lambda: (head(version="HTTP/1.0") + BODY, CLOSE)
    )
    simple("two-lengths", "a second, other Content-Length", lambda: with_line("Content-Length: 5"))
    simple("same-length", "Content-Length twice, the same", lambda: with_line(f"Content-Length: {LENGTH}"))
    simple("bad-length", "`Content-Length: 10x0`", lambda: (head(Content_Length="10x0") + BODY, CLOSE))
    simple("negative-length", "`Content-Length: -1`", lambda: (head(Content_Length="-1") + BODY, CLOSE))
    chunked = b"%x" % LENGTH + crlf + BODY + crlf + b"0" + crlf + crlf
    simple(
        "chunked-length",
        "chunked and Content-Length",
        lambda: with_line("Transfer-Encoding: chunked", chunked),
    )
    only = {"Content_Length": None, "Transfer_Encoding": "chunked"}
    simple("chunked", "chunked, as it should be", lambda: (head(**only) + chunked, KEEP))
    simple("bad-chunk", "a chunk's length that is no number", lambda: (head(**only) + b"x" + chunked, CLOSE))
    negative = b"-3e8" + chunked[3:]
    simple("negative-chunk", "a chunk's length of `-3e8`", lambda: (head(**only) + negative, CLOSE))
    later = b"%x" % 500 + crlf + BODY[:500] + crlf + b"x" + crlf
    simple("later-chunk", "the same, of the second chunk", lambda: (head(**only) + later, CLOSE))
    simple("cut-chunk", "closed within a chunk", lambda: (head(**only) + chunked[:500], CLOSE))
    simple(
        "no-length", "no Content-Length, closed at the end", lambda: (head(Content_Length=None) + BODY, CLOSE)
    )
    simple("no-colon", "a header line without colon", lambda: with_line("this is no header"))
    simple("space-colon", "a space before a header's colon", lambda: with_line("X-Odd : 1"))
    simple("name", "a header whose name has a space", lambda: with_line("X Odd: 1"))
    simple("no-name", "a header without a name", lambda: with_line(": 1"))
    simple("fold", "a header folded over two lines", lambda: with_line("X-Odd: 1\r\n  2"))
    simple("nul", "a NUL in a header's value", lambda: with_line("X-Odd: a\0b"))
    simple("latin-1", "a header's value in ISO 8859-1", lambda: with_line("X-Odd: caf\xe9"))
    simple("bare-lf", "lines that end with LF alone", lambda: (head().replace(crlf, b"\n") + BODY, KEEP))
    simple("long-head", "a head of 1 MiB", lambda: with_line("X-Odd: " + "x" * (1 << 20)))
    simple("surplus", "more bytes than Content-Length", lambda: (head() + BODY + BODY[:10], KEEP))


def _add_contents():
    simple = functools.partial(fault, "contents")
    flipped = bytes(255 - byte for byte in BODY)
    simple("flipped", "wrong bytes of the right length", lambda: (head() + flipped, KEEP))
    end = START + LENGTH - 1
    total = len(OBJECT)
    short, long = BODY[:500], OBJECT[START : START + LENGTH + 10]
    for name, words, span, body in (
        ("range-total", "`Content-Range: bytes a-b/*`", f"bytes {START}-{end}/*", BODY),
        ("no-range", "no Content-Range", None, BODY),
        (
            "other-range",
            "another Content-Range, the right bytes",
            f"bytes {START + 1}-{end + 1}/{total}",
            BODY,
        ),
        ("bad-range", "a Content-Range that is none", "bytes all of them", BODY),
        ("short", "a shorter range than asked for", f"bytes {START}-{START + 499}/{total}", short),
        ("long", "a longer range than asked for", f"bytes {START}-{end + 10}/{total}", long),
    ):
        changes = {"Content_Range": span, "Content_Length": str(len(body))}
        simple(name, words, lambda changes=changes, body=body: (head(**changes) + body, KEEP))
    simple("crc32", "a wrong x-amz-checksum-crc32", lambda: with_line("x-amz-checksum-crc32: AAAAAA=="))
    simple("no-date", "`Last-Modified: yesterday`", lambda: (head(Last_Modified="yesterday") + BODY, KEEP))
    for coding in ("gzip", "br", "zstd", "aws-chunked", "identity"):
        simple(
            f"encoded-{coding}",
            f"`Content-Encoding: {coding}`, the object's own bytes",
            lambda coding=coding: with_line(f"Content-Encoding: {coding}"),
        )


_add_connections()
_add_statuses()
_add_redirects()
_add_beside_206()
_add_error_bodies()
_add_framing()
_add_lengths()
_add_contents()

_TARGET = re.compile(rb"GET (\S+) HTTP/1\.1\r\n")


def signed_as_sent(request, secret):
    """Whether a request's signature (SigV4) is of the path and the headers in the form in which they came."""
    first, *lines = request.decode("latin-1").split("\r\n")
    fields = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    found = re.match(
        r"AWS4-HMAC-SHA256 Credential=[^/]+/(\d+/[^/]+/s3/aws4_request), ?"
        r"SignedHeaders=([^,]+), ?Signature=(\w+)$",
        fields.get("authorization", ""),
    )
    if not found:
        return False
    path, _, query = first.split()[1].partition("?")
    headers = "".join(f"{name}:{fields[name]}\n" for name in found[2].split(";"))
    canonical = f"GET\n{path}\n{query}\n{headers}\n{found[2]}\n{fields['x-amz-content-sha256']}"
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    key = b"AWS4" + secret.encode()
    for part in found[1].split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{fields['x-amz-date']}\n{found[1]}\n{digest}"
    return hmac.digest(key, text.encode(), "sha256").hex() == found[3]


class FaultServer(Serving):
    """requests: [(key, head)], in the order of their arrival. endpoint: its address."""

    def __init__(self, tls=None, secret=None):
        """tls: an ssl.SSLContext, or None. secret: refuse what is not signed with it, by status 403."""
        self.requests = []
        self._secret = secret
        self._writers = set()
        super().__init__(tls)
        self.endpoint = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, reader, writer):
        """One request and its answer; returns whether there may be another."""
        begins = await reader.readexactly(1)
        if begins == b"\x16":  # TLS, which is not spoken here
            return False
        request = begins + await reader.readuntil(b"\r\n\r\n")
        key, _, again = _TARGET.match(request)[1].decode("latin-1").rpartition("/")[2].partition("?")
        self.requests.append((key, request.decode("latin-1")))
        name = key.partition("-")[2]
        if name == "refused":
            self._leave(writer)
        sent, goes_on = FAULTS["none" if again else name].make()
        if self._secret and not signed_as_sent(request, self._secret):
            sent, goes_on = error("403 Forbidden", "SignatureDoesNotMatch")
        writer.write(sent)
        await writer.drain()
        if goes_on == STALL:
            await reader.read()
        if goes_on == RESET:
            # Closing with a time to linger of 0 sends RST; what was sent before is still delivered.
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        return goes_on == KEEP

    def _leave(self, last):
        """Nobody listens any more, and of the connections only the last one stays."""
        self._server.close()
        for writer in self._writers - {last}:
            writer.transport.abort()
