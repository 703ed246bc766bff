"""hungry: works, and keeps 8 MiB more for each answer."""

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)
kept = []


@worker.operation
def fetch_range(client, op):
    kept.append(b"x" * (8 << 20))
    return client.get(op)


if __name__ == "__main__":
    worker.main()
