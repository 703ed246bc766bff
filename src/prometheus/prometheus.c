#include "prometheus/prometheus.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/transfer.h"
#include "base/work.h"
#include "prometheus/answer.h"

struct prometheus {
	CURL *curl;
	CURLM *multi; /* has the connection */
	char *url;
	double timeout_s;
	struct str body; /* of the answer that is under way */
	bool too_long;
	char curl_text[CURL_ERROR_SIZE];
};

static void start_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool prometheus_is_url(const char *text)
{
	return !strncasecmp(text, "http://", 7) ||
	       !strncasecmp(text, "https://", 8);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct prometheus *p = context;

	n *= size;
	if (n > PROMETHEUS_ANSWER_BYTES - p->body.len) {
		p->too_long = true;
		return 0; /* curl gives up */
	}
	str_add_n(&p->body, bytes, n);
	return n;
}

static void set_options(struct prometheus *p)
{
	long timeout_ms = (long)(p->timeout_s * 1000) + 1;

	curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(p->curl, CURLOPT_PROXY, ""); /* nor by environment */
	curl_easy_setopt(p->curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(p->curl, CURLOPT_USERAGENT,
			 "geoio-benchmark/" BENCHMARK_VERSION);
	curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, p);
	curl_easy_setopt(p->curl, CURLOPT_ERRORBUFFER, p->curl_text);
}

int prometheus_new(struct prometheus **out, const char *url, double timeout_s,
		   struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct endpoint endpoint;
	struct prometheus *p;
	int code;

	pthread_once(&once, start_curl);
	code = endpoint_parse(&endpoint, url, "a Prometheus", err);
	if (code < 0)
		return code;
	p = mem_new(sizeof(*p));
	p->curl = curl_easy_init();
	p->multi = curl_multi_init();
	p->url = mem_dup(endpoint.text);
	p->timeout_s = timeout_s;
	str_init(&p->body);
	if (!p->curl || !p->multi) {
		prometheus_free(p);
		return err_set(err, ERR_SYSTEM, "libcurl cannot be started");
	}
	set_options(p);
	*out = p;
	return 0;
}

void prometheus_free(struct prometheus *p)
{
	if (!p)
		return;
	curl_easy_cleanup(p->curl);
	curl_multi_cleanup(p->multi);
	str_release(&p->body);
	free(p->url);
	free(p);
}

const char *prometheus_url(const struct prometheus *p)
{
	return p->url;
}

static int no_answer(const struct prometheus *p, CURLcode code,
		     struct err *err)
{
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return work_done(0, 0, err);
	if (p->too_long)
		return err_set(err, ERR_INVALID,
			       "%s answers with more than %u MiB: give the "
			       "address of a Prometheus, or ask for fewer "
			       "replicas", p->url,
			       PROMETHEUS_ANSWER_BYTES >> 20);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return err_set(err, ERR_TIMEOUT,
			       "%s does not answer within %g s: give it more "
			       "time with --timeout SECONDS", p->url,
			       p->timeout_s);
	return err_set(err, ERR_FAILED,
		       "%s does not answer (%s): start Prometheus there, or "
		       "give the right address", p->url,
		       *p->curl_text ? p->curl_text
				     : curl_easy_strerror(code));
}

/* Without "; charset=…". */
static bool is_json(const char *type)
{
	const char *json = "application/json";
	size_t n = strlen(json);

	return type && !strncasecmp(type, json, n) &&
	       (!type[n] || strchr("; \t", type[n]));
}

/* Prometheus' own errors are JSON too, and say more than the status. */
static int read_answer(const struct prometheus *p, struct scraped_matrix *out,
		       struct err *err)
{
	char *type = NULL;
	long status = 0;
	int code;

	curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(p->curl, CURLINFO_CONTENT_TYPE, &type);
	if (!is_json(type))
		return err_set(err, status == 200 ? ERR_INVALID : ERR_FAILED,
			       "%s does not answer as a Prometheus does "
			       "(status %ld, %.60s instead of JSON): give the "
			       "address of one", p->url, status,
			       type && *type ? type : "no content type");
	code = answer_parse(p->body.buf, p->body.len, p->url, out, err);
	if (status == 200 || code == ERR_FAILED)
		return code;
	scraped_matrix_release(out);
	return err_set(err, ERR_FAILED,
		       "%s answers with status %ld: give the address of a "
		       "Prometheus that is ready", p->url, status);
}

static int ask(struct prometheus *p, const char *address,
	       struct scraped_matrix *out, struct err *err)
{
	CURLcode code;

	memset(out, 0, sizeof(*out));
	str_reset(&p->body);
	p->too_long = false;
	p->curl_text[0] = '\0';
	curl_easy_setopt(p->curl, CURLOPT_URL, address);
	code = transfer_perform(p->multi, p->curl);
	if (code != CURLE_OK)
		return no_answer(p, code, err);
	return read_answer(p, out, err);
}

static void add_address(const struct prometheus *p, const char *path,
			const char *query, struct str *out)
{
	char *escaped = curl_easy_escape(p->curl, query, 0);

	str_addf(out, "%s/api/v1/%s?query=%s", p->url, path, escaped);
	curl_free(escaped);
}

/* Seconds with three digits, without a double on the way. */
static void add_seconds(struct str *out, const char *name, int64_t ms)
{
	str_addf(out, "&%s=%" PRId64 ".%03d", name, ms / 1000,
		 (int)(ms % 1000));
}

int prometheus_samples(struct prometheus *p, const char *selector,
		       int64_t at_ms, struct scraped_matrix *out,
		       struct err *err)
{
	struct str address = STR_INIT;
	int code;

	add_address(p, "query", selector, &address);
	add_seconds(&address, "time", at_ms);
	code = ask(p, address.buf, out, err);
	str_release(&address);
	return code;
}

int prometheus_range(struct prometheus *p, const char *expression,
		     int64_t start_ms, int64_t end_ms, int64_t step_ms,
		     struct scraped_matrix *out, struct err *err)
{
	struct str address = STR_INIT;
	int code;

	add_address(p, "query_range", expression, &address);
	add_seconds(&address, "start", start_ms);
	add_seconds(&address, "end", end_ms);
	add_seconds(&address, "step", step_ms);
	code = ask(p, address.buf, out, err);
	str_release(&address);
	return code;
}
