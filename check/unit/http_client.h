/* A client of HTTP/1.1 for checks of our two servers. */
#ifndef CHECK_UNIT_HTTP_CLIENT_H
#define CHECK_UNIT_HTTP_CLIENT_H

#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

#define HTTP_PATIENCE_S 30 /* before a check gives up */

/* To a port of this machine. receive_bytes: the size of the receive buffer, 0
 * as it comes. */
static inline int http_connect(unsigned port, int receive_bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = HTTP_PATIENCE_S };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (receive_bytes)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes,
			   sizeof(receive_bytes));
	assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof(to)),
			 0);
	return fd;
}

static inline void http_say(int fd, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}

/* One answer, as it came. */
struct http_answer {
	struct str head; /* with the empty line */
	struct str body;
	unsigned status;
	bool whole; /* the body is as long as the head says */
};

static inline void http_answer_release(struct http_answer *a)
{
	str_release(&a->head);
	str_release(&a->body);
}

/* Value of a header, "" when absent; in memory that the next call reuses. */
static inline const char *http_header(const struct http_answer *a, const char *name)
{
	static _Thread_local char value[512];
	char *start = mem_printf("\r\n%s: ", name);
	const char *at = strcasestr(a->head.buf, start);
	size_t n;

	value[0] = '\0';
	if (at) {
		at += strlen(start);
		n = strcspn(at, "\r");
		if (n >= sizeof(value))
			n = sizeof(value) - 1;
		memcpy(value, at, n);
		value[n] = '\0';
	}
	free(start);
	return value;
}

/* false at the end of the connection, or when it broke. */
static inline bool http_read_head(int fd, struct http_answer *a)
{
	char c;

	str_init(&a->head);
	str_init(&a->body);
	while (a->head.len < 4 ||
	       memcmp(a->head.buf + a->head.len - 4, "\r\n\r\n", 4) != 0) {
		if (recv(fd, &c, 1, 0) != 1)
			return false;
		str_add_char(&a->head, c);
	}
	assert_memory_equal(a->head.buf, "HTTP/1.1 ", 9);
	a->status = (unsigned)strtoul(a->head.buf + 9, NULL, 10);
	return true;
}

static inline void http_read_body(int fd, struct http_answer *a, size_t n)
{
	static _Thread_local char piece[65536];

	while (a->body.len < n) {
		size_t left = n - a->body.len;
		ssize_t got = recv(fd, piece,
				   left < sizeof(piece) ? left : sizeof(piece),
				   0);

		if (got <= 0)
			break;
		str_add_n(&a->body, piece, (size_t)got);
	}
	a->whole = a->body.len == n;
}

static inline bool http_read(int fd, bool has_body, struct http_answer *a)
{
	if (!http_read_head(fd, a))
		return false;
	a->whole = true;
	if (has_body && a->status != 304)
		http_read_body(fd, a,
			     strtoull(http_header(a, "Content-Length"), NULL,
				      10));
	return true;
}

/* Whether the peer closed in an orderly way, without one more byte. */
static inline bool http_is_closed(int fd)
{
	char c;

	return recv(fd, &c, 1, 0) == 0;
}

static inline bool http_has(const struct http_answer *a, const char *text)
{
	return strstr(a->body.buf, text) != NULL;
}

static inline void http_assert_header(const struct http_answer *a, const char *name,
				    const char *value)
{
	if (strcmp(http_header(a, name), value) != 0)
		fail_msg("%s is '%s', not '%s'", name, http_header(a, name),
			 value);
}

#endif
