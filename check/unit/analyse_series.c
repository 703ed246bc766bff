/* From scraped series to columns of a row. */
#include "check.h"
#include "said.h"

#include <math.h>
#include <stdbool.h>

#include "analyse/from_series.h"
#include "base/mem.h"

#define GO 1700000000000

static struct scraped_series *add(struct scraped_matrix *m, int32_t replica,
				  const char *instance)
{
	MEM_ROOM(m->series, m->count, m->capacity);
	m->series[m->count] = (struct scraped_series){
		.replica = replica, .job = mem_dup("job"),
		.instance = mem_dup(instance),
	};
	return &m->series[m->count++];
}

static void put(struct scraped_series *s, int64_t at_ms, double value)
{
	MEM_ROOM(s->point, s->count, s->capacity);
	s->point[s->count++] = (struct scraped_point){ at_ms, value };
}

/* A sample an interval, from `from_ms` after GO. */
static void put_every(struct scraped_series *s, int64_t from_ms,
		      int64_t interval_ms, int n, double value)
{
	for (int i = 0; i < n; i++)
		put(s, GO + from_ms + i * interval_ms, value);
}

static struct scraped_trial ten_seconds(uint32_t replicas)
{
	return (struct scraped_trial){ .replicas = replicas, .go_ms = GO,
				       .end_ms = GO + 10000 };
}

/* --sampling-interval: no rate over less, where it is more than four scrapes. */
static void windows_as_asked(void **state)
{
	static const int64_t asked_ms[] = { 0, 2000, 4250, 10000, 20000 };

	(void)state;
	for (size_t i = 0; i < sizeof(asked_ms) / sizeof(*asked_ms); i++) {
		struct scraped_trial trial = ten_seconds(1);
		const struct scraped_series *best;
		struct scraped_matrix raw = { 0 };

		put_every(add(&raw, 0, "a"), 0, 1000, 2, 0);
		trial.end_ms = GO + 60000;
		trial.least_rate_ms = asked_ms[i];
		scraped_plan(&trial, &raw, &best);
		assert_true(trial.rate_ms >= asked_ms[i]);
		assert_true(trial.rate_ms < 2 * (asked_ms[i] + 4250));
		assert_true(trial.moments > 1);
		scraped_matrix_release(&raw);
	}
}

/* Every length has windows of four intervals or more, which fill it. */
static void windows_fill_the_trial(void **state)
{
	(void)state;
	for (int64_t length_ms = 5250; length_ms < 100000; length_ms += 333) {
		struct scraped_trial trial = ten_seconds(1);
		const struct scraped_series *best;
		struct scraped_matrix raw = { 0 };

		put_every(add(&raw, 0, "a"), 0, 1000, 2, 0);
		trial.end_ms = GO + length_ms;
		scraped_plan(&trial, &raw, &best);
		assert_in_range(trial.rate_ms, 4250, 7500);
		assert_int_equal(trial.rate_ms - trial.step_ms, 1000);
		assert_in_range(length_ms - trial.step_ms * trial.moments,
				2000, 2000 + trial.moments);
		scraped_matrix_release(&raw);
	}
}

#define APART 3285
#define FIRST 4285

/* Planned with scrapes a second apart: six moments, APART ms apart. */
static struct scraped_trial planned(uint32_t replicas)
{
	struct scraped_trial trial = ten_seconds(replicas);
	const struct scraped_series *best;
	struct scraped_matrix raw = { 0 };

	trial.end_ms = GO + 6 * APART + 2003;
	put_every(add(&raw, 0, "a"), 500, 1000, 10, 0);
	scraped_plan(&trial, &raw, &best);
	scraped_matrix_release(&raw);
	assert_int_equal(trial.moments, 6);
	assert_int_equal(trial.step_ms, APART);
	assert_int_equal(trial.rate_ms, FIRST);
	return trial;
}

static void windows_come_from_the_rows_texts(void **state)
{
	char go[] = "2023-11-14 22:13:20.000001";
	char end[] = "2023-11-14 22:13:30.999999", odd[] = "yesterday";
	struct result_row row;
	struct scraped_trial trial;

	(void)state;
	result_row_init(&row);
	row.replicas = 3;
	assert_false(scraped_window(&row, &trial));
	row.start_time = go;
	assert_false(scraped_window(&row, &trial));
	row.end_time = end;
	row.slices = 3; /* it stood still for most of that time */
	assert_false(scraped_window(&row, &trial));
	assert_true(trial.sliced);
	row.slices = 0;
	assert_true(scraped_window(&row, &trial));
	assert_false(trial.sliced);
	assert_int_equal(trial.replicas, 3);
	assert_true(trial.go_ms == GO + 1);
	assert_true(trial.end_ms == GO + 10999);
	row.end_time = go;
	assert_false(scraped_window(&row, &trial));
	row.end_time = odd;
	assert_false(scraped_window(&row, &trial));
}

static void the_interval_is_learned(void **state)
{
	struct scraped_trial trial = ten_seconds(2);
	struct scraped_matrix raw = { 0 };
	const struct scraped_series *best;
	struct scraped_series *s;

	(void)state;
	put_every(add(&raw, 0, "slow"), 0, 3000, 3, 0);
	s = add(&raw, 0, "ours");
	put_every(s, 100, 1000, 4, 0);
	put_every(s, 5100, 1000, 5, 0); /* a scrape is missing */
	put_every(add(&raw, 1, "ours"), 100, 1000, 9, 0);
	scraped_plan(&trial, &raw, &best);
	assert_string_equal(best->instance, "ours");
	assert_int_equal(trial.interval_ms, 1000);
	assert_int_equal(trial.raw_samples, 9);
	assert_int_equal(trial.moments, 2);
	assert_int_equal(trial.step_ms, 4000);
	assert_int_equal(trial.rate_ms, 5000);
	assert_int_equal(trial.edge_ms, 1050);
	scraped_matrix_release(&raw);
}

/* A day of a thousand replicas stays within what Prometheus gives at once. */
static void long_trials_have_fewer_moments(void **state)
{
	struct scraped_trial trial = ten_seconds(1000);
	struct scraped_matrix raw = { 0 };
	const struct scraped_series *best;

	(void)state;
	trial.end_ms = GO + 86400000;
	put_every(add(&raw, 0, "a"), 0, 1000, 5, 0);
	scraped_plan(&trial, &raw, &best);
	assert_int_equal(trial.moments, 200);
	assert_int_equal(trial.step_ms, 431990);
	assert_int_equal(trial.rate_ms, 432990);
	scraped_matrix_release(&raw);
}

static void fill(struct scraped_trial *trial, uint32_t replicas)
{
	for (uint32_t r = 0; r < replicas; r++) {
		struct scraped_series *bytes = add(&trial->bytes, (int)r, "");
		struct scraped_series *cpu = add(&trial->cpu, (int)r, "");
		struct scraped_series *memory = add(&trial->memory, (int)r, "");

		/* Prometheus may round a time down. */
		put_every(bytes, FIRST - 1, APART, 6, 100 * (r + 1));
		put_every(cpu, FIRST, APART, 6, 0.5 * (r + 1));
		put_every(memory, FIRST, APART, 6, 1000);
		put_every(memory, 7 * FIRST, APART, 2, 1); /* after the end */
	}
}

static void a_row_is_the_sum_of_its_replicas(void **state)
{
	struct scraped_trial trial = planned(2);
	struct result_row row;

	(void)state;
	fill(&trial, 2);
	put_every(add(&trial.bytes, -1, ""), FIRST, APART, 6, 1e9);
	result_row_init(&row);
	assert_true(scraped_to_row(&trial, -1, "PROM", &row));
	assert_true(row.recv_bytes_per_second.count == 6);
	assert_true(row.recv_bytes_per_second.mean == 300);
	assert_true(row.cpu_seconds.max == 1.5);
	assert_true(row.recv_bytes_per_second_per_cpu.q50 == 200);
	assert_true(row.memory_usage_bytes.min == 2000);
	assert_non_null(strstr(said(&row.findings), "from PROM: 6 moments"));
	assert_null(strstr(said(&row.findings), "left out"));
	assert_true(scraped_to_row(&trial, 1, "PROM", &row));
	assert_true(row.recv_bytes_per_second.mean == 200);
	assert_true(row.memory_usage_bytes.count == 6);
	assert_false(scraped_to_row(&trial, 2, "PROM", &row));
	assert_true(isnan(row.cpu_seconds.mean));
	findings_release(&row.findings);
	scraped_trial_release(&trial);
}

static void a_sum_of_some_replicas_is_none(void **state)
{
	struct scraped_trial trial = planned(3);
	struct result_row row;

	(void)state;
	fill(&trial, 2);
	put_every(add(&trial.bytes, 2, ""), FIRST, APART, 2, 300);
	put_every(add(&trial.cpu, 2, ""), FIRST, APART, 2, 1);
	result_row_init(&row);
	assert_true(scraped_to_row(&trial, -1, "PROM", &row));
	assert_true(row.recv_bytes_per_second.count == 2);
	assert_true(row.recv_bytes_per_second.mean == 600);
	assert_true(isnan(row.memory_usage_bytes.count));
	assert_non_null(strstr(said(&row.findings), "2 moments"));
	assert_non_null(strstr(said(&row.findings), "4 left out"));
	assert_non_null(strstr(said(&row.findings), "no memory"));
	findings_release(&row.findings);
	scraped_trial_release(&trial);
}

static char run_id[] = "the-run";

static void assert_without(const struct scraped_trial *trial, const char *why)
{
	struct result_row row;

	result_row_init(&row);
	row.run_id = run_id;
	row.cpu_seconds.mean = row.recv_bytes_per_second.count = 1;
	row.requests_per_second = 7;
	assert_false(scraped_to_row(trial, -1, "PROM", &row));
	assert_true(isnan(row.cpu_seconds.mean));
	assert_true(isnan(row.recv_bytes_per_second.count));
	assert_true(row.requests_per_second == 7);
	if (!strstr(said(&row.findings), why))
		fail_msg("'%s' does not name '%s'", said(&row.findings), why);
	findings_release(&row.findings);
}

static void assert_too_few(const struct scraped_trial *trial, const char *why)
{
	assert_without(trial, "too few samples: ");
	assert_without(trial, why);
}

static void plan_with(struct scraped_trial *trial, int64_t interval_ms, int n)
{
	struct scraped_matrix raw = { 0 };
	const struct scraped_series *best;

	if (n)
		put_every(add(&raw, 0, "a"), 10, interval_ms, n, 0);
	scraped_plan(trial, &raw, &best);
	assert_true((best != NULL) == (n > 0));
	scraped_matrix_release(&raw);
}

static void too_few_samples_are_told_with_numbers(void **state)
{
	struct scraped_trial trial = { 0 };

	(void)state;
	assert_too_few(&trial, "no window of time");
	trial = ten_seconds(2);
	plan_with(&trial, 0, 0);
	assert_without(&trial, "no series with these labels: PROM has none with "
		       "container_label_run_id=\"the-run\" in the 10 s");
	trial = ten_seconds(2);
	plan_with(&trial, 0, 1);
	assert_too_few(&trial, "PROM has 1 of a replica in the 10 s");
	trial = ten_seconds(2);
	plan_with(&trial, 2500, 4);
	assert_too_few(&trial, "4 of a replica, one every 2.5 s, and a rate "
			       "needs a trial of 13.125 s, not 10 s");
	trial = planned(2);
	assert_too_few(&trial, "none of 6 moments 4 of each of 2 replicas "
			       "within 4.285 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_come_from_the_rows_texts),
		cmocka_unit_test(the_interval_is_learned),
		cmocka_unit_test(windows_as_asked),
		cmocka_unit_test(windows_fill_the_trial),
		cmocka_unit_test(long_trials_have_fewer_moments),
		cmocka_unit_test(a_row_is_the_sum_of_its_replicas),
		cmocka_unit_test(a_sum_of_some_replicas_is_none),
		cmocka_unit_test(too_few_samples_are_told_with_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
