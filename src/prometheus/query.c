#include "prometheus/query.h"

#include <inttypes.h>

/* A label's value stands between quotes, as in Go. */
static void add_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			str_addf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			str_addf(out, "\\x%02x", (unsigned char)*text);
		else
			str_add_char(out, *text);
	str_add_char(out, '"');
}

static void add_label(struct str *out, const char *name, const char *value)
{
	if (!value)
		return;
	if (out->len && out->buf[out->len - 1] != '{')
		str_add_char(out, ',');
	str_addf(out, "%s=", name);
	add_quoted(out, value);
}

static void add_selector(struct str *out, const char *metric,
			 const struct query_labels *labels, int64_t range_ms)
{
	str_addf(out, "%s{", metric);
	add_label(out, "container_label_run_id", labels->run_id);
	add_label(out, "container_label_library", labels->library);
	add_label(out, "container_label_test", labels->test);
	add_label(out, "job", labels->job);
	add_label(out, "instance", labels->instance);
	/* The origin has the labels of the trial too. */
	str_addf(out, ",container_label_replica=~\"[0-9]+\"}[%" PRId64 "ms]",
		 range_ms);
}

void query_samples(struct str *out, const struct query_labels *labels,
		   int64_t range_ms)
{
	add_selector(out, "container_cpu_usage_seconds_total", labels,
		     range_ms);
}

static const struct {
	const char *metric, *function;
} figures[] = {
	[QUERY_BYTES] = { "container_network_receive_bytes_total", "rate" },
	[QUERY_CPU] = { "container_cpu_usage_seconds_total", "rate" },
	[QUERY_MEMORY] = { "container_memory_usage_bytes", "last_over_time" },
};

void query_figure(struct str *out, enum query_figure figure,
		  const struct query_labels *labels,
		  const struct query_window *window)
{
	const char *metric = figures[figure].metric;

	str_addf(out, "sum by (container_label_replica) (%s(",
		 figures[figure].function);
	add_selector(out, metric, labels, window->range_ms);
	str_add(out, ") and count_over_time(");
	add_selector(out, metric, labels, window->range_ms);
	str_addf(out, ") >= %u and count_over_time(", window->samples);
	add_selector(out, metric, labels, window->edge_ms);
	str_add(out, ") and count_over_time(");
	add_selector(out, metric, labels, window->edge_ms);
	str_addf(out, " offset %" PRId64 "ms))",
		 window->range_ms - window->edge_ms);
}
