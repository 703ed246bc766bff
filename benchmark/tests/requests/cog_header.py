"""requests: the first bytes of a COG in one GET; the worker parses the header."""

from benchmark import worker

import _client  # noqa: F401  the client


@worker.operation
def cog_header(client, op):
    session, timeout = client
    response = session.get(op.url, headers=op.headers(), timeout=timeout, allow_redirects=False)
    response.raise_for_status()
    op.check(response.status_code, response.headers.get("Content-Range"))
    return response.content


if __name__ == "__main__":
    worker.main()
