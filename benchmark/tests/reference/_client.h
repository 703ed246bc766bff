/*
 * What the machine can do: GET and HEAD over plain HTTP/1.1 on bare sockets and
 * one epoll descriptor. Requests are written into a buffer of the
 * connection and sent by one call; answers are received into one buffer that
 * all connections share and handed to the worker where they lie. Nothing is
 * allocated and nothing retried.
 *
 * Part of the tests of `reference`; included, not linked, because a test in C
 * is one file to the build.
 */
#ifndef REFERENCE_CLIENT_H
#define REFERENCE_CLIENT_H

#include <benchmark/worker.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "_address.h"
#include "_head.h"
#include "_request.h"

#define RECEIVE_BYTES 262144
#define DRAIN_BYTES 65536   /* an error's body up to this is read, so that the
			     * connection can be kept */
#define EVENTS 64

struct connection {
	int fd;                      /* -1: closed */
	bool is_connected;
	unsigned first, tried;       /* addresses, while it connects */
	struct benchmark_slot *slot; /* NULL: idle or closed */
	uint64_t idle_since_ns;
	size_t request_bytes, sent_bytes;
	bool in_body, is_error, closes;
	enum benchmark_outcome outcome; /* when the body is there */
	uint64_t left;               /* bytes of the body still to come */
	struct head_pieces pieces;
	char request[REQUEST_BYTES];
	char head[HEAD_BYTES];
};

struct client {
	const struct benchmark_target *target;
	int epoll;
	struct addresses addresses;
	uint64_t keep_ns;
	struct request_fields fields;
	struct connection *connections;
	unsigned count;
	struct connection **idle;    /* a stack: the last used is used first, so
				      * the first in it is the longest idle */
	unsigned idle_count;
	struct connection **closed;  /* a stack */
	unsigned closed_count;
	struct benchmark_slot **waiting; /* a ring: more slots than connections */
	unsigned waiting_head, waiting_count;
	char buffer[RECEIVE_BYTES];
};

static void client_begin(struct client *client, struct connection *c,
			 struct benchmark_slot *slot);
static int connection_try(struct client *client, struct connection *c);

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int client_resolve(struct client *client)
{
	return addresses_find(&client->addresses, client->target->host,
			      client->target->port);
}

static void connection_close(struct client *client, struct connection *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	client->closed[client->closed_count++] = c;
}

/* The connection is free: for who waits for one, or to be kept. */
static void connection_release(struct client *client, struct connection *c)
{
	c->slot = NULL;
	if (c->closes)
		connection_close(client, c);
	else {
		c->idle_since_ns = now_ns(CLOCK_MONOTONIC_COARSE);
		client->idle[client->idle_count++] = c;
	}
}

static struct connection *take_connection(struct client *client)
{
	struct connection *c;

	if (!client->idle_count)
		return client->closed_count ?
			       client->closed[--client->closed_count] :
			       NULL;
	c = client->idle[--client->idle_count];
	if (now_ns(CLOCK_MONOTONIC_COARSE) - c->idle_since_ns >
	    client->keep_ns) {
		connection_close(client, c);
		client->closed_count--;
	}
	return c;
}

static void serve_waiting(struct client *client)
{
	while (client->waiting_count) {
		struct connection *c = take_connection(client);
		struct benchmark_slot *slot;

		if (!c)
			return;
		slot = client->waiting[client->waiting_head];
		client->waiting_head = (client->waiting_head + 1) %
				       client->target->slots;
		client->waiting_count--;
		client_begin(client, c, slot);
	}
}

/* The request on the connection is over. */
static void finish(struct client *client, struct connection *c,
		   enum benchmark_outcome outcome)
{
	struct benchmark_slot *slot = c->slot;

	connection_release(client, c);
	if (client->waiting_count)
		serve_waiting(client);
	benchmark_end(slot, outcome);
}

static void fail(struct client *client, struct connection *c,
		 enum benchmark_outcome outcome, const char *text)
{
	c->closes = true;
	benchmark_explain(c->slot, "%s", text);
	finish(client, c, outcome);
}

/* The connection broke with errno `error`, 0 for an orderly end. */
static void broke(struct client *client, struct connection *c, int error)
{
	enum benchmark_outcome outcome = BENCHMARK_RESET;

	while (!c->is_connected && ++c->tried < client->addresses.count) {
		close(c->fd);
		error = connection_try(client, c);
		if (!error)
			return;
	}
	if (!c->is_connected)
		outcome = BENCHMARK_CONNECT;
	else if (c->in_body)
		outcome = c->is_error ? c->outcome : BENCHMARK_TRUNCATED;
	else if (!head_may_begin(&c->pieces))
		outcome = BENCHMARK_BAD_HTTP;
	fail(client, c, outcome,
	     error ? strerror(error) : "the server closed the connection");
}

static void send_request(struct client *client, struct connection *c)
{
	ssize_t n = send(c->fd, c->request + c->sent_bytes,
			 c->request_bytes - c->sent_bytes, MSG_NOSIGNAL);

	if (n >= 0)
		c->sent_bytes += (size_t)n;
	else if (errno != EAGAIN)
		broke(client, c, errno);
}

/* c->outcome for when the body is there. Returns whether to read the body. */
static bool judge_head(struct connection *c, const struct head *head)
{
	bool is_head = c->slot->op->verb == BENCHMARK_HEAD;
	const char *text = NULL;

	c->closes |= head->closes;
	c->left = is_head ? 0 : head->length;
	c->outcome = head_judge(head, c->slot, &text);
	c->is_error = c->outcome != BENCHMARK_OK;
	if (text) {
		benchmark_explain(c->slot, "%s", text);
		return false;
	}
	if (is_head && !c->is_error)
		benchmark_size(c->slot, head->length);
	return !c->is_error || is_head ||
	       (head->has_length && !head->is_chunked &&
		head->length <= DRAIN_BYTES);
}

static void take_body(struct client *client, struct connection *c,
		      const char *bytes, size_t n)
{
	size_t mine = n < c->left ? n : (size_t)c->left;

	if (!c->is_error && mine)
		benchmark_body(c->slot, bytes, mine);
	c->left -= mine;
	if (c->left)
		return;
	/* Bytes that nobody asked for: nothing that follows can be trusted. */
	c->closes |= n > mine;
	finish(client, c, c->outcome);
}

static void take_head(struct client *client, struct connection *c,
		      const struct head *head, const char *rest, size_t n)
{
	c->in_body = true;
	c->slot->status = head->status;
	if (judge_head(c, head)) {
		take_body(client, c, rest, n);
		return;
	}
	c->closes = true;
	finish(client, c, c->outcome);
}

/* Bytes arrived before the head was whole. */
static void collect_head(struct client *client, struct connection *c,
			 const char *bytes, size_t n)
{
	struct head head;
	long used;

	if (!c->pieces.n)
		c->slot->first_byte_ns = now_ns(CLOCK_MONOTONIC);
	do
		used = head_next(&c->pieces, &bytes, &n, &head);
	while (used > 0 && head_is_interim(&head));
	if (used > 0)
		take_head(client, c, &head, bytes, n);
	else if (used < 0)
		fail(client, c, BENCHMARK_BAD_HTTP,
		     "the server's answer is no HTTP/1.1");
}

/* An idle connection that ended, or says what nobody asked. */
static void drop_idle(struct client *client, struct connection *c)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < client->idle_count; i++) {
		if (client->idle[i] != c)
			client->idle[kept++] = client->idle[i];
	}
	client->idle_count = kept;
	connection_close(client, c);
}

/* Reads what there is. Events come once (EPOLLET), so a read that filled the
 * buffer, or an end that was announced, needs another; unless the connection
 * was closed meanwhile and is a new one. */
static void receive(struct client *client, struct connection *c, bool to_end)
{
	ssize_t n;

	do {
		n = recv(c->fd, client->buffer, RECEIVE_BYTES, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (!c->slot) {
			drop_idle(client, c);
			return;
		}
		if (n <= 0)
			broke(client, c, n < 0 ? errno : 0);
		else if (c->in_body)
			take_body(client, c, client->buffer, (size_t)n);
		else
			collect_head(client, c, client->buffer, (size_t)n);
	} while (c->fd >= 0 && c->is_connected && n > 0 &&
		 (n == RECEIVE_BYTES || to_end));
}

static void connected(struct client *client, struct connection *c)
{
	struct addresses *a = &client->addresses;

	c->is_connected = true;
	a->good = (c->first + c->tried) % a->count;
}

static bool finish_connect(struct client *client, struct connection *c)
{
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error)
		broke(client, c, error);
	else
		connected(client, c);
	return !error;
}

static void on_event(struct client *client, struct connection *c,
		     uint32_t events)
{
	if (c->fd < 0)
		return;
	if (!c->is_connected && !finish_connect(client, c))
		return;
	if (c->slot && c->sent_bytes < c->request_bytes)
		send_request(client, c);
	if (c->fd >= 0 && (events & ~(uint32_t)EPOLLOUT))
		receive(client, c,
			events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
}

/* Begins to connect to the next address. Returns 0 or errno. */
static int connection_try(struct client *client, struct connection *c)
{
	struct addresses *a = &client->addresses;
	unsigned at = (c->first + c->tried) % a->count;
	const struct sockaddr *name = (const void *)&a->list[at].name;
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = c,
	};
	int one = 1;

	c->fd = socket(name->sa_family,
		       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return errno;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(client->epoll, EPOLL_CTL_ADD, c->fd, &event) == 0 &&
	    (connect(c->fd, name, a->list[at].bytes) == 0 ||
	     errno == EINPROGRESS))
		return 0;
	return errno;
}

static int connection_open(struct client *client, struct connection *c)
{
	c->is_connected = false;
	c->closes = !client->target->keep_alive;
	c->tried = client->addresses.count;
	if (!client->target->use_dns_cache && client_resolve(client))
		return EHOSTUNREACH;
	c->first = client->addresses.good;
	c->tried = 0;
	return connection_try(client, c);
}

/* Puts the slot's request on a connection that is idle or closed. */
static void client_begin(struct client *client, struct connection *c,
			 struct benchmark_slot *slot)
{
	int error;

	c->slot = slot;
	slot->data = c;
	slot->attempts = 1;
	c->sent_bytes = c->pieces.n = 0;
	c->in_body = false;
	c->request_bytes = request_make(c->request, &client->fields, slot->op);
	if (!c->request_bytes) {
		fail(client, c, BENCHMARK_OTHER, "the key is too long");
	} else if (c->fd >= 0) {
		send_request(client, c);
	} else {
		error = connection_open(client, c);
		if (error)
			broke(client, c, error);
	}
}

static void client_start(void *data, struct benchmark_slot *slot)
{
	struct client *client = data;
	struct connection *c = take_connection(client);
	unsigned at;

	if (c) {
		client_begin(client, c, slot);
		return;
	}
	at = client->waiting_head + client->waiting_count++;
	client->waiting[at % client->target->slots] = slot;
	slot->data = NULL;
}

/* Takes the slot out of the ring of those that wait. */
static void forget_waiting(struct client *client, struct benchmark_slot *slot)
{
	unsigned size = client->target->slots, kept = 0;

	for (unsigned i = 0; i < client->waiting_count; i++) {
		struct benchmark_slot *other =
			client->waiting[(client->waiting_head + i) % size];

		if (other != slot)
			client->waiting[(client->waiting_head + kept++) %
					size] = other;
	}
	client->waiting_count = kept;
}

static void client_cancel(void *data, struct benchmark_slot *slot)
{
	struct client *client = data;
	struct connection *c = slot->data;

	if (!c) {
		forget_waiting(client, slot);
		return;
	}
	c->closes = true;
	connection_release(client, c);
	serve_waiting(client);
}

static void close_idle(struct client *client)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC_COARSE);
	unsigned n = 0;

	while (n < client->idle_count &&
	       now - client->idle[n]->idle_since_ns > client->keep_ns)
		connection_close(client, client->idle[n++]);
	client->idle_count -= n;
	memmove(client->idle, client->idle + n,
		client->idle_count * sizeof(client->idle[0]));
}

static int client_wait(void *data, uint64_t timeout_ns)
{
	struct client *client = data;
	struct timespec timeout = {
		.tv_sec = (time_t)(timeout_ns / 1000000000U),
		.tv_nsec = (long)(timeout_ns % 1000000000U),
	};
	struct epoll_event events[EVENTS];
	int n = epoll_pwait2(client->epoll, events, EVENTS, &timeout, NULL);

	for (int i = 0; i < n; i++)
		on_event(client, events[i].data.ptr, events[i].events);
	/* Whoever is busy uses its connections; the rest have time. */
	if (n == 0 && client->idle_count)
		close_idle(client);
	return 0;
}

static void client_close(void *data)
{
	struct client *client = data;

	for (unsigned i = 0; i < client->count; i++) {
		if (client->connections[i].fd >= 0)
			close(client->connections[i].fd);
	}
	if (client->epoll >= 0)
		close(client->epoll);
	free(client->connections);
	free(client->idle);
	free(client->closed);
	free(client->waiting);
	free(client);
}

static bool make_pool(struct client *client)
{
	unsigned slots = client->target->slots;
	unsigned n = client->target->pool_size;

	client->count = n < slots ? n : slots;
	n = client->count;
	client->connections = calloc(n, sizeof(*client->connections));
	client->idle = calloc(n, sizeof(*client->idle));
	client->closed = calloc(n, sizeof(*client->closed));
	client->waiting = calloc(slots, sizeof(*client->waiting));
	client->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!client->connections || !client->idle || !client->closed ||
	    !client->waiting || client->epoll < 0)
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct connection *c = &client->connections[i];

		c->fd = -1;
		c->pieces.room = c->head;
		client->closed[i] = &client->connections[n - 1 - i];
	}
	client->closed_count = n;
	return true;
}

/* Why this client cannot do what is asked, or NULL. */
static const char *refusal(const struct benchmark_target *target)
{
	if (target->tls)
		return "reference speaks plain HTTP only: give an http:// "
		       "endpoint, or measure another library";
	if (target->credentials)
		return "reference does not sign requests: read a public bucket "
		       "with --anonymous, or measure another library";
	return NULL;
}

static void *client_open(struct benchmark_worker *worker,
			 const struct benchmark_target *target)
{
	struct client *client = calloc(1, sizeof(*client));
	const char *text = refusal(target);
	int code;

	if (!client || text) {
		benchmark_refuse(worker, "%s", text ? text : "out of memory");
		free(client);
		return NULL;
	}
	client->target = target;
	client->keep_ns =
		(uint64_t)(target->keep_alive_timeout_seconds * 1e9);
	code = client_resolve(client);
	if (make_pool(client) && request_prepare(&client->fields, target) &&
	    !code)
		return client;
	if (code)
		benchmark_refuse(worker, "the host %s cannot be found: %s",
				 target->host, gai_strerror(code));
	else
		benchmark_refuse(worker, "no connections can be had: %s",
				 strerror(errno));
	client_close(client);
	return NULL;
}

static const char *client_version(void)
{
	return BENCHMARK_VERSION;
}

static const struct benchmark_test reference = {
	.version = client_version,
	.open = client_open,
	.close = client_close,
	.start = client_start,
	.wait = client_wait,
	.cancel = client_cancel,
	.verbs = REQUEST_VERBS,
};

#endif
