"""values: a reader that makes two requests of each other reading, and returns no bytes but numbers."""

import array

from benchmark import plain, worker
from benchmark._request import Request

VALUE_BYTES = 2

worker.client(**plain.KNOBS)(plain.connection)


@worker.verb
def get_range(client, request):
    return client.get(request)


@worker.verb
def read_values(client, request):
    first, count = request.fields["first"], request.fields["count"]
    half = count // 2 if first % 2 else 0
    values = array.array("H")
    for begin, end in ((first, first + half), (first + half, first + count)):
        if begin < end:
            values.frombytes(part(client, request, begin, end - begin))
    return values


def part(client, request, first, count):
    start, length = first * VALUE_BYTES, count * VALUE_BYTES
    return client.get(Request("get_range", request.key, request.url, start, length, None, None))


if __name__ == "__main__":
    worker.main()
