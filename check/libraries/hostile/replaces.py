"""Puts a FIFO, a folder and a link where files of the run are, or are looked for."""

import os

from _hostile import HOME, RECORDS, SCRATCH, attempt, finish, until_go

at = until_go()
for folder in (HOME, SCRATCH):
    for n, name in enumerate(
        ("board", "hosts", "records", "records-0", "plan-1.jsonl", "replica-0", "replica-1")
    ):
        path = os.path.join(folder, name)
        attempt(os.unlink, path)
        attempt(os.rename, path, path + "-was")
        attempt((os.mkfifo, os.mkdir)[n % 2], path)
attempt(os.unlink, RECORDS)
attempt(os.mkfifo, RECORDS)
finish(at)
