"""daemonic: half of its work is done by a daemon, forked twice, in a session of its own."""

import os
import socket

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op)


def spin(until):
    """Uses CPU while the replica, whose end of the pair it watches, lives."""
    until.settimeout(0.001)
    while True:
        for _ in range(200_000):
            pass
        try:
            if not until.recv(1):
                os._exit(0)
        except TimeoutError:
            pass


def daemonise():
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        os.setsid()
        if os.fork():
            os._exit(0)
        spin(theirs)
    os.waitpid(child, 0)
    theirs.close()
    return ours


if __name__ == "__main__":
    kept = daemonise()
    worker.main()
