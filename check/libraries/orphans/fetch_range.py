"""orphans: works, and leaves two processes behind, one of them in a session of its own."""

import subprocess

from benchmark import plain, worker

worker.client(**plain.KNOBS)(plain.connection)


@worker.operation
def fetch_range(client, op):
    return client.get(op)


if __name__ == "__main__":
    for own_session in (False, True):
        subprocess.Popen(["sleep", "600"], start_new_session=own_session)
    worker.main()
