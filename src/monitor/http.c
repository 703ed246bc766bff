#include "monitor/http.h"

#include <fcntl.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "monitor/events.h"
#include "monitor/expose.h"
#include "monitor/heads.h"
#include "monitor/route.h"

/* Of one connection: the head of its request, and what is being sent. */
#define CONNECTION_BYTES (16 << 10)
#define END_RUNS 64 /* of the daemon, in which streams end */

/* What is made from figures and shared. */
enum shared {
	SHARED_PROMETHEUS = EXPOSE_PROMETHEUS,
	SHARED_OPENMETRICS = EXPOSE_OPENMETRICS,
	SHARED_LIVE,
	SHARED_COUNT
};

struct http {
	struct MHD_Daemon *daemon;
	int epoll_fd;
	bool local;
	const struct monitor_feed *feed;
	const struct http_limits *limits;
	struct monitor_view view;
	struct {
		struct MHD_Response *response; /* NULL: never made */
		uint64_t made_ns;
	} shared[SHARED_COUNT];
	struct events events;
	struct heads heads;
};

const struct http_limits http_limits_default = {
	.connections = 256,
	.of_address = 128,
	.listeners = 64,
	.idle_s = 10,
	.head_s = 10,
	.patience_s = 30,
	.tick_ns = NS_PER_S,
	.fresh_ns = 50 * NS_PER_MS,
};

static const struct monitor_view *look(struct http *http)
{
	http->view.run_count = 0;
	http->view.recent_count = 0;
	http->feed->collect(http->feed->context, &http->view);
	return &http->view;
}

static void write_live(void *context, struct str *out)
{
	expose_json(look(context), out);
}

static void add_headers(struct MHD_Response *response, const char *type,
			const char *cache)
{
	static const char *const headers[][2] = {
		{ "Content-Security-Policy",
		  "default-src 'self'; base-uri 'none'; form-action 'none'; "
		  "frame-ancestors 'none'" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Referrer-Policy", "no-referrer" },
	};

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, cache);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

/* `text` is the program's own, for ever. */
static struct MHD_Response *constant(const char *text)
{
	union {
		const void *given;
		void *wanted; /* and not written to */
	} bytes = { .given = text };

	return MHD_create_response_from_buffer(strlen(text), bytes.wanted,
					       MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_and_forget(struct MHD_Connection *connection,
				       unsigned status,
				       struct MHD_Response *response)
{
	enum MHD_Result result = MHD_queue_response(connection, status,
						    response);

	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_refusal(struct MHD_Connection *connection,
				    const struct route *route)
{
	struct MHD_Response *response = constant(route->sentence);

	if (!response)
		return MHD_NO;
	add_headers(response, route->type, "no-store");
	if (route->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					ROUTE_METHODS);
	return send_and_forget(connection, route->status, response);
}

static enum MHD_Result send_file(struct MHD_Connection *connection,
				 const struct route *route)
{
	struct MHD_Response *response = constant(route->file);

	if (!response)
		return MHD_NO;
	add_headers(response, route->type, "no-cache");
	return send_and_forget(connection, route->status, response);
}

static void write_shared(struct http *http, enum shared which, struct str *out)
{
	if (which == SHARED_LIVE)
		expose_json(look(http), out);
	else
		expose_metrics(look(http), (enum expose_format)which, out);
}

static const char *type_of(enum shared which)
{
	return which == SHARED_LIVE
		       ? "application/json"
		       : expose_content_type((enum expose_format)which);
}

/* Connections that are still sending the old response keep it alive. */
static void renew(struct http *http, enum shared which, uint64_t now_ns)
{
	struct str text = STR_INIT;
	size_t n;

	write_shared(http, which, &text);
	n = text.len;
	if (http->shared[which].response)
		MHD_destroy_response(http->shared[which].response);
	http->shared[which].response = MHD_create_response_from_buffer(
		n, str_detach(&text), MHD_RESPMEM_MUST_FREE);
	if (!http->shared[which].response)
		return;
	http->shared[which].made_ns = now_ns;
	add_headers(http->shared[which].response, type_of(which), "no-store");
	if (which != SHARED_LIVE)
		MHD_add_response_header(http->shared[which].response,
					MHD_HTTP_HEADER_VARY, "Accept");
}

static enum MHD_Result send_shared(struct http *http,
				   struct MHD_Connection *connection,
				   enum shared which)
{
	uint64_t now_ns = clock_now_ns();

	if (!http->shared[which].response ||
	    now_ns - http->shared[which].made_ns >= http->limits->fresh_ns)
		renew(http, which, now_ns);
	if (!http->shared[which].response)
		return MHD_NO;
	return MHD_queue_response(connection, MHD_HTTP_OK,
				  http->shared[which].response);
}

static enum MHD_Result send_full(struct MHD_Connection *connection)
{
	static const struct route full = {
		ROUTE_REFUSED, MHD_HTTP_SERVICE_UNAVAILABLE, NULL,
		"text/plain; charset=utf-8",
		"as many listen as this monitor serves: close one of the "
		"pages, or read /live.json\n",
		false,
	};

	return send_refusal(connection, &full);
}

static enum MHD_Result send_events(struct http *http,
				   struct MHD_Connection *connection,
				   const struct route *route)
{
	struct MHD_Response *response;

	response = route->head ? constant("")
			       : events_listen(&http->events, connection);
	if (!response)
		return send_full(connection);
	add_headers(response, route->type, "no-store");
	return send_and_forget(connection, route->status, response);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer(struct http *http,
			      struct MHD_Connection *connection,
			      const struct route *route)
{
	const char *accept = header(connection, MHD_HTTP_HEADER_ACCEPT);

	switch (route->kind) {
	case ROUTE_FILE:
		return send_file(connection, route);
	case ROUTE_METRICS:
		return send_shared(http, connection,
				   (enum shared)expose_negotiate(accept));
	case ROUTE_LIVE:
		return send_shared(http, connection, SHARED_LIVE);
	case ROUTE_EVENTS:
		return send_events(http, connection, route);
	case ROUTE_REFUSED:
		break;
	}
	return send_refusal(connection, route);
}

/* The library calls this when the head has come, then for each part of a body,
 * then when all has come. The response to a refused method does not wait for
 * the body. A client that sends a body with a GET is cut off. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
			      const char *path, const char *method,
			      const char *version, const char *body,
			      size_t *body_bytes, void **seen)
{
	struct http *http = context;
	struct route route;

	(void)version;
	(void)body;
	heads_came(connection);
	route_find(method, path, header(connection, MHD_HTTP_HEADER_HOST),
		   http->local, &route);
	if (!*seen && route.status != MHD_HTTP_METHOD_NOT_ALLOWED) {
		*seen = http;
		return MHD_YES;
	}
	if (*body_bytes)
		return MHD_NO;
	return answer(http, connection, &route);
}

static void answered(void *context, struct MHD_Connection *connection,
		     void **seen, enum MHD_RequestTerminationCode how)
{
	const struct http *http = context;

	(void)seen;
	(void)how;
	heads_answered(&http->heads, connection);
}

/* Paths are compared as they come: none of ours needs an escape. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection,
			    char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static struct MHD_Daemon *start(struct http *http, int listen_fd)
{
	const struct http_limits *limits = http->limits;

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle,
		http, MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_CONNECTION_LIMIT, limits->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, limits->of_address,
		MHD_OPTION_NOTIFY_CONNECTION, heads_notify, &http->heads,
		MHD_OPTION_NOTIFY_COMPLETED, answered, http,
		MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_END);
}

int http_server_new(struct http **out, int listen_fd, bool local,
		    const struct monitor_feed *feed,
		    const struct http_limits *limits, struct err *err)
{
	struct http *http = mem_new(sizeof(*http));
	/* The library closes what it is given. */
	int fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, 3);

	http->local = local;
	http->feed = feed;
	http->limits = limits;
	http->events = (struct events){ .write = write_live,
					.context = http,
					.tick_ns = limits->tick_ns,
					.most = limits->listeners,
					.patience_s = limits->patience_s };
	http->heads.first_ns = limits->head_s * NS_PER_S;
	http->heads.next_ns = (limits->idle_s + limits->head_s) * NS_PER_S;
	if (fd >= 0)
		http->daemon = start(http, fd);
	if (!http->daemon) {
		int code = err_sys(err, "the monitor cannot start its server");

		if (fd >= 0)
			close(fd);
		free(http);
		return code;
	}
	http->epoll_fd = MHD_get_daemon_info(http->daemon,
					     MHD_DAEMON_INFO_EPOLL_FD)
				 ->epoll_fd;
	*out = http;
	return 0;
}

int http_poll_fd(const struct http *http)
{
	return http->epoll_fd;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Rounded up: a wait that is too short would be made again, and again. */
int http_wait_ms(const struct http *http)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t wait_ns = least(events_wait_ns(&http->events, now_ns),
				 heads_wait_ns(&http->heads, now_ns));
	uint64_t wait_ms = wait_ns / NS_PER_MS + (wait_ns % NS_PER_MS != 0);
	MHD_UNSIGNED_LONG_LONG own_ms;

	if (MHD_get_timeout(http->daemon, &own_ms) == MHD_YES) {
		if (own_ms < wait_ms || wait_ns == UINT64_MAX)
			wait_ms = own_ms;
	} else if (wait_ns == UINT64_MAX)
		return -1;
	return wait_ms < INT_MAX ? (int)wait_ms : INT_MAX;
}

static unsigned connections(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon,
				   MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
		->num_connections;
}

/* A daemon that was full listens again at its next run after a connection has
 * ended, not at that end. */
void http_work(struct http *http)
{
	unsigned before;

	heads_tick(&http->heads, clock_now_ns());
	do {
		before = connections(http);
		MHD_run(http->daemon);
	} while (connections(http) < before);
	events_tick(&http->events, clock_now_ns());
}

/* Who does not read is not waited for. */
static void end_events(struct http *http)
{
	events_end(&http->events);
	for (int i = 0; i < END_RUNS && http->events.count; i++)
		MHD_run(http->daemon);
}

void http_server_free(struct http *http)
{
	if (!http)
		return;
	end_events(http);
	MHD_stop_daemon(http->daemon);
	events_release(&http->events);
	for (unsigned i = 0; i < SHARED_COUNT; i++)
		if (http->shared[i].response)
			MHD_destroy_response(http->shared[i].response);
	free(http);
}
