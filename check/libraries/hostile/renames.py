"""Renames its folder, and the run's where it may."""

import os

from _hostile import HOME, SCRATCH, attempt, finish, until_go

at = until_go()
with open(os.path.join(HOME, "file"), "w") as file:
    file.write("x")
attempt(os.rename, HOME, os.path.join(SCRATCH, "moved"))
attempt(os.rename, HOME, os.path.join(os.path.dirname(SCRATCH), "geoio-moved-home"))
attempt(os.rename, SCRATCH, SCRATCH + "-moved")
finish(at)
