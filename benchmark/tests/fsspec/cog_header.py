"""fsspec (s3fs): the first bytes of a COG in one GET; the worker parses the header."""

from benchmark import worker
from benchmark._botocore import expect

import _client  # noqa: F401  the client


@worker.operation
async def cog_header(client, op):
    fs, bucket = client
    expect(op)
    return await fs._cat_file(f"{bucket}/{op.key}", start=op.start, end=op.start + op.length)


if __name__ == "__main__":
    worker.main()
