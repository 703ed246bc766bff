"""The records file: one 64-byte record an operation, as docs/worker-protocol.md defines it."""

import mmap
import os
import struct

RECORD = struct.Struct("<QQQQQIHHI11xB")
RECORD_BYTES = 64
# So many records fill pages that are given back together: 1 MiB.
GIVE_BACK = 16384
_GIVE_BACK_BYTES = GIVE_BACK * RECORD_BYTES

CRC_CHECKED = 1

assert RECORD.size == RECORD_BYTES


class Records:
    """A mapping of the records file. Owner: the replica; close() unmaps it.

    capacity: how many records fit. stride: bytes from one to the next.
    """

    stride = RECORD_BYTES

    def __init__(self, descriptor, capacity):
        """descriptor: an open file of at least capacity * 64 bytes, not closed here.

        Raises OSError or ValueError when it cannot be mapped.
        """
        self.capacity = capacity
        self.memory = mmap.mmap(descriptor, capacity * RECORD_BYTES)

    def give_back(self, written):
        """Drops the last full 1 MiB from this process; to be called at each GIVE_BACK records.

        The contents stay in the file: the mapping is shared.
        """
        end = written * RECORD_BYTES
        self.memory.madvise(mmap.MADV_DONTNEED, end - _GIVE_BACK_BYTES, _GIVE_BACK_BYTES)

    def close(self):
        self.memory.close()


class NoRecords:
    """Takes the same calls as Records and keeps nothing: for the warm-up."""

    stride = 0

    def __init__(self):
        self.capacity = 1 << 62
        self.memory = bytearray(RECORD_BYTES)

    def give_back(self, written):
        pass

    def close(self):
        pass


def open_file(path, capacity):
    """Maps the file that the harness made. Raises OSError or ValueError, the text naming the path."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_size < capacity * RECORD_BYTES:
            raise ValueError(f"{path} is too small for {capacity} records")
        return Records(descriptor, capacity)
    finally:
        os.close(descriptor)
