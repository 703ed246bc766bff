/* Queries as text, addresses, and a Prometheus that is not there. What a
 * running one answers is in check/e2e/prometheus_answers.py. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "prometheus/prometheus.h"
#include "prometheus/query.h"

static const struct query_labels labels = { "1b2c", "aiohttp", "fetch_range",
					    "geoio", "127.0.0.1:9480" };
#define SELECTED                                                               \
	"{container_label_run_id=\"1b2c\",container_label_library=\"aiohttp\"" \
	",container_label_test=\"fetch_range\",job=\"geoio\",instance=\""      \
	"127.0.0.1:9480\",container_label_replica=~\"[0-9]+\"}"
#define CPU "container_cpu_usage_seconds_total" SELECTED

static const struct query_window window = { 4250, 1100, 4 };

static void figures_are_rates_of_whole_windows(void **state)
{
	struct str s = STR_INIT;

	(void)state;
	query_figure(&s, QUERY_CPU, &labels, &window);
	assert_string_equal(s.buf, "sum by (container_label_replica) "
			    "(rate(" CPU "[4250ms]) "
			    "and count_over_time(" CPU "[4250ms]) >= 4 "
			    "and count_over_time(" CPU "[1100ms]) "
			    "and count_over_time(" CPU "[1100ms] "
			    "offset 3150ms))");
	str_reset(&s);
	query_figure(&s, QUERY_MEMORY, &labels, &window);
	assert_non_null(strstr(
		s.buf, "(last_over_time(container_memory_usage_bytes{"));
	str_reset(&s);
	query_figure(&s, QUERY_BYTES, &labels, &window);
	assert_non_null(strstr(
		s.buf, "(rate(container_network_receive_bytes_total{"));
	str_release(&s);
}

static void labels_cannot_break_out(void **state)
{
	const struct query_labels odd = { .library = "a\"} or x{b=\"\\",
					  .test = "new\nline" };
	struct str s = STR_INIT;

	(void)state;
	query_samples(&s, &odd, 1);
	assert_string_equal(
		s.buf, "container_cpu_usage_seconds_total{"
		       "container_label_library=\"a\\\"} or x{b=\\\"\\\\\","
		       "container_label_test=\"new\\x0aline\","
		       "container_label_replica=~\"[0-9]+\"}[1ms]");
	str_release(&s);
}

static void addresses_are_checked(void **state)
{
	static const char *const none[] = {
		"", "127.0.0.1:9090", "ftp://a", "http://", "http:// a/",
		"http://me@a/", "http://me:secret@a/", "http://a/?query=1",
		"http://a/#x", "http://a:99999/",
	};
	struct prometheus *p;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		if (prometheus_new(&p, none[i], 1, &err) != ERR_USAGE)
			fail_msg("'%s' is taken", none[i]);
		assert_names(err, "http://HOST:PORT");
	}
	assert_int_equal(prometheus_new(&p, "HTTPS://a.b/c//", 1, &err), 0);
	assert_string_equal(prometheus_url(p), "https://a.b/c");
	prometheus_free(p);
	prometheus_free(NULL);
}

/* A port that is ours and where nobody listens. */
static int bind_only(char url[64])
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t n = sizeof(here);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &n), 0);
	snprintf(url, 64, "http://127.0.0.1:%d", ntohs(here.sin_port));
	return fd;
}

static void who_is_away_is_named(void **state)
{
	struct scraped_matrix m;
	struct prometheus *p;
	struct err err;
	char url[64];
	int fd = bind_only(url);

	(void)state;
	assert_int_equal(prometheus_new(&p, url, 1, &err), 0);
	assert_int_equal(prometheus_range(p, "x", 0, 1000, 100, &m, &err),
			 ERR_FAILED);
	assert_names(err, url);
	assert_names(err, "does not answer");
	assert_int_equal(m.count, 0);

	/* It takes the connection, and never says a word. */
	assert_int_equal(listen(fd, 1), 0);
	prometheus_free(p);
	assert_int_equal(prometheus_new(&p, url, 0.05, &err), 0);
	assert_int_equal(prometheus_samples(p, "x[1s]", 1000, &m, &err),
			 ERR_TIMEOUT);
	assert_names(err, url);
	assert_names(err, "--timeout");
	prometheus_free(p);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_rates_of_whole_windows),
		cmocka_unit_test(labels_cannot_break_out),
		cmocka_unit_test(addresses_are_checked),
		cmocka_unit_test(who_is_away_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
