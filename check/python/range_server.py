"""A small store for these checks: objects in memory, HTTP/1.1, on 127.0.0.1, in a thread."""

import asyncio
import re
import threading
import urllib.parse
from xml.sax.saxutils import escape

_REQUEST = re.compile(rb"(GET|HEAD) (\S+) HTTP/1\.1\r\n")
_RANGE = re.compile(rb"\r\nrange: bytes=(\d*)-(\d+)\r\n", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: close\r\n", re.IGNORECASE)


class RangeServer:
    """Serves `objects`, {path: bytes}, until stop(). endpoint: its address. It counts what it saw."""

    def __init__(self, objects, delay_seconds=0.0, tls=None):
        """tls: an ssl.SSLContext, or None for plain HTTP."""
        self.objects = {path.encode(): data for path, data in objects.items()}
        self.delay_seconds = delay_seconds
        self.requests = self.connections = self.in_flight = self.most_in_flight = 0
        self.heads = []
        # Names on a page of a listing.
        self.page_names = 1000
        self.transports = set()
        # A fault: a function (protocol, request number) -> True if it has answered itself; protocol.head is
        # the request.
        self.fault = None
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def _run(self):
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(
            self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=2048, ssl=self._tls)
        )
        port = listening.sockets[0].getsockname()[1]
        self.endpoint = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"
        self._ready.set()
        self._loop.run_forever()
        listening.close()
        for transport in list(self.transports):
            transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def stop(self):
        """Closes everything; may be called again."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


class _Connection(asyncio.Protocol):
    def __init__(self, server):
        self.server = server
        self.pending = b""

    def connection_made(self, transport):
        self.transport = transport
        self.server.transports.add(transport)
        self.server.connections += 1

    def connection_lost(self, error):
        self.server.transports.discard(self.transport)

    def data_received(self, data):
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head, self.pending = self.pending[: end + 2], self.pending[end + 4 :]
            self._request(head)

    def _request(self, head):
        server = self.server
        server.requests += 1
        server.in_flight += 1
        server.most_in_flight = max(server.most_in_flight, server.in_flight)
        if len(server.heads) < 100:
            server.heads.append(head)
        if server.delay_seconds:
            server._loop.call_later(server.delay_seconds, self._answer, head)
        else:
            self._answer(head)

    def _answer(self, head):
        self.server.in_flight -= 1
        self.head = head
        if self.server.fault and self.server.fault(self, self.server.requests):
            return
        method, target = _REQUEST.match(head).groups()
        path, _, query = target.partition(b"?")
        data = self.server.objects.get(path)
        span = _RANGE.search(head)
        if query.find(b"list-type=2") >= 0:
            self.write(b"200 OK", b"", self._listing(path, query))
        elif data is None:
            self.write(b"404 Not Found", b"", b"<Error><Code>NoSuchKey</Code></Error>", method)
        elif span is None:
            self.write(b"200 OK", b"", data, method)
        else:
            size = len(data)
            first, last = int(span[1] or size - int(span[2])), int(span[2]) if span[1] else size
            where = b"Content-Range: bytes %d-%d/%d\r\n" % (first, min(last, size - 1), size)
            self.write(b"206 Partial Content", where, memoryview(data)[first : last + 1])
        if _CLOSE.search(head):
            self.transport.close()

    def _listing(self, path, query):
        """Returns a page of ListObjectsV2; its token is how many names went before."""
        asked = dict(urllib.parse.parse_qsl(query.decode(), keep_blank_values=True))
        bucket = path.decode().rstrip("/") + "/"
        paths = (found.decode() for found in self.server.objects if found.startswith(bucket.encode()))
        names = sorted(urllib.parse.unquote(found.removeprefix(bucket)) for found in paths)
        names = [name for name in names if name.startswith(asked.get("prefix", ""))]
        at = int(asked.get("continuation-token", "0 +/=").split()[0])
        end = at + self.server.page_names
        more = end < len(names)
        entry = (
            "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            "<ETag>&quot;0&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
        encode = urllib.parse.quote if asked.get("encoding-type") == "url" else str
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            + ("<EncodingType>url</EncodingType>" if encode is urllib.parse.quote else "")
            + f"<KeyCount>{len(names[at:end])}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
            + (f"<NextContinuationToken>{end} +/=</NextContinuationToken>" if more else "")
            + "".join(entry.format(escape(encode(name))) for name in names[at:end])
            + "</ListBucketResult>"
        ).encode()

    def write(self, status, headers, body, method=b"GET"):
        self.transport.write(
            b'HTTP/1.1 %s\r\n%sContent-Length: %d\r\nETag: "0"\r\n'
            b"Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
            b"Content-Type: application/octet-stream\r\n\r\n" % (status, headers, len(body))
        )
        if method == b"GET":
            self.transport.write(body)
