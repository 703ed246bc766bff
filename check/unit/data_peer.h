/*
 * A store for checks: a thread that serves a source in a few hundred lines of
 * HTTP, well or badly. It serves one connection after the other, each for one
 * request. Included by one check only.
 */
#ifndef CHECK_UNIT_DATA_PEER_H
#define CHECK_UNIT_DATA_PEER_H

#include "check.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "objects/objects.h"

/* How the peer misbehaves. */
enum fault {
	NONE,
	DENIES,         /* 403 and an error in XML */
	IGNORES_RANGE,  /* 200 and all of it, for ever */
	SHIFTS_RANGE,   /* bytes and Content-Range one further */
	CUTS_BODY,      /* says 206 with the length, sends half, closes */
	STALLS,         /* takes the request and says nothing */
	LISTS_ALL,      /* ignores start-after */
	LISTS_HTML,     /* answers a listing with a page */
	LISTS_JSON,
	LISTS_NOTHING,
	LISTS_ERROR,    /* 200 and an error in XML */
	LISTS_LONG,     /* 9 MiB of keys on one page */
	LISTS_LONG_HTML,
	LISTS_ZIPPED,   /* says that its page is gzip's */
	NO_ENCODING,    /* lists keys raw, in XML only */
	GOES_ELSEWHERE, /* 301 */
};

struct peer {
	struct object_source *source;
	int listener;
	pthread_t thread;
	char endpoint[64];
	_Atomic int fault;
	_Atomic unsigned requests, lists; /* counted before the answer */
	char head[8192]; /* of the last request */
};

static void send_all(int fd, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		at += sent;
		n -= (size_t)sent;
	}
}

static void answer(int fd, const char *status, const char *headers,
		   const char *body, size_t n)
{
	char *head = mem_printf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n"
				"Connection: close\r\n\r\n", status, headers,
				n);

	send_all(fd, head, strlen(head));
	free(head);
	send_all(fd, body, n);
}

static void answer_error(int fd, const char *status, const char *code)
{
	char *body = mem_printf("<?xml version=\"1.0\"?><Error><Code>%s</Code>"
				"<Message>no</Message></Error>", code);

	answer(fd, status, "Content-Type: application/xml\r\n", body,
	       strlen(body));
	free(body);
}

/* Decodes %XX up to `stop` or the end. */
static void decode(const char *from, const char *stop, char *out)
{
	while (*from && !strchr(stop, *from)) {
		unsigned value = (unsigned char)*from;

		if (*from == '%' && sscanf(from + 1, "%2x", &value) == 1)
			from += 2;
		from++;
		*out++ = (char)value;
	}
	*out = '\0';
}

static void parameter(const char *query, const char *name, char *out)
{
	const char *at = strstr(query, name);

	*out = '\0';
	if (at)
		decode(at + strlen(name), "& ", out);
}

static void add_encoded(struct str *out, const char *key, bool raw)
{
	for (; *key; key++) {
		if (raw && *key == '&')
			str_add(out, "&amp;");
		else if (raw && (*key == '<' || (unsigned char)*key > 0x7e))
			str_addf(out, "&#x%X;", (unsigned char)*key);
		else if (raw || (*key > ' ' && *key < 0x7f && *key != '+' &&
				 *key != '%' && *key != '&' && *key != '<'))
			str_add_char(out, *key);
		else if (*key == ' ')
			str_add_char(out, '+');
		else
			str_addf(out, "%%%02X", (unsigned char)*key);
	}
}

/* Answers that are no listing, or far too much of one. */
static bool answer_no_list(int fd, int fault)
{
	const char *text = fault == LISTS_JSON ? " {\"error\": \"no\x1b[2J\"}"
			   : fault == LISTS_NOTHING ? ""
			   : fault == LISTS_LONG    ? "<ListBucketResult>"
						    : "<!DOCTYPE html><html>"
						      "<title>Big Console"
						      "</title>";
	struct str body = STR_INIT;

	if (fault == LISTS_ERROR) {
		answer_error(fd, "200 OK", "SlowDown");
		return true;
	}
	if (fault == LISTS_ZIPPED) {
		answer(fd, "200 OK", "Content-Encoding: gzip\r\n",
		       "\x1f\x8b\x08", 3);
		return true;
	}
	if (fault < LISTS_HTML || fault > LISTS_LONG_HTML)
		return false;
	str_add(&body, text);
	while (fault >= LISTS_LONG && body.len < 9 << 20)
		str_add(&body, "<Contents><Key>key</Key></Contents>");
	answer(fd, "200 OK", "", body.buf, body.len);
	str_release(&body);
	return true;
}

static void answer_list(struct peer *peer, int fd, const char *query)
{
	char prefix[2048], last[2048];
	struct object_entry entry;
	struct str body = STR_INIT;
	int fault = peer->fault, n = 0;

	peer->lists++;
	if (answer_no_list(fd, fault))
		return;
	parameter(query, "&prefix=", prefix);
	parameter(query, "&start-after=", last);
	if (fault == LISTS_ALL)
		last[0] = '\0';
	str_add(&body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<ListBucketResult xmlns=\"http://s3.example/\">"
		"<Name>b</Name><Prefix/><!-- a remark -->");
	while (n < 1000 && peer->source->ops->next(peer->source, prefix, last,
						   &entry, NULL) == 0) {
		str_add(&body, "<Contents>\n<Key>");
		add_encoded(&body, entry.key, fault == NO_ENCODING);
		str_addf(&body, "</Key><Size>%" PRIu64 "</Size><ETag>&quot;%."
			 "*s&quot;</ETag><Owner><ID>x</ID></Owner></Contents>",
			 entry.object.size,
			 (int)strlen(entry.object.etag) - 2,
			 entry.object.etag + 1);
		strcpy(last, entry.key);
		n++;
	}
	str_addf(&body, "%s<IsTruncated>%s</IsTruncated></ListBucketResult>",
		 fault == NO_ENCODING ? "" :
					"<EncodingType>url</EncodingType>",
		 n == 1000 ? "true" : "false");
	answer(fd, "200 OK", "", body.buf, body.len);
	str_release(&body);
}

static void answer_range(struct peer *peer, int fd, const struct object *object,
			 uint64_t first, uint64_t last)
{
	uint64_t shift = peer->fault == SHIFTS_RANGE;
	uint64_t n = last - first + 1;
	char *bytes = mem_new(n), *head;

	assert_int_equal(object_read(peer->source, object, first + shift, n,
				     bytes, NULL), 0);
	head = mem_printf("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes "
			  "%" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n"
			  "Content-Length: %" PRIu64 "\r\nConnection: close"
			  "\r\n\r\n", first + shift, last + shift, object->size,
			  n);
	send_all(fd, head, strlen(head));
	send_all(fd, bytes, peer->fault == CUTS_BODY ? n / 2 : n);
	free(head);
	free(bytes);
}

static void answer_object(struct peer *peer, int fd, const char *path)
{
	bool is_head = peer->head[0] == 'H';
	const char *range = strstr(peer->head, "Range: bytes=");
	uint64_t first = 0, last = 0;
	char key[2048], headers[256];
	struct object object;

	decode(path, " ?", key);
	if (peer->source->ops->find(peer->source, key, strlen(key), &object,
				    NULL) < 0) {
		answer_error(fd, "404 Not Found", "NoSuchKey");
		return;
	}
	if (range)
		sscanf(range, "Range: bytes=%" SCNu64 "-%" SCNu64, &first,
		       &last);
	snprintf(headers, sizeof(headers), "HTTP/1.1 200 OK\r\nETag: %s\r\n"
		 "Content-Type: image/tiff\r\nLast-Modified: Sat, 23 Dec 2023 "
		 "19:09:50 GMT\r\nContent-Length: %" PRIu64 "\r\n"
		 "Connection: close\r\n\r\n", object.etag, object.size);
	if (is_head) {
		send_all(fd, headers, strlen(headers));
	} else if (peer->fault == IGNORES_RANGE) {
		char *bytes = mem_new(16 << 20);

		send_all(fd, headers, strlen(headers));
		send_all(fd, bytes, 16 << 20);
		free(bytes);
	} else {
		answer_range(peer, fd, &object, first, last);
	}
	object_close(peer->source, &object);
}

/* One request, then the connection ends. */
static void serve(struct peer *peer, int fd)
{
	size_t n = 0;
	ssize_t got;
	char *path;

	do {
		got = recv(fd, peer->head + n, sizeof(peer->head) - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
		peer->head[n] = '\0';
	} while (got > 0 && !strstr(peer->head, "\r\n\r\n"));
	if (got <= 0)
		return;
	peer->requests++;
	path = strstr(peer->head, "/b");
	if (peer->fault == STALLS)
		recv(fd, &(char){ 0 }, 1, 0);
	else if (peer->fault == DENIES)
		answer_error(fd, "403 Forbidden", "AccessDenied");
	else if (peer->fault == GOES_ELSEWHERE)
		answer(fd, "301 Moved", "Location: http://127.0.0.1:1/\r\n", "",
		       0);
	else if (path[2] == '?')
		answer_list(peer, fd, path + 3);
	else
		answer_object(peer, fd, path + 3);
}

static void *run(void *context)
{
	struct peer *peer = context;
	int fd;

	while ((fd = accept(peer->listener, NULL, NULL)) >= 0) {
		serve(peer, fd);
		shutdown(fd, SHUT_WR);
		close(fd);
	}
	return NULL;
}

static void peer_start(struct peer *peer, struct object_source *source)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t n = sizeof(address);

	memset(peer, 0, sizeof(*peer));
	peer->source = source;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, n),
			 0);
	assert_int_equal(listen(peer->listener, 16), 0);
	assert_int_equal(getsockname(peer->listener,
				     (struct sockaddr *)&address, &n), 0);
	snprintf(peer->endpoint, sizeof(peer->endpoint), "http://127.0.0.1:%u",
		 ntohs(address.sin_port));
	assert_int_equal(pthread_create(&peer->thread, NULL, run, peer), 0);
}

static void peer_stop(struct peer *peer)
{
	shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->thread, NULL);
	close(peer->listener);
	object_source_free(peer->source);
}

#endif
