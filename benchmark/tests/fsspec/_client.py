"""The s3fs file system of this folder's tests."""

from benchmark import worker  # first: it reports a library that is not installed
from benchmark._botocore import check_answers, one_request_each

import s3fs.core


@worker.client
async def client(target):
    config, limit = target.client_config, target.operation_timeout_seconds
    # force_close and a time to keep connections exclude each other.
    keep = config.keep_alive_timeout_seconds if config.keep_alive else None
    fs = s3fs.S3FileSystem(
        asynchronous=True,
        skip_instance_cache=True,
        # Else a size is taken from a listing that went before.
        use_listings_cache=False,
        endpoint_url=target.endpoint,
        client_kwargs={"region_name": target.region, "verify": target.ca_bundle},
        config_kwargs={
            "s3": {"addressing_style": "path"},
            "max_pool_connections": config.pool_size,
            "connect_timeout": limit,
            "read_timeout": limit,
            "retries": {"total_max_attempts": 1},
            "connector_args": {
                "force_close": not config.keep_alive,
                "keepalive_timeout": keep,
                "use_dns_cache": config.use_dns_cache,
            },
        },
        **_keys(target.credentials),
    )
    fs.retries = 1
    # Else it waits 0.1 s after the last failure too.
    s3fs.core.S3_RETRYABLE_ERRORS = ()
    s3 = await fs.set_session()
    await one_request_each(s3)
    check_answers(s3)
    yield fs, target.bucket
    await s3.close()


def _keys(credentials):
    if credentials is None:
        return {"anon": True}
    return {
        "key": credentials.access_key_id,
        "secret": credentials.secret_access_key,
        "token": credentials.session_token,
    }
