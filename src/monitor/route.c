#include "monitor/route.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"

#define PLAIN "text/plain; charset=utf-8"

static const struct {
	const char *path;
	struct route route;
} routes[] = {
	{ "/metrics", { ROUTE_METRICS, 200, NULL, NULL, NULL, false } },
	{ "/live.json",
	  { ROUTE_LIVE, 200, NULL, "application/json", NULL, false } },
	{ "/events",
	  { ROUTE_EVENTS, 200, NULL, "text/event-stream", NULL, false } },
};

static const struct route unknown = {
	ROUTE_REFUSED, 404, NULL, PLAIN,
	"there is nothing here: the live page is at /, the figures for "
	"Prometheus at /metrics, the page's document at /live.json, and as "
	"events at /events\n",
	false,
};

static const struct route wrong_method = {
	ROUTE_REFUSED, 405, NULL, PLAIN,
	"only GET and HEAD are answered: nothing can be changed from here\n",
	false,
};

static const struct route wrong_host = {
	ROUTE_REFUSED, 403, NULL, PLAIN,
	"this monitor is asked under a name that it does not know, as a web "
	"site would that wants to read it: ask for localhost, or for its "
	"address in numbers\n",
	false,
};

/* "", ":9480"; any number: a tunnel may have changed it. */
static bool is_port(const char *text)
{
	return !*text || (*text == ':' &&
			  text[1 + strspn(text + 1, "0123456789")] == '\0');
}

static bool is_numeric(int family, const char *text, size_t n)
{
	unsigned char address[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];

	if (n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return inet_pton(family, copy, address) == 1;
}

static bool is_local_host(const char *host)
{
	size_t n = strcspn(host, ":");
	const char *end;

	if (host[0] == '[') {
		end = strchr(host, ']');
		return end && is_port(end + 1) &&
		       is_numeric(AF_INET6, host + 1, (size_t)(end - host - 1));
	}
	if (!is_port(host + n))
		return false;
	return (n == strlen("localhost") &&
		!strncasecmp(host, "localhost", n)) ||
	       is_numeric(AF_INET, host, n);
}

static const char *type_of(const char *name)
{
	const char *suffix = strrchr(name, '.');

	if (suffix && strcmp(suffix, ".css") == 0)
		return "text/css; charset=utf-8";
	if (suffix && strcmp(suffix, ".js") == 0)
		return "text/javascript; charset=utf-8";
	return "text/html; charset=utf-8";
}

/* The files of web/ that were built in, by their names; the page is / too. */
static struct route find_file(const char *path)
{
	const char *name = path[1] ? path + 1 : "monitor.html";

	for (const struct embedded *e = embedded_web; e->name; e++)
		if (strcmp(e->name, name) == 0)
			return (struct route){ ROUTE_FILE, 200, e->text,
					       type_of(name), NULL, false };
	return unknown;
}

static struct route find(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0)
			return routes[i].route;
	return path[0] == '/' ? find_file(path) : unknown;
}

void route_find(const char *method, const char *path, const char *host,
		bool local, struct route *out)
{
	bool head = strcmp(method, "HEAD") == 0;

	if (!head && strcmp(method, "GET") != 0)
		*out = wrong_method;
	else if (local && host && !is_local_host(host))
		*out = wrong_host;
	else
		*out = find(path);
	out->head = head;
}
