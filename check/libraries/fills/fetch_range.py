"""fills: fills the file system of the folder in which it runs, then works as far as it can."""

import contextlib

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)
LIMIT = 4 << 30  # more than any check gives it


@worker.operation
def fetch_range(client, op):
    with open("filling", "ab") as file, contextlib.suppress(OSError):
        while file.tell() < LIMIT:
            file.write(b"x" * (1 << 20))
    return client.get(op)


if __name__ == "__main__":
    worker.main()
