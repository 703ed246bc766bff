"""null: no I/O at all; returns the header of the proof each time, so that the parser's cost is counted."""

import asyncio

from benchmark import worker


@worker.client
def client(target):
    if not target.samples:
        raise ValueError("it returns the header that the proof expects, and there is no proof")
    _, header = target.samples[0]
    return header


@worker.operation(no_io=True)
async def cog_header(header, op):
    await asyncio.sleep(0)
    return header


if __name__ == "__main__":
    worker.main()
