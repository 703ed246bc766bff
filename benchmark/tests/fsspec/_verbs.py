"""fsspec (s3fs): each verb as a call of its asynchronous file system."""

from benchmark import worker
from benchmark._botocore import expect

import _client  # noqa: F401  the client


@worker.verb
async def get_range(client, request):
    fs, bucket = client
    expect(request)
    end = request.start + request.length
    return await fs._cat_file(f"{bucket}/{request.key}", start=request.start, end=end)


@worker.verb
async def get(client, request):
    fs, bucket = client
    expect(request)
    # Else it asks for the size first, and reads a large object in pieces.
    return await fs._cat_file(f"{bucket}/{request.key}", max_concurrency=1)


@worker.verb
async def get_suffix(client, request):
    fs, bucket = client
    expect(request)
    return await fs._cat_file(f"{bucket}/{request.key}", start=-request.length)


@worker.verb
async def get_ranges(client, request):
    fs, bucket = client
    expect(request)
    starts = [start for start, _ in request.ranges]
    ends = [start + length for start, length in request.ranges]
    return await fs._cat_ranges([f"{bucket}/{request.key}"] * len(starts), starts, ends, on_error="raise")


@worker.verb
async def head(client, request):
    fs, bucket = client
    return (await fs._info(f"{bucket}/{request.key}"))["size"]


@worker.verb
async def list(client, request):
    fs, bucket = client
    names = await fs._find(bucket, prefix=request.key)
    return [name.removeprefix(f"{bucket}/") for name in names]


if __name__ == "__main__":
    worker.main()
