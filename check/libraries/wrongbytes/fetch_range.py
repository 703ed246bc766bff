"""wrongbytes: one byte of each answer is wrong, so its proof fails."""

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    data = bytearray(client.get(op))
    data[-1] ^= 1
    return data


if __name__ == "__main__":
    worker.main()
