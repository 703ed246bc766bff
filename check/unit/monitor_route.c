/* Which answer a request gets, and in which format. */
#include "check.h"

#include "base/embedded.h"
#include "monitor/expose.h"
#include "monitor/route.h"

static void negotiates(void **state)
{
	static const struct {
		const char *accept;
		enum expose_format format;
	} cases[] = {
		{ NULL, EXPOSE_PROMETHEUS },
		{ "", EXPOSE_PROMETHEUS },
		{ "*/*", EXPOSE_PROMETHEUS },
		{ "text/plain", EXPOSE_PROMETHEUS },
		{ "text/html,application/xhtml+xml,*/*;q=0.8",
		  EXPOSE_PROMETHEUS },
		{ "application/json", EXPOSE_PROMETHEUS },
		/* What Prometheus 2.42 and 2.5 say. */
		{ "application/openmetrics-text;version=1.0.0,"
		  "application/openmetrics-text;version=0.0.1;q=0.75,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  EXPOSE_OPENMETRICS },
		{ "application/openmetrics-text; version=0.0.1,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  EXPOSE_PROMETHEUS },
		{ "text/plain;version=0.0.4;q=1,*/*;q=0.1",
		  EXPOSE_PROMETHEUS },
		{ "application/openmetrics-text", EXPOSE_OPENMETRICS },
		{ "APPLICATION/OpenMetrics-Text; Version=\"1.0.0\" ; Q=0.3",
		  EXPOSE_OPENMETRICS },
		{ "application/openmetrics-text;charset=\"a,b;q=0\";q=0.5,"
		  "text/plain;q=0.4",
		  EXPOSE_OPENMETRICS },
		{ "application/openmetrics-text;q=0", EXPOSE_PROMETHEUS },
		{ "application/openmetrics-text;q=0.0, */*",
		  EXPOSE_PROMETHEUS },
		{ "application/openmetrics-text, */*", EXPOSE_OPENMETRICS },
		{ "application/*", EXPOSE_OPENMETRICS },
		{ "application/*;q=0.5, text/*;q=0.9", EXPOSE_PROMETHEUS },
		{ "text/plain;q=0.5, */*", EXPOSE_OPENMETRICS },
		{ "application/openmetrics-text;q=0.001,text/plain;q=0",
		  EXPOSE_OPENMETRICS },
		{ "application/openmetrics-text;q=2,text/plain;q=0.1",
		  EXPOSE_PROMETHEUS },
		{ "application/openmetrics-text;q=,text/plain;q=0.1",
		  EXPOSE_PROMETHEUS },
		{ ",,;;=,/,\"", EXPOSE_PROMETHEUS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (expose_negotiate(cases[i].accept) != cases[i].format)
			fail_msg("not so for '%s'", cases[i].accept);
	assert_non_null(strstr(expose_content_type(EXPOSE_PROMETHEUS),
			       "text/plain; version=0.0.4"));
	assert_non_null(strstr(expose_content_type(EXPOSE_OPENMETRICS),
			       "application/openmetrics-text; version=1.0.0"));
}

static unsigned status_of(const char *method, const char *path,
			  const char *host, bool local)
{
	struct route route;

	route_find(method, path, host, local, &route);
	return route.status;
}

static void finds_what_there_is(void **state)
{
	static const struct {
		const char *path;
		enum route_kind kind;
	} cases[] = {
		{ "/", ROUTE_FILE },	       { "/monitor.html", ROUTE_FILE },
		{ "/metrics", ROUTE_METRICS }, { "/live.json", ROUTE_LIVE },
		{ "/events", ROUTE_EVENTS },
	};
	struct route route;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		route_find("GET", cases[i].path, "localhost", true, &route);
		assert_int_equal(route.kind, cases[i].kind);
		assert_int_equal(route.status, 200);
		assert_false(route.head);
		route_find("HEAD", cases[i].path, NULL, true, &route);
		assert_int_equal(route.kind, cases[i].kind);
		assert_true(route.head);
	}
	for (const struct embedded *e = embedded_web; e->name; e++) {
		char path[256];

		snprintf(path, sizeof(path), "/%s", e->name);
		route_find("GET", path, NULL, true, &route);
		assert_ptr_equal(route.file, e->text);
		assert_non_null(route.type);
	}
}

static void finds_nothing_else(void **state)
{
	static const char *const paths[] = {
		"",	    "//",	  "/metrics/",	"/Metrics",
		"metrics",  "/..",	  "/../VERSION", "/./",
		"/web/monitor.html",	  "/monitor.html/",
		"/etc/passwd",		  "/../../../../etc/passwd",
		"/%2e%2e/VERSION",	  "*",
		"monitor.html",		  "/live.json\x01",
		"/plot.js",		  "/report.html", /* of a report */
	};
	struct route route;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		route_find("GET", paths[i], NULL, true, &route);
		if (route.status != 404 || route.kind != ROUTE_REFUSED)
			fail_msg("'%s' is found", paths[i]);
		assert_non_null(strstr(route.sentence, "/metrics"));
	}
}

static void changes_nothing(void **state)
{
	static const char *const methods[] = { "POST",	 "PUT",	  "DELETE",
					       "OPTIONS", "TRACE", "PATCH",
					       "CONNECT", "get",   "" };

	(void)state;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		assert_int_equal(status_of(methods[i], "/", NULL, true), 405);
}

/* A web site that has its own name point to this machine is not answered. */
static void knows_its_names(void **state)
{
	static const char *const ours[] = {
		"localhost",	   "localhost:9480", "LOCALHOST:1",
		"127.0.0.1",	   "127.0.0.1:80",   "10.1.2.3:9480",
		"[::1]",	   "[::1]:9480",     "[fe80::1]:9480",
		"127.0.0.1:",
	};
	static const char *const others[] = {
		"",	     "example.org",	  "example.org:9480",
		"127.0.0.1.example.org",  "localhost.example.org",
		"[::1",	     "[::1]x",		  "[example.org]",
		"localhost:80:80", "localhost:a", "::1",
		"127.1",     "[127.0.0.1]",
		"1111111111111111111111111111111111111111111111111111111111",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (status_of("GET", "/", ours[i], true) != 200)
			fail_msg("'%s' is refused", ours[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (status_of("GET", "/", others[i], true) != 403)
			fail_msg("'%s' is answered", others[i]);
		assert_int_equal(status_of("GET", "/", others[i], false), 200);
	}
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(negotiates),
		cmocka_unit_test(finds_what_there_is),
		cmocka_unit_test(finds_nothing_else),
		cmocka_unit_test(changes_nothing),
		cmocka_unit_test(knows_its_names),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
