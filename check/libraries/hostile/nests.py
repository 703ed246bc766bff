"""Leaves 6,000 folders one in the other."""

import os

from _hostile import until_go

until_go()
for _ in range(6000):
    os.mkdir("d" * 10)
    os.chdir("d" * 10)
os._exit(7)
