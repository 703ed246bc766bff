#include "origin/accept.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "origin/conn.h"
#include "origin/room.h"

#define ACCEPT_TURN 128 /* connections of one listener, one event */

/* Pauses or resumes all listeners: files and memory are short for all of them.
 * A listener that is ready while nothing can be accepted would make the loop
 * spin. */
static void set_accepting(struct origin *origin, bool accepting)
{
	origin->accepting = accepting;
	for (unsigned i = 0; i < origin->row_count; i++)
		loop_modify(origin->loop, &origin->rows[i].watch,
			    accepting ? LOOP_IN : 0);
}

static void pause(struct origin *origin)
{
	set_accepting(origin, false);
	loop_timer_set(origin->loop, &origin->accept_timer,
		       loop_now_ns(origin->loop) + ACCEPT_RETRY_NS);
}

static bool has_room(struct origin *origin)
{
	return origin->open_count < origin->max_connections ||
	       room_make(origin);
}

static void retry(struct timer *timer)
{
	struct origin *origin =
		(struct origin *)((char *)timer -
				  offsetof(struct origin, accept_timer));

	if (origin->accepting)
		return;
	if (has_room(origin))
		set_accepting(origin, true);
	else if (origin->idle_timeout_ns || origin->send_timeout_ns)
		pause(origin);
}

void accept_room(struct origin *origin)
{
	if (!origin->accepting)
		loop_timer_set(origin->loop, &origin->accept_timer,
			       loop_now_ns(origin->loop));
}

/* Whether the error is of one connection, which is gone already, and not
 * ours. */
static bool is_passing(int error)
{
	return error == EINTR || error == ECONNABORTED || error == EPROTO ||
	       error == ENETDOWN || error == ENOPROTOOPT ||
	       error == EHOSTDOWN || error == ENONET || error == EHOSTUNREACH ||
	       error == EOPNOTSUPP || error == ENETUNREACH;
}

static void accept_some(struct watch *watch, unsigned events)
{
	struct row *row = (struct row *)watch;
	struct origin *origin = row->origin;

	(void)events;
	for (int i = 0; i < ACCEPT_TURN; i++) {
		int fd;

		if (!has_room(origin)) {
			pause(origin);
			return;
		}
		fd = accept4(watch->fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && is_passing(errno))
			continue;
		if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (fd < 0 || conn_open(row, fd) < 0) {
			LOG(ORIGIN, "cannot accept: %s", strerror(errno));
			pause(origin);
			return;
		}
	}
}

int accept_begin(struct origin *origin, struct err *err)
{
	origin->accept_timer.fire = retry;
	origin->accepting = true;
	for (unsigned i = 0; i < origin->row_count; i++) {
		struct row *row = &origin->rows[i];

		row->watch.ready = accept_some;
		if (loop_add(origin->loop, &row->watch, LOOP_IN) < 0)
			return err_sys(err, "the origin cannot watch port %u",
				       row->port);
	}
	return 0;
}
