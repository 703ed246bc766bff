"""Leaves folders that nobody may enter, its own among them."""

import os

from _hostile import HOME, until_go

until_go()
os.makedirs("a/b/c")
with open("a/b/c/file", "w") as file:
    file.write("x" * 100000)
os.chmod("a/b", 0)
os.chmod("a", 0o300)
os.chmod(HOME, 0)
os._exit(7)
