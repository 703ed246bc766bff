#include "monitor/monitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/mem.h"
#include "monitor/http.h"

#define BACKLOG 512
#define DEFAULT_PORT 9480

/* The member that `any.sa_family` says. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct monitor {
	int fd;
	union address address; /* as it was bound */
	struct monitor_feed feed;
	struct http_limits limits;
};

static unsigned port_of(const union address *address)
{
	return ntohs(address->any.sa_family == AF_INET6
			     ? address->v6.sin6_port
			     : address->v4.sin_port);
}

static int parse_address(const char *text, union address *out, struct err *err)
{
	struct listen_at at;
	int code = listen_at_parse(&at, text, DEFAULT_PORT, err);

	memset(out, 0, sizeof(*out));
	if (code < 0)
		return code;
	out->any.sa_family = at.is_v6 ? AF_INET6 : AF_INET;
	if (at.is_v6) {
		inet_pton(AF_INET6, at.host, &out->v6.sin6_addr);
		out->v6.sin6_port = htons((uint16_t)at.port);
	} else {
		inet_pton(AF_INET, at.host, &out->v4.sin_addr);
		out->v4.sin_port = htons((uint16_t)at.port);
	}
	return 0;
}

static socklen_t bytes_of(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->v6)
						  : sizeof(address->v4);
}

static int bind_failed(const char *listen_at, unsigned port, struct err *err)
{
	if (errno == EADDRINUSE)
		return err_set(err, ERR_SYSTEM,
			       "port %u is in use, so the monitor cannot "
			       "listen on %s: give another port, or 0 for any "
			       "that is free",
			       port, listen_at);
	return err_sys(err, "the monitor cannot listen on %s", listen_at);
}

static int bind_socket(struct monitor *monitor, const char *listen_at,
		       struct err *err)
{
	union address *address = &monitor->address;
	socklen_t n = sizeof(*address);
	int on = 1;

	monitor->fd = socket(address->any.sa_family,
			     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (monitor->fd < 0)
		return err_sys(err, "the monitor gets no socket for %s",
			       listen_at);
	setsockopt(monitor->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(monitor->fd, &address->any, bytes_of(address)) < 0 ||
	    listen(monitor->fd, BACKLOG) < 0 ||
	    getsockname(monitor->fd, &address->any, &n) < 0)
		return bind_failed(listen_at, port_of(address), err);
	return 0;
}

int monitor_open(struct monitor **out, const char *listen_at,
		 const struct monitor_feed *feed, struct err *err)
{
	struct monitor *monitor = mem_new(sizeof(*monitor));
	int code;

	monitor->fd = -1;
	monitor->feed = *feed;
	monitor->limits = http_limits_default;
	code = parse_address(listen_at, &monitor->address, err);
	if (code == 0)
		code = bind_socket(monitor, listen_at, err);
	if (code < 0)
		monitor_close(monitor);
	else
		*out = monitor;
	return code;
}

void monitor_set_limits(struct monitor *monitor,
			const struct http_limits *limits)
{
	monitor->limits = *limits;
}

void monitor_url(const struct monitor *monitor, char out[96])
{
	const union address *address = &monitor->address;
	bool v6 = address->any.sa_family == AF_INET6;
	char host[INET6_ADDRSTRLEN] = "";

	if (v6)
		inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof(host));
	else
		inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
	snprintf(out, 96, v6 ? "http://[%s]:%u/" : "http://%s:%u/", host,
		 port_of(address));
}

/* ::ffff:127.0.0.1 is loopback too. */
bool monitor_is_public(const struct monitor *monitor)
{
	const union address *address = &monitor->address;
	const uint8_t *v6 = address->v6.sin6_addr.s6_addr;

	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> 24 != 127;
	if (IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
		return v6[12] != 127;
	return !IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

static int serve(struct http *http, int stop_fd, struct err *err)
{
	struct pollfd fds[] = { { http_poll_fd(http), POLLIN, 0 },
				{ stop_fd, POLLIN, 0 } };

	while (!fds[1].revents) {
		if (poll(fds, 2, http_wait_ms(http)) < 0 && errno != EINTR)
			return err_sys(err, "the monitor cannot wait");
		http_work(http);
	}
	return 0;
}

int monitor_serve(struct monitor *monitor, int stop_fd, struct err *err)
{
	struct http *http;
	int code = http_server_new(&http, monitor->fd,
				   !monitor_is_public(monitor),
				   &monitor->feed, &monitor->limits, err);

	if (code < 0)
		return code;
	code = serve(http, stop_fd, err);
	http_server_free(http);
	return code;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->fd >= 0)
		close(monitor->fd);
	free(monitor);
}
