"""Cuts, lengthens and punches its records while they are counted, and closes them to all."""

import os
import time

from _hostile import RECORDS, attempt, finish, punch, until_go, write_records

at = until_go()
write_records(at, 3000)
descriptor = os.open(RECORDS, os.O_RDWR)
size = os.fstat(descriptor).st_size
end = time.monotonic() + 0.4
while time.monotonic() < end:
    attempt(os.ftruncate, descriptor, 0)
    attempt(os.ftruncate, descriptor, size * 2)
    punch(descriptor, 64 * 1000, size)
    write_records(at, 3000)
punch(descriptor, 0, size)
attempt(os.fchmod, descriptor, 0)
finish(at, 3000)
