"""null: no I/O at all; coroutines that let the others run once and return answers of the right size.

What it costs is what the harness itself costs with every asynchronous library.
"""

import asyncio

from benchmark import worker


@worker.client
def client(target):
    return memoryview(bytes(64 << 20))


@worker.verb(no_io=True)
async def get_range(buffer, request):
    await asyncio.sleep(0)
    return buffer[: request.length]


@worker.verb(no_io=True)
async def get(buffer, request):
    await asyncio.sleep(0)
    return buffer[: request.length]


@worker.verb(no_io=True)
async def get_suffix(buffer, request):
    await asyncio.sleep(0)
    return buffer[: request.length]


@worker.verb(no_io=True)
async def get_ranges(buffer, request):
    await asyncio.sleep(0)
    return [buffer[:length] for _, length in request.ranges]


@worker.verb(no_io=True)
async def head(buffer, request):
    await asyncio.sleep(0)
    return request.length


@worker.verb(no_io=True)
async def list(buffer, request):
    await asyncio.sleep(0)
    return [request.key] * request.length


@worker.verb(no_io=True)
async def read_values(buffer, request):
    await asyncio.sleep(0)
    return buffer[:0]


if __name__ == "__main__":
    worker.main()
