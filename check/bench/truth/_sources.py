"""Which of our sources decide what a program of ours says, and their digest.

    found = files(HERE / "_simulation.c")
    line["sources"] = digest(found)
    newer_than(found, BUILD / "check/bench/truth/_simulation")   # [] where the program is made of these

They are found by their includes: a header, and the source of the same name beside it. Includes are followed
in check/ and src/analyse; what these take from other rooms is in, and what that takes in its turn is not.
Comments and blanks are in no digest.
"""

import hashlib
import os
import re
from pathlib import Path

from _common import TOP

FOLLOWED = ("check", "src/analyse")
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
# A text in quotes may look like a comment.
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', re.S)


def _is_followed(path, top):
    return any(path.is_relative_to(top / room) for room in FOLLOWED)


def _included(path, top):
    """Headers of ours, each with its source where it has one."""
    for name in INCLUDE.findall(path.read_text()):
        for folder in (path.parent, top / "src"):
            header = Path(os.path.normpath(folder / name))
            if header.exists():
                yield from (each for each in (header, header.with_suffix(".c")) if each.exists())
                break


def files(first, top=TOP):
    """Paths, sorted."""
    found, left = set(), [Path(first)]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left += _included(path, top) if _is_followed(path, top) else []
    return sorted(found)


def without_comments(text):
    kept = COMMENT_OR_TEXT.sub(lambda found: " " if found[0].startswith("/") else found[0], text)
    return " ".join(kept.split())


def digest(paths):
    whole = "\0".join(f"{path.name}\0{without_comments(path.read_text())}" for path in paths)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def newer_than(paths, program):
    made = program.stat().st_mtime if program.exists() else 0
    return [path for path in paths if path.stat().st_mtime > made]
