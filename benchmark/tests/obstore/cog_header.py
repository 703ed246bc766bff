"""obstore: the first bytes of a COG in one GET; the worker parses the header."""

from benchmark import worker

import _client  # noqa: F401  the client


@worker.operation
async def cog_header(store, op):
    return await store.get_range_async(op.key, start=op.start, length=op.length)


if __name__ == "__main__":
    worker.main()
