"""daemon: works, ignores SIGTERM, and leaves a daemon that starts itself anew again and again."""

import os
import signal
import time

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op)


def daemonise():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for _ in range(3000):  # a minute, should nobody end it
        if os.fork():
            os._exit(0)
        os.setsid()
        time.sleep(0.02)
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    daemonise()
    worker.main()
