"""Fills the live view with noise, and cuts it."""

import os
import time

from _hostile import HOME, SCRATCH, attempt, channel, finish, say, setup, until_go

reached = False
at = until_go()
end = time.monotonic() + setup["timeout_seconds"] / 2
while time.monotonic() < end:
    for folder in (HOME, SCRATCH):
        opened = attempt(os.open, os.path.join(folder, "board"), os.O_RDWR)
        if opened is not None:
            reached = True
            attempt(os.pwrite, opened, os.urandom(60000), 40)
            attempt(os.ftruncate, opened, 100)
            os.close(opened)
    time.sleep(0.005)
if reached:
    say(type="error", stage="run", message="reached the board")
    channel.recv(65536)
else:
    finish(at)
