"""Makes plan, proof and burst easier for who comes next, or unreadable."""

import glob
import os

from _hostile import HOME, READ, SCRATCH, attempt, finish, punch, until_go

at = until_go()
for path in [*READ, *glob.glob(f"{HOME}/*[0-9].*"), *glob.glob(f"{SCRATCH}/*[0-9].*")]:
    for flags in (os.O_RDWR, os.O_RDONLY, os.O_RDWR | os.O_TRUNC, os.O_WRONLY | os.O_APPEND):
        attempt(os.chmod, path, 0o777)
        opened = attempt(os.open, path, flags)
        if opened is None:
            continue
        attempt(os.pwrite, opened, b'{"op":0,"key":"x","start":0,"length":1}\n' * 1000, 0)
        attempt(os.ftruncate, opened, 0)
        attempt(os.truncate, path, 1 << 20)
        punch(opened, 0, 1 << 20)
    attempt(os.chmod, path, 0)
    attempt(os.unlink, path)
finish(at)
