"""httpx: each verb in the words of its documentation; the worker makes addresses, Range and signatures."""

from benchmark import worker

import _client  # noqa: F401  the client


def _checked(request, response):
    response.raise_for_status()
    request.check(response.status_code, response.headers.get("Content-Range"))
    return response


@worker.verb
async def get_range(client, request):
    return _checked(request, await client.get(request.url, headers=request.headers())).content


@worker.verb
async def get(client, request):
    return _checked(request, await client.get(request.url, headers=request.headers())).content


@worker.verb
async def get_suffix(client, request):
    return _checked(request, await client.get(request.url, headers=request.headers())).content


@worker.verb
async def head(client, request):
    response = _checked(request, await client.head(request.url, headers=request.headers()))
    return int(response.headers["Content-Length"])


@worker.verb
async def list(client, request):
    names = []
    while request:
        response = _checked(request, await client.get(request.url, headers=request.headers()))
        found, request = request.page(response.content)
        names += found
    return names


if __name__ == "__main__":
    worker.main()
