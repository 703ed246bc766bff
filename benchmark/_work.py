"""A phase of work: which operations, from when until when, what became of each. No scheduler's word in it."""

import copy
import itertools
import sys
import time
import zlib

from benchmark import _answers, _records, _stages
from benchmark._answers import BUFFERS
from benchmark._outcomes import NAMES, OK, TIMEOUT, TRUNCATED, WRONG_BYTES
from benchmark._protocol import StageError

NS = 1_000_000_000
# What is kept of a failure's text: `done` must fit into a packet.
TEXT_MOST = 500
# How long operations in flight may take to end after the deadline, in seconds.
DRAIN_SECONDS = 2
# Why a slice has ended that is not the last.
PAUSE = "pause"
_pack = _records.RECORD.pack_into


def judge(op, data, check_crc=True):
    """Compares an answer with what the operation expects.

    data: a buffer of bytes; where the operation has stages, the list of all answers. Returns (outcome,
    sentence or None). Raises WrongType where it is none. Nothing is copied.
    """
    if op.has_stages:
        return _stages.judge(op, data, check_crc)
    _answers.check("get_range", data)
    size = len(data)
    if size != op.length:
        outcome = TRUNCATED if size < op.length else WRONG_BYTES
        return outcome, f"{size} bytes instead of {op.length}"
    if check_crc and op.crc32 is not None and zlib.crc32(data) != op.crc32:
        return WRONG_BYTES, "the CRC of the answer is wrong"
    if op.expect is not None and (flaw := op.expect.flaw(data)):
        return WRONG_BYTES, flaw
    return OK, None


class Work:
    """The warm-up, or the timed part, or a slice of it: from a `go` to the `pause` that ends it.

    Each slice has an object of its own, so that what a library does too late, in a thread that cannot be
    stopped, is nothing to the slice after it. What is counted over all slices goes from one to the next.

    begin_ns, deadline_ns: CLOCK_MONOTONIC. most: so many operations may start. period_ns: between the
    intended starts (open loop), or None (closed loop). in_flight: slot -> when its operation was given to
    the library. finished, unfinished, end_ns, stopped_by: as in `done`, right after close(), where
    stopped_by may be PAUSE too. texts: outcome -> what the first failure of that class said.
    """

    def __init__(self, job, records, begin_ns, seconds, most=None, rate=None):
        """seconds: length of the phase. most: None for as many as there is time and room for."""
        self.job = job
        self.records = records
        self.begin_ns = begin_ns
        self.deadline_ns = begin_ns + int(seconds * NS)
        self.period_ns = NS / rate if rate else None
        self.limit_ns = int(job.target.operation_timeout_seconds * NS)
        self.drain_ns = min(DRAIN_SECONDS * NS, self.limit_ns)
        self.counter = itertools.count()
        self.slots = range(job.target.concurrency)
        self.texts = {}
        self.end_ns = self.finished = self.unfinished = 0
        self.check_crc = not job.no_io
        self._n_requests = most
        self._returned = []
        self._begin()

    def _begin(self):
        """Sets what each slice has of its own."""
        self.in_flight = {}
        self.closed = False
        self.stopped_by = None
        self._end_is = "deadline"
        self._left_ns = 0
        self._positions = itertools.count(self.finished)
        self._writing = [False] * len(self.slots)
        # What was given up at a pause has left no record.
        room, most = self.records.capacity + self.unfinished, self._n_requests
        self.most = room if most is None else min(most, room)
        self._most_is = "n_requests" if most == self.most else "records_full"

    def resume(self, begin_ns):
        """Returns the Work of the next slice; the caller leaves this one, which a pause has ended."""
        work = copy.copy(self)
        work.begin_ns = begin_ns
        work.deadline_ns = begin_ns + self._left_ns
        work._begin()
        return work

    def pause(self):
        """Lets no more operations start from now on. Any thread may call it, at any time, and again.

        The deadline is what each slot looks at anyway; so that there is a pause costs them nothing.
        """
        now = time.monotonic_ns()
        if now < self.deadline_ns:
            self._left_ns = self.deadline_ns - max(now, self.begin_ns)
            self._end_is = PAUSE
            self.deadline_ns = now

    def next_index(self):
        """Returns the number of the next operation, from 0, or None when all that may start have.

        Who takes one starts it: ask is_over() before. Else a slice would begin with a gap in the plan.
        """
        try:
            i = self._returned.pop() if self._returned else next(self.counter)
        except IndexError:
            i = next(self.counter)  # another thread was quicker
        if i < self.most:
            return i
        # A later slice may have room for those that nobody took.
        self.counter = itertools.count(self.most)
        self.stop(self._most_is)
        return None

    def give_back(self, i):
        """Takes back an operation's number, of a thread that came to start it when all was closed.

        That may be any later slice by then: they share what has been given back.
        """
        self._returned.append(i)

    def stop(self, reason):
        """Notes why no more operations start; the first reason stays."""
        self.stopped_by = self.stopped_by or reason

    def is_over(self, now):
        """Whether no operation may start any more at `now`, in ns."""
        if now < self.deadline_ns:
            return False
        self.stop(self._end_is)
        return True

    def intended_ns(self, i):
        """When operation i should start in an open loop."""
        return self.begin_ns + int(i * self.period_ns)

    def seconds_to_close(self):
        """How long what is in flight may still take."""
        return max(0, self.deadline_ns + self.drain_ns - time.monotonic_ns()) / NS

    def start(self, slot, now):
        """Notes that the slot's operation is given to the library; returns False if it is too late."""
        self.in_flight[slot] = now
        return not self.closed

    def close(self):
        """Ends the phase: what is in flight is given up, and leaves no record.

        Threads may be at work still. An operation is recorded by whoever takes it out of in_flight, which
        is atomic; so each is either finished or given up. A lock would cost threads their concurrency:
        they would queue for it whenever its holder waits for the interpreter.
        """
        self.closed = True
        self.end_ns = time.monotonic_ns()
        given_up = [self.in_flight.pop(slot, None) for slot in self.slots]
        self.unfinished += len(given_up) - given_up.count(None)
        while any(self._writing):
            time.sleep(0.0005)
        self.finished = next(self._positions)
        self.stop(self._end_is)
        if self.finished + self.unfinished == self._n_requests:
            self.stopped_by = "n_requests"
        elif self.finished == self.records.capacity:
            self.stopped_by = "records_full"
        elif self.stopped_by == self._most_is:
            self._stop_short()

    def _stop_short(self):
        """Notes why it ended where all numbers were taken, and not all of them were started.

        A thread that has one got no CPU before the close. Where that was an earlier slice's, there is time
        left, and the next pause ends a slice in which the others have nothing to do.
        """
        if self.period_ns is None:
            self.pause()
        self.stopped_by = self._end_is

    def succeed(self, slot, op, intended, start, end, data):
        """Records an answer, after checking it. Times in ns. Raises WrongType where it is none."""
        flags, sentence = 0, None
        size = len(data) if type(data) in BUFFERS or _answers.is_buffer(data) else 0
        if end - start > self.limit_ns:
            # Too late is too late, also where the library cannot be stopped.
            outcome, sentence = TIMEOUT, self.late(start, end)
        elif op.crc32 is None and op.expect is None and size == op.length:
            outcome = OK
        else:
            flags = _records.CRC_CHECKED if op.crc32 is not None and self.check_crc else 0
            outcome, sentence = judge(op, data, self.check_crc)
        if sentence and outcome not in self.texts:
            self._keep(outcome, op, sentence)
        self._write(slot, op, intended, start, end, size, self.job.ok_status, flags, outcome)

    def fail(self, slot, op, intended, start, end, error):
        """Records an exception."""
        outcome, status = self.job.classify(error)
        if end - start > self.limit_ns:
            outcome = TIMEOUT
        if outcome not in self.texts:
            sentence = self.job.tell(error, outcome)
            said = not status or str(status) in sentence
            self._keep(outcome, op, sentence if said else f"{sentence} (status {status})")
        self._write(slot, op, intended, start, end, 0, status, 0, outcome)

    def expire(self, slot, op, intended, start, end):
        """Records an operation that was stopped at its limit."""
        if TIMEOUT not in self.texts:
            self._keep(TIMEOUT, op, self.late(start, end))
        self._write(slot, op, intended, start, end, 0, 0, 0, TIMEOUT)

    def late(self, start, end):
        return f"took {(end - start) / NS:.4g} s, and the limit is {self.limit_ns / NS:g} s"

    def _keep(self, outcome, op, sentence):
        """Keeps the first text of a class; of the timed part also on stderr, should `done` not come."""
        text = " ".join(f"operation {op.number} ({op.words(128)}): {sentence}".split())[:TEXT_MOST]
        if self.closed or self.texts.setdefault(outcome, text) is not text:
            return
        if self.job.target.timed:
            print(text, file=sys.stderr, flush=True)

    def _write(self, slot, op, intended, start, end, size, status, flags, outcome):
        self._writing[slot] = True
        if self.in_flight.pop(slot, None) is not None:
            at = next(self._positions)
            records = self.records
            _pack(
                records.memory,
                at * records.stride,
                intended,
                start,
                0,
                end,
                size,
                op.number,
                0,
                status,
                flags,
                outcome,
            )
            if not (at + 1) % _records.GIVE_BACK:
                records.give_back(at + 1)
        self._writing[slot] = False

    @property
    def is_paused(self):
        """Whether, after close(), there may be a slice more."""
        return self.stopped_by == PAUSE

    def paused_packet(self):
        return {"type": "paused", **self._counts()}

    def _counts(self):
        return {
            "started": self.finished + self.unfinished,
            "finished": self.finished,
            "unfinished": self.unfinished,
        }

    def done_packet(self):
        return {
            "type": "done",
            **self._counts(),
            "stopped_by": self.stopped_by,
            "end_ns": self.end_ns,
            "failures": {NAMES[outcome]: text for outcome, text in self.texts.items()},
        }


class StagedWork(Work):
    """As Work, where the plan has operations of stages."""

    def succeed(self, slot, op, intended, start, end, data):
        if not op.has_stages:
            super().succeed(slot, op, intended, start, end, data)
            return
        outcome, sentence, size, status, flags = _stages.record(self, op, data, start, end)
        if sentence and outcome not in self.texts:
            self._keep(outcome, op, sentence)
        self._write(slot, op, intended, start, end, size, status, flags, outcome)


def prove_one(job, op, expected, data):
    """Raises StageError unless the proof's operation returned exactly the expected bytes."""
    outcome, sentence = judge(op, data)
    found = b"".join(_stages.bodies(op, data)) if op.has_stages else bytes(data)
    if len(found) == op.body_bytes and found != expected:
        same = next((i for i, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), None)
        sentence = sentence if same is None else f"byte {same} of the answer is wrong"
    elif outcome == OK:
        return
    raise StageError("proof", f"{describe_operation(op)}: {sentence}")


def describe_operation(op):
    return f"operation {op.number} ({op.words()})"


def burst_error(job, failures, count):
    """Returns the StageError for failures, a list of (operation, sentence), of a burst of `count`."""
    op, sentence = failures[0]
    return StageError(
        "burst",
        f"{len(failures)} of {count} operations at once failed; {describe_operation(op)}: {sentence}",
    )


def sleep_until(at_ns):
    """Blocks until CLOCK_MONOTONIC reaches at_ns; returns at once when that is past."""
    left = at_ns - time.monotonic_ns()
    if left > 0:
        time.sleep(left / NS)
