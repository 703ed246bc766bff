#include "origin/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

#define BACKLOG 4096
#define AVAILABLE "/proc/sys/net/ipv4/tcp_available_congestion_control"
#define AVAILABLE_MOST 4096

static int resolve(const struct origin_config *config, struct addrinfo **out,
		   struct err *err)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM };
	const char *address = config->address ? config->address : "127.0.0.1";
	char port[12];

	snprintf(port, sizeof(port), "%u", config->port);
	if (config->port > 65535)
		return err_set(err, ERR_USAGE,
			       "port %u is none: give one from 0 to 65535",
			       config->port);
	if (getaddrinfo(address, port, &hints, out) != 0)
		return err_set(err, ERR_USAGE,
			       "the origin cannot listen on %s: give a numeric "
			       "address, for instance 127.0.0.1",
			       address);
	return 0;
}

static int bind_failed(const struct origin_config *config, struct err *err)
{
	const char *address = config->address ? config->address : "127.0.0.1";

	if (errno == EADDRINUSE)
		return err_set(err, ERR_CONFLICT,
			       "port %u of %s is in use: give another, or 0 "
			       "for any that is free",
			       config->port, address);
	return err_sys(err, "the origin cannot listen on port %u of %s",
		       config->port, address);
}

void listen_congestion(int fd, char out[16])
{
	socklen_t n = 16;

	memset(out, 0, 16);
	if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, out, &n) < 0)
		out[0] = '\0';
	out[15] = '\0';
}

/* The kernel lists more than an ordinary user may choose: each is tried. */
void listen_congestions(char *out, size_t size)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct str all = STR_INIT;
	char *rest = NULL, *name;
	size_t used = 0;

	*out = '\0';
	if (file_read(AVAILABLE, AVAILABLE_MOST, &all, &(struct err){ 0 }) < 0)
		str_reset(&all);
	name = all.len ? strtok_r(all.buf, " \n", &rest) : NULL;
	for (; name; name = strtok_r(NULL, " \n", &rest)) {
		size_t n = strlen(name);

		if (used + n + 3 > size ||
		    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name,
			       (socklen_t)n) < 0)
			continue;
		used += (size_t)sprintf(out + used, "%s%s", used ? ", " : "",
					name);
	}
	str_release(&all);
	if (fd >= 0)
		close(fd);
}

/* The first of the names that the kernel lets us have. */
static void choose_congestion(int fd, const char *names)
{
	while (names && *names) {
		size_t n = strcspn(names, ",");

		if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, names,
			       (socklen_t)n) == 0)
			return;
		LOG(ORIGIN, "congestion control %.*s refused: %s", (int)n,
		    names, strerror(errno));
		names += n + (names[n] == ',');
	}
}

/* Accepted sockets inherit these. */
static void set_options(int fd, const struct origin_config *config)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	choose_congestion(fd, config->congestion);
}

static unsigned port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} name;
	socklen_t n = sizeof(name);

	if (getsockname(fd, &name.any, &n) < 0)
		return 0;
	return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port
						     : name.v4.sin_port);
}

int listen_open(struct row *row, const struct origin_config *config,
		struct err *err)
{
	struct addrinfo *to;
	int code = resolve(config, &to, err);
	int fd;

	if (code < 0)
		return code;
	fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    0);
	if (fd < 0) {
		code = err_sys(err, "the origin gets no socket");
		goto out;
	}
	row->watch.fd = fd;
	set_options(fd, config);
	if (bind(fd, to->ai_addr, to->ai_addrlen) < 0 ||
	    listen(fd, BACKLOG) < 0)
		code = bind_failed(config, err);
	else
		row->port = port_of(fd);
out:
	freeaddrinfo(to);
	return code;
}
