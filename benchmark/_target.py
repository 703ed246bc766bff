"""What a test is told about the store and how to talk to it."""

import os
import re
import socket
from types import SimpleNamespace

from benchmark import _request
from benchmark._members import member, number, whole

_COUNT_MOST = (1 << 31) - 1
_ADDRESS_BYTES = 503
_ADDRESS = re.compile(r"(https?)://([^/?#@]+)(/[-A-Za-z0-9._~!$&'()*+,;=:@%/]*)?", re.IGNORECASE | re.ASCII)
_NAME = re.compile("[-A-Za-z0-9._]{1,253}")
# Debian and Alpine; Fedora; SUSE.
_SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
)


class Target:
    """What the client function gets. Owned by the worker; read only.

    endpoint: "http://HOST:PORT" or https, perhaps with a path; small letters, no trailing slash.
    tls: bool. bucket, region: str.
    ca_file: path of a PEM file to trust instead of the system's, or None for the system's.
    ca_bundle: path of the PEM file to trust, whichever it is; None where `tls` is False.
    credentials: None for anonymous, else .access_key_id, .secret_access_key and .session_token (or None).
    client_config: .pool_size (connections, >= 1), .keep_alive (bool; False: a connection a request),
        .keep_alive_timeout_seconds (> 0; how long an idle connection is kept), .use_dns_cache (bool); what
        else the packet has there (an option of one library, for instance) by its name, None where it is not
        set. By hand that may be missing: getattr(target.client_config, "name", None).
    concurrency: operations in flight, >= 1.
    operation_timeout_seconds: limit of one operation, > 0: set it as the library's own time limits, so
        that they are no shorter. timeout_seconds: length of the timed part, > 0.
    params: dict of the test's own parameters. seed: int. replica, replicas: this one and how many.
    timed: False until GO, True from then on; for the harness's own checks.
    samples: a list of (Operation, bytes), the proof's, for tests that do no I/O; empty without a proof.
    """

    def __init__(self, setup):
        """setup: the packet, a dict. Raises ValueError in one sentence when a member is missing or wrong."""
        self.endpoint = _endpoint(member(setup, "endpoint", str))
        self.tls = self.endpoint.startswith("https://")
        self.bucket = member(setup, "bucket", str)
        self.region = member(setup, "region", str, "us-east-1")
        self.ca_file = member(setup, "ca_file", str, None)
        self.ca_bundle = (self.ca_file or _system_bundle()) if self.tls else None
        self.credentials = _credentials(member(setup, "credentials", dict, None))
        self.client_config = _client_config(member(setup, "client_config", dict))
        self.concurrency = whole(setup, "concurrency", least=1, most=_COUNT_MOST)
        self.timeout_seconds = number(setup, "timeout_seconds")
        self.operation_timeout_seconds = number(setup, "operation_timeout_seconds")
        self.params = member(setup, "params", dict, {})
        self.seed = whole(setup, "seed", 0)
        self.replicas = whole(setup, "replicas", 1, least=1, most=_COUNT_MOST)
        self.replica = whole(setup, "replica", 0, most=self.replicas - 1)
        self.timed = False
        self.samples = []

    def url(self, key):
        """Returns the address of an object, path style, percent-encoded."""
        return _request.url(self.endpoint, self.bucket, key)


def _system_bundle():
    """Returns the path of the system's certificates: as OpenSSL knows it, or where distributions keep it.

    Given to every library, since some bring a bundle of their own. Raises ValueError where there is none.
    """
    import ssl

    places = (ssl.get_default_verify_paths().openssl_cafile, *_SYSTEM_BUNDLES)
    for path in places:
        if os.path.isfile(path):
            return path
    raise ValueError("the system has no file of CA certificates: install ca-certificates, or give --ca-file")


def _endpoint(text):
    """Returns it in the form that the harness sends, since by hand it may be typed in another.

    Scheme and host are in small letters, without the scheme's own port and a slash at the end. Takes the
    addresses that the harness takes (src/base/address.c). Raises ValueError, without repeating a password.
    """
    match = _ADDRESS.fullmatch(text)
    host, port = _host_and_port(match[2]) if match and len(text) <= _ADDRESS_BYTES else (None, None)
    if host is None:
        raise ValueError("the endpoint is not http://HOST:PORT or https://HOST")
    scheme = match[1].lower()
    usual = 443 if scheme == "https" else 80
    host = f"[{host}]" if ":" in host else host
    end = "" if port in (None, usual) else f":{port}"
    return f"{scheme}://{host.lower()}{end}{(match[3] or '').rstrip('/')}"


def _host_and_port(authority):
    """Returns (host without brackets, port or None), or (None, None) where it is none."""
    if match := re.fullmatch(r"\[([^]]*)\](?::(.*))?", authority):
        host, port = match[1], match[2]
        named = False
    else:
        host, colon, port = authority.rpartition(":")
        if not colon or (":" in host and not _is_v6(host)):
            host, port = authority, None
        named = bool(_NAME.fullmatch(host))
    if not (named or _is_v6(host)):
        return None, None
    if port is None:
        return host, None
    number = int(port) if re.fullmatch("[0-9]{1,5}", port) else 0
    return (host, number) if 1 <= number <= 65535 else (None, None)


def _is_v6(text):
    try:
        return bool(socket.inet_pton(socket.AF_INET6, text))
    except (OSError, ValueError):
        return False


def _credentials(given):
    if given is None:
        return None
    return SimpleNamespace(
        access_key_id=member(given, "access_key_id", str),
        secret_access_key=member(given, "secret_access_key", str),
        session_token=member(given, "session_token", str, None),
    )


def _client_config(given):
    checked = {
        "pool_size": whole(given, "pool_size", least=1, most=_COUNT_MOST),
        "keep_alive": member(given, "keep_alive", bool),
        "keep_alive_timeout_seconds": number(given, "keep_alive_timeout_seconds"),
        "use_dns_cache": member(given, "use_dns_cache", bool),
    }
    return SimpleNamespace(**{**given, **checked})
