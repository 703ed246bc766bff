"""The requests session of this folder's tests: each thread has its own."""

from benchmark import worker  # first: it reports a library that is not installed

import requests
from requests.adapters import HTTPAdapter


@worker.client(
    not_applied=["pool_size", "keep_alive_timeout_seconds", "use_dns_cache"],
    notes=["a thread and a Session with one connection for each operation in flight"],
    signed_by_worker=True,
)
def client(target):
    with requests.Session() as session:
        # Else it reads the environment and .netrc at each request.
        session.trust_env = False
        session.verify = target.ca_bundle
        session.headers["Accept-Encoding"] = "identity"
        if not target.client_config.keep_alive:
            session.headers["Connection"] = "close"
        adapter = HTTPAdapter(pool_maxsize=1, max_retries=0)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        yield session, (target.operation_timeout_seconds,) * 2
