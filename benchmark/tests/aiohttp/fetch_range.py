"""aiohttp: a range of an object in one GET."""

from benchmark import worker

import _client  # noqa: F401  the client


@worker.operation
async def fetch_range(session, op):
    async with session.get(op.url, headers=op.headers()) as response:
        response.raise_for_status()
        op.check(response.status, response.headers.get("Content-Range"))
        return await response.read()


if __name__ == "__main__":
    worker.main()
