"""forker: the process that the harness starts does nothing; a child of it works."""

import os
import subprocess
import sys

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op)


if __name__ == "__main__":
    if os.environ.get("FORKER"):
        worker.main()
    else:
        words = [sys.executable, *sys.argv]
        child = subprocess.run(words, env={**os.environ, "FORKER": "1"}, close_fds=False)
        sys.exit(child.returncode)
