"""fail: every timed operation fails: it asks for a key that does not exist; for the harness's own checks."""

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op, key="no-such-key" if client.target.timed else None)


if __name__ == "__main__":
    worker.main()
