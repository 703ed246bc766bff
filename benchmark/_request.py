"""What a test is to do: operations, and the requests of those that have stages."""

import re
import urllib.parse

from benchmark._outcomes import TRUNCATED, WRONG_BYTES, Failure, of_status

# Verb -> (HTTP's method, status of a right answer, whether the answer is bytes of the object).
VERBS = {
    "get_range": ("GET", 206, True),
    "get": ("GET", 200, True),
    "get_suffix": ("GET", 206, True),
    "get_ranges": ("GET", 206, True),
    "head": ("HEAD", 200, False),
    "list": ("GET", 200, False),
    "read_values": ("GET", 206, False),
}
# They choose their own requests, and return values: a buffer of any length.
READERS = {"read_values"}
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Request:
    """One request of an operation, as a verb sees it. Owned by the worker; read only.

    verb: one of VERBS.
    key: the object's key; of a list the prefix. url: the address, percent-encoded (path style); of a list
    with its query.
    start: first byte of a get_range. length: bytes of the answer; of a head the object's size; of a list how
    many names; of a reader 0.
    ranges: of get_ranges a tuple of (start, length); else None.
    crc32: zlib's CRC-32 of the right answer, or None where it is not checked.
    fields: a dict of the plan's other members for this request (level, x, y, ...), usually empty.
    status: that of the answer, 0 while check() was not called.
    """

    __slots__ = ("verb", "key", "url", "start", "length", "ranges", "crc32", "fields", "status")

    # Set once by the worker where it must sign requests: a method (url, range, method) -> dict of headers.
    sign = None
    # Whether check() was ever called, that is whether this library shows the status of what is ok.
    shows_status = False

    def __init__(self, verb, key, url, start, length, ranges, crc32, fields=None):
        self.verb = verb
        self.key = key
        self.url = url
        self.start = start
        self.length = length
        self.ranges = ranges
        self.crc32 = crc32
        self.fields = fields or {}
        self.status = 0

    def headers(self):
        """Returns a new dict of request headers: Range where it wants one, a signature where there are keys.

        It signs only for a client of @worker.client(signed_by_worker=True).
        For libraries that speak plain HTTP; those that know S3 make their own. get_ranges has none: it is
        for libraries that make requests of it.
        """
        span = None
        if self.verb == "get_range":
            span = f"bytes={self.start}-{self.start + self.length - 1}"
        elif self.verb == "get_suffix":
            span = f"bytes=-{self.length}"
        if Request.sign is None:
            return {"Range": span} if span else {}
        return Request.sign(self.url, span, VERBS[self.verb][0])

    def check(self, status, content_range=None):
        """Raises Failure unless the answer has the verb's status, and the range that was asked for.

        status: the HTTP status, an integer. content_range: the header's text, or None if there is none.
        To be called before the body is read, by tests whose library shows both.
        """
        Request.shows_status = True
        self.status = status
        _, expected, _ = VERBS[self.verb]
        if status != expected:
            raise Failure(of_status(status)[0], f"status {status} instead of {expected}", status)
        if expected == 206:
            self._check_range(content_range)

    def _check_range(self, content_range):
        if self.verb == "get_suffix":
            self._check_suffix(content_range)
            return
        spans = self.ranges or ((self.start, self.length),)
        wanted = [f"bytes {start}-{start + length - 1}/" for start, length in spans]
        if not (content_range or "").startswith(tuple(wanted)):
            short = any(_is_shorter(content_range, start, length) for start, length in spans)
            raise _wrong_range(content_range, "* or ".join(wanted[:3]), short)

    def _check_suffix(self, content_range):
        found = _CONTENT_RANGE.match(content_range or "")
        last, size = (int(found[2]), found[3]) if found else (0, "*")
        length = last - int(found[1]) + 1 if found else 0
        if length != self.length or size not in ("*", str(last + 1)):
            short = 0 < length < self.length
            raise _wrong_range(content_range, f"the last {self.length} bytes: bytes ", short)

    def page(self, body):
        """Returns (names, request of the next page or None) of an answer to a list, bytes of XML.

        Raises Failure where it is no ListBucketResult.
        """
        from benchmark import _listing  # a parser of XML, which few need

        names, token = _listing.parse(body)
        if token is None:
            return names, None
        address, _, query = self.url.partition("?")
        query = query[query.index("list-type=") :]
        url = f"{address}?continuation-token={urllib.parse.quote(token, safe='-_.~')}&{query}"
        return names, Request(self.verb, self.key, url, self.start, self.length, None, None)

    def words(self, most=1024):
        """Returns what it asks for. most: characters of the key."""
        if self.verb == "list":
            return f"list {self.key[:most]!r}"
        if self.verb == "get_range":
            return f"{self.key[:most]}, {self.length} bytes from {self.start}"
        if self.verb in READERS:
            told = ", ".join(f"{name} {value}" for name, value in self.fields.items())
            return f"{self.verb} {self.key[:most]}, {told[:most]}"
        return f"{self.verb} {self.key[:most]}, {self.length} bytes"


class Operation:
    """One operation of the plan, as a test sees it: one ranged GET. Owned by the worker; read only.

    It is a request too, of the verb get_range. A class by itself, since one is made for each operation.

    number: its number in the plan, from 0.
    key, url, start, length, crc32: as of a request.
    stages: ((the operation itself,),).
    expect: what a header's parser must find (a benchmark.tiff.Expected), or None.
    fields: a dict of the plan's other members for this operation (level, x, y, ...), usually empty.
    """

    __slots__ = ("number", "key", "url", "start", "length", "crc32", "expect", "fields")

    verb = "get_range"
    ranges = None
    has_stages = False

    def __init__(self, number, key, url, start, length, crc32, expect, fields):
        self.number = number
        self.key = key
        self.url = url
        self.start = start
        self.length = length
        self.crc32 = crc32
        self.expect = expect
        self.fields = fields

    @property
    def stages(self):
        return ((self,),)

    @property
    def body_bytes(self):
        return self.length

    def headers(self):
        """As Request.headers()."""
        span = f"bytes={self.start}-{self.start + self.length - 1}"
        if Request.sign is None:
            return {"Range": span}
        return Request.sign(self.url, span)

    def check(self, status, content_range):
        """As Request.check(): the answer must be a 206 with this range."""
        Request.shows_status = True
        if status != 206:
            raise Failure(of_status(status)[0], f"status {status} instead of 206", status)
        span = f"bytes {self.start}-{self.start + self.length - 1}/"
        if content_range is None or not content_range.startswith(span):
            raise _wrong_range(content_range, span, _is_shorter(content_range, self.start, self.length))

    def words(self, most=1024):
        """As Request.words()."""
        return f"{self.key[:most]}, {self.length} bytes from {self.start}"


class Staged:
    """An operation of stages: they run in turn, the requests of each at once.

    number, expect, fields: as of Operation; the first answer is the header. stages: a tuple of tuples of
    Request. requests: all of them, a list, in their order. failed: the request that failed, or None.
    """

    __slots__ = ("number", "stages", "requests", "expect", "fields", "failed")

    has_stages = True

    def __init__(self, number, stages, expect, fields):
        self.number = number
        self.stages = stages
        self.requests = [request for stage in stages for request in stage]
        self.expect = expect
        self.fields = fields
        self.failed = None

    def __getattr__(self, name):
        raise AttributeError(f"operation {self.number} has stages, and no {name!r} of its own: see op.stages")

    @property
    def body_bytes(self):
        return sum(request.length for request in self.requests if VERBS[request.verb][2])

    def words(self, most=1024):
        """Returns which request failed, or how many there are."""
        if self.failed:
            return self.failed.words(most)
        return f"stages of {', '.join(str(len(stage)) for stage in self.stages[:8])} requests"


def _wrong_range(content_range, wanted, is_shorter):
    outcome = TRUNCATED if is_shorter else WRONG_BYTES
    return Failure(outcome, f"Content-Range {content_range!r} instead of {wanted}*", 206)


def _is_shorter(content_range, start, length):
    """Whether the range begins as the one asked for and ends before: the body is short then."""
    found = _CONTENT_RANGE.match(content_range or "")
    return bool(found) and int(found[1]) == start and int(found[2]) < start + length - 1


def url(endpoint, bucket, key):
    """Returns the address of an object, path style, each byte of the key but A-Za-z0-9/-_.~ encoded."""
    return f"{endpoint}/{bucket}/{urllib.parse.quote(key, safe='/-_.~')}"


def list_url(bucket_url, prefix):
    """Returns the address of a listing's first page; the query is as a signature wants it."""
    query = f"list-type=2&prefix={urllib.parse.quote(prefix, safe='-_.~')}"
    return f"{bucket_url.rstrip('/')}?{query}"
