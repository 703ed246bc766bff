"""A small correct client of the standard library, for `pass`, `fail`, `hang` and the harness's own checks.

    worker.client(**plain.KNOBS)(plain.connection)

It is no library to compare others with.
"""

import contextlib
import http.client
import ssl
import urllib.parse

# What to give to worker.client() with it.
KNOBS = {
    "not_applied": ["pool_size", "keep_alive_timeout_seconds", "use_dns_cache"],
    "signed_by_worker": True,
}


class Client:
    """One connection, for one thread. target: the worker's."""

    def __init__(self, target):
        self.target = target
        address = urllib.parse.urlsplit(target.endpoint)
        options = {"timeout": target.operation_timeout_seconds}
        kind = http.client.HTTPConnection
        if target.tls:
            kind = http.client.HTTPSConnection
            options["context"] = ssl.create_default_context(cafile=target.ca_bundle)
        self._connection = kind(address.hostname, address.port, **options)
        self._headers = {} if target.client_config.keep_alive else {"Connection": "close"}

    def get(self, op, key=None):
        """Returns the bytes of the operation's range; of another object where a key is given.

        Raises worker.Failure for a wrong answer, and OSError or http.client.HTTPException; the connection
        is made anew after that.
        """
        url = op.url if key is None else self.target.url(key)
        try:
            self._connection.request("GET", _path(url), headers={**self._headers, **op.headers()})
            response = self._connection.getresponse()
            data = response.read()
        except BaseException:
            self.close()
            raise
        if self._headers:
            # The server closes it too, which would show only at the next request.
            self.close()
        op.check(response.status, response.headers.get("Content-Range"))
        return data

    def close(self):
        self._connection.close()


def _path(url):
    return "/" + url.split("/", 3)[3]


@contextlib.contextmanager
def opened(target):
    """As connection(), for a `with`."""
    client = Client(target)
    try:
        yield client
    finally:
        client.close()


def connection(target):
    """The client function: yields a Client and closes it after."""
    with opened(target) as client:
        yield client
