"""Checks of the table of outcomes, with made-up exception classes of the libraries' names."""

import http.client
import re
import socket
import ssl
import types
import unittest

from benchmark import _outcomes, _protocol

from fake_harness import LIBRARIES, ROOT


def fake(name, *bases, **members):
    """Makes an exception of a class "package.Class", derived from others made here or built in."""
    package, _, own = name.rpartition(".")
    return type(own, bases or (Exception,), {"__module__": f"{package}.exceptions", **members})


def caused(error, cause):
    error.__cause__ = cause
    return error


def raised_in(place, error, status=None):
    """Returns an exception that went through a function of a library, where an answer is in a variable.

    place: "package.module.function.variable".
    """
    module, function, variable = place.rsplit(".", 2)
    space = {"__name__": module, "error": error}
    exec(f"def {function}({variable}):\n    raise error", space)
    try:
        space[function](types.SimpleNamespace(status_code=status) if status else None)
    except type(error) as caught:
        return caught


class Names(unittest.TestCase):
    """The classes of src/record/record.h are those of every place that repeats them."""

    def setUp(self):
        found = re.findall(r'^\tX\(\w+, (\d+), "(\w+)"\)', (ROOT / "src/record/record.h").read_text(), re.M)
        self.names = {int(number): name for number, name in found}
        self.assertGreaterEqual(len(self.names), 10)

    def test_of_the_workers(self):
        self.assertEqual(_outcomes.NAMES, self.names)
        for number, name in self.names.items():
            self.assertEqual(getattr(_outcomes, name.upper()), number)
        header = (ROOT / "include/benchmark/worker.h").read_text()
        header = header[header.index("enum benchmark_outcome {") :].partition("};")[0]
        found = re.findall(r"BENCHMARK_(\w+) = (\d+)", header)
        self.assertEqual({int(number): name.lower() for name, number in found}, self.names)

    def test_of_the_documents(self):
        protocol = re.findall(
            r"^\| (\d+) \| `(\w+)` \|", (ROOT / "docs/worker-protocol.md").read_text(), re.M
        )
        self.assertEqual([(int(number), name) for number, name in protocol], sorted(self.names.items()))
        monitoring = (ROOT / "docs/monitoring.md").read_text()
        row = next(line for line in monitoring.splitlines() if "`geoio_operations_total`" in line)
        for name in self.names.values():
            self.assertIn(f"`{name}`", row)


class Rules(unittest.TestCase):
    def test_each_library_has_them(self):
        """Else all that a library fails with is `other`."""
        self.assertEqual(sorted(_outcomes.RULES), list(LIBRARIES))


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
        payload = fake("aiohttp.ClientPayloadError")
        self.expect("aiohttp", payload(), "truncated")
        processing = fake("aiohttp.HttpProcessingError")
        short = caused(payload("Not enough data to satisfy"), fake("aiohttp.LengthError", processing)())
        self.expect("aiohttp", short, "truncated")
        self.expect("aiohttp", caused(payload(), fake("aiohttp.TransferError", processing)()), "bad_http")
        self.expect("aiohttp", fake("aiohttp.ServerDisconnectedError")(), "reset")
        self.expect("aiohttp", os_error(), "reset")

    def test_the_made_up_status_of_aiohttp_is_not_believed(self):
        processing = fake("aiohttp.HttpProcessingError")
        coding = fake("aiohttp.ContentEncodingError", processing)
        response = fake("aiohttp.ClientResponseError", status=400)
        self.expect("aiohttp", response(), "http_error", 400)
        self.expect("aiohttp", caused(response(), processing()), "bad_http")
        self.expect("aiohttp", caused(response(), coding()), "wrong_bytes")
        self.expect("aiohttp", caused(fake("aiohttp.ClientPayloadError")(), coding()), "wrong_bytes")
        for library in ("aioboto3", "fsspec"):
            client = fake("botocore.HTTPClientError")
            self.expect(library, client(), "other")
            self.expect(library, caused(client(), caused(response(), processing())), "bad_http")
            undecoded = UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "x")
            self.expect(library, caused(client(), undecoded), "bad_http")

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
            handshake = caused(fake("aiohttp.ClientConnectorError")(), ConnectionResetError())
            self.expect(library, caused(connect(), handshake), "connect")
            self.expect(library, fake("botocore.FlexibleChecksumError")(), "wrong_bytes")
            self.expect(library, fake("botocore.IncompleteReadError")(), "truncated")
            self.expect(library, fake("botocore.ResponseStreamingError")(), "truncated")
            self.expect(library, fake("botocore.SSLError")(), "connect")
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
        self.expect("httpx", protocol("illegal header line: bytearray(b'x')"), "bad_http")
        self.expect("httpx", fake("httpx.DecodingError")(), "wrong_bytes")

    def test_httpx_within_the_head_and_within_the_body(self):
        read = fake("httpx.ReadError")

        def aread(error):
            raise error

        self.expect("httpx", read(), "reset")
        try:
            aread(read())
        except read as error:
            self.expect("httpx", error, "truncated")

    def test_a_failure_in_the_body_of_an_error_is_of_its_status(self):
        protocol, chunked = fake("httpx.RemoteProtocolError"), fake("requests.ChunkedEncodingError")
        for library, place, error, within in (
            ("requests", "requests.sessions.send.r", chunked(), "truncated"),
            ("requests", "requests.sessions.send.r", fake("requests.ContentDecodingError")(), "wrong_bytes"),
            ("requests", "requests.sessions.send.r", ValueError("Invalid IPv6 URL"), "other"),
            ("httpx", "httpx._client.send.response", protocol("complete message body"), "truncated"),
            ("httpx", "httpx._client.send.response", fake("httpx.DecodingError")(), "wrong_bytes"),
            ("httpx", "httpx._client.send.response", fake("httpx.ReadError")(), "reset"),
            (
                "httpx",
                "httpx._client._send_handling_redirects.response",
                protocol("Invalid URL in location header: x"),
                "bad_http",
            ),
            *(
                (
                    library,
                    "aiobotocore.endpoint.convert_to_response_dict.http_response",
                    fake("aiohttp.ClientPayloadError")(),
                    "truncated",
                )
                for library in ("aioboto3", "fsspec")
            ),
        ):
            for status, outcome in ((403, "http_error"), (503, "throttled")):
                error.__traceback__ = None
                self.expect(library, raised_in(place, error, status), outcome, status)
            for status in (206, None):
                error.__traceback__ = None
                self.expect(library, raised_in(place, error, status), within)
            error.__traceback__ = None
            self.expect(library, raised_in(place.replace(library, "elsewhere"), error), within)
        illegal = raised_in("httpx._client.send.response", protocol("illegal chunk header"), 403)
        self.expect("httpx", illegal, "bad_http")

    def test_values_that_are_none(self):
        for library, place, outcome in (
            ("requests", "urllib3.response.read_chunked.self", "bad_http"),
            ("requests", "urllib3.response.read.self", "other"),
            ("aioboto3", "botocore.parsers._parse_non_payload_attrs.self", "bad_http"),
            ("fsspec", "botocore.parsers._parse_non_payload_attrs.self", "bad_http"),
            ("fsspec", "botocore.parsers.parse.self", "other"),
        ):
            self.expect(library, raised_in(place, ValueError("x")), outcome)

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
        self.expect("requests", caused(chunked(), ConnectionResetError()), "truncated")
        self.expect("requests", caused(chunked(), fake("urllib3.InvalidChunkLength")()), "bad_http")
        for cause, outcome in (
            (http.client.BadStatusLine("x"), "bad_http"),
            (http.client.LineTooLong("x"), "bad_http"),
            (http.client.RemoteDisconnected("x"), "reset"),
        ):
            broken = caused(fake("urllib3.ProtocolError")(), cause)
            self.expect("requests", caused(connection(), broken), outcome)
        self.expect("requests", fake("requests.InvalidHeader")(), "bad_http")
        self.expect("requests", fake("requests.ContentDecodingError")(), "wrong_bytes")

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
            ("SendRequest, hyper::Error( Parse( Version", "bad_http", 0),
            ("hyper::Error(\n    Parse(\n    TooLarge", "bad_http", 0),
            ("Requested 0..9, got 1..9\n UnexpectedRange", "wrong_bytes", 0),
            ("Requested 0..9, got 0..8\n UnexpectedRange", "truncated", 0),
            ("Requested 0..9, got 0..10\n UnexpectedRange", "wrong_bytes", 0),
            ("source: NoContentRange", "wrong_bytes", 0),
            ("source: ParseContentRange {", "wrong_bytes", 0),
            ("source: NotPartial", "http_error", 0),
            ("source: MissingContentLength", "http_error", 0),
            ("RetryError(\n inner: Http(\n HttpError { kind: Interrupted, kind: Body", "http_error", 0),
            ("RetryError( inner: Http( HttpError { kind: Decode, source: FromUtf8Error", "http_error", 0),
            ("RetryError( HttpError { kind: Decode, hyper::Error( InvalidChunkSize", "bad_http", 0),
            ("HttpError { kind: Interrupted, source: reqwest::Error { kind: Body", "truncated", 0),
            ("HttpError { kind: Decode, source: x", "bad_http", 0),
            ("builder error, kind: Builder, source: BadScheme", "http_error", 0),
            ("source: InvalidLastModified {", "bad_http", 0),
            ("source: BadHeader {", "bad_http", 0),
            ("builder error", "other", 0),
        ):
            self.expect("obstore", generic(words), outcome, status)
        self.expect("obstore", FileNotFoundError("x"), "http_error", 404)
        self.expect("obstore", fake("obstore.PermissionDeniedError", PermissionError)(), "http_error", 403)

    def test_the_standard_library_for_every_library(self):
        for library in ("pass", "a-new-one", *_outcomes.RULES):
            self.expect(library, ConnectionRefusedError(), "connect")
            self.expect(library, socket.gaierror(), "connect")
            self.expect(library, ssl.SSLCertVerificationError(), "connect")
            self.expect(library, ConnectionResetError(), "reset")
            self.expect(library, http.client.RemoteDisconnected(), "reset")
            self.expect(library, http.client.IncompleteRead(b""), "truncated")
            self.expect(library, http.client.BadStatusLine("x"), "bad_http")
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

    def test_the_cause_is_told_where_it_says_more(self):
        refused = ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)")
        hidden = fake("httpx.ConnectError")("All connection attempts failed")
        self.assertEqual(
            _protocol.describe(caused(hidden, caused(OSError("All connection attempts failed"), refused))),
            "ConnectError: All connection attempts failed "
            "(ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 1))",
        )
        both = ExceptionGroup("2 attempts", [refused, OSError(101, "Network is unreachable")])
        self.assertIn("Network is unreachable", _protocol.describe(caused(OSError("failed"), both)))
        rust = 'Generic S3 error: sending\n\nDebug source:\nOs {\n message: "Connection refused",\n}'
        self.assertEqual(
            _protocol.describe(fake("obstore.GenericError")(rust)),
            "GenericError: Generic S3 error: sending (Connection refused)",
        )
        parse = "HTTP error\n\nDebug source:\nhyper::Error(\n    Parse(\n   Version,\n   ),"
        self.assertIn("(Parse(Version))", _protocol.describe(fake("obstore.GenericError")(parse)))
        said = caused(ValueError("it was refused"), ValueError("it was refused"))
        self.assertEqual(_protocol.describe(said), "ValueError: it was refused")
        self.assertEqual(_protocol.describe(KeyError()), "KeyError")

    def test_an_exception_that_cannot_be_told_is_told_so(self):
        class Mute(Exception):
            def __str__(self):
                raise KeyError("no text")

        said = "Mute: its text cannot be had: its __str__ raises KeyError"
        self.assertEqual(_protocol.describe(Mute()), said)
        self.assertEqual(_protocol.describe(caused(ValueError("x"), Mute())), f"ValueError: x ({said})")
        for library in _outcomes.RULES:
            self.expect(library, Mute(), "other")

    def test_a_chain_that_goes_round_ends(self):
        one, two = ValueError(), ValueError()
        one.__cause__, two.__cause__ = two, one
        self.assertEqual(len(list(_outcomes.chain(one))), 2)


if __name__ == "__main__":
    unittest.main()
