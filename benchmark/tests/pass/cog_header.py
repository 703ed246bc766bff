"""pass: works, with the standard library's own HTTP client; for the harness's own checks."""

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def cog_header(client, op):
    return client.get(op)


if __name__ == "__main__":
    worker.main()
