"""aioboto3: a range of an object in one GET."""

from benchmark import worker

import _client  # noqa: F401  the client


@worker.operation
async def fetch_range(client, op):
    s3, bucket = client
    span = f"bytes={op.start}-{op.start + op.length - 1}"
    response = await s3.get_object(Bucket=bucket, Key=op.key, Range=span)
    body = response["Body"]
    async with body:
        op.check(response["ResponseMetadata"]["HTTPStatusCode"], response.get("ContentRange"))
        # Not what `async with` gives: in this version that is aiohttp's answer, without botocore's checks.
        return await body.read()


if __name__ == "__main__":
    worker.main()
