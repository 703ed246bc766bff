#include "analyse/series.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/mem.h"

#define WINDOW_S 1.0
#define WINDOW_LEAST_S 0.1

/* Slices that were closed. */
static void slice_boundaries(struct series *series, const struct trial *trial)
{
	series->step = 2;
	series->at_ns = mem_array(2 * trial->slice_count,
				  sizeof(*series->at_ns));
	for (size_t i = 0; i < trial->slice_count; i++) {
		const struct slice *slice = &trial->slices[i];

		if (!(slice_seconds(slice) > 0))
			continue;
		series->at_ns[series->count++] = slice->begin_ns;
		series->at_ns[series->count++] = slice->end_ns;
	}
}

static void even_boundaries(struct series *series, const struct trial *trial)
{
	double duration = trial_seconds(trial), window = WINDOW_S;

	if (duration < 10 * WINDOW_S)
		window = duration / 10;
	if (window < WINDOW_LEAST_S)
		window = WINDOW_LEAST_S;
	series->step = 1;
	series->window_s = window;
	/* A hair more, so that ten windows fit into ten windows' time. */
	series->count = (size_t)(duration / window + 1e-6) + 1;
	if (!trial->go_ns || series->count < 2)
		series->count = 0;
	series->at_ns = mem_array(series->count, sizeof(*series->at_ns));
	for (size_t k = 0; k < series->count; k++)
		series->at_ns[k] = trial->go_ns + clock_ns((double)k * window);
}

void series_init(struct series *series, const struct trial *trial)
{
	memset(series, 0, sizeof(*series));
	if (trial->slice_count)
		slice_boundaries(series, trial);
	else
		even_boundaries(series, trial);
	series->bytes = mem_array(series->count, sizeof(double));
	series->cpu_s = mem_array(series->count, sizeof(double));
	series->memory = mem_array(series->count, sizeof(double));
}

void series_release(struct series *series)
{
	free(series->at_ns);
	free(series->bytes);
	free(series->cpu_s);
	free(series->memory);
	memset(series, 0, sizeof(*series));
}

static double between(double a, double b, double t)
{
	return a + (b - a) * t;
}

static void add_at(struct series *series, size_t k, const struct sample *a,
		   const struct sample *b, uint64_t at_ns)
{
	double t = 0;

	if (b->at_ns > a->at_ns)
		t = (double)(at_ns - a->at_ns) /
		    (double)(b->at_ns - a->at_ns);
	if (t > 1)
		t = 1; /* after the last sample: its values stand */
	series->bytes[k] += between((double)a->received_bytes,
				    (double)b->received_bytes, t);
	series->cpu_s[k] += between(clock_seconds(a->cpu_ns),
				    clock_seconds(b->cpu_ns), t);
	series->memory[k] += between((double)a->memory_bytes,
				     (double)b->memory_bytes, t);
}

/* The next sample of this replica from index i on. */
static const struct sample *next_of(const struct trial *trial,
				    unsigned replica, size_t *i)
{
	while (*i < trial->sample_count) {
		const struct sample *sample = &trial->samples[(*i)++];

		if (sample->replica == (int32_t)replica)
			return sample;
	}
	return NULL;
}

void series_add(struct series *series, const struct trial *trial,
		unsigned replica)
{
	size_t i = 0;
	const struct sample *a = next_of(trial, replica, &i);
	const struct sample *b = a;

	for (size_t k = 0; a && k < series->count; k++) {
		uint64_t at_ns = series->at_ns[k];

		while (b->at_ns < at_ns) {
			const struct sample *next = next_of(trial, replica, &i);

			if (!next)
				break;
			a = b;
			b = next;
		}
		add_at(series, k, a, b, at_ns < a->at_ns ? a->at_ns : at_ns);
	}
}

/* Length of the window whose first boundary is k. */
static double window_s(const struct series *series, size_t k)
{
	return series->window_s > 0
		       ? series->window_s
		       : clock_seconds(series->at_ns[k + 1] - series->at_ns[k]);
}

/* Returns how many values there are. */
static size_t take_memory(const struct series *series, double *out)
{
	size_t n = 0;

	for (size_t k = series->step - 1; k < series->count; k += series->step)
		out[n++] = series->memory[k];
	return n;
}

void series_describe(const struct series *series, struct result_row *row)
{
	double *bytes = mem_array(series->count, sizeof(*bytes));
	double *cpu = mem_array(series->count, sizeof(*cpu));
	double *ratio = mem_array(series->count, sizeof(*ratio));
	double *memory = mem_array(series->count, sizeof(*memory));
	size_t n = 0, ratios = 0, memories = take_memory(series, memory);

	for (size_t k = 0; k + 1 < series->count; k += series->step) {
		double cpu_s = series->cpu_s[k + 1] - series->cpu_s[k];
		double taken = series->bytes[k + 1] - series->bytes[k];

		bytes[n] = taken / window_s(series, k);
		cpu[n++] = cpu_s / window_s(series, k);
		if (cpu_s > 0)
			ratio[ratios++] = taken / cpu_s;
	}
	analyse_describe(bytes, n, &row->recv_bytes_per_second);
	analyse_describe(cpu, n, &row->cpu_seconds);
	analyse_describe(ratio, ratios, &row->recv_bytes_per_second_per_cpu);
	analyse_describe(memory, memories, &row->memory_usage_bytes);
	free(bytes);
	free(cpu);
	free(ratio);
	free(memory);
}
