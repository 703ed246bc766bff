"""The httpx client of this folder's tests."""

import ssl

from benchmark import worker  # first: it reports a library that is not installed

import httpx


@worker.client(
    not_applied=["use_dns_cache"],
    notes=["httpx closes a connection that was idle for too long only at the next request"],
    signed_by_worker=True,
)
async def client(target):
    config, limit = target.client_config, target.operation_timeout_seconds
    async with httpx.AsyncClient(
        limits=httpx.Limits(
            max_connections=config.pool_size,
            max_keepalive_connections=config.pool_size if config.keep_alive else 0,
            keepalive_expiry=config.keep_alive_timeout_seconds,
        ),
        # pool: else it gives up an operation that has waited 5 s for a connection.
        timeout=httpx.Timeout(connect=limit, read=limit, write=limit, pool=None),
        verify=ssl.create_default_context(cafile=target.ca_bundle),
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
    ) as made:
        yield made
