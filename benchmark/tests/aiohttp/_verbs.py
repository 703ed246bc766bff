"""aiohttp: each verb in the words of its documentation; the worker makes addresses, Range and signatures."""

import contextlib

from benchmark import worker

import _client  # noqa: F401  the client
import yarl


@contextlib.asynccontextmanager
async def _answer(session, request, method="GET"):
    # Encoded already: else aiohttp would send some keys in another form than the one that is signed.
    url = yarl.URL(request.url, encoded=True)
    async with session.request(method, url, headers=request.headers(), allow_redirects=False) as response:
        response.raise_for_status()
        request.check(response.status, response.headers.get("Content-Range"))
        yield response


@worker.verb
async def get_range(session, request):
    async with _answer(session, request) as response:
        return await response.read()


@worker.verb
async def get(session, request):
    async with _answer(session, request) as response:
        return await response.read()


@worker.verb
async def get_suffix(session, request):
    async with _answer(session, request) as response:
        return await response.read()


@worker.verb
async def head(session, request):
    async with _answer(session, request, "HEAD") as response:
        return int(response.headers["Content-Length"])


@worker.verb
async def list(session, request):
    names = []
    while request:
        async with _answer(session, request) as response:
            found, request = request.page(await response.read())
        names += found
    return names


if __name__ == "__main__":
    worker.main()
