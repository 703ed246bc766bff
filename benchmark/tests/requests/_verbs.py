"""requests: each verb in the words of its documentation; the worker makes addresses, Range and signatures."""

from benchmark import worker

import _client  # noqa: F401  the client


def _checked(request, response):
    response.raise_for_status()
    request.check(response.status_code, response.headers.get("Content-Range"))
    return response


def _get(client, request):
    session, timeout = client
    headers = request.headers()
    return _checked(
        request, session.get(request.url, headers=headers, timeout=timeout, allow_redirects=False)
    )


@worker.verb
def get_range(client, request):
    return _get(client, request).content


@worker.verb
def get(client, request):
    return _get(client, request).content


@worker.verb
def get_suffix(client, request):
    return _get(client, request).content


@worker.verb
def head(client, request):
    session, timeout = client
    headers = request.headers()
    response = session.head(request.url, headers=headers, timeout=timeout, allow_redirects=False)
    return int(_checked(request, response).headers["Content-Length"])


@worker.verb
def list(client, request):
    names = []
    while request:
        found, request = request.page(_get(client, request).content)
        names += found
    return names


if __name__ == "__main__":
    worker.main()
