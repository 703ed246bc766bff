"""Operations and the plan that lists them, as docs/worker-protocol.md defines them."""

import re
import urllib.parse
from array import array

from benchmark._members import U32_MOST, WHOLE_MOST, member, parse, whole
from benchmark._outcomes import TRUNCATED, WRONG_BYTES, Failure, of_status

_NO_CRC = -1
_LEVELS_MOST = 64
_LEVEL = ("width", "height", "tile_width", "tile_height", "tiles", "tables_crc32")
_LINE = "it"
_PLAIN_MEMBERS = {"op", "key", "start", "length", "crc32", "expect"}


class Operation:
    """One operation of the plan, as a test sees it. Owned by the worker; read only; one per request.

    number: its number in the plan, from 0.
    key: the object's key. url: the object's address, percent-encoded (path style).
    start, length: bytes; the range is start to start + length - 1 inclusive.
    crc32: zlib's CRC-32 of the right answer, or None where it is not checked.
    expect: what a header's parser must find (a benchmark.tiff.Expected), or None.
    fields: a dict of the plan's other members for this operation (level, x, y, ...), usually empty.
    """

    __slots__ = ("number", "key", "url", "start", "length", "crc32", "expect", "fields")

    # Set once by the worker where it must sign requests: a method (url, range) -> dict of headers.
    sign = None
    # Whether check() was ever called, that is whether this library shows the status of what is ok.
    shows_status = False

    def __init__(self, number, key, url, start, length, crc32, expect, fields):
        self.number = number
        self.key = key
        self.url = url
        self.start = start
        self.length = length
        self.crc32 = crc32
        self.expect = expect
        self.fields = fields

    def headers(self):
        """Returns a new dict of request headers: Range and, where credentials are given, a signature.

        For libraries that speak plain HTTP; those that know S3 make their own.
        """
        span = f"bytes={self.start}-{self.start + self.length - 1}"
        if Operation.sign is None:
            return {"Range": span}
        return Operation.sign(self.url, span)

    def check(self, status, content_range):
        """Raises Failure unless the answer is a 206 with this operation's range.

        status: the HTTP status, an integer. content_range: the header's text, or None if there is none.
        To be called before the body is read, by tests whose library shows both.
        """
        Operation.shows_status = True
        if status != 206:
            raise Failure(of_status(status)[0], f"status {status} instead of 206", status)
        span = f"bytes {self.start}-{self.start + self.length - 1}/"
        if content_range is None or not content_range.startswith(span):
            outcome = TRUNCATED if self._is_shorter(content_range) else WRONG_BYTES
            raise Failure(outcome, f"Content-Range {content_range!r} instead of {span}*", status)

    def _is_shorter(self, content_range):
        """Whether the range begins as this operation's and ends before: the body is short then."""
        found = re.match(r"bytes (\d+)-(\d+)/", content_range or "")
        return bool(found) and int(found[1]) == self.start and int(found[2]) < self.start + self.length - 1


class Plan:
    """A replica's own operations, in order. len() is how many; plan[i] makes Operation i of them.

    Kept as columns of numbers (32 bytes an operation), because the replica's memory is measured.
    """

    def __init__(self, target):
        self._target = target
        self._keys = []
        self._urls = []
        self._key_index = {}
        self._number = array("I")
        self._object = array("I")
        self._start = array("Q")
        self._length = array("Q")
        self._crc32 = array("q")
        self._expect = {}
        self._fields = {}
        self._same = {}

    def __len__(self):
        return len(self._number)

    def __getitem__(self, i):
        at = self._object[i]
        crc32 = self._crc32[i]
        return Operation(
            self._number[i],
            self._keys[at],
            self._urls[at],
            self._start[i],
            self._length[i],
            None if crc32 < 0 else crc32,
            self._expect.get(i),
            self._fields.get(i),
        )

    def add(self, entry):
        """Appends one operation, a dict as in the plan. Raises ValueError, one sentence, when it is none."""
        i = len(self)
        number = whole(entry, "op", most=U32_MOST, what=_LINE)
        key = member(entry, "key", str, what=_LINE)
        start = whole(entry, "start", what=_LINE)
        length = whole(entry, "length", least=1, most=WHOLE_MOST - start, what=_LINE)
        crc32 = whole(entry, "crc32", None, most=U32_MOST, what=_LINE)
        self._add_rare(i, entry)
        self._object.append(self._index_of(key))
        self._start.append(start)
        self._length.append(length)
        self._crc32.append(_NO_CRC if crc32 is None else crc32)
        self._number.append(number)

    def _index_of(self, key):
        at = self._key_index.get(key)
        if at is None:
            at = self._key_index[key] = len(self._keys)
            self._keys.append(key)
            self._urls.append(self._target.url(key))
        return at

    def _add_rare(self, i, entry):
        expect = member(entry, "expect", dict, None, _LINE)
        if expect is not None:
            self._expect[i] = self._expected(_levels(expect))
        if not entry.keys() <= _PLAIN_MEMBERS:
            self._fields[i] = {k: v for k, v in entry.items() if k not in _PLAIN_MEMBERS}

    def _expected(self, levels):
        # Many operations expect the same: one object serves them all.
        found = self._same.get(levels)
        if found is None:
            from benchmark import tiff  # a replica that parses no header does without

            found = self._same[levels] = tiff.Expected(levels)
        return found

    def expect_everywhere(self, expect):
        """Makes every operation expect the same: for tests that do no I/O."""
        self._expect = dict.fromkeys(range(len(self)), expect)


def _levels(expect):
    levels = member(expect, "levels", list, what=_LINE)
    if not 1 <= len(levels) <= _LEVELS_MOST:
        raise ValueError(f"'expect' must have 1 to {_LEVELS_MOST} levels")
    return tuple(map(_level, levels))


def _level(level):
    if not isinstance(level, dict):
        raise ValueError("a level is no JSON object")
    return tuple(whole(level, name, most=U32_MOST, what=_LINE) for name in _LEVEL)


def url(endpoint, bucket, key):
    """Returns the address of an object, path style, each byte of the key but A-Za-z0-9/-_.~ encoded."""
    return f"{endpoint}/{bucket}/{urllib.parse.quote(key, safe='/-_.~')}"


def load(path, target, first=0, step=1, most=None):
    """Reads a plan or another file of operations.

    path: JSON lines. first, step: takes lines first, first + step, ... most: at most so many operations,
    None for all. Returns a Plan, which may be empty. Raises OSError when the file cannot be read, and
    ValueError with the line's number when a line is not an operation.
    """
    plan = Plan(target)
    with open(path, "rb") as lines:
        for number, line in enumerate(lines):
            if number % step != first:
                continue
            if len(plan) == most:
                break
            try:
                plan.add(parse(line))
            except ValueError as fault:
                raise ValueError(f"{path}, line {number + 1}: not an operation ({fault})") from None
    return plan
