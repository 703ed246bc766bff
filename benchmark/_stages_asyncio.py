"""How verbs that are coroutine functions run operations of stages. Replicas of threads do not import it."""

import asyncio

from benchmark._stages import check_last


def asynchronous(verbs):
    """Returns the operation for coroutine functions. verbs: name -> function(client, request)."""

    async def operation(client, op):
        if not op.has_stages:
            return await verbs["get_range"](client, op)
        answers = []
        for stage in op.stages:
            check_last(op, answers)
            calls = [verbs[request.verb](client, request) for request in stage]
            answers.append(await (_all if len(calls) > 1 else _one)(op, stage, calls))
        return [answer for stage in answers for answer in stage]

    return operation


async def _one(op, stage, calls):
    try:
        return [await calls[0]]
    except BaseException:
        op.failed = stage[0]
        raise


async def _all(op, stage, calls):
    """Runs them at once, each in a task, and returns their results in order. Leaves no task behind.

    Where one fails the others are awaited: to stop them would break connections that the next operation
    needs. Stopped itself, it stops them all.
    """
    tasks = [asyncio.ensure_future(_kept(call)) for call in calls]
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        op.failed = next(
            (request for request, task in zip(stage, tasks, strict=True) if not task.done()), None
        )
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
    finally:
        # One that nobody asks for its exception would complain.
        for task in tasks:
            if task.done() and not task.cancelled():
                task.exception()
    _raise_first(op, stage, tasks)
    return [task.result() for task in tasks]


class _Kept(Exception):
    """Stands for its cause, which would end the event loop if a task raised it."""


async def _kept(call):
    try:
        return await call
    except (KeyboardInterrupt, SystemExit) as error:
        raise _Kept from error


def _raise_first(op, stage, tasks):
    """Raises what the first of the failed ones raised; of one that the library stopped, CancelledError.

    Nothing where none failed.
    """
    for request, task in zip(stage, tasks, strict=True):
        if task.cancelled() or task.exception():
            op.failed = request
            if not task.cancelled() and isinstance(task.exception(), _Kept):
                raise task.exception().__cause__
            task.result()
