#include "origin/conn.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "origin/accept.h"
#include "origin/hold.h"
#include "origin/pool.h"
#include "origin/respond.h"
#include "origin/send.h"
#include "origin/tally.h"

/* What to do after a step. */
enum step {
	STEP_ON,   /* look at the state again */
	STEP_WAIT, /* for an event or a timer */
	STEP_CLOSE,
};

static void set_deadline(struct conn *conn, enum deadline deadline,
			 uint64_t after_ns)
{
	struct loop *loop = conn->origin->loop;

	conn->deadline = (uint8_t)deadline;
	loop_timer_set(loop, &conn->timer, loop_now_ns(loop) + after_ns);
}

static void wait_for_request(struct conn *conn)
{
	conn->state = CONN_READING;
	conn->deadline = DEADLINE_NONE;
	if (conn->origin->idle_timeout_ns)
		set_deadline(conn, DEADLINE_IDLE,
			     conn->origin->idle_timeout_ns);
}

static void drop_input(struct conn *conn)
{
	if (conn->input)
		pool_give_buffer(conn->origin, conn->input);
	conn->input = NULL;
	conn->unparsed = false;
}

/* Keeps the bytes that no request used yet. They may be in the buffer that
 * keeps them. */
static void keep_input(struct conn *conn, const char *bytes, size_t n)
{
	if (!n) {
		drop_input(conn);
		return;
	}
	if (!conn->input)
		conn->input = pool_take_buffer(conn->origin);
	memmove(conn->input->bytes, bytes, n);
	conn->input->used = n;
}

static void end_reply(struct conn *conn, bool whole)
{
	struct reply *reply = &conn->reply;

	tally_end(conn, whole);
	if (reply->has_object)
		object_close(reply->source, &reply->object);
	reply->has_object = false;
	if (reply->own.capacity)
		str_release(&reply->own);
}

/* The answer is ready: it goes out now, or waits for the rest of a burst. */
static enum step begin_sending(struct conn *conn)
{
	conn->deadline = DEADLINE_NONE;
	conn->state = CONN_SENDING;
	if (!conn->reply.hold)
		return STEP_ON;
	send_keep_text(conn);
	hold_add(conn);
	return STEP_WAIT;
}

static enum step refuse(struct conn *conn, enum s3_error error)
{
	respond_refusal(conn, error);
	drop_input(conn);
	return begin_sending(conn);
}

static enum step parse(struct conn *conn, const char *bytes, size_t n)
{
	struct head head;
	int used = head_parse(bytes, n, &head);

	conn->unparsed = false;
	if (used < 0)
		return refuse(conn, (enum s3_error)-used);
	if (used == 0) {
		keep_input(conn, bytes, n);
		if (conn->deadline != DEADLINE_HEAD)
			set_deadline(conn, DEADLINE_HEAD, HEAD_DEADLINE_NS);
		return conn->readable ? STEP_ON : STEP_WAIT;
	}
	respond(conn, &head);
	keep_input(conn, bytes + used, n - (size_t)used);
	conn->unparsed = n > (size_t)used;
	return begin_sending(conn);
}

static ssize_t receive(struct conn *conn, char *to, size_t room)
{
	ssize_t n = wire_read(conn, to, room);

	/* recv() got less than there was room for, so an event will tell of
	 * more. But the end of the input has had its event already. */
	conn->readable = conn->peer_done || n == (ssize_t)room;
	if (n > 0)
		tally_add(&conn->row->ledger->received_bytes, (uint64_t)n);
	return n;
}

static enum step read_request(struct conn *conn)
{
	struct buffer *input = conn->input;
	char *start = input ? input->bytes : conn->origin->input;
	size_t used = input ? input->used : 0;
	ssize_t n;

	if (conn->unparsed)
		return parse(conn, start, used);
	if (!conn->readable)
		return STEP_WAIT;
	n = receive(conn, start + used, HEAD_LIMIT - used);
	if (n == -EAGAIN) {
		conn->readable = false;
		return STEP_WAIT;
	}
	if (n <= 0)
		return STEP_CLOSE;
	return parse(conn, start, used + (size_t)n);
}

static enum step begin_linger(struct conn *conn)
{
	drop_input(conn);
	if (shutdown(conn->watch.fd, SHUT_WR) < 0)
		return STEP_CLOSE;
	conn->state = CONN_LINGERING;
	set_deadline(conn, DEADLINE_LINGER, LINGER_NS);
	return STEP_ON;
}

/* The kernel has no more room: now the peer has to read. */
static enum step wait_for_room(struct conn *conn)
{
	struct origin *origin = conn->origin;

	if (!origin->send_timeout_ns)
		return STEP_WAIT;
	conn->progress_ns = loop_now_ns(origin->loop);
	if (conn->deadline != DEADLINE_SEND)
		set_deadline(conn, DEADLINE_SEND,
			     origin->send_timeout_ns / SEND_LOOKS);
	return STEP_WAIT;
}

bool conn_stands(struct conn *conn, uint64_t for_ns)
{
	uint64_t now = loop_now_ns(conn->origin->loop);
	int unsent = 0;

	if (now < conn->progress_ns + for_ns)
		return false;
	if (ioctl(conn->watch.fd, SIOCOUTQ, &unsent) < 0 ||
	    unsent == conn->unsent)
		return true;
	conn->unsent = unsent;
	conn->progress_ns = now;
	return false;
}

static void look_at_queue(struct conn *conn)
{
	uint64_t limit = conn->origin->send_timeout_ns;

	if (conn_stands(conn, limit))
		conn_abandon(conn);
	else
		set_deadline(conn, DEADLINE_SEND, limit / SEND_LOOKS);
}

static enum step send_reply(struct conn *conn)
{
	if (!conn->writable)
		return STEP_WAIT;
	switch (send_some(conn)) {
	case SENT_WAIT:
		return wait_for_room(conn);
	case SENT_CUT:
		return STEP_CLOSE;
	case SENT_ALL:
		break;
	}
	end_reply(conn, true);
	if (!conn->reply.close) {
		wait_for_request(conn);
		return STEP_ON;
	}
	if (conn->reply.linger || conn->readable || conn->input)
		return begin_linger(conn);
	return STEP_CLOSE;
}

/* A few reads an event, so that a peer that sends without end has to take
 * turns with the others. */
static enum step drain(struct conn *conn)
{
	for (int i = 0; i < 16 && conn->readable; i++) {
		ssize_t n = receive(conn, conn->origin->input, HEAD_LIMIT);

		if (n == -EAGAIN)
			conn->readable = false;
		else if (n <= 0)
			return STEP_CLOSE;
	}
	if (conn->readable && loop_modify(conn->origin->loop, &conn->watch,
					  LOOP_IN | LOOP_EDGE) < 0)
		return STEP_CLOSE;
	return STEP_WAIT;
}

void conn_drive(struct conn *conn)
{
	enum step step;

	do {
		switch ((enum conn_state)conn->state) {
		case CONN_READING:
			step = read_request(conn);
			break;
		case CONN_SENDING:
			step = send_reply(conn);
			break;
		case CONN_LINGERING:
			step = drain(conn);
			break;
		default:
			step = STEP_WAIT;
		}
	} while (step == STEP_ON);
	if (step == STEP_CLOSE)
		conn_close(conn);
}

static void ready(struct watch *watch, unsigned events)
{
	struct conn *conn = (struct conn *)watch;

	/* While lingering, what the peer sent has to be read even now. */
	if ((events & LOOP_GONE) && conn->state != CONN_LINGERING) {
		conn_close(conn);
		return;
	}
	if (events & LOOP_OUT)
		conn->writable = true;
	if (events & (LOOP_PEER_DONE | LOOP_GONE))
		conn->peer_done = true;
	if (events & (LOOP_IN | LOOP_PEER_DONE | LOOP_GONE))
		conn->readable = true;
	conn_drive(conn);
}

static void expire(struct timer *timer)
{
	struct conn *conn =
		(struct conn *)((char *)timer - offsetof(struct conn, timer));

	switch ((enum deadline)conn->deadline) {
	case DEADLINE_NONE: /* it was of something that is over */
		return;
	case DEADLINE_HEAD:
		refuse(conn, S3_REQUEST_TIMEOUT);
		conn_drive(conn);
		return;
	case DEADLINE_SEND:
		look_at_queue(conn);
		return;
	case DEADLINE_IDLE:
	case DEADLINE_LINGER:
		conn_close(conn);
		return;
	}
}

static void link_open(struct origin *origin, struct conn *conn)
{
	conn->next = origin->open;
	if (origin->open)
		origin->open->previous = conn;
	else
		origin->oldest = conn;
	origin->open = conn;
	origin->open_count++;
}

static void unlink_open(struct origin *origin, struct conn *conn)
{
	if (conn->previous)
		conn->previous->next = conn->next;
	else
		origin->open = conn->next;
	if (conn->next)
		conn->next->previous = conn->previous;
	else
		origin->oldest = conn->previous;
	origin->open_count--;
}

int conn_open(struct row *row, int fd)
{
	struct origin *origin = row->origin;
	struct conn *conn = pool_take_conn(origin);
	struct ledger_row *ledger = row->ledger;
	struct ledger_all *all = &origin->ledger->all;

	conn->watch.fd = fd;
	conn->watch.ready = ready;
	conn->timer.fire = expire;
	conn->origin = origin;
	conn->row = row;
	conn->writable = true;
	if (loop_add(origin->loop, &conn->watch,
		     LOOP_IN | LOOP_OUT | LOOP_EDGE) < 0) {
		close(fd);
		pool_give_conn(origin, conn);
		return ERR_SYSTEM;
	}
	link_open(origin, conn);
	tally_add(&ledger->connections, 1);
	tally_up(&ledger->open_connections, &ledger->open_connections_peak);
	tally_up(&all->open_connections, &all->open_connections_peak);
	hold_expect(row);
	wait_for_request(conn);
	return 0;
}

void conn_close(struct conn *conn)
{
	struct origin *origin = conn->origin;

	if (conn->state == CONN_HELD)
		hold_remove(conn);
	end_reply(conn, false);
	drop_input(conn);
	loop_timer_clear(origin->loop, &conn->timer);
	loop_remove(origin->loop, &conn->watch);
	close(conn->watch.fd);
	unlink_open(origin, conn);
	tally_down(&origin->ledger->all.open_connections);
	tally_down(&conn->row->ledger->open_connections);
	pool_give_conn(origin, conn);
	accept_room(origin);
}

void conn_abandon(struct conn *conn)
{
	struct linger at_once = { 1, 0 };

	setsockopt(conn->watch.fd, SOL_SOCKET, SO_LINGER, &at_once,
		   sizeof(at_once));
	conn_close(conn);
}
