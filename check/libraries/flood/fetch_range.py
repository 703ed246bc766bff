"""flood: writes 1 MiB to stderr, then works."""

import sys

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op)


if __name__ == "__main__":
    sys.stderr.write(("flood " * 170 + "off\n") * 1024)
    sys.stderr.flush()
    worker.main()
