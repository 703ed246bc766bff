"""hang: no timed operation ever ends; for the harness's own checks."""

import time

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    while client.target.timed:
        time.sleep(3600)
    return client.get(op)


if __name__ == "__main__":
    worker.main()
