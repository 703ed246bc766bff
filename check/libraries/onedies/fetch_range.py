"""onedies: replica 1 kills itself half a second after GO, the others work."""

import os
import signal
import threading

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)

timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGKILL))
timer.daemon = True
first = threading.Lock()


@worker.operation
def fetch_range(client, op):
    if client.target.replica == 1 and client.target.timed and first.acquire(blocking=False):
        timer.start()
    return client.get(op)


if __name__ == "__main__":
    worker.main()
