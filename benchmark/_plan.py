"""The plan: operations, as docs/worker-protocol.md defines them, kept in few bytes."""

from array import array

from benchmark._members import U32_MOST, WHOLE_MOST, member, parse, whole
from benchmark._request import READERS, VERBS, Operation, Request, Staged, list_url

_NO_CRC = -1
# Stands for the key of an operation of stages.
_STAGES = U32_MOST
_LEVELS_MOST, _STAGES_MOST, _REQUESTS_MOST, _RANGES_MOST = 64, 64, 256, 1024
_LEVEL = ("width", "height", "tile_width", "tile_height", "tiles", "tables_crc32")
_LINE = "it"
_PLAIN_MEMBERS = {"op", "key", "start", "length", "crc32", "expect", "stages"}
_REQUEST_MEMBERS = {"verb", "key", "start", "length", "ranges", "keys", "crc32"}
_VERB_NAMES = tuple(VERBS)
_GET_RANGE, _LIST = _VERB_NAMES.index("get_range"), _VERB_NAMES.index("list")


class Plan:
    """A replica's own operations, in order. len() is how many; plan[i] makes Operation or Staged i of them.

    Kept as columns of numbers (32 bytes an operation of one ranged GET), because the replica's memory is
    measured. Of an operation of stages they hold where its requests begin in `_requests`, how many they are
    and which of `_shapes`, the widths of its stages, it has.

    verbs: the names of those that its operations need. widest: requests of the widest stage; 0 without
    stages.
    """

    def __init__(self, target):
        self.verbs = set()
        self.widest = 0
        self._target = target
        self._keys = []
        self._urls = []
        self._key_index = {}
        self._number = array("I")
        self._object = array("I")
        self._start = array("Q")
        self._length = array("Q")
        self._crc32 = array("q")
        self._requests = _Requests()
        self._shapes = []
        self._expect = {}
        self._fields = {}
        self._same = {}

    def __len__(self):
        return len(self._number)

    def __getitem__(self, i):
        at = self._object[i]
        crc32 = self._crc32[i]
        try:
            key = self._keys[at]
        except IndexError:  # no key is _STAGES: what costs one ranged GET nothing
            return self._staged(i)
        return Operation(
            self._number[i],
            key,
            self._urls[at],
            self._start[i],
            self._length[i],
            None if crc32 < 0 else crc32,
            self._expect.get(i),
            self._fields.get(i),
        )

    def _staged(self, i):
        at = self._start[i]
        stages = []
        for width in self._shapes[self._crc32[i]]:
            stages.append(
                tuple(self._requests.make(r, self._keys, self._urls) for r in range(at, at + width))
            )
            at += width
        return Staged(self._number[i], tuple(stages), self._expect.get(i), self._fields.get(i))

    def add(self, entry):
        """Appends one operation, a dict as in the plan. Raises ValueError, one sentence, when it is none."""
        i = len(self)
        number = whole(entry, "op", most=U32_MOST, what=_LINE)
        stages = member(entry, "stages", list, None, _LINE)
        if stages is None:
            verb, key = _GET_RANGE, member(entry, "key", str, what=_LINE)
            start, length = _range(entry, _LINE)
            crc32 = _crc32(entry, _LINE)
            at = self._index_of(key)
            self.verbs.add("get_range")
        else:
            start, length, crc32, verb = self._add_stages(stages)
            at = _STAGES
        self._add_rare(i, entry, verb)
        self._object.append(at)
        self._start.append(start)
        self._length.append(length)
        self._crc32.append(crc32)
        self._number.append(number)

    def _add_stages(self, stages):
        """Returns (first request, how many, index of the shape, verb of the first)."""
        if not 1 <= len(stages) <= _STAGES_MOST:
            raise ValueError(f"member 'stages' is no list of 1 to {_STAGES_MOST}")
        first = len(self._requests)
        for number, stage in enumerate(stages, 1):
            count = len(stage) if isinstance(stage, list) else 0
            if not count or len(self._requests) - first + count > _REQUESTS_MOST:
                raise ValueError(
                    f"stage {number} is no list of requests, 1 at least and {_REQUESTS_MOST} in all stages"
                )
            for which, request in enumerate(stage, 1):
                self._add_request(request, f"stage {number}, request {which}")
        shape = tuple(map(len, stages))
        self.widest = max(self.widest, *shape)
        if shape not in self._shapes:
            self._shapes.append(shape)
        return first, sum(shape), self._shapes.index(shape), self._requests.verb[first]

    def _add_request(self, entry, what):
        if not isinstance(entry, dict):
            raise ValueError(f"{what} is no JSON object")
        name = member(entry, "verb", str, "get_range", what)
        if name not in VERBS:
            raise ValueError(f"{what}: member 'verb' is no verb; there are {', '.join(VERBS)}")
        key = member(entry, "key", str, what=what)
        start, length, ranges = 0, 0, None
        if name == "get_range":
            start, length = _range(entry, what)
        elif name == "get_ranges":
            ranges = _ranges(entry, what)
            length = sum(ranges[1::2])
        elif name == "list":
            length = whole(entry, "keys", what=what)
        elif name not in READERS:
            length = whole(entry, "length", least=int(name == "get_suffix"), what=what)
        crc32 = _NO_CRC if name == "head" else _crc32(entry, what)
        self.verbs.add(name)
        if name in READERS:
            self._requests.fields[len(self._requests)] = {
                k: v for k, v in entry.items() if k not in _REQUEST_MEMBERS
            }
        self._requests.add(_VERB_NAMES.index(name), self._index_of(key, name), start, length, crc32, ranges)

    def _index_of(self, key, verb=None):
        known = ("list", key) if verb == "list" else key
        at = self._key_index.get(known)
        if at is None:
            at = self._key_index[known] = len(self._keys)
            self._keys.append(key)
            self._urls.append(
                list_url(self._target.url(""), key) if verb == "list" else self._target.url(key)
            )
        return at

    def _add_rare(self, i, entry, verb):
        expect = member(entry, "expect", dict, {}, _LINE)
        levels = member(expect, "levels", list, None, _LINE)
        if levels is not None:
            if _VERB_NAMES[verb] not in ("get_range", "get"):
                raise ValueError("'expect' has levels, and the first request is no get_range and no get")
            self._expect[i] = self._expected(_levels(levels))
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


class _Requests:
    """The requests of all operations of stages: columns, 29 bytes each. len() is how many."""

    def __init__(self):
        self.verb = array("B")
        self._key = array("I")
        self._start = array("Q")
        self._length = array("Q")
        self._crc32 = array("q")
        self._ranges = {}
        self.fields = {}

    def __len__(self):
        return len(self.verb)

    def add(self, verb, key, start, length, crc32, ranges):
        """ranges: starts and lengths in turn, or None."""
        if ranges is not None:
            self._ranges[len(self)] = ranges
        self.verb.append(verb)
        self._key.append(key)
        self._start.append(start)
        self._length.append(length)
        self._crc32.append(crc32)

    def make(self, i, keys, urls):
        ranges, crc32, at = self._ranges.get(i), self._crc32[i], self._key[i]
        return Request(
            _VERB_NAMES[self.verb[i]],
            keys[at],
            urls[at],
            self._start[i],
            self._length[i],
            None if ranges is None else tuple(zip(ranges[::2], ranges[1::2], strict=True)),
            None if crc32 < 0 else crc32,
            self.fields.get(i),
        )


def _range(entry, what):
    start = whole(entry, "start", what=what)
    return start, whole(entry, "length", least=1, most=WHOLE_MOST - start, what=what)


def _crc32(entry, what):
    crc32 = whole(entry, "crc32", None, most=U32_MOST, what=what)
    return _NO_CRC if crc32 is None else crc32


def _ranges(entry, what):
    """Returns the starts and lengths in turn, an array."""
    ranges = member(entry, "ranges", list, what=what)
    if not 1 <= len(ranges) <= _RANGES_MOST:
        raise ValueError(f"{what}: member 'ranges' is no list of 1 to {_RANGES_MOST}")
    flat = array("Q")
    for number, pair in enumerate(ranges, 1):
        if not _is_range(pair):
            raise ValueError(f"{what}: range {number} of 'ranges' is no [start, length]")
        flat.extend(pair)
    if sum(flat[1::2]) > WHOLE_MOST:
        raise ValueError(f"{what}: 'ranges' are too long together")
    return flat


def _is_range(pair):
    if not isinstance(pair, list) or len(pair) != 2 or not all(type(value) is int for value in pair):
        return False
    start, length = pair
    return start >= 0 and 1 <= length <= WHOLE_MOST - start


def _levels(levels):
    if not 1 <= len(levels) <= _LEVELS_MOST:
        raise ValueError(f"'expect' must have 1 to {_LEVELS_MOST} levels")
    return tuple(map(_level, levels))


def _level(level):
    if not isinstance(level, dict):
        raise ValueError("a level is no JSON object")
    return tuple(whole(level, name, most=U32_MOST, what=_LINE) for name in _LEVEL)


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
