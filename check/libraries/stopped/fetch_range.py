"""stopped: works, and stops itself half a second after GO."""

import os
import signal
import threading

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)

timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGSTOP))
timer.daemon = True
first = threading.Lock()


@worker.operation
def fetch_range(client, op):
    if client.target.timed and first.acquire(blocking=False):
        timer.start()
    return client.get(op)


if __name__ == "__main__":
    worker.main()
