"""The s3fs file system of this folder's tests."""

from benchmark import worker  # first: it reports a library that is not installed

import s3fs


@worker.client
async def client(target):
    config, limit = target.client_config, target.operation_timeout_seconds
    # force_close and a time to keep connections exclude each other.
    keep = config.keep_alive_timeout_seconds if config.keep_alive else None
    fs = s3fs.S3FileSystem(
        asynchronous=True,
        skip_instance_cache=True,
        endpoint_url=target.endpoint,
        client_kwargs={"region_name": target.region, "verify": target.ca_file},
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
    s3 = await fs.set_session()
    # There is no public way to keep the aiohttp inside from repeating a GET whose connection died.
    (await s3._endpoint.http_session._get_session(None))._retry_connection = False
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
