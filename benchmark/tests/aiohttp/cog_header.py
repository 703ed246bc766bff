"""aiohttp: the first bytes of a COG in one GET; the worker parses the header."""

from benchmark import worker

import _client  # noqa: F401  the client
import yarl


@worker.operation
async def cog_header(session, op):
    # Encoded already: else aiohttp would send some keys in another form than the one that is signed.
    url = yarl.URL(op.url, encoded=True)
    async with session.get(url, headers=op.headers(), allow_redirects=False) as response:
        response.raise_for_status()
        op.check(response.status, response.headers.get("Content-Range"))
        return await response.read()


if __name__ == "__main__":
    worker.main()
