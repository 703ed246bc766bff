"""The obstore store of this folder's tests."""

from datetime import timedelta
from pathlib import Path

from benchmark import worker  # first: it reports a library that is not installed

from obstore.store import S3Store


@worker.client(
    not_applied=["use_dns_cache"],
    notes=["pool_size is how many idle connections obstore keeps; it opens as many as it wants"],
)
def client(target):
    config, limit = target.client_config, timedelta(seconds=target.operation_timeout_seconds)
    return S3Store(
        target.bucket,
        endpoint=target.endpoint,
        region=target.region,
        virtual_hosted_style_request=False,
        client_options={
            "default_headers": {"accept-encoding": "identity"},
            "timeout": limit,
            "connect_timeout": limit,
            "pool_max_idle_per_host": str(config.pool_size if config.keep_alive else 0),
            "pool_idle_timeout": timedelta(seconds=config.keep_alive_timeout_seconds),
            **({} if target.tls else {"allow_http": True}),
            **({"root_certificate": Path(target.ca_file).read_bytes()} if target.ca_file else {}),
        },
        retry_config={"max_retries": 0, "retry_timeout": limit},
        **_keys(target.credentials),
    )


def _keys(credentials):
    """Options that are not set must be left out: None is refused."""
    if credentials is None:
        return {"skip_signature": True}
    token = {"session_token": credentials.session_token} if credentials.session_token else {}
    return {
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
        **token,
    }
