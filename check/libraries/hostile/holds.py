"""Goes on after its end: a child of a child keeps all descriptors and writes what it can."""

import os
import time

from _hostile import HOME, READ, RECORDS, attempt, finish, punch, until_go

at = until_go()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        records = os.open(RECORDS, os.O_RDWR)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            punch(records, 0, 1 << 20)
            for path in READ:
                attempt(os.chmod, path, 0)
            attempt(os.mkdir, f"{HOME}/{time.monotonic_ns()}")
            time.sleep(0.001)
    os._exit(0)
finish(at)
