"""Settings of a live client of aiobotocore, made before its first request.

one_request_each() keeps it from sending more than one request for an operation.

botocore's own retries are off by its configuration. There is no public way for the rest:

- the aiohttp inside repeats a GET whose connection died before the answer;
- it follows redirects;
- botocore's S3 client asks for the bucket's region (HEAD) and repeats a request that was redirected.
"""

import contextvars
import functools

from benchmark._outcomes import Failure

_operation = contextvars.ContextVar("operation")


async def one_request_each(s3):
    """s3: an S3 client of aiobotocore, not used yet."""
    session = await s3._endpoint.http_session._get_session(None)
    session._retry_connection = False
    session.request = functools.partial(session.request, allow_redirects=False)
    events = s3.meta.events
    for handler in events._emitter._handlers.prefix_search("needs-retry.s3.GetObject"):
        if getattr(handler, "__name__", "") == "redirect_from_error":
            events.unregister("needs-retry.s3", handler)


def check_answers(s3):
    """Makes GetObject hold status and range of the answer against the operation of expect().

    For what shows nothing but the bytes. s3: an S3 client of aiobotocore.
    """
    s3.meta.events.register("after-call.s3.GetObject", _check_answer)


def expect(op):
    """Says which operation the task's next GetObject is of."""
    _operation.set(op)


def _check_answer(http_response, parsed, **_):
    try:
        _operation.get().check(http_response.status_code, parsed.get("ContentRange"))
    except Failure as failure:
        body = parsed.get("Body")
        # Of status 300 it is the text: botocore reads the body from 300 on, and takes 301 on for failures.
        if hasattr(body, "close"):
            body.close()
        words = " ".join(filter(None, map(parsed.get("Error", {}).get, ("Code", "Message"))))
        raise Failure(
            failure.outcome, f"{failure}: {words}" if words else str(failure), failure.status
        ) from None
