"""Leads whoever writes or removes something here to a folder of somebody else's (VICTIM below it)."""

import os

from _hostile import HOME, SCRATCH, attempt, finish, until_go

at = until_go()
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "victim")) as file:
    victim = file.read().strip()
for folder in (HOME, SCRATCH):
    for n in range(4):
        for name in (
            "plan-%d.jsonl",
            "proof-%d.jsonl",
            "proof-%d.bin",
            "burst-%d.jsonl",
            "records-%d",
            "enter-%d",
        ):
            attempt(os.symlink, os.path.join(victim, name % n), os.path.join(folder, name % n))
    attempt(os.symlink, victim, os.path.join(folder, "folder"))
attempt(os.rename, HOME, HOME + "-was")
attempt(os.symlink, victim, HOME)
finish(at)
