"""The aiohttp client of this folder's tests."""

import ssl

from benchmark import worker  # first: it reports a library that is not installed

import aiohttp


@worker.client(signed_by_worker=True)
async def client(target):
    config, limit = target.client_config, target.operation_timeout_seconds
    keep = {"keepalive_timeout": config.keep_alive_timeout_seconds} if config.keep_alive else {}
    connector = aiohttp.TCPConnector(
        limit=config.pool_size,
        force_close=not config.keep_alive,
        use_dns_cache=config.use_dns_cache,
        ssl=ssl.create_default_context(cafile=target.ca_bundle),
        **keep,
    )
    # No total: the worker ends an operation at its limit.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=limit, sock_read=limit)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers={"Accept-Encoding": "identity"}
    ) as session:
        # There is no public way to keep it from repeating a GET whose connection died.
        session._retry_connection = False
        yield session
