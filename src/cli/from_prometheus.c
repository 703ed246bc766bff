#include "cli/from_prometheus.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/from_series.h"
#include "base/log.h"
#include "base/mem.h"
#include "prometheus/prometheus.h"
#include "prometheus/query.h"

/* Of raw samples from which the distance of scrapes is learned: enough for
 * scrapes a minute apart, and few of a long trial that was scraped often. */
#define LEARN_MS 600000

struct from_prometheus {
	struct prometheus *prometheus;
	char *who;                  /* "Prometheus at URL" */
	char *trial_id;             /* whose figures `trial` are */
	struct scraped_trial trial;
	int64_t sampling_ms;        /* --sampling-interval; 0: as scrapes want */
	int replica;                /* the next row's */
	struct findings findings;   /* of the last row */
	unsigned long long empty, absent;
};

int from_prometheus_new(struct from_prometheus **out, const char *url,
			const struct options *options, struct err *err)
{
	struct from_prometheus *from = mem_new(sizeof(*from));
	int code = prometheus_new(&from->prometheus, url, options->spec.timeout_s,
				  err);

	if (code < 0) {
		from_prometheus_free(from);
		return code;
	}
	from->sampling_ms = (int64_t)(options->sampling_interval * 1e3);
	from->who = mem_printf("Prometheus at %s",
				  prometheus_url(from->prometheus));
	*out = from;
	return 0;
}

void from_prometheus_free(struct from_prometheus *from)
{
	if (!from)
		return;
	prometheus_free(from->prometheus);
	scraped_trial_release(&from->trial);
	free(from->who);
	free(from->trial_id);
	findings_release(&from->findings);
	free(from);
}

unsigned long long from_prometheus_absent(const struct from_prometheus *from)
{
	return from->absent;
}

unsigned long long from_prometheus_empty(const struct from_prometheus *from)
{
	return from->empty;
}

static int ask_figure(struct from_prometheus *from, enum query_figure figure,
		      const struct query_labels *labels,
		      struct scraped_matrix *out, struct err *err)
{
	const struct scraped_trial *trial = &from->trial;
	struct query_window window = { trial->rate_ms, trial->edge_ms,
				       SCRAPED_RATE_SAMPLES };
	struct str query = STR_INIT;
	int code;

	query_figure(&query, figure, labels, &window);
	code = prometheus_range(from->prometheus, query.buf,
				trial->go_ms + trial->rate_ms, trial->end_ms,
				trial->step_ms, out, err);
	LOG(CLI, "%s: %zu series", query.buf, out->count);
	str_release(&query);
	return code;
}

static int ask_figures(struct from_prometheus *from,
		       const struct query_labels *labels, struct err *err)
{
	struct scraped_trial *trial = &from->trial;
	int code = ask_figure(from, QUERY_BYTES, labels, &trial->bytes, err);

	if (code == 0)
		code = ask_figure(from, QUERY_CPU, labels, &trial->cpu, err);
	if (code == 0)
		code = ask_figure(from, QUERY_MEMORY, labels, &trial->memory,
				  err);
	return code;
}

/* Raw samples first: how far apart they are, and whose they are. */
static int ask_samples(struct from_prometheus *from,
		       const struct query_labels *labels,
		       struct scraped_matrix *out, struct err *err)
{
	int64_t length_ms = from->trial.end_ms - from->trial.go_ms;
	struct str query = STR_INIT;
	int code;

	query_samples(&query, labels,
		      length_ms < LEARN_MS ? length_ms : LEARN_MS);
	code = prometheus_samples(from->prometheus, query.buf,
				  from->trial.end_ms, out, err);
	LOG(CLI, "%s: %zu series", query.buf, out->count);
	str_release(&query);
	return code;
}

static int ask_trial(struct from_prometheus *from, const struct result_row *row,
		     struct err *err)
{
	struct query_labels labels = { .run_id = row->run_id,
				       .library = row->library_name,
				       .test = row->test_name };
	struct scraped_matrix raw = { 0 };
	const struct scraped_series *best;
	int code;

	scraped_trial_release(&from->trial);
	if (!scraped_window(row, &from->trial))
		return 0;
	code = ask_samples(from, &labels, &raw, err);
	if (code == 0) {
		from->trial.least_rate_ms = from->sampling_ms;
		scraped_plan(&from->trial, &raw, &best);
		if (best && from->trial.moments) {
			labels.job = best->job;
			labels.instance = best->instance;
			code = ask_figures(from, &labels, err);
		}
	}
	scraped_matrix_release(&raw);
	return code;
}

/* The rows of the replicas of a trial follow each other, so one question is
 * enough. */
static int next_row(struct from_prometheus *from, const struct result_row *row,
		    struct err *err)
{
	if (from->trial_id && !strcmp(from->trial_id, row->trial_id)) {
		from->replica++;
		return 0;
	}
	free(from->trial_id);
	from->trial_id = mem_dup(row->trial_id);
	from->replica = 0;
	return ask_trial(from, row, err);
}

int from_prometheus_fill(struct from_prometheus *from, bool per_replica,
			 struct result_row *row, struct err *err)
{
	int code = next_row(from, row, err);

	if (code < 0)
		return code;
	findings_release(&from->findings);
	findings_copy(&row->findings, &from->findings);
	row->findings = from->findings;
	if (!scraped_to_row(&from->trial, per_replica ? from->replica : -1,
			    from->who, row)) {
		from->empty++;
		from->absent += !from->trial.raw_series &&
				!from->trial.sliced;
	}
	from->findings = row->findings;
	return 0;
}
