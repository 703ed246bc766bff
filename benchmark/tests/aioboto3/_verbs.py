"""aioboto3: each verb as a call of the S3 client."""

from benchmark import worker

import _client  # noqa: F401  the client


async def _get_object(client, request, **options):
    s3, bucket = client
    response = await s3.get_object(Bucket=bucket, Key=request.key, **options)
    body = response["Body"]
    async with body:
        request.check(response["ResponseMetadata"]["HTTPStatusCode"], response.get("ContentRange"))
        # Not what `async with` gives: in this version that is aiohttp's answer, without botocore's checks.
        return await body.read()


@worker.verb
async def get_range(client, request):
    span = f"bytes={request.start}-{request.start + request.length - 1}"
    return await _get_object(client, request, Range=span)


@worker.verb
async def get(client, request):
    return await _get_object(client, request)


@worker.verb
async def get_suffix(client, request):
    return await _get_object(client, request, Range=f"bytes=-{request.length}")


@worker.verb
async def head(client, request):
    s3, bucket = client
    response = await s3.head_object(Bucket=bucket, Key=request.key)
    request.check(response["ResponseMetadata"]["HTTPStatusCode"])
    return response["ContentLength"]


@worker.verb
async def list(client, request):
    s3, bucket = client
    names = []
    async for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=request.key):
        request.check(page["ResponseMetadata"]["HTTPStatusCode"])
        names += [entry["Key"] for entry in page.get("Contents", ())]
    return names


if __name__ == "__main__":
    worker.main()
