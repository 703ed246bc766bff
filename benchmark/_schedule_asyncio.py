"""Runs a test whose operation is a coroutine function: one task a slot, all on one event loop.

Whatever a test raises is caught, SystemExit too: from a task it would end the loop, and with it the replica.
"""

import asyncio
import contextlib
import inspect
import select
import selectors
import time

from benchmark._outcomes import OK
from benchmark._protocol import StageError, describe
from benchmark._work import NS, burst_error, describe_operation, judge, prove_one, sleep_until

# After the slots were given up: so long may the library take to let go, in seconds.
_LET_GO_SECONDS = 0.5
# The loop is left asleep until so shortly before GO; the rest is slept exactly.
_EXACT_NS = 5_000_000


class _ExactSelector(selectors.EpollSelector):
    """Wakes within some 60 us, where epoll counts in whole ms: for the intended starts of an open loop."""

    def select(self, timeout=None):
        if timeout is not None and timeout > 0:
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        return super().select(timeout)


def run(job, channel):
    """Runs the whole replica. Returns its Work; raises StageError."""
    with asyncio.Runner(loop_factory=_loop_factory(job)) as runner:
        return runner.run(_replica(job, channel))


def _loop_factory(job):
    if not job.load.rate:
        return asyncio.new_event_loop
    return lambda: asyncio.SelectorEventLoop(_ExactSelector())


async def _replica(job, channel):
    async with contextlib.AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(_client(job))
        except BaseException as error:
            _raise_if_stopped(error)
            raise job.client_error(error) from error
        await _prove(job, client)
        await _burst(job, client)
        if job.load.warm_up_seconds:
            await _work(job, client, job.warm_up())
        channel.send(job.ready_packet())
        work = job.timed(await channel.receive_async("go"))
        while (following := await _slice(job, client, work, channel)) is not None:
            work = following
        channel.send(work.done_packet())
        await channel.receive_async("bye")
        return work


async def _slice(job, client, work, channel):
    """Works until the end, or until a pause is over; returns the Work that follows, or None."""
    await asyncio.sleep(max(0, work.begin_ns - _EXACT_NS - time.monotonic_ns()) / NS)
    await _work(job, client, work, channel if job.can_pause else None)
    if not work.is_paused:
        return None
    await channel.receive_async("pause")
    channel.send(work.paused_packet())
    return job.resumed(work, await channel.receive_async("go", "finish"))


@contextlib.asynccontextmanager
async def _client(job):
    """Enters what the test's client function makes, of whatever kind the function is."""
    function = job.client
    if function is None:
        yield job.target
    elif inspect.isasyncgenfunction(function):
        async with contextlib.asynccontextmanager(function)(job.target) as client:
            yield client
    elif inspect.isgeneratorfunction(function):
        with contextlib.contextmanager(function)(job.target) as client:
            yield client
    else:
        made = function(job.target)
        yield await made if inspect.isawaitable(made) else made


async def _attempt(job, client, op):
    """Runs one operation outside of the timed part; returns its answer or raises what it raised."""
    async with asyncio.timeout(job.target.operation_timeout_seconds):
        return await job.operation(client, op)


def _raise_if_stopped(error):
    """Raises a cancellation that stops the replica; one by the library itself is a failure."""
    if isinstance(error, asyncio.CancelledError) and asyncio.current_task().cancelling():
        raise error


async def _prove(job, client):
    for op, expected in job.proof():
        try:
            data = await _attempt(job, client, op)
            prove_one(job, op, expected, data)
        except StageError:
            raise
        except BaseException as error:
            _raise_if_stopped(error)
            raise StageError("proof", f"{describe_operation(op)}: {job.tell(error)}") from error


async def _burst(job, client):
    plan = job.burst()

    async def one(op):
        try:
            outcome, sentence = judge(op, await _attempt(job, client, op))
        except BaseException as error:
            _raise_if_stopped(error)
            return op, job.tell(error)
        return None if outcome == OK else (op, sentence)

    results = await asyncio.gather(*(one(op) for op in plan))
    failures = [result for result in results if result]
    if failures:
        raise burst_error(job, failures, len(plan))


async def _work(job, client, work, channel=None):
    """Runs one phase to its end, however the library behaves. A packet that the channel brings pauses it."""
    slot = _open_slot if work.period_ns else _closed_slot
    tasks = [asyncio.create_task(slot(job, client, work, i)) for i in work.slots]
    watchdog = asyncio.create_task(_watch(work, tasks))
    sleep_until(work.begin_ns)
    try:
        await _until_closing(work, tasks, channel)
    finally:
        # Also where the replica is interrupted: a slot goes on after what stops it alone.
        work.close()
    ended = [task for task in tasks if task.done()]
    pending = [task for task in tasks if not task.done()]
    for task in (watchdog, *pending):
        task.cancel()
    await asyncio.wait((watchdog, *pending), timeout=_LET_GO_SECONDS)
    for task in ended:
        if task.exception():
            raise StageError("run", describe(task.exception())) from task.exception()


async def _until_closing(work, tasks, channel):
    """Returns when all slots have ended, or one has failed, or what is in flight has had its time."""
    loop = asyncio.get_running_loop()

    def shorten():
        # A slice may have ended by itself meanwhile.
        with contextlib.suppress(RuntimeError):
            limit.reschedule(loop.time() + work.seconds_to_close())

    def pause():
        work.pause()
        loop.call_soon_threadsafe(shorten)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(work.seconds_to_close()) as limit:
            with channel.noticing(pause) if channel else contextlib.nullcontext():
                await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)


async def _closed_slot(job, client, work, slot):
    """One slot of a closed loop: an operation, and the next as soon as it has ended."""
    plan, count, next_index, is_over = job.plan, len(job.plan), work.next_index, work.is_over
    intended, now = work.begin_ns, time.monotonic_ns
    while not is_over(start := now()) and (i := next_index()) is not None:
        intended = await _one(job, client, work, slot, plan[i % count], intended, start)


async def _open_slot(job, client, work, slot):
    """One slot of an open loop: takes the next operation and starts it at its intended time, or late."""
    plan, count = job.plan, len(job.plan)
    while (i := work.next_index()) is not None:
        intended = work.intended_ns(i)
        if work.is_over(intended):
            return
        if (start := time.monotonic_ns()) < intended:
            await asyncio.sleep((intended - start) / NS)
            start = time.monotonic_ns()
        if work.is_over(start):
            return
        await _one(job, client, work, slot, plan[i % count], intended, start)


async def _one(job, client, work, slot, op, intended, start):
    """Runs and records one operation; returns when it ended. The hot path: keep it short.

    start: the time by which it was let start.
    """
    now = time.monotonic_ns
    if not work.start(slot, start):
        return start
    try:
        data = await job.operation(client, op)
        end = now()
        work.succeed(slot, op, intended, start, end, data)
    except asyncio.CancelledError as error:
        end = now()
        await _cancelled(work, slot, op, intended, start, end, error)
    except BaseException as error:
        end = now()
        if work.closed and isinstance(error, GeneratorExit):
            raise  # the task itself is thrown away
        work.fail(slot, op, intended, start, end, error)
        # A library that fails without waiting for anything must not keep the others from running.
        await asyncio.sleep(0)
    return end


async def _cancelled(work, slot, op, intended, start, end, error):
    """Follows a cancellation: by the watchdog, so that the slot goes on; at the end of the phase; or by the
    library itself, which has failed then.
    """
    if work.closed:
        raise error
    task = asyncio.current_task()
    if not task.cancelling():
        work.fail(slot, op, intended, start, end, error)
        await asyncio.sleep(0)
        return
    while task.cancelling():
        task.uncancel()
    work.expire(slot, op, intended, start, end)


async def _watch(work, tasks):
    """Stops operations at their limit, by cancelling their slot's task; the slot then goes on.

    One task for all slots, which wakes when the oldest operation in flight reaches its limit: a timer for
    each operation would cost more than some libraries do.
    """
    limit = work.limit_ns
    while True:
        now = time.monotonic_ns()
        in_time = [now]
        for slot, start in work.in_flight.items():
            if now - start >= limit:
                tasks[slot].cancel()
            else:
                in_time.append(start)
        await asyncio.sleep((min(in_time) + limit - now) / NS)
