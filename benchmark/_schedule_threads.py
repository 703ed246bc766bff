"""Runs a test whose operation is a plain function: a thread a slot, each with a client of its own.

Whatever a test raises is caught, SystemExit too: it would end its thread alone, without a word, and the
replica would wait for it.
"""

import contextlib
import inspect
import queue
import threading
import time

from benchmark._outcomes import OK
from benchmark._protocol import StageError
from benchmark._stages import Hands
from benchmark._work import burst_error, describe_operation, judge, prove_one, sleep_until

# What a client may take to close after `bye`, in seconds.
_CLOSE_SECONDS = 1


def run(job, channel):
    """Runs the whole replica. Returns its Work; raises StageError."""
    crew = _Crew(job)
    crew.wait_for_clients()
    _prove(job, crew)
    _burst(job, crew)
    if job.load.warm_up_seconds:
        _work(job, crew, job.warm_up(), wait=True)
    channel.send(job.ready_packet())
    work = job.timed(channel.receive("go"))
    while (following := _slice(job, crew, work, channel)) is not None:
        work = following
    channel.send(work.done_packet())
    channel.receive("bye")
    crew.close()
    return work


def _slice(job, crew, work, channel):
    """Works until the end, or until a pause is over; returns the Work that follows, or None."""

    def pause():
        work.pause()
        crew.wake()

    with channel.noticing(pause) if job.can_pause else contextlib.nullcontext():
        _work(job, crew, work, wait=False)
    if not work.is_paused:
        return None
    channel.receive("pause")
    channel.send(work.paused_packet())
    return job.resumed(work, channel.receive("go", "finish"))


class _Crew:
    """The threads, which live as long as the replica. Each makes its client, then does what it is given.

    Beside a slot's own thread are its helpers, for the requests that a stage makes at once.
    """

    def __init__(self, job):
        self._job = job
        self._inboxes = [queue.SimpleQueue() for _ in range(job.target.concurrency)]
        self._outbox = queue.SimpleQueue()
        self._idle = set(range(job.target.concurrency))
        self._threads = []
        self._helpers = []
        for slot, inbox in enumerate(self._inboxes):
            helpers = [queue.SimpleQueue() for _ in range(job.helpers)]
            self._helpers += helpers
            self._start(f"slot-{slot}", self._obey, slot, inbox, helpers)
            for number, helper in enumerate(helpers, 1):
                self._start(f"slot-{slot}-{number}", _help, helper)

    def _start(self, name, live, *arguments):
        thread = threading.Thread(target=self._live, args=(live, *arguments), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def wait_for_clients(self):
        """Returns when every thread has its client; raises what the first raised that cannot have one."""
        for _ in self._threads:
            if (error := self._outbox.get()) is not None:
                raise error

    def each(self, function, left=None):
        """Lets every thread call function(slot, client), and returns when all have, or when time is over.

        left: returns the seconds that are left; it is asked again after wake(). A thread that is stuck in
        an earlier function follows as soon as it is free. Raises the first exception that one raised.
        """
        at_work, self._idle = self._idle, set()
        for slot in at_work:
            self._inboxes[slot].put(function)
        while at_work or not self._idle:
            try:
                report = self._outbox.get(timeout=left and left())
            except queue.Empty:
                return
            if report is not None:
                self._take(report, function, at_work)

    def _take(self, report, function, at_work):
        """Notes that a slot has called a function, and gives it this one where that was an earlier one."""
        slot, called, error = report
        if error is not None:
            raise error
        if called is function:
            at_work.discard(slot)
            self._idle.add(slot)
        else:
            at_work.add(slot)
            self._inboxes[slot].put(function)

    def wake(self):
        """Lets each() look again at how much time is left. Any thread may call it, at any time."""
        self._outbox.put(None)

    def close(self):
        """Lets the threads close their clients; those that are stuck are left behind."""
        for inbox in (*self._inboxes, *self._helpers):
            inbox.put(None)
        until = time.monotonic() + _CLOSE_SECONDS
        for thread in self._threads:
            thread.join(max(0, until - time.monotonic()))

    def _live(self, live, *arguments):
        try:
            with _client(self._job) as client:
                self._outbox.put(None)
                live(client, *arguments)
        except BaseException as error:
            self._outbox.put(self._job.client_error(error))

    def _obey(self, client, slot, inbox, helpers):
        if self._job.has_hands:
            client = Hands(client, helpers, queue.SimpleQueue())
        while (function := inbox.get()) is not None:
            try:
                function(slot, client)
                self._outbox.put((slot, function, None))
            except BaseException as error:
                self._outbox.put((slot, function, error))


def _help(client, inbox):
    while (order := inbox.get()) is not None:
        place, call, results = order
        results.put((place, call(client)))


@contextlib.contextmanager
def _client(job):
    """Enters what the test's client function makes: a generator's value, or what a function returns."""
    function = job.client
    if function is None:
        yield job.target
    elif inspect.isgeneratorfunction(function):
        with contextlib.contextmanager(function)(job.target) as client:
            yield client
    elif inspect.isasyncgenfunction(function) or inspect.iscoroutinefunction(function):
        raise TypeError("the client function is asynchronous and the operation is not")
    else:
        yield function(job.target)


def _prove(job, crew):
    def prove(slot, client):
        if slot != 0:
            return
        for op, expected in job.proof():
            try:
                prove_one(job, op, expected, job.operation(client, op))
            except StageError:
                raise
            except BaseException as error:
                raise StageError("proof", f"{describe_operation(op)}: {job.tell(error)}") from error

    crew.each(prove)


def _burst(job, crew):
    plan = job.burst()
    step = job.target.concurrency
    failures = []

    def burst(slot, client):
        for i in range(slot, len(plan), step):
            op = plan[i]
            try:
                outcome, sentence = judge(op, job.operation(client, op))
            except BaseException as error:
                outcome, sentence = None, job.tell(error)
            if outcome != OK:
                failures.append((op, sentence))

    crew.each(burst)
    if failures:
        raise burst_error(job, failures, len(plan))


def _work(job, crew, work, wait):
    """Runs one phase. wait: whether to wait for operations that do not end; else they are given up.

    A thread cannot be stopped: the library's own time limits must end its operations.
    """
    slot = _open_slot if work.period_ns else _closed_slot
    crew.each(
        lambda number, client: slot(job, client, work, number),
        None if wait else work.seconds_to_close,
    )
    work.close()


def _closed_slot(job, client, work, slot):
    sleep_until(work.begin_ns)
    plan, count, next_index, is_over = job.plan, len(job.plan), work.next_index, work.is_over
    intended, now = work.begin_ns, time.monotonic_ns
    while not is_over(start := now()) and (i := next_index()) is not None:
        intended = _one(job, client, work, slot, plan[i % count], intended, start)
    if work.in_flight.pop(slot, None) is not None:
        work.give_back(i)  # taken in time and started too late


def _open_slot(job, client, work, slot):
    plan, count = job.plan, len(job.plan)
    while (i := work.next_index()) is not None:
        intended = work.intended_ns(i)
        if work.is_over(intended):
            return
        sleep_until(intended)
        if work.is_over(start := time.monotonic_ns()):
            return
        _one(job, client, work, slot, plan[i % count], intended, start)


def _one(job, client, work, slot, op, intended, start):
    """Runs and records one operation; returns when it ended. start: the time by which it was let start."""
    now = time.monotonic_ns
    if not work.start(slot, start):
        return start
    try:
        data = job.operation(client, op)
        end = now()
        work.succeed(slot, op, intended, start, end, data)
    except BaseException as error:
        end = now()
        work.fail(slot, op, intended, start, end, error)
    return end
