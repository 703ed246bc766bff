/*
 * What the monitor reads from strangers: the Accept header, and the method,
 * path and host that an answer is chosen by. The input is four lines: method,
 * path, host, accept.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"

#include "base/embedded.h"
#include "base/mem.h"
#include "monitor/expose.h"
#include "monitor/expose_text.h"
#include "monitor/route.h"

/* A copy of its own, so that a sanitizer sees a read behind it; NULL where
 * there is no such line. */
static char *take_line(const char **at, const char *end)
{
	const char *from = *at, *newline;

	if (from == end)
		return NULL;
	newline = memchr(from, '\n', (size_t)(end - from));
	*at = newline ? newline + 1 : end;
	return mem_dup_n(from, (size_t)((newline ? newline : end) - from));
}

static int is_built_in(const char *text)
{
	for (const struct embedded *e = embedded_web; e->name; e++)
		if (e->text == text)
			return 1;
	return 0;
}

static void check_answer(const struct route *route, const char *method)
{
	int reads = !strcmp(method, "GET") || !strcmp(method, "HEAD");

	must((route->kind == ROUTE_REFUSED) == (route->status != 200));
	must((route->kind == ROUTE_REFUSED) == (route->sentence != NULL));
	must(reads == (route->status != 405));
	must(route->head == !strcmp(method, "HEAD"));
	must(route->type || route->kind == ROUTE_METRICS);
	if (route->kind == ROUTE_FILE)
		must(is_built_in(route->file));
}

static void check_route(const char *method, const char *path, const char *host)
{
	struct route local, public;

	route_find(method, path, host, true, &local);
	route_find(method, path, host, false, &public);
	check_answer(&local, method);
	check_answer(&public, method);
	must(public.status != 403);
	must(local.status == public.status || local.status == 403);
	if (local.status != 403 && local.status != 405 && host)
		must(!strncasecmp(host, "localhost", 9) || host[0] == '[' ||
		     strspn(host, "0123456789.:") == strlen(host));
}

static void check_accept(const char *accept)
{
	enum expose_format format = expose_negotiate(accept);

	must(format == EXPOSE_PROMETHEUS || format == EXPOSE_OPENMETRICS);
	must(expose_content_type(format) != NULL);
	if (format == EXPOSE_OPENMETRICS)
		must(accept && strchr(accept, '/'));
}

static int has_bad_character(const struct str *s)
{
	for (size_t i = 0; i < s->len; i++)
		if ((unsigned char)s->buf[i] < ' ')
			return 1;
	return 0;
}

/* As a text of a document, which no byte may end. */
static void check_text(const char *text)
{
	struct str json = STR_INIT, label = STR_INIT;
	json_t *read;

	text_add_json(&json, text);
	text_add_label(&label, text);
	must(!has_bad_character(&json) && !strchr(label.buf, '\n'));
	read = json_loads(json.buf, JSON_DECODE_ANY, NULL);
	must(json_is_string(read));
	json_decref(read);
	str_release(&json);
	str_release(&label);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *at = (const char *)bytes, *end = at + n;
	char *method = take_line(&at, end), *path = take_line(&at, end);
	char *host = take_line(&at, end), *accept = take_line(&at, end);
	char *all = mem_dup_n((const char *)bytes, n);

	check_route(method ? method : "", path ? path : "", host);
	check_accept(accept);
	/* The same bytes as what a head would hand on. */
	check_accept(all);
	check_route("GET", all, all);
	check_text(all);
	free(method);
	free(path);
	free(host);
	free(accept);
	free(all);
	return 0;
}

#include "replay.h"
