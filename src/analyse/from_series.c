#include "analyse/from_series.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyse/analyse.h"
#include "base/mem.h"
#include "base/values.h"

/* Of one query: Prometheus gives at most 11,000 a series. */
#define MOMENTS_MOST 10000
#define POINTS_MOST 200000

/* "2025-04-23 08:08:15.938238", UTC; microseconds, or -1. */
static int64_t parse_us(const char *text)
{
	struct tm tm = { 0 };
	const char *end = text ? strptime(text, "%Y-%m-%d %H:%M:%S", &tm)
			       : NULL;
	double fraction = 0;
	char *rest;

	if (!end)
		return -1;
	if (*end == '.') {
		fraction = strtod(end, &rest);
		end = rest;
	}
	if (*end || !(fraction >= 0 && fraction < 1))
		return -1;
	return (int64_t)timegm(&tm) * 1000000 + llround(fraction * 1e6);
}

bool scraped_window(const struct result_row *row, struct scraped_trial *trial)
{
	int64_t go_us = parse_us(row->start_time);
	int64_t end_us = parse_us(row->end_time);

	memset(trial, 0, sizeof(*trial));
	if (row->replicas != COUNT_UNKNOWN)
		trial->replicas = (uint32_t)row->replicas;
	trial->sliced = count_or(row->slices, 0) > 0;
	if (go_us < 0 || end_us <= go_us || trial->sliced)
		return false;
	trial->go_ms = (go_us + 999) / 1000; /* within the window */
	trial->end_ms = end_us / 1000;
	return trial->end_ms > trial->go_ms;
}

static bool same_source(const struct scraped_series *a,
			const struct scraped_series *b)
{
	return !strcmp(a->job, b->job) && !strcmp(a->instance, b->instance);
}

/* Of the source that was scraped most often, the series with most samples. */
static const struct scraped_series *find_best(const struct scraped_matrix *raw)
{
	const struct scraped_series *best = NULL;

	for (size_t i = 0; i < raw->count; i++)
		if (!best || raw->series[i].count > best->count)
			best = &raw->series[i];
	return best;
}

/* The median; 0: there is none. */
static int64_t find_interval(const struct scraped_matrix *raw,
			     const struct scraped_series *best)
{
	double *all = NULL, median;
	size_t n = 0, capacity = 0;

	for (size_t i = 0; i < raw->count; i++) {
		const struct scraped_series *s = &raw->series[i];

		for (size_t k = 1; same_source(s, best) && k < s->count; k++) {
			MEM_ROOM(all, n, capacity);
			all[n++] = (double)(s->point[k].at_ms -
					    s->point[k - 1].at_ms);
		}
	}
	median = n ? values_median(all, n) : 0;
	free(all);
	return (int64_t)median;
}

/*
 * Chooses windows that fill the trial, so that each second of it weighs the
 * same. They overlap by an interval: a rate knows only the time between the
 * first sample and the last of its window, so the time between two windows
 * would be lost. A window is a quarter of an interval longer than needed.
 * Readings are not at even distances, and without it a window would now and
 * then hold three samples. The last window ends an interval before the trial:
 * the reading at the end of the trial comes out of turn, and Prometheus' rate
 * takes even distances for granted.
 */
static void set_moments(struct scraped_trial *trial)
{
	int64_t interval_ms = trial->interval_ms;
	int64_t least_ms = SCRAPED_RATE_INTERVALS * interval_ms +
			   interval_ms / 4;
	int64_t length_ms = trial->end_ms - trial->go_ms - interval_ms;
	int64_t most = POINTS_MOST / (trial->replicas ? trial->replicas : 1);
	int64_t n = 0;

	if (least_ms < trial->least_rate_ms)
		least_ms = trial->least_rate_ms;
	trial->rate_ms = least_ms;
	if (interval_ms && length_ms >= least_ms)
		n = (length_ms - interval_ms) / (least_ms - interval_ms);
	most = most < MOMENTS_MOST ? most : MOMENTS_MOST;
	most = most > 1 ? most : 1;
	n = n < most ? n : most;
	trial->moments = (uint32_t)n;
	if (!n)
		return;
	trial->step_ms = (length_ms - interval_ms) / n;
	trial->rate_ms = trial->step_ms + interval_ms;
}

void scraped_plan(struct scraped_trial *trial, const struct scraped_matrix *raw,
		  const struct scraped_series **best)
{
	*best = find_best(raw);
	trial->interval_ms = *best ? find_interval(raw, *best) : 0;
	trial->raw_series = raw->count;
	trial->raw_samples = *best ? (*best)->count : 0;
	/* Prometheus' rate goes on to a window's end from a sample that is at
	 * most 1.1 of the window's own mean distances away. */
	trial->edge_ms = trial->interval_ms + trial->interval_ms / 20;
	set_moments(trial);
}

/* A figure at each moment; not-a-number where a replica lacks it. */
struct figure {
	double *value;
	size_t known;
};

/* Which moment; trial->moments: none. Prometheus rounds times, by a ms. */
static size_t moment_at(const struct scraped_trial *trial, int64_t at_ms)
{
	int64_t slack_ms = trial->step_ms / 4;
	int64_t after = at_ms - trial->go_ms - trial->rate_ms + slack_ms;

	if (!trial->moments || after < 0 ||
	    after / trial->step_ms >= trial->moments ||
	    after % trial->step_ms > 2 * slack_ms)
		return trial->moments;
	return (size_t)(after / trial->step_ms);
}

static void add_series(const struct scraped_trial *trial,
		       const struct scraped_series *series, double *sum,
		       uint32_t *seen)
{
	for (size_t i = 0; i < series->count; i++) {
		size_t k = moment_at(trial, series->point[i].at_ms);

		if (k == trial->moments)
			continue;
		sum[k] += series->point[i].value;
		seen[k]++;
	}
}

/* A sum over some of the replicas would be a lower figure, and a wrong one. */
static struct figure take_figure(const struct scraped_trial *trial,
				 const struct scraped_matrix *matrix,
				 int replica)
{
	size_t moments = trial->moments;
	uint32_t *seen = mem_array(moments, sizeof(*seen));
	uint32_t wanted = replica < 0 ? trial->replicas : 1;
	struct figure figure = { mem_array(moments, sizeof(double)), 0 };

	for (size_t i = 0; i < matrix->count; i++)
		if (replica < 0 ? matrix->series[i].replica >= 0
				: matrix->series[i].replica == replica)
			add_series(trial, &matrix->series[i], figure.value,
				   seen);
	for (size_t k = 0; k < moments; k++)
		if (seen[k] == wanted && isfinite(figure.value[k]))
			figure.known++;
		else
			figure.value[k] = NAN;
	free(seen);
	return figure;
}

static void describe(const double *values, size_t n, struct distribution *out)
{
	double *known = mem_array(n, sizeof(*known));
	size_t count = 0;

	for (size_t k = 0; k < n; k++)
		if (isfinite(values[k]))
			known[count++] = values[k];
	if (count)
		analyse_describe(known, count, out);
	else
		*out = (struct distribution){ NAN, NAN, NAN, NAN,
					      NAN, NAN, NAN, NAN };
	free(known);
}

static void describe_ratio(const struct figure *bytes, const struct figure *cpu,
			   size_t n, struct distribution *out)
{
	double *ratio = mem_array(n, sizeof(*ratio));

	for (size_t k = 0; k < n; k++)
		ratio[k] = cpu->value[k] > 0 ? bytes->value[k] / cpu->value[k]
					     : NAN;
	describe(ratio, n, out);
	free(ratio);
}

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

/* Why there is no figure at all. */
static void say_too_few(const struct scraped_trial *trial, const char *source,
			const char *run_id, struct str *finding)
{
	double length_s = seconds(trial->end_ms - trial->go_ms);

	if (trial->end_ms && !trial->raw_series) {
		str_addf(finding, "no series with these labels: %s has none "
			 "with container_label_run_id=\"%s\" in the %g s of "
			 "this trial: did it scrape that run, and does it keep "
			 "so much time?", source, run_id ? run_id : "",
			 length_s);
		return;
	}
	str_add(finding, "too few samples: ");
	if (trial->sliced)
		str_add(finding, "the trial worked in slices, in turn with "
				 "others, and scrapes are further apart");
	else if (!trial->end_ms)
		str_add(finding, "the trial has no window of time");
	else if (!trial->interval_ms)
		str_addf(finding, "%s has %zu of a replica in the %g s of this "
			 "trial", source, trial->raw_samples, length_s);
	else if (!trial->moments)
		str_addf(finding, "%s has %zu of a replica, one every %g s, "
			 "and a rate needs a trial of %g s, not %g s", source,
			 trial->raw_samples, seconds(trial->interval_ms),
			 seconds(trial->rate_ms + trial->interval_ms),
			 length_s);
	else
		str_addf(finding, "%s has at none of %u moments %d of each of "
			 "%u replicas within %g s", source, trial->moments,
			 SCRAPED_RATE_SAMPLES, trial->replicas,
			 seconds(trial->rate_ms));
}

static void say_figures(const struct scraped_trial *trial, const char *source,
			const struct figure *bytes, const struct figure *cpu,
			const struct figure *memory, struct str *finding)
{
	size_t moments = trial->moments;
	size_t least = bytes->known < cpu->known ? bytes->known : cpu->known;

	str_addf(finding, "recv_bytes_per_second, cpu_seconds, "
		 "recv_bytes_per_second_per_cpu and memory_usage_bytes are "
		 "from %s: %zu moments, each of the %g s before it, scraped "
		 "every %g s (%zu times)", source, least,
		 seconds(trial->rate_ms), seconds(trial->interval_ms),
		 trial->raw_samples);
	if (least < moments)
		str_addf(finding, ", %zu left out for want of samples",
			 moments - least);
	if (!bytes->known)
		str_add(finding, ", no received bytes");
	if (!cpu->known)
		str_add(finding, ", no CPU time");
	if (!memory->known)
		str_add(finding, ", no memory");
}

bool scraped_to_row(const struct scraped_trial *trial, int replica,
		    const char *source, struct result_row *row)
{
	struct str text = STR_INIT;
	struct figure bytes = take_figure(trial, &trial->bytes, replica);
	struct figure cpu = take_figure(trial, &trial->cpu, replica);
	struct figure memory = take_figure(trial, &trial->memory, replica);
	size_t n = trial->moments;
	bool any = bytes.known || cpu.known || memory.known;

	describe(bytes.value, n, &row->recv_bytes_per_second);
	describe(cpu.value, n, &row->cpu_seconds);
	describe_ratio(&bytes, &cpu, n, &row->recv_bytes_per_second_per_cpu);
	describe(memory.value, n, &row->memory_usage_bytes);
	if (any)
		say_figures(trial, source, &bytes, &cpu, &memory, &text);
	else
		say_too_few(trial, source, row->run_id, &text);
	findings_add(&row->findings,
		     finding_name(any ? FINDING_SCRAPED
				      : FINDING_SCRAPED_TOO_FEW), text.buf);
	str_release(&text);
	free(bytes.value);
	free(cpu.value);
	free(memory.value);
	return any;
}
