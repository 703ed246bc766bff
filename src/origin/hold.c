#include "origin/hold.h"

#include "origin/conn.h"
#include "origin/tally.h"

static struct row *row_of(struct timer *timer)
{
	return (struct row *)((char *)timer - offsetof(struct row, hold_timer));
}

/* Answers all that wait. The list is emptied first: an answered connection may
 * come back with its next request. */
static void release(struct timer *timer)
{
	struct row *row = row_of(timer);
	struct conn *conn = row->held;

	row->hold_gave_up = row->held_count <
			    tally_get(&row->ledger->hold_target);
	row->held = NULL;
	row->held_count = 0;
	while (conn) {
		struct conn *next = conn->held_next;

		conn->state = CONN_SENDING;
		conn_drive(conn);
		conn = next;
	}
}

void hold_init(struct row *row)
{
	row->hold_timer.fire = release;
}

void hold_add(struct conn *conn)
{
	struct row *row = conn->row;
	struct loop *loop = conn->origin->loop;
	uint64_t now = loop_now_ns(loop);
	_Atomic uint64_t *reached = &row->ledger->hold_reached;

	if (!tally_get(reached))
		row->hold_gave_up = false; /* a burst begins */
	conn->state = CONN_HELD;
	conn->held_next = row->held;
	row->held = conn;
	row->held_count++;
	if (row->held_count > tally_get(reached))
		atomic_store_explicit(reached, row->held_count,
				      memory_order_relaxed);
	/* Not at once: the caller still works with this connection. */
	if (row->held_count >= tally_get(&row->ledger->hold_target))
		loop_timer_set(loop, &row->hold_timer, now);
	else
		loop_timer_set(loop, &row->hold_timer,
			       now + (row->hold_gave_up ? HOLD_AGAIN_NS
							: HOLD_NS));
}

void hold_expect(struct row *row)
{
	struct loop *loop = row->origin->loop;

	if (row->held && !row->hold_gave_up &&
	    row->held_count < tally_get(&row->ledger->hold_target))
		loop_timer_set(loop, &row->hold_timer,
			       loop_now_ns(loop) + HOLD_NS);
}

void hold_remove(struct conn *conn)
{
	struct conn **at = &conn->row->held;

	while (*at && *at != conn)
		at = &(*at)->held_next;
	if (!*at)
		return;
	*at = conn->held_next;
	conn->row->held_count--;
}
