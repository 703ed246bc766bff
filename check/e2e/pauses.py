"""Connections live through the pauses between turns, unless the library is told to close idle ones.

check: deadline 400
"""

from _harness import LIBRARIES, Check, main
from _turns import CONCURRENCY, Turns

NAMES = (*LIBRARIES, "reference")
# A turn takes 0.125 s at least, and each waits for six others.
SHORTER_S = 0.3


class Pauses(Turns, Check):
    def run_block(self, *more):
        def run(*time):
            self.benchmark(*self.all_words(NAMES, "--blocks", 1, *time, *more))

        self.with_time(run, "reference")
        self.assert_turns(self.slices())

    def sliced(self):
        """library -> connections made since its first turn, turns, operations given up; if it took turns."""
        counts = {
            library: counts
            for library, *counts in self.query(
                "select library, (select sum(connections) from ledger l"
                " where l.trial_id = t.id and phase = 'timed'),"
                " (select count(*) from slices s where s.trial_id = t.id),"
                " (select sum(unfinished) from replicas r where r.trial_id = t.id) from trials t"
            )
        }
        self.assertEqual(set(counts), set(NAMES))
        counts = {library: found for library, found in counts.items() if found[1] > 1}
        self.assertIn("reference", counts)
        return counts

    def test_all_are_used_again(self):
        """Neither end closes one because of a pause."""
        self.run_block()
        for library, (connections, turns, given_up) in self.sliced().items():
            # obstore opens one more when it has none at hand, at any time.
            most = turns - 1 if library == "obstore" else 0
            self.assertLessEqual(connections, most + given_up, library)

    def test_idle_for_too_long(self):
        """All make them anew, but requests, which cannot be told; many are spoken of, and why."""
        self.run_block("--keep-alive-timeout", SHORTER_S)
        found = self.findings()
        for library, (connections, turns, given_up) in self.sliced().items():
            many = "\n".join(found.get(library, {}).get("connections_many", ()))
            if library == "requests":
                self.assertLessEqual(connections, given_up)
                self.assertEqual(many, "")
                continue
            self.assertGreaterEqual(connections, turns, library)
            if connections > 2 * CONCURRENCY + given_up:
                self.assert_sentence(
                    many,
                    "between two turns it was paused for up to [0-9.]+ s, longer than it keeps idle ones"
                    rf" \(--keep-alive-timeout {SHORTER_S}\)",
                )


if __name__ == "__main__":
    main(needs=LIBRARIES)
