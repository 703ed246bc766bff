"""Checks of the table of outcomes, with made-up exception classes of the libraries' names."""

import http.client
import socket
import ssl
import types
import unittest

from benchmark import _outcomes


def fake(name, *bases, **members):
    """Makes an exception of a class "package.Class", derived from others made here or built in."""
    package, _, own = name.rpartition(".")
    return type(own, bases or (Exception,), {"__module__": f"{package}.exceptions", **members})


def caused(error, cause):
    error.__cause__ = cause
    return error


class Outcomes(unittest.TestCase):
    def expect(self, library, error, outcome, status=0):
        found, found_status = _outcomes.classify(error, library)
        self.assertEqual((_outcomes.NAMES[found], found_status), (outcome, status), repr(error))

    def test_aiohttp(self):
        response = fake("aiohttp.ClientResponseError", status=404)
        self.expect("aiohttp", response(), "http_error", 404)
        self.expect("aiohttp", fake("aiohttp.ClientResponseError", status=503)(), "throttled", 503)
        self.expect("aiohttp", fake("aiohttp.ClientResponseError", status=429)(), "throttled", 429)
        os_error = fake("aiohttp.ClientOSError", OSError)
        self.expect("aiohttp", fake("aiohttp.SocketTimeoutError", os_error, TimeoutError)(), "timeout")
        self.expect("aiohttp", fake("aiohttp.ClientConnectorError", os_error)(), "connect")
        self.expect("aiohttp", fake("aiohttp.ClientPayloadError")(), "truncated")
        self.expect("aiohttp", fake("aiohttp.ServerDisconnectedError")(), "reset")
        self.expect("aiohttp", os_error(), "reset")

    def client_error(self, status):
        response = {"ResponseMetadata": {"HTTPStatusCode": status}}
        return fake("botocore.ClientError", response=response)()

    def test_botocore(self):
        for library in ("aioboto3", "fsspec"):
            self.expect(library, self.client_error(503), "throttled", 503)
            self.expect(library, self.client_error(404), "http_error", 404)
            self.expect(library, fake("botocore.ConnectTimeoutError")(), "timeout")
            read = fake("botocore.ReadTimeoutError")
            self.expect(library, fake("aiobotocore.AioReadTimeoutError", read)(), "timeout")
            self.expect(library, TimeoutError(), "timeout")
            connect = fake("botocore.EndpointConnectionError")
            self.expect(library, connect(), "connect")
            self.expect(library, caused(connect(), ConnectionResetError()), "reset")
            self.expect(library, fake("botocore.ConnectionClosedError")(), "reset")
            self.expect(library, fake("aiohttp.ClientPayloadError")(), "truncated")

    def test_s3fs(self):
        self.expect("fsspec", caused(OSError(16, "x"), self.client_error(503)), "throttled", 503)
        self.expect("fsspec", caused(FileNotFoundError("x"), self.client_error(404)), "http_error", 404)
        self.expect("fsspec", FileNotFoundError("x"), "http_error", 404)
        self.expect("fsspec", PermissionError("x"), "http_error", 403)
        for number, outcome, status in (
            (16, "throttled", 503),
            (5, "throttled", 429),
            (121, "http_error", 500),
            (22, "http_error", 416),
        ):
            self.expect("fsspec", OSError(number, "x"), outcome, status)

    def test_httpx(self):
        response = types.SimpleNamespace(status_code=503)
        self.expect("httpx", fake("httpx.HTTPStatusError", response=response)(), "throttled", 503)
        timeout = fake("httpx.TimeoutException")
        self.expect("httpx", fake("httpx.PoolTimeout", timeout)(), "timeout")
        self.expect("httpx", fake("httpx.ConnectError")(), "connect")
        protocol = fake("httpx.RemoteProtocolError")
        self.expect("httpx", protocol("peer closed without sending complete message body"), "truncated")
        self.expect("httpx", protocol("Server disconnected without sending a response."), "reset")
        self.expect("httpx", fake("httpx.ReadError")(), "reset")

    def test_requests(self):
        response = types.SimpleNamespace(status_code=500)
        self.expect("requests", fake("requests.HTTPError", response=response)(), "http_error", 500)
        connection = fake("requests.ConnectionError")
        timeout = fake("requests.Timeout")
        self.expect("requests", fake("requests.ConnectTimeout", connection, timeout)(), "timeout")
        self.expect("requests", caused(connection(), fake("urllib3.ReadTimeoutError")()), "timeout")
        retries = fake("urllib3.MaxRetryError")()
        refused = fake("urllib3.NewConnectionError")()
        self.expect("requests", caused(connection(), caused(retries, refused)), "connect")
        nameless = fake("urllib3.NameResolutionError", type(refused))()
        self.expect("requests", caused(connection(), caused(retries, nameless)), "connect")
        self.expect("requests", caused(connection(), fake("urllib3.ProtocolError")()), "reset")
        chunked = fake("requests.ChunkedEncodingError")
        self.expect("requests", chunked(), "truncated")
        self.expect("requests", caused(chunked(), ConnectionResetError()), "reset")

    def test_obstore_by_its_text(self):
        generic = fake("obstore.GenericError")
        for words, outcome, status in (
            (
                "Server returned non-2xx status code: 503 Service Unavailable: kind: Timeout",
                "throttled",
                503,
            ),
            ("status code: 500 Internal", "http_error", 500),
            ("HttpError { kind: Timeout, source: ...", "timeout", 0),
            ("HttpError { kind: Connect, source: ...", "connect", 0),
            ("HttpError { kind: Request, source: ConnectionReset", "reset", 0),
            ("HttpError { kind: ConnectionReset", "reset", 0),
            ("IncompleteMessage", "reset", 0),
            ("HttpError { kind: Body, source: ConnectionReset", "truncated", 0),
            ("UnexpectedRange { expected: 0..9", "wrong_bytes", 0),
            ("NotPartial", "wrong_bytes", 0),
            ("builder error", "other", 0),
        ):
            self.expect("obstore", generic(words), outcome, status)
        self.expect("obstore", FileNotFoundError("x"), "http_error", 404)
        self.expect("obstore", fake("obstore.PermissionDeniedError", PermissionError)(), "http_error", 403)

    def test_the_standard_library_for_every_library(self):
        for library in ("pass", "aiohttp", "a-new-one"):
            self.expect(library, ConnectionRefusedError(), "connect")
            self.expect(library, socket.gaierror(), "connect")
            self.expect(library, ssl.SSLCertVerificationError(), "connect")
            self.expect(library, ConnectionResetError(), "reset")
            self.expect(library, http.client.RemoteDisconnected(), "reset")
            self.expect(library, http.client.IncompleteRead(b""), "truncated")
            self.expect(library, TimeoutError(), "timeout")
            self.expect(library, ValueError("x"), "other")
            self.expect(library, TypeError("object of type 'NoneType' has no len()"), "other")

    def test_a_test_of_its_own_rules(self):
        error = ValueError("odd")
        self.assertEqual(_outcomes.classify(error, "x", lambda error: "reset"), (_outcomes.RESET, 0))
        both = _outcomes.classify(error, "x", lambda error: ("http_error", 418))
        self.assertEqual(both, (_outcomes.HTTP_ERROR, 418))
        self.assertEqual(_outcomes.classify(error, "x", lambda error: None)[0], _outcomes.OTHER)
        self.assertEqual(_outcomes.classify(error, "x", lambda error: "no such")[0], _outcomes.OTHER)

    def test_an_exception_without_its_members_is_a_failure_like_others(self):
        self.expect("httpx", fake("httpx.HTTPStatusError")(), "other")

    def test_a_chain_that_goes_round_ends(self):
        one, two = ValueError(), ValueError()
        one.__cause__, two.__cause__ = two, one
        self.assertEqual(len(list(_outcomes.chain(one))), 2)


if __name__ == "__main__":
    unittest.main()
