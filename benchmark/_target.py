"""What a test is told about the store and how to talk to it."""

import os
import urllib.parse
from types import SimpleNamespace

from benchmark import _plan

_MISSING = object()
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
        .keep_alive_timeout_seconds (> 0; how long an idle connection is kept), .use_dns_cache (bool).
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
        self.region = member(setup, "region", str)
        self.ca_file = member(setup, "ca_file", str, None)
        self.ca_bundle = (self.ca_file or _system_bundle()) if self.tls else None
        self.credentials = _credentials(member(setup, "credentials", dict, None))
        self.client_config = _client_config(member(setup, "client_config", dict))
        self.concurrency = positive(setup, "concurrency", int)
        self.timeout_seconds = positive(setup, "timeout_seconds", (int, float))
        self.operation_timeout_seconds = positive(setup, "operation_timeout_seconds", (int, float))
        self.params = member(setup, "params", dict, {})
        self.seed = member(setup, "seed", int, 0)
        self.replica = member(setup, "replica", int, 0)
        self.replicas = positive(setup, "replicas", int, 1)
        self.timed = False
        self.samples = []

    def url(self, key):
        """Returns the address of an object, path style, percent-encoded."""
        return _plan.url(self.endpoint, self.bucket, key)


def member(packet, name, kind, default=_MISSING):
    """Returns a member of a packet, or the default where it is missing or null.

    Raises ValueError, in one sentence, when it is missing and has no default, or is of another type.
    """
    value = packet.get(name)
    if value is None:
        if default is _MISSING:
            raise ValueError(f"the setup packet has no '{name}'")
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"the setup packet's '{name}' cannot be {value!r}")
    return value


def positive(packet, name, kind, default=_MISSING):
    """As member(), for a number greater than 0."""
    value = member(packet, name, kind, default)
    if value is not None and value <= 0:
        raise ValueError(f"the setup packet's '{name}' must be greater than 0, and is {value!r}")
    return value


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

    Scheme and host are in small letters, without the scheme's own port and a slash at the end. Raises
    ValueError, without repeating a password.
    """
    parts = urllib.parse.urlsplit(text)
    default = {"http": ":80", "https": ":443"}.get(parts.scheme)
    if not default or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("the endpoint is not http://HOST:PORT or https://HOST")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default)}{parts.path.rstrip('/')}"


def _credentials(given):
    if given is None:
        return None
    return SimpleNamespace(
        access_key_id=member(given, "access_key_id", str),
        secret_access_key=member(given, "secret_access_key", str),
        session_token=member(given, "session_token", str, None),
    )


def _client_config(given):
    return SimpleNamespace(
        pool_size=positive(given, "pool_size", int),
        keep_alive=member(given, "keep_alive", bool),
        keep_alive_timeout_seconds=positive(given, "keep_alive_timeout_seconds", (int, float)),
        use_dns_cache=member(given, "use_dns_cache", bool),
    )
