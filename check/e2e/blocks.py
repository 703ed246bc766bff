"""Blocks in which something fails: who is started again, what is counted, and what room is kept.

check: deadline 300
"""

import contextlib
import os
import time

from _harness import CHECK_LIBRARIES, Check, main
from _turns import Turns

PACE = ("run-all", "--test", "fetch_range", "--warm-up", "0.1", "--timeout", "1")
TRIAL_BYTES = (96 + 16) << 10  # at least, of a trial of one replica


class Blocks(Turns, Check):
    def of(self, *libraries):
        return [word for library in libraries for word in ("--library", library)]

    def texts(self, library):
        return [
            row[0] for row in self.query("select text from trials where library = ? order by block", library)
        ]

    def test_never_ready_is_given_up(self):
        """All wait for it in two blocks, and in no other."""
        words = (*PACE, "--ready-timeout", "8", "--budget", "6", "--blocks", "4")
        libraries = self.of("never", "null", "pass")
        result = self.benchmark(*words, *libraries, status=1, GEOIO_TESTS=CHECK_LIBRARIES)
        self.assert_sentence(result.stderr, r"a block took .* s, as all waited for never")
        self.assertNotIn("fewer --library", result.stderr)
        texts = self.texts("never")
        for text in texts[:2]:
            self.assert_sentence(text, r"^replica 0 was not ready within 8\.1 s")
        for text in texts[2:]:
            self.assert_sentence(text, r"was not started again, .*: replica 0 was not ready within 8\.1 s")
        self.assertEqual(len(texts), 4)
        self.assertEqual(self.texts("null"), [None] * 4)

    def test_nobody_has_figures(self):
        """But null, which is compared with nobody."""
        words = (*PACE, "--ready-timeout", "1", "--budget", "12", "--until-precise", "1%")
        libraries = self.of("garbage", "never", "null")
        result = self.benchmark(*words, *libraries, status=1, GEOIO_TESTS=CHECK_LIBRARIES)
        self.assert_sentence(
            result.stderr, r"no library had figures in 2 blocks running, so no more are made"
        )
        self.assertEqual(self.query("select distinct block from trials"), [(0,), (1,)])
        self.assertEqual(self.query("select ended from runs"), [("failed",)])

    def kept(self, pid):
        """Bytes of nameless files beside the database, which a run has open."""
        sizes = [0]
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    found = os.stat(entry.path)
                    if not found.st_nlink and os.readlink(entry.path).startswith(str(self.folder)):
                        sizes.append(found.st_blocks * 512)
        return max(sizes)

    def test_room_for_all(self):
        """While a block is measured there is room for the trials of all, and none is left over."""
        process = self.start(*PACE, "--budget", "3", "--blocks", "1", *self.of("null", "reference"))
        most = 0
        while process.poll() is None:
            most = max(most, self.kept(process.pid))
            time.sleep(0.02)
        self.assertEqual(self.finish(process).status, 0)
        self.assertGreaterEqual(most, 2 * TRIAL_BYTES)


if __name__ == "__main__":
    main()
