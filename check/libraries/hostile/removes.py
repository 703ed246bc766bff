"""Removes the run's folder where it may."""

import shutil

from _hostile import SCRATCH, finish, until_go

at = until_go()
shutil.rmtree(SCRATCH, ignore_errors=True)
finish(at)
