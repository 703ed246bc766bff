"""The aioboto3 client of this folder's tests."""

from benchmark import worker  # first: it reports a library that is not installed
from benchmark._botocore import one_request_each

import aioboto3
from aiobotocore.config import AioConfig
from botocore import UNSIGNED


@worker.client
async def client(target):
    config, limit = target.client_config, target.operation_timeout_seconds
    # force_close and a time to keep connections exclude each other.
    keep = config.keep_alive_timeout_seconds if config.keep_alive else None
    options = AioConfig(
        signature_version="s3v4" if target.credentials else UNSIGNED,
        s3={"addressing_style": "path"},
        max_pool_connections=config.pool_size,
        connect_timeout=limit,
        read_timeout=limit,
        retries={"total_max_attempts": 1},
        connector_args={
            "force_close": not config.keep_alive,
            "keepalive_timeout": keep,
            "use_dns_cache": config.use_dns_cache,
        },
    )
    async with aioboto3.Session().client(
        "s3",
        endpoint_url=target.endpoint,
        region_name=target.region,
        config=options,
        verify=target.ca_bundle,
        **(_keys(target.credentials)),
    ) as s3:
        await one_request_each(s3)
        yield s3, target.bucket


def _keys(credentials):
    if credentials is None:
        return {}
    return {
        "aws_access_key_id": credentials.access_key_id,
        "aws_secret_access_key": credentials.secret_access_key,
        "aws_session_token": credentials.session_token,
    }
