"""Programs in C that checks in Python hold theirs against.

built.require("check/fuzz/worker_plan", "fuzz")     # in setUpClass: its path, or one sentence
"""

import os
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def require(name, target):
    program = TOP / os.environ.get("BUILD", "build") / name
    if not os.access(program, os.X_OK):
        raise AssertionError(f"{program} is not built: make {target}")
    return program
