#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
/* RFC 3986: what a path may be made of. */
#define PATH LETTERS DIGITS "-._~!$&'()*+,;=:@%/"

/* Decimal digits alone; -1 for any other text and above 65535. */
static int port_of(const char *text, size_t n)
{
	int port = 0;

	if (!n || n > 5)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		port = port * 10 + (text[i] - '0');
	}
	return port > 65535 ? -1 : port;
}

static bool is_v6(const char *text, size_t n)
{
	char host[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	return inet_pton(AF_INET6, host, &address) == 1;
}

static bool is_v4(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1;
}

/* A host without its brackets, and what stands behind its colon. */
struct parts {
	const char *host, *port;
	size_t host_bytes, port_bytes;
	bool has_port;
};

static void cut(struct parts *out, const char *host, const char *host_end,
		const char *colon, const char *end)
{
	out->host = host;
	out->host_bytes = (size_t)(host_end - host);
	out->has_port = colon != NULL;
	out->port = colon ? colon + 1 : end;
	out->port_bytes = (size_t)(end - out->port);
}

static bool split_brackets(struct parts *out, const char *text, const char *end)
{
	const char *close = memchr(text, ']', (size_t)(end - text));

	if (!close || !is_v6(text + 1, (size_t)(close - text) - 1) ||
	    (close + 1 < end && close[1] != ':'))
		return false;
	cut(out, text + 1, close, close + 1 < end ? close + 1 : NULL, end);
	return true;
}

static bool split(struct parts *out, const char *text, size_t n)
{
	const char *end = text + n, *colon = memrchr(text, ':', n);
	bool many;

	if (n && *text == '[')
		return split_brackets(out, text, end);
	many = colon && memchr(text, ':', (size_t)(colon - text));
	if (many && !is_v6(text, (size_t)(colon - text))) {
		cut(out, text, end, NULL, end);
		return is_v6(text, n);
	}
	cut(out, text, colon ? colon : end, colon, end);
	return true;
}

static bool is_name(const char *host, size_t n)
{
	return n && n <= 253 &&
	       strspn(host, LETTERS DIGITS "-._") >= n;
}

static int refuse_user(const char *what, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "the address of %s holds a user or a password, which "
		       "would stand in results: give http://HOST:PORT alone",
		       what);
}

/* Whether an encoded colon or @ is in it, which no host's name has. */
static bool has_encoded(const char *host, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if (!strncasecmp(host + i, "%40", 3) ||
		    !strncasecmp(host + i, "%3a", 3))
			return true;
	return false;
}

/* An address with an @ is not repeated: it may hold a password, whose end is
 * not known. Nor is a query, which may be a signature. */
static int bad_endpoint(const char *text, const char *what, struct err *err)
{
	const char *scheme = strstr(text, "://");
	const char *host = scheme ? scheme + 3 : text;
	size_t n = strcspn(text, "?#");

	if (strchr(text, '@') || has_encoded(host, strcspn(host, "/?#[")))
		return refuse_user(what, err);
	return err_set(err, ERR_USAGE,
		       "\"%.*s%s\" is not the address of %s: give "
		       "http://HOST:PORT or https://HOST",
		       n > 300 ? 300 : (int)n, text, text[n] ? "…" : "", what);
}

static void copy_small(char *to, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i] >= 'A' && from[i] <= 'Z' ?
				(char)(from[i] | 0x20) :
				from[i];
	to[n] = '\0';
}

static bool parse_authority(struct endpoint *out, const char *text, size_t n)
{
	int port = out->tls ? 443 : 80;
	struct parts parts;

	if (!split(&parts, text, n))
		return false;
	if (parts.has_port)
		port = port_of(parts.port, parts.port_bytes);
	if (port < 1 || !(is_name(parts.host, parts.host_bytes) ||
			  is_v6(parts.host, parts.host_bytes)))
		return false;
	out->port = (unsigned)port;
	copy_small(out->host, parts.host, parts.host_bytes);
	return true;
}

static void write_text(struct endpoint *out, const char *path, size_t n)
{
	bool v6 = strchr(out->host, ':') != NULL;
	char port[16] = "";

	if (out->port != (out->tls ? 443 : 80))
		snprintf(port, sizeof(port), ":%u", out->port);
	out->authority_bytes = (unsigned)snprintf(
		out->text, sizeof(out->text), "http%s://%s%s%s%s",
		out->tls ? "s" : "", v6 ? "[" : "", out->host, v6 ? "]" : "",
		port);
	memcpy(out->text + out->authority_bytes, path, n);
	out->text[out->authority_bytes + n] = '\0';
}

int endpoint_parse(struct endpoint *out, const char *text, const char *what,
		   struct err *err)
{
	const char *host = text, *path;
	size_t n;

	memset(out, 0, sizeof(*out));
	out->tls = !strncasecmp(text, "https://", 8);
	if (out->tls || !strncasecmp(text, "http://", 7))
		host += out->tls ? 8 : 7;
	path = host + strcspn(host, "/?#");
	if (memchr(host, '@', (size_t)(path - host)))
		return refuse_user(what, err);
	n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	if (strlen(text) >= ENDPOINT_BYTES - 8)
		return err_set(err, ERR_USAGE,
			       "the address of %s is too long: it begins with "
			       "\"%.100s\" and has %zu bytes, the most is %d",
			       what, text, strlen(text), ENDPOINT_BYTES - 9);
	if (host == text || strspn(path, PATH) < n ||
	    !parse_authority(out, host, (size_t)(path - host)))
		return bad_endpoint(text, what, err);
	write_text(out, path, n);
	return 0;
}

static int bad_listen(const char *text, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "'%.100s' is no address to listen at: give ADDRESS:PORT "
		       "with a numeric address and a port from 0 to 65535, for "
		       "instance 127.0.0.1:0 or [::1]:0",
		       text);
}

int listen_at_parse(struct listen_at *out, const char *text, unsigned port,
		    struct err *err)
{
	int number = (int)port;
	struct parts parts;

	memset(out, 0, sizeof(*out));
	if (!*text || !split(&parts, text, strlen(text)) ||
	    parts.host_bytes >= sizeof(out->host))
		return bad_listen(text, err);
	if (parts.has_port)
		number = port_of(parts.port, parts.port_bytes);
	if (parts.host_bytes)
		memcpy(out->host, parts.host, parts.host_bytes);
	else
		strcpy(out->host, "127.0.0.1");
	out->is_v6 = is_v6(out->host, strlen(out->host));
	out->port = (unsigned)number;
	return number >= 0 && (out->is_v6 || is_v4(out->host)) ?
		       0 :
		       bad_listen(text, err);
}
