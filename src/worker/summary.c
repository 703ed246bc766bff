#include "worker/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "record/histogram.h"

struct sums {
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t bytes; /* of what is ok */
	struct histogram latency;
	double seconds;
};

double summary_cpu_s(void)
{
	struct timespec cpu = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
}

static json_int_t done_number(const struct summary_input *input,
			      const char *name)
{
	return json_integer_value(json_object_get(input->done, name));
}

static struct sums *add_up(const struct summary_input *input)
{
	const struct records *records = input->records;
	struct sums *sums = mem_new(sizeof(*sums));
	uint64_t end_ns = (uint64_t)done_number(input, "end_ns");

	histogram_init(&sums->latency);
	for (uint64_t i = 0; i < records->written; i++) {
		const struct record *record = &records->map[i];

		sums->outcomes[record->outcome]++;
		if (record->outcome != OUTCOME_OK)
			continue;
		sums->bytes += record->bytes;
		histogram_add(&sums->latency,
			      record->end_ns - record->intended_ns);
	}
	if (end_ns > input->at_ns)
		sums->seconds = clock_seconds(end_ns - input->at_ns);
	return sums;
}

/* NAN (null) where nothing was. */
static double per_second(const struct sums *sums, double amount)
{
	return sums->seconds > 0 ? amount / sums->seconds : (double)NAN;
}

static double latency_ms(const struct sums *sums, double q)
{
	double ns = histogram_quantile_ns(&sums->latency, q);

	return sums->latency.total ? ns / (double)NS_PER_MS : (double)NAN;
}

static double cpu_us(const struct summary_input *input)
{
	uint64_t n = input->records->written;

	return n ? input->cpu_s * 1e6 / (double)n : (double)NAN;
}

static json_t *failures_of(const struct sums *sums)
{
	json_t *failures = json_object();

	for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
		json_int_t n = (json_int_t)sums->outcomes[i];

		if (n)
			json_object_set_new(failures, outcome_name(i),
					    json_integer(n));
	}
	return failures;
}

static json_t *latencies_of(const struct sums *sums)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "p50",
			 json_double(latency_ms(sums, 0.5)), "p90",
			 json_double(latency_ms(sums, 0.9)), "p99",
			 json_double(latency_ms(sums, 0.99)), "max",
			 json_double(latency_ms(sums, 1)));
}

static json_t *to_json(const struct summary_input *input,
		       const struct sums *sums)
{
	double ok = (double)sums->outcomes[OUTCOME_OK];

	return json_pack(
		"{s:I, s:I, s:o, s:I, s:O, s:f, s:o, s:o, s:o, s:o, s:O, s:O, "
		"s:O}",
		"operations", (json_int_t)input->records->written, "ok",
		(json_int_t)sums->outcomes[OUTCOME_OK], "failures",
		failures_of(sums), "unfinished",
		done_number(input, "unfinished"), "stopped_by",
		json_object_get(input->done, "stopped_by"), "seconds",
		sums->seconds, "operations_per_second",
		json_double(per_second(sums, ok)), "bytes_per_second",
		json_double(per_second(sums, (double)sums->bytes)),
		"latency_ms", latencies_of(sums), "cpu_us_per_operation",
		json_double(cpu_us(input)), "versions",
		json_object_get(input->ready, "versions"), "not_applied",
		json_object_get(input->ready, "not_applied"), "notes",
		json_object_get(input->ready, "notes"));
}

void summary_print_json(const struct summary_input *input)
{
	struct sums *sums = add_up(input);
	json_t *json = to_json(input, sums);

	json_dumpf(json, stdout, JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(json);
	free(sums);
}

static void print_failures(const struct sums *sums)
{
	const char *before = "";

	printf("failures        ");
	for (unsigned i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++) {
		if (!sums->outcomes[i])
			continue;
		printf("%s%llu %s", before,
		       (unsigned long long)sums->outcomes[i], outcome_name(i));
		before = ", ";
	}
	printf("%s\n", *before ? "" : "none");
}

static void print_list(const char *title, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		printf("%-15s %s\n", title,
		       json_string_value(json_array_get(list, i)));
}

static const char *version_of(const struct summary_input *input,
			      const char *name)
{
	return json_string_value(json_object_get(
		json_object_get(input->ready, "versions"), name));
}

void summary_print(const struct summary_input *input)
{
	struct sums *sums = add_up(input);

	printf("%s %s, %s\n", input->program, version_of(input, "library"),
	       version_of(input, "runtime"));
	printf("operations      %llu in %.3f s, stopped by %s; %lld "
	       "unfinished\n",
	       (unsigned long long)input->records->written, sums->seconds,
	       json_string_value(json_object_get(input->done, "stopped_by")),
	       (long long)done_number(input, "unfinished"));
	print_failures(sums);
	printf("throughput      %.1f operations/s, %.2f MB/s\n",
	       per_second(sums, (double)sums->outcomes[OUTCOME_OK]),
	       per_second(sums, (double)sums->bytes) / 1e6);
	printf("latency         p50 %.3f ms, p90 %.3f ms, p99 %.3f ms, "
	       "max %.3f ms\n",
	       latency_ms(sums, 0.5), latency_ms(sums, 0.9),
	       latency_ms(sums, 0.99), latency_ms(sums, 1));
	printf("CPU             %.2f us an operation\n", cpu_us(input));
	print_list("not applied", json_object_get(input->ready, "not_applied"));
	print_list("note", json_object_get(input->ready, "notes"));
	free(sums);
}
