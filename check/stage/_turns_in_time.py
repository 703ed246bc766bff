#!/usr/bin/python3
"""Whether no round of quickstart's blocks began when the share of its block was over.

usage: check/stage/_turns_in_time.py SQLITE.DB BUDGET SAID

BUDGET is of all comparisons of the database, in seconds; SAID is a file with what was said. The first round
of a block is made in any case, and two more until an operation of each library has ended in a window. How
long starts take is the machine's affair: where they leave no other round, the run must have said so.
"""

import sqlite3
import sys
from pathlib import Path

# A block's rounds, in the order of time: when each began, since the first of its comparison, and whether all
# libraries had something before it.
ROUNDS = """
with own as (select t.comparison, t.block, t.id, s.round, t.go_ns + s.go_ns as at, s.operations
    from trials t join slices s on s.trial_id = t.id where t.comparison is not null)
select comparison, block, round, min(at) - (select min(at) from own o where o.comparison = own.comparison),
    not exists (select 1 from own o where o.comparison = own.comparison and o.block = own.block
        and o.round < own.round group by o.id having sum(o.operations) = 0)
from own group by 1, 2, 3 order by 1, 2, 3"""
ROUNDS_EMPTY = 3
TOLD = ("more than its share of the budget", "that leaves few rounds in this block", "leaves about ")


def is_bound(number, had_all):
    return number >= ROUNDS_EMPTY or (number > 0 and had_all)


def faults(rows, blocks, share_s, said):
    """Texts; each of `blocks` (comparison, number) has a round that its share binds, or was spoken of."""
    bound = [row for row in rows if is_bound(row[2], row[4])]
    late = [
        f"block {block}, round {number}: after {at / 1e9:.1f} s, of blocks of {share_s:.1f} s"
        for _, block, number, at, _ in bound
        if at > 1e9 * share_s * (block + 1)
    ]
    seen = {(row[0], row[1]) for row in bound}
    none = len(blocks - seen)
    if none and not any(words in said for words in TOLD):
        late.append(
            f"{none} of {len(blocks)} blocks have no second round, and it was not said that time is short"
        )
    return late


def main():
    database, budget_s, said = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]).read_text()
    db = sqlite3.connect(database)
    blocks = set(db.execute("select distinct comparison, block from trials where comparison is not null"))
    if not blocks:
        sys.exit("no comparison was made")
    share_s = budget_s / len(blocks)
    found = faults(db.execute(ROUNDS).fetchall(), blocks, share_s, said)
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
