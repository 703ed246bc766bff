"""turncoat: reads what it should until it has been proved, and answers with zeros from then on."""

import itertools

from benchmark import plain, worker

calls = itertools.count()

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    data = client.get(op)
    return data if next(calls) < 200 else bytes(op.length)


if __name__ == "__main__":
    worker.main()
