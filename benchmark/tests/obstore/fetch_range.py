"""obstore: a range of an object in one GET."""

from benchmark import worker

import _client  # noqa: F401  the client


@worker.operation
async def fetch_range(store, op):
    return await store.get_range_async(op.key, start=op.start, length=op.length)


if __name__ == "__main__":
    worker.main()
