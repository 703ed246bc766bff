"""double: correct, but with two GETs for each operation, which the ledger must show."""

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    client.get(op)
    return client.get(op)


if __name__ == "__main__":
    worker.main()
