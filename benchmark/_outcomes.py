"""What a failure was: the one place that turns exceptions into outcomes.

A rule names an exception class as "package.Class", package being the first part of the module's name, so
that no library is imported here. A class matches if it or a base of it has that name. The rules of a
library are tried in order, then those of the standard library; what none matches is `other`.
"""

import re

OK, HTTP_ERROR, THROTTLED, TIMEOUT, CONNECT, RESET, TRUNCATED, WRONG_BYTES, OTHER, BAD_HTTP = range(1, 11)

NAMES = {
    OK: "ok",
    HTTP_ERROR: "http_error",
    THROTTLED: "throttled",
    TIMEOUT: "timeout",
    CONNECT: "connect",
    RESET: "reset",
    TRUNCATED: "truncated",
    WRONG_BYTES: "wrong_bytes",
    OTHER: "other",
    BAD_HTTP: "bad_http",
}
NUMBERS = {name: number for number, name in NAMES.items()}


class Failure(Exception):
    """An operation's failure whose outcome is known already.

    outcome: one of the numbers above. status: HTTP status, 0 where it is not known.
    """

    def __init__(self, outcome, text, status=0):
        super().__init__(text)
        self.outcome = outcome
        self.status = status


def of_status(status):
    """Returns the (outcome, status) of an answer with a status other than the expected."""
    return (THROTTLED if status in (429, 503) else HTTP_ERROR), status


def names(kind):
    """Returns the "package.Class" names of an exception class and its bases."""
    return {f"{base.__module__.partition('.')[0]}.{base.__name__}" for base in kind.__mro__}


def chain(error):
    """Yields an exception and what caused it, following __cause__, else __context__."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def find(error, *wanted):
    """Returns the first exception of the chain that is one of the wanted classes, else None."""
    return next((link for link in chain(error) if not names(type(link)).isdisjoint(wanted)), None)


# Each of the following makes a rule: a function (error) -> (outcome, status) or None.


def is_a(wanted, outcome, status=0):
    return lambda error: (outcome, status) if wanted in names(type(error)) else None


def in_chain(wanted, outcome):
    return lambda error: (outcome, 0) if find(error, wanted) else None


def with_status(wanted, read):
    """For exceptions that hold the status: read(error) returns it."""

    def rule(error):
        link = find(error, wanted)
        return of_status(read(link)) if link is not None else None

    return rule


def both(wanted, rules, otherwise=None):
    """For a class that stands for several failures: the first of the rules, else `otherwise`, if any."""

    def rule(error):
        if wanted not in names(type(error)):
            return None
        return _first(rules, error) or ((otherwise, 0) if otherwise else None)

    return rule


def steps(error):
    """Yields (frame, line) for all that an exception went through, the outermost first."""
    step = error.__traceback__
    while step is not None:
        yield step.tb_frame, step.tb_lineno
        step = step.tb_next


def passed_through(function, outcome):
    """For libraries that do not tell the head from the body: where the exception came from does.

    function: the name of a function of the library that the exception went through.
    """
    return lambda error: (
        (outcome, 0) if any(frame.f_code.co_name == function for frame, _ in steps(error)) else None
    )


def in_answer(*places):
    """For exceptions of an answer's body or redirect that do not hold its status: where they came from does.

    places: "package.function.variable", the variable that holds the answer in a function of the library that
    the exception went through. An answer of status 206 is none that failed by its status.
    """

    variables = dict(place.rsplit(".", 1) for place in places)

    def rule(error):
        for frame, _ in steps(error):
            package = frame.f_globals.get("__name__", "").partition(".")[0]
            variable = variables.get(f"{package}.{frame.f_code.co_name}")
            status = getattr(frame.f_locals.get(variable), "status_code", 206) if variable else 206
            if status != 206:
                return of_status(status)
        return None

    return rule


def text(pattern, outcome):
    """For libraries whose exceptions have nothing but their text."""
    expression = re.compile(pattern)
    return lambda error: (outcome, 0) if expression.search(str(error)) else None


def text_and(pattern, then):
    """For what another rule tells, but only of exceptions with such a text."""
    expression = re.compile(pattern)
    return lambda error: then(error) if expression.search(str(error)) else None


def text_status(pattern):
    expression = re.compile(pattern)

    def rule(error):
        match = expression.search(str(error))
        return of_status(int(match[1])) if match else None

    return rule


def text_range(pattern):
    """For a range that is not the one asked for: the pattern's groups are asked first and end, got both."""
    expression = re.compile(pattern)

    def rule(error):
        match = expression.search(str(error))
        if not match:
            return None
        first, end, got_first, got_end = map(int, match.groups())
        return (TRUNCATED if got_first == first and got_end < end else WRONG_BYTES), 0

    return rule


def errno_status(number, status):
    """For s3fs, which turns some answers into an OSError with an errno."""
    return lambda error: of_status(status) if isinstance(error, OSError) and error.errno == number else None


def _first(rules, error):
    for rule in rules:
        outcome = rule(error)
        if outcome is not None:
            return outcome
    return None


_STANDARD = (
    is_a("builtins.TimeoutError", TIMEOUT),
    is_a("socket.gaierror", CONNECT),
    is_a("builtins.ConnectionRefusedError", CONNECT),
    # Before ConnectionResetError and HTTPException, its bases.
    is_a("http.RemoteDisconnected", RESET),
    is_a("builtins.ConnectionError", RESET),
    is_a("http.IncompleteRead", TRUNCATED),
    is_a("http.HTTPException", BAD_HTTP),
    is_a("ssl.SSLError", CONNECT),
)

# What the parser of aiohttp refuses comes as an exception of its own, inside of one with a made-up status.
_AIOHTTP_PARSER = (
    in_chain("aiohttp.ContentEncodingError", WRONG_BYTES),
    in_chain("aiohttp.HttpProcessingError", BAD_HTTP),
)

_AIOHTTP_BODY = both(
    # A reset within the body too.
    "aiohttp.ClientPayloadError",
    (
        # What botocore reads before it looks at the status.
        in_answer("aiobotocore.convert_to_response_dict.http_response"),
        in_chain("aiohttp.ContentEncodingError", WRONG_BYTES),
        text("Not enough data", TRUNCATED),
        *_AIOHTTP_PARSER,
    ),
    TRUNCATED,
)

_AIOHTTP = (
    # Before the connection errors: aiohttp's time limits are both.
    is_a("builtins.TimeoutError", TIMEOUT),
    # Before ClientOSError, its base.
    is_a("aiohttp.ClientConnectorError", CONNECT),
    is_a("aiohttp.ClientSSLError", CONNECT),
    _AIOHTTP_BODY,
    is_a("aiohttp.ServerDisconnectedError", RESET),
    is_a("aiohttp.ClientOSError", RESET),
    # Before ClientResponseError: the status in it is made up then.
    *_AIOHTTP_PARSER,
    with_status("aiohttp.ClientResponseError", lambda error: error.status),
)

_BOTOCORE = (
    with_status("botocore.ClientError", lambda error: error.response["ResponseMetadata"]["HTTPStatusCode"]),
    is_a("botocore.ConnectTimeoutError", TIMEOUT),
    is_a("botocore.ReadTimeoutError", TIMEOUT),
    # A stall within the body.
    is_a("builtins.TimeoutError", TIMEOUT),
    both(
        "botocore.EndpointConnectionError",
        (
            # While it connected, TLS included.
            in_chain("aiohttp.ClientConnectorError", CONNECT),
            in_chain("builtins.ConnectionResetError", RESET),
            in_chain("builtins.BrokenPipeError", RESET),
        ),
        CONNECT,
    ),
    is_a("botocore.SSLError", CONNECT),
    is_a("botocore.ConnectionClosedError", RESET),
    is_a("botocore.FlexibleChecksumError", WRONG_BYTES),
    is_a("botocore.IncompleteReadError", TRUNCATED),
    is_a("botocore.ResponseStreamingError", TRUNCATED),
    _AIOHTTP_BODY,
    both(
        "botocore.HTTPClientError",
        # The latter: of a header that is not UTF-8.
        (*_AIOHTTP_PARSER, in_chain("builtins.UnicodeDecodeError", BAD_HTTP)),
        OTHER,
    ),
    # A header that is not what it should be: no date, no number.
    both("builtins.ValueError", (passed_through("_parse_non_payload_attrs", BAD_HTTP),)),
)

# What s3fs makes of an answer when it has lost the botocore exception.
_S3FS = (
    *_BOTOCORE,
    is_a("builtins.FileNotFoundError", HTTP_ERROR, 404),
    is_a("builtins.PermissionError", HTTP_ERROR, 403),
    errno_status(16, 503),
    errno_status(5, 429),
    errno_status(121, 500),
    errno_status(22, 416),
)

# The first: with the body of an answer; the second: with its Location, which httpx parses in any case.
_HTTPX_ANSWER = in_answer("httpx.send.response", "httpx._send_handling_redirects.response")

_HTTPX = (
    with_status("httpx.HTTPStatusError", lambda error: error.response.status_code),
    is_a("httpx.TimeoutException", TIMEOUT),
    is_a("httpx.ConnectError", CONNECT),
    both(
        "httpx.RemoteProtocolError",
        (
            text_and("complete message body|Invalid URL in location", _HTTPX_ANSWER),
            text("complete message body", TRUNCATED),
            text("without sending a response", RESET),
        ),
        BAD_HTTP,
    ),
    both("httpx.DecodingError", (_HTTPX_ANSWER,), WRONG_BYTES),
    # Response.aread() reads the body.
    both("httpx.ReadError", (_HTTPX_ANSWER, passed_through("aread", TRUNCATED)), RESET),
    is_a("httpx.WriteError", RESET),
)

# Session.send() reads the body, and parses the Location in any case.
_REQUESTS_ANSWER = in_answer("requests.send.r")

_REQUESTS = (
    with_status("requests.HTTPError", lambda error: error.response.status_code),
    is_a("requests.Timeout", TIMEOUT),
    # Of the body alone.
    both(
        "requests.ChunkedEncodingError",
        (in_chain("urllib3.InvalidChunkLength", BAD_HTTP), _REQUESTS_ANSWER),
        TRUNCATED,
    ),
    both(
        "requests.ConnectionError",
        (
            # A stall within the body.
            in_chain("urllib3.ReadTimeoutError", TIMEOUT),
            in_chain("urllib3.NewConnectionError", CONNECT),
            in_chain("urllib3.NameResolutionError", CONNECT),
            in_chain("urllib3.SSLError", CONNECT),
            # Before HTTPException, its base.
            in_chain("http.RemoteDisconnected", RESET),
            in_chain("http.HTTPException", BAD_HTTP),
        ),
        RESET,
    ),
    # A ValueError too.
    is_a("requests.InvalidHeader", BAD_HTTP),
    both("requests.ContentDecodingError", (_REQUESTS_ANSWER,), WRONG_BYTES),
    # Of a chunk's length that is a number and no length, and of a Location that is no URL.
    both("builtins.ValueError", (passed_through("read_chunked", BAD_HTTP), _REQUESTS_ANSWER)),
)

# obstore's exceptions have neither fields nor causes: only the text tells, in this order. The \b matters:
# "kind: Connect" would match ConnectionReset.
_OBSTORE = (
    is_a("builtins.FileNotFoundError", HTTP_ERROR, 404),
    is_a("obstore.PermissionDeniedError", HTTP_ERROR, 403),
    is_a("obstore.UnauthenticatedError", HTTP_ERROR, 401),
    text_status(r"status code: (\d+)"),
    text("redirect without LOCATION", HTTP_ERROR),
    text(r"kind: Timeout\b", TIMEOUT),
    text(r"kind: Connect\b", CONNECT),
    text(r"hyper::Error\(\s*Parse\b|InvalidChunkSize|Invalid content length", BAD_HTTP),
    text("InvalidLastModified|BadHeader", BAD_HTTP),
    # A RetryError ends before the body of a good answer: what broke or is no UTF-8 is an error's body.
    text(r"(?s)\bRetryError\(.*\bkind: (Body|Decode)\b", HTTP_ERROR),
    # No scheme of ours: the endpoint's is known to be right, so it is a redirect's.
    text(r"\bBadScheme\b", HTTP_ERROR),
    text(r"kind: Decode\b", BAD_HTTP),
    # A reset within the body too.
    text(r"kind: Body\b", TRUNCATED),
    text(r"ConnectionReset|IncompleteMessage", RESET),
    # Any status of success but 206; of a 204 it says only that there is no length.
    text("NotPartial|MissingContentLength", HTTP_ERROR),
    text_range(r"Requested (\d+)\.\.(\d+), got (\d+)\.\.(\d+)"),
    text("UnexpectedRange|NoContentRange|ParseContentRange", WRONG_BYTES),
)

# By library: the folder's name.
RULES = {
    "aioboto3": _BOTOCORE,
    "aiohttp": _AIOHTTP,
    "fsspec": _S3FS,
    "httpx": _HTTPX,
    "obstore": _OBSTORE,
    "requests": _REQUESTS,
}


def classify(error, library, own=None):
    """Returns (outcome, status) of an operation's exception; the status is 0 where it is not known.

    error: the exception. library: its name; its rules come first, if it has any, and obstore@0.11.0 has
    obstore's. own: a function of the test, (error) -> name of an outcome, (name, status) or None, tried
    before the rules.
    """
    if isinstance(error, Failure):
        return error.outcome, error.status
    try:
        return _classify(error, library, own)
    except Exception:  # an exception of a shape that no rule foresaw is a failure like others
        return OTHER, 0


def _classify(error, library, own):
    found = own(error) if own else None
    if found is not None:
        name, status = (found, 0) if isinstance(found, str) else found
        return NUMBERS[name], status
    return _first(RULES.get(library.partition("@")[0], ()), error) or _first(_STANDARD, error) or (OTHER, 0)
