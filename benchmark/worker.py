"""What a benchmark test written in Python imports. A whole test:

    from benchmark import worker  # first, so that it can say which library is not installed

    import some_library

    @worker.client
    async def client(target):
        async with some_library.Client(target.endpoint, limit=target.client_config.pool_size) as made:
            yield made

    @worker.operation
    async def fetch_range(client, op):
        return await client.get(op.url, headers=op.headers())

    if __name__ == "__main__":
        worker.main()

The file's name is the test's, its folder's name the library's. A coroutine function as operation runs on
one event loop, target.concurrency at once; a plain function runs in that many threads, each with a client
of its own. `target` is a benchmark._target.Target and `op` a benchmark._request.Operation.

A library that says in `_verbs.py` how it does each verb runs every workload made of them:

    from benchmark import worker

    import _client

    @worker.verb
    async def get_range(client, request):
        return await client.get(request.url, headers=request.headers())

    @worker.verb
    async def head(client, request):
        ...

    if __name__ == "__main__":
        worker.main()

`request` is a benchmark._request.Request.

Run by the harness the test speaks docs/worker-protocol.md. Run by hand (--help) it measures and prints
a summary.
"""

import contextlib
import inspect
import os
import sys
import time

# From here on what passes until main() is the import of the library.
_LOADED_AT = time.perf_counter()

from benchmark import _protocol, _replica  # noqa: E402  after the clock was read
from benchmark._outcomes import Failure  # noqa: E402
from benchmark._request import VERBS  # noqa: E402

__all__ = ["Failure", "client", "main", "operation", "outcome", "verb"]


class _Test:
    """What the decorators have collected."""

    def __init__(self):
        self.client = None
        self.operation = None
        self.verbs = {}
        self.outcome = None
        self.no_io = False
        self.signed_by_worker = False
        self.not_applied = ()
        self.notes = ()
        self.import_seconds = 0.0
        self.path = os.path.abspath(sys.argv[0])
        self.folder = os.path.dirname(self.path)
        self.library = os.path.basename(self.folder)
        self.name = os.path.basename(self.path).removesuffix(".py")


_test = _Test()


def client(function=None, *, not_applied=(), notes=(), signed_by_worker=False):
    """Decorator of the function that makes the library's client. A test may go without: then the
    operation gets the target.

    function(target): a generator function, asynchronous or not, that yields the client once and closes
    it after; or a function, asynchronous or not, that returns it. With threads it is called in each.
    not_applied: names of members of target.client_config that the library cannot honour.
    notes: sentences about what is measured.
    signed_by_worker: True for a library that has no signatures of its own: op.headers() then signs where
    there are credentials. Without it headers() signs nothing, which is noted where there are credentials.
    What it raises ends the replica.
    """

    for name, given in (("not_applied", not_applied), ("notes", notes)):
        if isinstance(given, str):
            raise TypeError(f"{name} is a list of texts, not a text: write {name}=[{given!r}]")

    def set_client(function):
        _test.client = function
        _test.not_applied = tuple(not_applied)
        _test.notes = tuple(notes)
        _test.signed_by_worker = signed_by_worker
        return function

    return set_client if function is None else set_client(function)


def operation(function=None, *, no_io=False):
    """Decorator of the function that is measured.

    function(client, op): does one operation and returns its bytes, any buffer with a len(); the worker
    checks them and drops them. It may be called target.concurrency times at once. What it raises is
    counted as a failure, and classified by benchmark._outcomes. It must not retry. Of an operation with
    stages (library.toml: protocol = 2) it does all requests, those of a stage at once, and returns their
    answers in a list, each as a verb's.
    no_io: True for a test that reaches no store: proof, burst and CRC are left out, and `ready` says so.
    """

    def set_operation(function):
        _test.operation = function
        _test.no_io = no_io
        return function

    return set_operation if function is None else set_operation(function)


def verb(function=None, *, no_io=False):
    """Decorator of a function of `_verbs.py`: how the library does the verb of that name.

    function(client, request): makes one request and returns its answer: of get_range, get and get_suffix a
    buffer of bytes, of get_ranges a list of them, of head the object's size, of list all names. A
    reader (read_values) returns a buffer of values; what it is to read is in request.fields. All of a
    library's are coroutine functions, or none is; the same for no_io. All else is as of operation().
    """

    def set_verb(function):
        name = function.__name__
        if name not in VERBS:
            raise ValueError(f"'{name}' is no verb: there are {', '.join(VERBS)}")
        if any(inspect.iscoroutinefunction(function) != inspect.iscoroutinefunction(v) for v in _verbs()):
            raise ValueError(f"{name} is asynchronous and the verbs before it are not, or the reverse")
        if _test.verbs and no_io != _test.no_io:
            raise ValueError(f"{name} and the verbs before it say no_io differently")
        _test.verbs[name] = function
        _test.no_io = no_io
        return function

    return set_verb if function is None else set_verb(function)


def _verbs():
    return _test.verbs.values()


def outcome(function):
    """Decorator, optional, for a library that benchmark._outcomes does not know.

    function(error): gets an operation's exception; returns an outcome's name ("timeout", ...), a pair of
    it and the HTTP status, or None to leave it to the rules.
    """
    _test.outcome = function
    return function


def main():
    """Runs the test and ends the process; call it last. Status 0: it ran; 1: it could not, which was said."""
    _test.import_seconds = time.perf_counter() - _LOADED_AT
    if "BENCHMARK_FD" not in os.environ:
        from benchmark import _standalone

        sys.exit(_standalone.main(_test))
    channel = _channel()
    try:
        setup = channel.receive("setup")
        _protocol.check_version(setup)
        _replica.run(_test, setup, channel)
    except _protocol.StageError as error:
        _fail(channel, error)
    except Exception as error:  # our own fault: the harness gets a sentence, stderr the rest
        sys.__excepthook__(type(error), error, error.__traceback__)
        _fail(channel, _protocol.StageError("run", _protocol.describe(error)))
    _exit(0)


def _channel():
    number = os.environ["BENCHMARK_FD"]
    try:
        return _protocol.Channel(int(number))
    except (ValueError, OSError) as error:
        sys.exit(f"BENCHMARK_FD is {number!r}, which is no connected socket: {error}")


def _fail(channel, error):
    channel.send(_protocol.error_packet(error.stage, str(error)))
    _exit(_protocol.EXIT_FAILED)


def _exit(status):
    """Ends at once: threads that are stuck in a library would hold up an ordinary exit."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _report_uncaught(kind, error, traceback):
    """Tells the harness why a test could not even be loaded; the traceback still goes to stderr."""
    if issubclass(kind, ImportError):
        message = _replica.import_error(_test, error)
        print(message, file=sys.stderr)
    else:
        where = _protocol.place(error, _test.folder)
        message = f"{_test.library}/{_test.name} failed: {_protocol.describe(error)}{where}"
        sys.__excepthook__(kind, error, traceback)
    if "BENCHMARK_FD" in os.environ:
        channel = _channel()
        # The answer to `setup`: on a socket that is closed with it unread the answer may be lost.
        with contextlib.suppress(_protocol.StageError):
            channel.receive("setup")
        _fail(channel, _protocol.StageError("setup", message))


sys.excepthook = _report_uncaught
