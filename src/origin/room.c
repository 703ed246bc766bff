#include "origin/room.h"

#include "origin/conn.h"

#define AT_ONCE 32

/* Since when a connection does nothing, and whether that is too long now. */
static bool is_still(struct conn *conn)
{
	const struct origin *origin = conn->origin;
	uint64_t now = loop_now_ns(origin->loop);

	if (conn->deadline == DEADLINE_IDLE)
		return now + origin->idle_timeout_ns >=
		       conn->timer.at_ns + ROOM_IDLE_NS;
	return conn->deadline == DEADLINE_SEND &&
	       conn_stands(conn, ROOM_STALLED_NS);
}

bool room_make(struct origin *origin)
{
	struct conn *conn = origin->oldest;
	unsigned closed = 0;

	while (conn && closed < AT_ONCE) {
		struct conn *younger = conn->previous;

		if (is_still(conn)) {
			if (conn->state == CONN_SENDING)
				conn_abandon(conn);
			else
				conn_close(conn);
			closed++;
		}
		conn = younger;
	}
	return closed > 0;
}
