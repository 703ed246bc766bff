"""deaf: works, and hears neither bye nor SIGTERM nor SIGINT."""

import signal
import time

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op)


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        worker.main()
    finally:
        time.sleep(600)
