"""null: no I/O at all; a coroutine that lets the others run once and returns bytes of the right length.

What it costs is what the harness itself costs with every asynchronous library.
"""

import asyncio

from benchmark import worker


@worker.client
def client(target):
    return memoryview(bytes(64 << 20))


@worker.operation(no_io=True)
async def fetch_range(buffer, op):
    await asyncio.sleep(0)
    return buffer[: op.length]


if __name__ == "__main__":
    worker.main()
