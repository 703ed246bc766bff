"""Operations of stages: how verbs run them, and how their answers are judged and recorded.

A test's operation does all requests of an operation itself. Where a library has verbs in its place, what
blocking() returns is the operation, or asynchronous() of _stages_asyncio.py.
"""

import itertools
import zlib

from benchmark import _answers, _records
from benchmark._outcomes import OK, TIMEOUT, TRUNCATED, WRONG_BYTES, Failure
from benchmark._request import READERS, VERBS


def blocking(verbs):
    """Returns the operation for plain functions. verbs: name -> function(client, request).

    Its client is a Hands, since each thread has one of its own.
    """

    def operation(hands, op):
        if not op.has_stages:
            return verbs["get_range"](hands.client, op)
        answers = []
        for stage in op.stages:
            check_last(op, answers)
            calls = [_calling(op, request, verbs[request.verb]) for request in stage]
            results = hands.all(calls)
            for _, error in results:
                if error is not None:
                    raise error
            answers.append([answer for answer, _ in results])
        return [answer for stage in answers for answer in stage]

    return operation


def _calling(op, request, verb):
    def call(client):
        try:
            return verb(client, request), None
        except BaseException as error:
            op.failed = op.failed or request
            return None, error

    return call


class Hands:
    """The client of a slot's own thread, and the helpers that make requests beside it.

    helpers: their inboxes. One is given (place, function(client), queue): it puts (place, result) there.
    """

    def __init__(self, client, helpers, results):
        self.client = client
        self._helpers = helpers
        self._results = results

    def all(self, calls):
        """Runs them at once, function(client) each, the first in this thread; returns their results."""
        for place, (helper, call) in enumerate(zip(self._helpers, calls[1:], strict=False), 1):
            helper.put((place, call, self._results))
        found = {0: calls[0](self.client)}
        while len(found) < len(calls):
            place, result = self._results.get()
            found[place] = result
        return [found[place] for place in range(len(calls))]


def check_last(op, answers):
    """Raises Failure where an answer of the stage before is of the wrong size: then there is no next.

    answers: a list for each stage that was done.
    """
    if not answers:
        return
    for request, answer in zip(op.stages[len(answers) - 1], answers[-1], strict=True):
        op.failed = request
        flaw = _wrong_size(request, answer)
        if flaw:
            raise Failure(*flaw, request.status)
    op.failed = None


def judge(op, answers, check_crc=True):
    """Compares the answers, a list in the order of the requests, with what the operation expects.

    Returns (outcome, sentence or None); notes in op.failed which request it is of. Raises WrongType where one
    is none.
    """
    requests = op.requests
    _answers.check_list("the operation", answers, "a list of answers")
    if len(answers) != len(requests):
        return WRONG_BYTES, f"{len(answers)} answers to {len(requests)} requests"
    for request, answer in zip(requests, answers, strict=True):
        # Should the check raise, it is of this one.
        op.failed = request
        flaw = _wrong_size(request, answer) or (check_crc and _wrong_crc(request, answer))
        if flaw:
            return flaw
    op.failed = None
    if op.expect is not None and (sentence := op.expect.flaw(answers[0])):
        op.failed = requests[0]
        return WRONG_BYTES, sentence
    return OK, None


def _wrong_size(request, answer):
    """Returns (outcome, sentence), or None where the size is right, as any of a reader's is.

    Raises WrongType.
    """
    _answers.check(request.verb, answer)
    if request.verb in READERS:
        return None
    if request.verb == "get_ranges":
        return _wrong_parts(request.ranges, answer)
    if request.verb == "head":
        return (
            None if answer == request.length else (WRONG_BYTES, f"the size is {answer}, not {request.length}")
        )
    size = len(answer)
    if size == request.length:
        return None
    if request.verb == "list":
        return WRONG_BYTES, f"{size} names instead of {request.length}"
    return (TRUNCATED if size < request.length else WRONG_BYTES), f"{size} bytes instead of {request.length}"


def _wrong_parts(ranges, parts):
    if len(parts) != len(ranges):
        return WRONG_BYTES, f"{len(parts)} parts instead of {len(ranges)}"
    for number, (part, (_, length)) in enumerate(zip(parts, ranges, strict=True), 1):
        if len(part) != length:
            outcome = TRUNCATED if len(part) < length else WRONG_BYTES
            return outcome, f"part {number} has {len(part)} bytes instead of {length}"
    return None


def _wrong_crc(request, answer):
    if request.crc32 is None:
        return None
    crc = 0
    try:
        for part in _pieces(request, answer):
            crc = zlib.crc32(part, crc)
    except (TypeError, ValueError, BufferError):
        return WRONG_BYTES, "the answer is no buffer in one piece"
    what = {"list": "names"}.get(request.verb, "values" if request.verb in READERS else "answer")
    return None if crc == request.crc32 else (WRONG_BYTES, f"the CRC of the {what} is wrong")


def _pieces(request, answer):
    if request.verb == "list":
        return [name + b"\n" for name in sorted(name.encode() for name in answer)]
    return answer if request.verb == "get_ranges" else [answer]


def bodies(op, answers):
    """Returns the buffers of all answers that are bytes of objects, in their order."""
    pairs = zip(op.requests, answers, strict=False)
    return list(
        itertools.chain.from_iterable(
            _pieces(request, answer) for request, answer in pairs if VERBS[request.verb][2]
        )
    )


def record(work, op, answers, start, end):
    """Returns (outcome, sentence or None, bytes, status, flags) of an operation whose answers are there."""
    if end - start > work.limit_ns:
        # Too late is too late, also where the library cannot be stopped.
        outcome, sentence = TIMEOUT, work.late(start, end)
    else:
        outcome, sentence = judge(op, answers, work.check_crc)
    status = next((request.status for request in reversed(op.requests) if request.status), 0)
    has_crc = work.check_crc and any(request.crc32 is not None for request in op.requests)
    size = op.body_bytes if outcome == OK else sum(map(len, bodies(op, answers)))
    return outcome, sentence, size, status, _records.CRC_CHECKED if has_crc else 0
