#include "monitor/events.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"

/* What the kernel keeps for a listener that does not read: a document or two,
 * not minutes of them. */
#define SEND_BUFFER_BYTES (64 << 10)
/* The browser's, before it connects again. */
#define RETRY "retry: 2000\n"

struct document {
	unsigned users;
	uint64_t number;
	struct str text; /* of the event */
};

struct listener {
	struct events *events;
	struct MHD_Connection *connection;
	struct listener *next, **link; /* link: what points to this one */
	struct document *document; /* that it is taking; NULL: none */
	size_t taken;
	uint64_t number;           /* of the last one that it began */
	bool suspended;
};

static struct document *use(struct document *document)
{
	document->users++;
	return document;
}

static void unuse(struct document *document)
{
	if (!document || --document->users)
		return;
	str_release(&document->text);
	free(document);
}

static void make_document(struct events *events, uint64_t now_ns)
{
	struct document *document = mem_new(sizeof(*document));

	document->number = ++events->number;
	str_init(&document->text);
	str_add(&document->text, RETRY "event: live\ndata: ");
	events->write(events->context, &document->text);
	str_add(&document->text, "\n\n");
	unuse(events->newest);
	events->newest = use(document);
	events->made_ns = now_ns;
}

/* Nothing to say until the next tick. */
static ssize_t wait_for_tick(struct listener *listener)
{
	if (listener->events->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	listener->suspended = true;
	MHD_suspend_connection(listener->connection);
	return 0;
}

static ssize_t read_events(void *context, uint64_t at, char *out, size_t room)
{
	struct listener *listener = context;
	struct document *document = listener->document;
	size_t n;

	(void)at;
	if (!document) {
		if (listener->number == listener->events->newest->number)
			return wait_for_tick(listener);
		document = use(listener->events->newest);
		listener->document = document;
		listener->number = document->number;
		listener->taken = 0;
	}
	n = document->text.len - listener->taken;
	n = n < room ? n : room;
	memcpy(out, document->text.buf + listener->taken, n);
	listener->taken += n;
	if (listener->taken == document->text.len) {
		listener->document = NULL;
		unuse(document);
	}
	return (ssize_t)n;
}

static void free_listener(void *context)
{
	struct listener *listener = context;

	*listener->link = listener->next;
	if (listener->next)
		listener->next->link = listener->link;
	listener->events->count--;
	unuse(listener->document);
	free(listener);
}

static void add_listener(struct events *events, struct listener *listener)
{
	listener->events = events;
	listener->next = events->first;
	listener->link = &events->first;
	if (listener->next)
		listener->next->link = &listener->next;
	events->first = listener;
	events->count++;
}

static void set_limits(struct MHD_Connection *connection, unsigned patience_s)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	int bytes = SEND_BUFFER_BYTES;

	if (info)
		setsockopt(info->connect_fd, SOL_SOCKET, SO_SNDBUF, &bytes,
			   sizeof(bytes));
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
				  patience_s);
}

struct MHD_Response *events_listen(struct events *events,
				   struct MHD_Connection *connection)
{
	uint64_t now_ns = clock_now_ns();
	struct MHD_Response *response;
	struct listener *listener;

	if (events->count >= events->most)
		return NULL;
	if (!events->newest || now_ns - events->made_ns >= events->tick_ns)
		make_document(events, now_ns);
	listener = mem_new(sizeof(*listener));
	listener->connection = connection;
	add_listener(events, listener);
	set_limits(connection, events->patience_s);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384,
						     read_events, listener,
						     free_listener);
	if (!response)
		free_listener(listener);
	return response;
}

static void wake_all(struct events *events)
{
	for (struct listener *l = events->first; l; l = l->next) {
		if (l->suspended)
			MHD_resume_connection(l->connection);
		l->suspended = false;
	}
}

void events_tick(struct events *events, uint64_t now_ns)
{
	if (events_wait_ns(events, now_ns) > 0)
		return;
	make_document(events, now_ns);
	wake_all(events);
}

uint64_t events_wait_ns(const struct events *events, uint64_t now_ns)
{
	uint64_t next_ns = events->made_ns + events->tick_ns;

	if (!events->count)
		return UINT64_MAX;
	return next_ns > now_ns ? next_ns - now_ns : 0;
}

void events_end(struct events *events)
{
	events->ended = true;
	wake_all(events);
}

void events_release(struct events *events)
{
	unuse(events->newest);
	events->newest = NULL;
}
