/*
 * The client of the benches of the origin: keep-alive connections over which
 * random ranges of one object are read, one request in flight on each, in one
 * thread. What arrives is copied out of the kernel, as every client must, and
 * dropped; status and length of every answer are checked.
 */
#ifndef CHECK_BENCH_ORIGIN_LOAD_H
#define CHECK_BENCH_ORIGIN_LOAD_H

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"

#define LOAD_CONNECTIONS_MAX 64

struct load_connection {
	int fd;
	size_t head_used;
	char head[2048];
	uint64_t left; /* of the body */
	bool in_body;
};

struct load {
	unsigned port;
	const char *path;      /* "/bucket/key" */
	uint64_t object_bytes;
	uint64_t range_bytes;
	struct rng rng;
	uint64_t requests;     /* finished */
	uint64_t wrong;        /* answers that are not what was asked for */
	int epoll;
	unsigned count;
	struct load_connection at[LOAD_CONNECTIONS_MAX];
	char body[256 * 1024];
};

static inline int load_connect(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline bool load_ask(struct load *load, struct load_connection *c)
{
	char text[512];
	uint64_t start = rng_below(&load->rng, load->object_bytes -
						       load->range_bytes + 1);
	int n = snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
			 "Accept: */*\r\nAccept-Encoding: identity\r\n"
			 "User-Agent: bench\r\nRange: bytes=%llu-%llu\r\n\r\n",
			 load->path, load->port, (unsigned long long)start,
			 (unsigned long long)(start + load->range_bytes - 1));

	c->head_used = 0;
	c->in_body = false;
	return send(c->fd, text, (size_t)n, MSG_NOSIGNAL) == n;
}

/* The end of the head when it is there; checks what it says. */
static inline size_t load_head(struct load *load, struct load_connection *c)
{
	const char *end = memmem(c->head, c->head_used, "\r\n\r\n", 4);
	const char *length;

	if (!end)
		return 0;
	c->head[c->head_used] = '\0';
	length = strcasestr(c->head, "\r\nContent-Length:");
	if (strncmp(c->head, "HTTP/1.1 206 ", 13) != 0 || !length ||
	    strtoull(length + 17, NULL, 10) != load->range_bytes)
		load->wrong++;
	return (size_t)(end + 4 - c->head);
}

/* false: the connection or the answer is broken. */
static inline bool load_receive(struct load *load, struct load_connection *c)
{
	char *to = c->in_body ? load->body : c->head + c->head_used;
	size_t room = c->in_body ? sizeof(load->body)
				 : sizeof(c->head) - 1 - c->head_used;
	ssize_t n = recv(c->fd, to, room, MSG_DONTWAIT);
	size_t head;

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	if (!c->in_body) {
		c->head_used += (size_t)n;
		head = load_head(load, c);
		if (!head)
			return c->head_used < sizeof(c->head) - 1;
		c->in_body = true;
		c->left = load->range_bytes;
		n = (ssize_t)(c->head_used - head);
	}
	if ((uint64_t)n > c->left)
		return false;
	c->left -= (uint64_t)n;
	if (c->left)
		return true;
	load->requests++;
	return load_ask(load, c);
}

static inline bool load_open(struct load *load, unsigned connections)
{
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	load->count = connections;
	for (unsigned i = 0; i < connections; i++) {
		struct load_connection *c = &load->at[i];
		struct epoll_event event = { .events = EPOLLIN,
					     .data.ptr = c };

		c->fd = load_connect(load->port);
		if (c->fd < 0 || epoll_ctl(load->epoll, EPOLL_CTL_ADD, c->fd,
					   &event) < 0)
			return false;
		if (!load_ask(load, c))
			return false;
	}
	return true;
}

/* Works until clock_now_ns() is `until_ns`. */
static inline bool load_run(struct load *load, uint64_t until_ns)
{
	struct epoll_event events[LOAD_CONNECTIONS_MAX];

	while (clock_now_ns() < until_ns) {
		int n = epoll_wait(load->epoll, events, LOAD_CONNECTIONS_MAX,
				   100);

		for (int i = 0; i < n; i++)
			if (!load_receive(load, events[i].data.ptr))
				return false;
	}
	return true;
}

static inline void load_close(struct load *load)
{
	for (unsigned i = 0; i < load->count; i++)
		if (load->at[i].fd >= 0)
			close(load->at[i].fd);
	close(load->epoll);
}

#endif
