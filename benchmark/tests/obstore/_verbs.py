"""obstore: each verb as a method of its store."""

from benchmark import worker

import _client  # noqa: F401  the client


@worker.verb
async def get_range(store, request):
    return await store.get_range_async(request.key, start=request.start, length=request.length)


@worker.verb
async def get(store, request):
    return await (await store.get_async(request.key)).bytes_async()


@worker.verb
async def get_suffix(store, request):
    answer = await store.get_async(request.key, options={"range": {"suffix": request.length}})
    return await answer.bytes_async()


@worker.verb
async def get_ranges(store, request):
    starts = [start for start, _ in request.ranges]
    lengths = [length for _, length in request.ranges]
    # 0: else it reads what lies between ranges too, up to 1 MiB.
    return await store.get_ranges_async(request.key, starts=starts, lengths=lengths, coalesce=0)


@worker.verb
async def head(store, request):
    return (await store.head_async(request.key))["size"]


@worker.verb
async def list(store, request):
    return [entry["path"] async for entries in store.list(request.key or None) for entry in entries]


if __name__ == "__main__":
    worker.main()
