"""nohttp: from GO on each answer has no proper status line, as far as http.client is concerned."""

import http.client

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    data = client.get(op)
    if client.target.timed:
        raise http.client.BadStatusLine("HTP/1.1 206")
    return data


if __name__ == "__main__":
    worker.main()
