"""Checks that replicas begin with a heap that keeps large pieces, whatever their library did before."""

import platform
import unittest

from replicas import Replicas

# Reads into 256 KiB and shortens it, as asyncio does, and tells how many pieces malloc() has from mmap().
READER = """
import ctypes, os, sys
from benchmark import worker

class Info(ctypes.Structure):
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

malloc_info = ctypes.CDLL(None).mallinfo2
malloc_info.restype = Info

@worker.client
def client(target):
    return open("/dev/zero", "rb", buffering=0)

@worker.operation(no_io=True)
def read(zeros, op):
    before = malloc_info().hblks
    held = [os.read(zeros.fileno(), 256 * 1024) for _ in range(4)]
    print("mapped", malloc_info().hblks - before, file=sys.stderr)
    return bytes(op.length)

worker.main()
"""


@unittest.skipUnless(platform.libc_ver()[0] == "glibc", "the C library is not glibc")
class Heap(Replicas):
    def test_large_pieces_come_from_the_heap(self):
        scene = self.scene(concurrency=1, count=20)
        script = self.script(READER)
        setup = scene.setup("odd", "http://127.0.0.1:1", n_requests=10, capacity=100)
        said = self.run_whole(script, setup)[-1]
        mapped = [int(line.split()[1]) for line in said.splitlines() if line.startswith("mapped")]
        self.assertGreaterEqual(len(mapped), 10)
        self.assertEqual(set(mapped), {0}, mapped)


if __name__ == "__main__":
    unittest.main()
