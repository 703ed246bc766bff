"""One replica: what it has to do, read from the setup packet, and what it says about itself."""

import gc
import inspect
import os
import sys
import time
from types import SimpleNamespace

from benchmark import _outcomes, _plan, _records, _stages, _work
from benchmark._answers import WrongType
from benchmark._members import member, number, whole
from benchmark._protocol import VERSION, StageError, defined_at, describe, frames, place, short
from benchmark._request import VERBS, Request
from benchmark._target import Target

_RECORDS_MOST = 1 << 40
_FREED_ONCE = 16 << 20
_UNSIGNED = (
    "credentials were given, and the requests that this library makes of headers() are not signed by them: "
    "say signed_by_worker=True in @worker.client, unless it signs them itself"
)


class Orders:
    """What the setup packet asks for, checked before any file is opened. Paths of `verify` may be None."""

    def __init__(self, setup):
        """Raises ValueError in one sentence for whatever is wrong with the packet."""
        self.library = member(setup, "library", str)
        self.test = member(setup, "test", str)
        self.protocol = whole(setup, "protocol", VERSION)
        self.target = Target(setup)
        self.load = SimpleNamespace(
            n_requests=whole(setup, "n_requests", None, least=1),
            rate=number(setup, "rate", None),
            warm_up_seconds=number(setup, "warm_up_seconds", 0, or_zero=True),
        )
        self.plan = member(setup, "plan", str)
        records = member(setup, "records", dict)
        self.records_path = member(records, "path", str)
        self.records_capacity = whole(records, "capacity", least=1, most=_RECORDS_MOST)
        verify = member(setup, "verify", dict, {})
        self.burst = member(verify, "burst", str, None)
        self.proof = member(verify, "proof", str, None)
        self.proof_bytes = member(verify, "proof_bytes", str, None)
        if self.proof is not None and self.proof_bytes is None:
            raise ValueError("the packet 'setup' has no member 'proof_bytes'")


def _missing(error):
    if not str(error.filename).startswith("/proc/self/fd/"):
        return str(error)
    return (
        f"{error.filename} of the packet 'setup' is not open here: was the test started by another program? "
        "It must pass on all descriptors (in Python: close_fds=False)"
    )


def _at_ns(go):
    try:
        return whole(go, "at_ns", least=1, what="the packet 'go'")
    except ValueError as error:
        raise StageError("run", str(error)) from None


class _Unsigned:
    """Stands for the signer of a library that has none by headers(): notes that it asked for them."""

    was_asked = False

    def __call__(self, url, span, method="GET"):
        self.was_asked = True
        return {"Range": span} if span else {}


class Job:
    """Everything that a scheduler needs. Made from the setup packet; owned by the replica.

    target: what the test's client gets. client, operation: the test's functions; client may be None. Where
    the library has verbs in place of an operation, that is made of them; has_hands: its client is a Hands
    then; helpers: threads that each slot needs beside its own, for the requests that a stage makes at once.
    plan: this replica's operations, never empty. records: the mapped file. load: how the work is done,
    .n_requests and .rate (operations a second of an open loop), None where they are not set, and
    .warm_up_seconds. no_io: the test says that it does none.
    """

    def __init__(self, test, setup):
        """Raises StageError("setup") in one sentence for whatever is wrong with the packet or its files."""
        self.test = test
        self.client = test.client
        self.operation = test.operation
        self.has_hands = False
        self.helpers = 0
        if self.operation is None and not test.verbs:
            raise StageError("setup", f"{test.path} has no @worker.operation and no @worker.verb")
        self.no_io = test.no_io
        self.ok_status = 0
        try:
            self._read(Orders(setup))
        except FileNotFoundError as error:
            raise StageError("setup", _missing(error)) from error
        except (ValueError, OSError) as error:
            raise StageError("setup", str(error)) from error

    def _read(self, orders):
        self.library = orders.library
        self.protocol = orders.protocol
        self.target = orders.target
        self.load = orders.load
        self._check_not_applied()
        self._sign_if_needed()
        self._read_plan(orders.plan)
        proof = self._read_verify(orders)
        plans = (self.plan, self._burst, proof)
        self._check_stages(orders, plans)
        if self.operation is None:
            self._use_verbs(orders, plans)
        self.records = _records.open_file(orders.records_path, orders.records_capacity)

    def _check_not_applied(self):
        """Raises ValueError where the client's not_applied names no member of client_config."""
        members = vars(self.target.client_config)
        for name in self.test.not_applied:
            if name not in members:
                raise ValueError(
                    f"not_applied of {self.library}'s client names {name!r}, which is no member of "
                    f"target.client_config: there are {', '.join(members)}"
                )

    def _read_plan(self, path):
        target = self.target
        self.plan = _plan.load(path, target, target.replica, target.replicas, self.load.n_requests)
        if not len(self.plan):
            raise ValueError(f"the plan {path} has no operation for replica {target.replica}")

    def _read_verify(self, orders):
        """Reads burst and proof; returns the proof's Plan."""
        self._burst = _plan.load(orders.burst or os.devnull, self.target)
        proof = _plan.load(orders.proof or os.devnull, self.target)
        with open(orders.proof_bytes or os.devnull, "rb") as data:
            for op in proof:
                expected = data.read(op.body_bytes)
                if len(expected) != op.body_bytes:
                    raise ValueError(f"{data.name} holds fewer bytes than the proof's operations")
                self.target.samples.append((op, expected))
        if self.no_io and self.target.samples and self.target.samples[0][0].expect and not self.plan.widest:
            self.plan.expect_everywhere(self.target.samples[0][0].expect)
        return proof

    def _check_stages(self, orders, plans):
        """Raises ValueError where there are stages and the library is of version 1, which has none."""
        self.has_stages = any(plan.widest for plan in plans)
        if self.has_stages and orders.protocol == 1:
            raise ValueError(
                f"the plan of {orders.test} has stages, which version 1 of the worker protocol has not: "
                f"say `protocol = 2` in {orders.library}/library.toml once its tests know them"
            )

    def _use_verbs(self, orders, plans):
        """Makes the operation of the library's verbs. Raises ValueError where it lacks one."""
        verbs = self.test.verbs
        needed = set().union(*(plan.verbs for plan in plans))
        if lacking := [name for name in VERBS if name in needed and name not in verbs]:
            raise ValueError(
                f"{orders.library} has no {' and no '.join(lacking)}, which {orders.test} needs: "
                f"its verbs are {', '.join(verbs)}"
            )
        if not self.has_stages:
            self.operation = verbs["get_range"]
        elif self.is_asynchronous:
            from benchmark import _stages_asyncio  # replicas of threads go without asyncio

            self.operation = _stages_asyncio.asynchronous(verbs)
        else:
            self.operation = _stages.blocking(verbs)
            self.has_hands = True
            self.helpers = max(plan.widest for plan in plans) - 1

    @property
    def is_asynchronous(self):
        return inspect.iscoroutinefunction(self.test.operation or next(iter(self.test.verbs.values())))

    def _sign_if_needed(self):
        target = self.target
        self._unsigned = _Unsigned()
        if target.credentials is None:
            return
        if not self.test.signed_by_worker:
            Request.sign = self._unsigned
            return
        from benchmark._sigv4 import Signer

        Request.sign = Signer(target.credentials, target.region).sign_url

    def proof(self):
        """Returns the proof's (operation, bytes), once: their memory is not kept."""
        if self.no_io:
            return []
        samples, self.target.samples = self.target.samples, []
        return samples

    def burst(self):
        """Returns the Plan of operations to be put in flight at once."""
        return _plan.Plan(self.target) if self.no_io else self._burst

    def warm_up(self):
        """Returns the Work of the warm-up, which begins now."""
        seconds = self.load.warm_up_seconds
        return self._work(_records.NoRecords(), time.monotonic_ns(), seconds)

    def timed(self, go):
        """Returns the Work of the timed part, and tells the test that it has come. go: the packet."""
        at_ns = _at_ns(go)
        self.ok_status = 206 if Request.shows_status else 0
        self.target.timed = True
        seconds = self.target.timeout_seconds
        return self._work(self.records, at_ns, seconds, self.load.n_requests, self.load.rate)

    def resumed(self, work, packet):
        """Returns the Work that follows a paused one; None where the packet is `finish`: all is over."""
        if packet["type"] == "finish":
            work.stopped_by = "finish"
            return None
        return work.resume(max(_at_ns(packet), time.monotonic_ns()))

    @property
    def can_pause(self):
        """Whether it can be paused: the intended starts of an open loop go on with the time."""
        return self.load.rate is None

    def _work(self, *arguments):
        return (_work.StagedWork if self.plan.widest else _work.Work)(self, *arguments)

    def classify(self, error):
        """Returns (outcome, status) of an operation's exception."""
        return _outcomes.classify(error, self.library, self.test.outcome)

    def tell(self, error, outcome=None):
        """Returns an operation's exception as one line; of one that no rule knows also where it came from.

        outcome: its class, where that is known already.
        """
        if isinstance(error, WrongType):
            return self._tell_wrong_type(error)
        found, status = self.classify(error)
        if status in (401, 403) and self._unsigned.was_asked:
            return f"{describe(error)} ({_UNSIGNED})"
        known = (outcome or found) != _outcomes.OTHER
        return describe(error) + ("" if known else place(error, self.test.folder))

    def _tell_wrong_type(self, error):
        function = self.test.operation
        if function is None:
            return f"{error}{defined_at(self.test.verbs.get(error.verb))}"
        of = f" for {error.verb}" if error.verb in VERBS and self.has_stages else ""
        return f"{function.__name__} returned {error.found}{of}, not {error.wanted}{defined_at(function)}"

    def client_error(self, error):
        """Returns the StageError for an exception of the client function."""
        if isinstance(error, ImportError):
            return StageError("setup", import_error(self.test, error))
        where = place(error, self.test.folder)
        return StageError("setup", f"{self.library}: the client cannot be made: {describe(error)}{where}")

    def ready_packet(self):
        """Returns the packet `ready`; all that is slow and is done once must have been done with it."""
        # What was made until now stays: the collector need not look at it during the timed part.
        gc.collect()
        gc.freeze()
        notes = list(self.test.notes)
        if self.no_io:
            notes.append("does no I/O: it has no proof and no burst, and no CRC is checked")
        if self._unsigned.was_asked:
            notes.append(_UNSIGNED)
        if Request.sign is self._unsigned:
            Request.sign = None  # no more is to be learned
        elif Request.sign is not None:
            notes.append("the worker signs each request (SigV4); its CPU is part of what is measured")
        return {
            "type": "ready",
            "protocol": self.protocol,
            "versions": {**versions(self.test.folder), "worker": "worker.py"},
            "not_applied": list(self.test.not_applied),
            "notes": notes,
            "import_seconds": round(self.test.import_seconds, 4),
            "clock_ns": time.monotonic_ns(),
            "pause": self.can_pause,
        }


def settle_heap():
    """Brings malloc() into the state of a process that has held an image before.

    glibc takes a piece of 128 KiB or more from mmap(), until a piece that long is freed: from then on it
    keeps such memory. asyncio reads into 256 KiB, which it shortens before it frees them, so that a process
    may stay in the first state for all its life; and whether it does is luck (docs/method.md, "The heap").
    """
    bytes(_FREED_ONCE)


def run(test, setup, channel):
    """Runs a replica to its end with the scheduler that fits its operation; returns its Work.

    Raises StageError.
    """
    settle_heap()
    job = Job(test, setup)
    if job.is_asynchronous:
        from benchmark import _schedule_asyncio as schedule
    else:
        from benchmark import _schedule_threads as schedule
    try:
        return schedule.run(job, channel)
    finally:
        job.records.close()


def import_error(test, error):
    """Returns the sentence for a module that cannot be imported, with the remedy for whose it is."""
    library = test.library
    if _is_of_setup(test.folder, error):
        if os.path.exists(os.path.join(sys.prefix, ".variant")):
            return f"{library} cannot be imported ({describe(error)}): its tests need what this version lacks"
        return f"{library} cannot be imported ({describe(error)}): run `benchmark setup {library}`"
    found = list(frames(error))
    if not isinstance(error, ModuleNotFoundError) or not error.name or not found:
        return f"{library}/{test.name} failed: {describe(error)}{place(error, test.folder)}"
    file, line = short(found[-1])
    return (
        f"{file}, line {line}, imports {error.name}, which is not there: correct the name, or add its "
        f"package to {library}/library.toml and run `tools/lock {library}`"
    )


def _is_of_setup(folder, error):
    """Whether a package of the lock is missing, or likely so: not all are named as their modules."""
    module = (error.name or "").partition(".")[0].replace("_", "-").lower()
    if isinstance(error, ModuleNotFoundError) and module in _locked(folder):
        return True
    installed = versions(folder)["library"] != "unknown"
    return not installed and not module.startswith("-")


def _locked(folder):
    """Returns the names of the lock's packages."""
    try:
        with open(os.path.join(folder, "requirements.lock"), encoding="utf-8") as lines:
            return {line.partition("==")[0].replace("_", "-").lower() for line in lines if "==" in line}
    except OSError:
        return set()


def versions(folder):
    """Returns {"library": ..., "runtime": ..., package: version, ...} of this process.

    folder: the test's folder, whose library.toml names the package that stands for the library; else it is
    one of the folder's name, and where there is none the library is Python's own. What was imported from
    this folder is not what is installed: its version is "own" and its __version__. Reads names of folders
    only: importlib.metadata would add some MB to a memory that is measured.
    """
    python = sys.version.split()[0]
    found = {}
    for path in sys.path:
        if path.endswith("site-packages") and os.path.isdir(path):
            for name in os.listdir(path):
                if name.endswith(".dist-info"):
                    package, _, version = name.removesuffix(".dist-info").partition("-")
                    found[package.replace("_", "-").lower()] = version
    named = (_version_of(folder) or "").replace("_", "-").lower()
    if not named and (own := os.path.basename(folder).replace("_", "-")) in found:
        named = own
    for package in {*found, named}:
        found.update(_of_own_folder(package, folder))
    own = found.get(named, "unknown") if named else python
    runtime = {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, "Python")
    return {**found, "library": own, "runtime": f"{runtime} {python}"}


def _of_own_folder(package, folder):
    """Returns {package: version} where its module was imported from this folder, else {}."""
    module = sys.modules.get(package.replace("-", "_"))
    file = getattr(module, "__file__", None) or ""
    if not file.startswith((os.path.join(folder, ""), os.path.join(os.path.realpath(folder), ""))):
        return {}
    version = getattr(module, "__version__", "")
    # In front: tables cut what is long.
    return {package: f"own {version}" if version and isinstance(version, str) else "own"}


def _version_of(folder):
    """Returns library.toml's version_of, or None. The file keeps to `key = "string"` on one line."""
    try:
        with open(os.path.join(folder, "library.toml"), encoding="utf-8") as lines:
            for line in lines:
                key, _, value = line.partition("=")
                if key.strip() == "version_of":
                    return value.split('"')[1]
    except (OSError, IndexError):
        pass
    return None
