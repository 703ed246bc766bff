"""Signs requests without a body as Amazon's Signature Version 4 wants it, for libraries that cannot."""

import hashlib
import hmac
import time

_ALGORITHM = "AWS4-HMAC-SHA256"
_EMPTY_BODY = hashlib.sha256(b"").hexdigest()


def _hmac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


class Signer:
    """Makes the headers of signed requests, by header, with the hash of the empty body.

    Used from several threads: what is kept is only ever replaced as a whole.
    """

    def __init__(self, credentials, region, service="s3"):
        """credentials: with access_key_id, secret_access_key and session_token (or None)."""
        self._access_key_id = credentials.access_key_id
        self._secret = credentials.secret_access_key
        self._token = credentials.session_token
        self._region = region
        self._service = service
        self._day_key = ("", b"")
        names = "x-amz-content-sha256;x-amz-date" + (";x-amz-security-token" if self._token else "")
        self._signed_headers = "host;" + names
        self._signed_with_range = "host;range;" + names

    def sign_url(self, url, span, method="GET"):
        """Returns a new dict of headers for a request of url with that Range, or None.

        url: percent-encoded; a query is sorted by name, each = and & in it stands for itself.
        """
        _, _, host, path = url.split("/", 3)
        return self.sign(host, "/" + path, span, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), method)

    def sign(self, host, path, span, date, method="GET"):
        """As sign_url(), from the parts of the address; date: like 20130524T000000Z, UTC."""
        headers = {"x-amz-content-sha256": _EMPTY_BODY, "x-amz-date": date}
        names, ranged, token = self._signed_headers, "", ""
        if span:
            headers["Range"] = span
            names, ranged = self._signed_with_range, f"range:{span}\n"
        path, _, query = path.partition("?")
        if self._token:
            headers["x-amz-security-token"] = self._token
            token = f"x-amz-security-token:{self._token}\n"
        request = (
            f"{method}\n{path}\n{query}\nhost:{host}\n{ranged}x-amz-content-sha256:{_EMPTY_BODY}\n"
            f"x-amz-date:{date}\n{token}\n{names}\n{_EMPTY_BODY}"
        )
        scope = f"{date[:8]}/{self._region}/{self._service}/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        signature = _hmac(self._key(date[:8]), f"{_ALGORITHM}\n{date}\n{scope}\n{digest}").hex()
        headers["Authorization"] = (
            f"{_ALGORITHM} Credential={self._access_key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return headers

    def _key(self, day):
        known_day, key = self._day_key
        if known_day != day:
            key = _hmac(("AWS4" + self._secret).encode(), day)
            for part in (self._region, self._service, "aws4_request"):
                key = _hmac(key, part)
            self._day_key = (day, key)
        return key
