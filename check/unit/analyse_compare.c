#include "check.h"

#include "analyse/compare.h"
#include "base/clock.h"
#include "base/unknown.h"
#include "base/values.h"
#include "simulated.h"

#define MS 1000000U

/* A slice of a tenth of a second. */
static struct slice slice_of(unsigned round, uint64_t operations)
{
	return (struct slice){ .round = round,
			       .begin_ns = 1,
			       .end_ns = 1 + 100 * MS,
			       .operations = operations,
			       .cpu_ns = 50 * MS };
}

/* A separate trial of a second. */
static struct block_trial whole(const char *library, unsigned block,
				uint64_t operations)
{
	return (struct block_trial){ .library = library,
				     .block = block,
				     .seconds = 1,
				     .operations = operations,
				     .cpu_seconds = 0.5 };
}

static struct block_trial sliced(const char *library, unsigned block,
				 const struct slice *slices, size_t count)
{
	return (struct block_trial){ .library = library,
				     .block = block,
				     .slices = slices,
				     .slice_count = count };
}

static struct block_trial baseline(struct block_trial trial)
{
	trial.baseline = true;
	return trial;
}

static void near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.12g, not %.12g", value, expected);
}

/* No verdict rests on what is no number, and no figure is infinite. */
static void is_sane(const struct comparison *c)
{
	for (size_t i = 0; i < c->pair_count; i++)
		for (int by = 0; by < COMPARED_BY; by++) {
			const struct estimate *e = &c->pairs[i].by[by].ratio;
			bool known = isfinite(e->low) && isfinite(e->high);

			assert_false(isinf(e->value) || isinf(e->low) ||
				     isinf(e->high));
			assert_int_equal(known, c->pairs[i].by[by].verdict !=
							VERDICT_NONE);
			assert_int_equal(known,
					 isfinite(c->pairs[i].by[by].seen));
		}
	for (size_t i = 0; i < c->row_count; i++)
		for (int by = 0; by < COMPARED_BY; by++)
			assert_false(isinf(c->rows[i].figure[by].value));
}

static void compare(const struct block_trial *trials, size_t count,
		    struct comparison *c)
{
	analyse_compare(trials, count, c);
	is_sane(c);
}

/* ------------------------------------------------------------------- tables */

/* The k-th of the 78 (geometric) means of the ratios of two blocks. */
static double mean_ratio(unsigned k)
{
	double mean[78];
	unsigned n = 0;

	for (unsigned i = 0; i < 12; i++)
		for (unsigned j = i; j < 12; j++)
			mean[n++] = sqrt((1000.0 + i) / (1200.0 + i) *
					 (1000.0 + j) / (1200.0 + j));
	values_sort(mean, n);
	return mean[k - 1];
}

/* Of two libraries, reference and null, in 12 blocks: a is 1.2 times b. */
static void check_table(void **state)
{
	struct block_trial trials[48];
	struct comparison c;
	double low, high;

	(void)state;
	for (unsigned block = 0; block < 12; block++) {
		trials[block * 4] = whole("b", block, 1000 + block);
		trials[block * 4 + 1] = whole("a", block, 1200 + block);
		trials[block * 4 + 2] =
			baseline(whole("reference", block, 4000));
		trials[block * 4 + 3] = baseline(whole("null", block, 90000));
	}
	compare(trials, 48, &c);
	assert_int_equal(c.row_count, 4);
	assert_string_equal(c.rows[0].library, "b");
	assert_string_equal(c.rows[3].library, "null");
	assert_int_equal(c.pair_count, 3);
	assert_int_equal(c.verdicts, 6);
	assert_int_equal(c.blocks, 12);
	assert_int_equal(c.blocks_needed, 8);
	assert_int_equal(analyse_blocks_needed(2, true), 8);
	near(c.level, 1 - 0.05 / 6);
	assert_false(c.sliced);
	near(c.rows[0].figure[BY_RATE].value, sqrt(1005.0 * 1006));
	near(c.rows[0].figure[BY_RATE].low, 1002); /* the third of twelve */
	near(c.rows[0].figure[BY_RATE].high, 1009);
	near(c.rows[0].figure[BY_CPU].value, 5e5 / sqrt(1005.0 * 1006));
	low = mean_ratio(7); /* P(W < 7) = 14 / 4096 <= 0.05 / 6 / 2 */
	high = mean_ratio(72);
	near(c.pairs[0].by[BY_RATE].ratio.low, low);
	near(c.pairs[0].by[BY_RATE].ratio.high, high);
	near(c.pairs[0].by[BY_CPU].ratio.high, 1 / low);
	near(1 + c.pairs[0].by[BY_RATE].seen, sqrt(high / low));
	assert_int_equal(c.pairs[0].by[BY_RATE].verdict, VERDICT_WORSE);
	assert_int_equal(c.pairs[0].by[BY_CPU].verdict, VERDICT_WORSE);
	assert_int_equal(c.pairs[1].b, 2);
	assert_int_equal(c.rows[0].rank[BY_RATE], 2);
	assert_int_equal(c.rows[1].rank[BY_RATE], 1);
	assert_int_equal(c.rows[1].rank[BY_CPU], 1);
	assert_int_equal(c.rows[2].rank[BY_RATE], 0);
	assert_int_equal(c.rows[3].rank[BY_RATE], 0);
	comparison_release(&c);
	assert_null(c.rows);
}

/* Before anything is measured: V verdicts take 2 / 2^n <= 0.05 / V. */
static void check_blocks_needed(void **state)
{
	(void)state;
	assert_int_equal(analyse_blocks_needed(0, true), 0);
	assert_int_equal(analyse_blocks_needed(1, false), 0);
	assert_int_equal(analyse_blocks_needed(1, true), 7);   /* 2 */
	assert_int_equal(analyse_blocks_needed(2, false), 7);  /* 2 */
	assert_int_equal(analyse_blocks_needed(6, true), 11);  /* 42 */
	assert_int_equal(analyse_blocks_needed(9, true), 12);  /* 90 */
	assert_int_equal(analyse_blocks_needed(10, false), 12); /* 90 */
	assert_int_equal(analyse_blocks_needed(10, true), 13); /* 110 */
}

/* ------------------------------------------------------------- common rounds */

#define ROUNDS 9U

/* In each round the machine is as fast as it is; a does 1.1 times what b does.
 * So the ratio is seen through the drift, from rounds; b lacks some. */
static void check_rounds(void **state)
{
	struct slice a[ROUNDS], b[ROUNDS];
	struct block_trial trials[2] = { sliced("a", 0, a, ROUNDS),
					 sliced("b", 0, b, ROUNDS - 2) };
	struct comparison c;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		a[i] = slice_of(i, 1100 << i);
		b[i] = slice_of(i, 1000 << i);
	}
	b[1] = b[ROUNDS - 1];
	b[3].end_ns = b[3].begin_ns - 1; /* a clock that jumped */
	b[3].marks = SLICE_MARK(STEAL);
	a[5].marks = SLICE_MARK(STEAL) | SLICE_MARK(UNDRAINED);
	compare(trials, 2, &c);
	near(c.pairs[0].by[BY_RATE].ratio.value, 1.1);
	assert_int_equal(c.pairs[0].paired, 1);
	near(c.rows[0].figure[BY_RATE].value, 1100 * 511 / 0.9);
	near(c.rows[0].figure[BY_CPU].value, 9 * 5e4 / (1100 * 511));
	assert_true(c.sliced);
	assert_int_equal(c.rows[0].rounds, ROUNDS);
	assert_int_equal(c.rows[1].rounds, ROUNDS - 3);
	assert_int_equal(c.rows[0].marked, 1);
	assert_int_equal(c.rows[0].marks[SLICE_BIT_STEAL], 1);
	assert_int_equal(c.rows[0].marks[SLICE_BIT_UNDRAINED], 1);
	assert_int_equal(c.rows[0].marks[SLICE_BIT_FEW], 0);
	assert_int_equal(c.rows[1].marked, 0);
	comparison_release(&c);
}

/* Two rounds in common are too few; then block numbers are compared. */
static void check_few_rounds(void **state)
{
	struct slice a[4], b[3];
	struct block_trial trials[2] = { sliced("a", 0, a, 4),
					 sliced("b", 0, b, 3) };
	struct comparison c;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		a[i] = slice_of(i, 2000);
	for (unsigned i = 0; i < 3; i++)
		b[i] = slice_of(i, i == 2 ? 500 : 1000);
	a[2].cpu_ns = COUNT_UNKNOWN;
	compare(trials, 2, &c);
	near(c.pairs[0].by[BY_RATE].ratio.value, 2);
	near(c.pairs[0].by[BY_CPU].ratio.value, 25 / 60.0); /* totals */
	assert_int_equal(c.pairs[0].paired, 1); /* by rate it has three */
	assert_int_equal(c.pairs[0].few, 0);
	comparison_release(&c);
	b[0].operations = 0; /* half of one: slow, and not left out */
	b[2].operations = 1000;
	b[1].operations = 500;
	compare(trials, 2, &c);
	near(c.pairs[0].by[BY_RATE].ratio.value, 4);
	assert_int_equal(c.pairs[0].blocks, 1);
	assert_int_equal(c.pairs[0].paired, 0);
	assert_int_equal(c.pairs[0].few, 1);
	comparison_release(&c);
	trials[1] = whole("b", 0, 4000);
	compare(trials, 2, &c);
	near(c.pairs[0].by[BY_RATE].ratio.value, 5);
	near(c.pairs[0].by[BY_CPU].ratio.value, 25 / 125.0);
	comparison_release(&c);
}

/* A third of a's slices is slow, and b's are longer: by less than a half, by more. */
static void check_unlike_windows(void **state)
{
	struct slice a[ROUNDS], b[ROUNDS];
	struct block_trial trials[2] = { sliced("a", 0, a, ROUNDS),
					 sliced("b", 0, b, ROUNDS) };
	struct comparison c;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		a[i] = slice_of(i, i < 3 ? 400 : 1000);
		b[i] = slice_of(i, 800);
		b[i].end_ns = 1 + 149 * MS;
	}
	compare(trials, 2, &c);
	near(c.pairs[0].by[BY_RATE].ratio.value, 1.25 * 1.49);
	assert_int_equal(c.pairs[0].paired, 1);
	comparison_release(&c);
	for (unsigned i = 0; i < ROUNDS; i++)
		b[i].end_ns = 1 + 151 * MS;
	compare(trials, 2, &c); /* more than half as long again */
	near(c.pairs[0].by[BY_RATE].ratio.value, 1.51); /* both did 7,200 */
	near(c.pairs[0].by[BY_CPU].ratio.value, 1);
	assert_int_equal(c.pairs[0].paired, 0);
	assert_int_equal(c.pairs[0].few, 0); /* there are enough of them */
	comparison_release(&c);
}

/* ---------------------------------------------------------------- bad input */

static void has_no_verdict(const struct block_trial *trials, size_t count)
{
	struct comparison c;

	compare(trials, count, &c);
	for (size_t i = 0; i < c.pair_count; i++)
		for (int by = 0; by < COMPARED_BY; by++)
			assert_int_equal(c.pairs[i].by[by].verdict,
					 VERDICT_NONE);
	for (size_t i = 0; i < c.row_count; i++)
		assert_int_equal(c.rows[i].rank[BY_RATE], 0);
	comparison_release(&c);
}

static void check_nothing(void **state)
{
	struct slice open = slice_of(0, 100);
	struct slice none = slice_of(0, 0);
	struct block_trial trials[] = {
		whole("a", 0, 0),		  whole("b", 0, 100),
		whole("a", 1, COUNT_UNKNOWN),	  whole("b", 1, 100),
		sliced("a", 2, &open, 1),	  whole("b", 2, 100),
		sliced("a", 3, &none, 1),	  whole("b", 3, 100),
		sliced("a", 4, &none, 0),	  whole("b", 4, 100),
		whole("a", 5, 100),		  whole("b", 5, 100),
		whole("a", 6, 100),		  whole("b", 6, 100),
		whole("a", 4000000000, 100),
	};
	struct comparison c;

	(void)state;
	open.begin_ns = open.end_ns = 0;
	trials[10].seconds = 0;
	trials[12].failed = true;
	trials[14].seconds = INFINITY;
	compare(trials, 14, &c);
	assert_int_equal(c.rows[0].blocks, 0);
	assert_int_equal(c.rows[1].blocks, 7);
	assert_int_equal(c.verdicts, 0);
	assert_int_equal(c.blocks_needed, 6);
	assert_true(isnan(c.rows[0].figure[BY_RATE].value));
	assert_true(isnan(c.pairs[0].by[BY_CPU].ratio.value));
	comparison_release(&c);
	for (size_t count = 0; count <= 15; count++)
		has_no_verdict(trials, count);
}

/* CPU that nobody could read takes the other figure nothing. */
static void check_no_cpu(void **state)
{
	struct block_trial trials[14];
	struct comparison c;

	(void)state;
	for (unsigned i = 0; i < 14; i++) {
		trials[i] = whole(i % 2 ? "a" : "b", i / 2, i % 2 ? 90 : 100);
		trials[i].cpu_seconds = i % 4 == 1 ? 0 : NAN;
	}
	compare(trials, 14, &c);
	assert_int_equal(c.verdicts, 1);
	assert_int_equal(c.pairs[0].blocks, 7);
	assert_int_equal(c.pairs[0].by[BY_CPU].verdict, VERDICT_NONE);
	assert_int_equal(c.pairs[0].by[BY_RATE].verdict, VERDICT_BETTER);
	assert_true(c.pairs[0].by[BY_RATE].seen == 0); /* all are equal */
	assert_int_equal(c.rows[0].rank[BY_CPU], 0);
	assert_int_equal(c.rows[1].rank[BY_RATE], 2);
	comparison_release(&c);
}

/* c is in one block, and in no other; b lacks every third. */
static void check_missing(void **state)
{
	struct block_trial trials[64];
	struct comparison c;
	size_t n = 0;

	(void)state;
	for (unsigned block = 20; block-- > 0;) { /* in any order */
		trials[n++] = whole("a", block * 3, 1000);
		if (block % 3)
			trials[n++] = whole("b", block * 3, 1000);
	}
	trials[n++] = whole("c", 57, 1000);
	compare(trials, n, &c);
	assert_int_equal(c.pairs[0].blocks, 13);
	assert_int_equal(c.pairs[1].blocks, 1);
	assert_int_equal(c.pairs[2].blocks, 1);
	assert_int_equal(c.blocks, 20);
	assert_int_equal(c.pairs[0].by[BY_RATE].verdict, VERDICT_NOT_APART);
	assert_int_equal(c.pairs[1].by[BY_RATE].verdict, VERDICT_NONE);
	near(c.pairs[1].by[BY_RATE].ratio.value, 1);
	assert_int_equal(c.rows[0].rank[BY_RATE], 1);
	assert_int_equal(c.rows[1].rank[BY_RATE], 1);
	assert_int_equal(c.rows[2].rank[BY_RATE], 0);
	assert_true(isnan(c.rows[2].figure[BY_RATE].low));
	near(c.rows[2].figure[BY_RATE].value, 1000);
	comparison_release(&c);
}

static void check_few_rows(void **state)
{
	struct block_trial trials[24];
	struct comparison c;

	(void)state;
	for (unsigned i = 0; i < 24; i++)
		trials[i] = baseline(
			whole(i % 2 ? "null" : "reference", i / 2, 1000));
	compare(trials, 24, &c); /* only baselines */
	assert_int_equal(c.pair_count, 0);
	near(c.rows[1].figure[BY_RATE].low, 1000);
	comparison_release(&c);
	for (unsigned i = 0; i < 24; i += 2)
		trials[i] = whole("a", i / 2, 1000);
	compare(trials, 24, &c); /* a library and null */
	assert_int_equal(c.row_count, 2);
	assert_int_equal(c.pair_count, 0);
	assert_int_equal(c.rows[0].rank[BY_RATE], 0);
	comparison_release(&c);
	compare(trials, 1, &c);
	assert_int_equal(c.row_count, 1);
	comparison_release(&c);
}

/* The time of 10,000 trials of 30 slices grows as their number does, against
 * that of a quarter of them. */
static double seconds_of(unsigned blocks)
{
	static struct slice slices[30];
	size_t count = (size_t)blocks * 8;
	struct block_trial *trials = mem_array(count, sizeof(*trials));
	struct comparison c;
	uint64_t began;

	for (unsigned i = 0; i < 30; i++)
		slices[i] = slice_of(i, 900 + i * 7 % 30);
	for (size_t i = 0; i < count; i++)
		trials[i] = sliced(sim_names[i % 8], (unsigned)(i / 8), slices,
				   30);
	began = clock_now_ns();
	analyse_compare(trials, count, &c);
	comparison_release(&c);
	free(trials);
	return clock_seconds(clock_now_ns() - began);
}

static void check_speed(void **state)
{
	double few = INFINITY, many = INFINITY;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		few = fmin(few, seconds_of(312));
		many = fmin(many, seconds_of(1250));
	}
	print_message("10,000 trials of 30 slices: %.3f s, a quarter of them "
		      "%.3f s\n", many, few);
	assert_true(many < 10 * few); /* square would be 16 */
}

/* ----------------------------------------------------------- false verdicts */

/* Noise like that of a bad hour: drift, spikes, skew, slow processes. */
static void bad_hour(struct sim *sim)
{
	sim->drift = 0.16;
	sim->stay = 0.98;
	sim_all_rows(sim, (struct sim_noise){ .process = 0.03,
					      .slow = 0.1,
					      .slow_by = 0.1,
					      .slice = 0.06,
					      .skew = 0.06,
					      .spike = 0.1,
					      .spike_by = 0.2 });
}

static bool any_verdict(const struct comparison *c)
{
	for (size_t i = 0; i < c->pair_count; i++)
		for (int by = 0; by < COMPARED_BY; by++)
			if (c->pairs[i].by[by].verdict != VERDICT_NOT_APART)
				return true;
	return false;
}

/* Seven that are equal, 42 verdicts. Without the correction a third of such
 * experiments and more has a false one. */
static void check_false_verdicts(void **state)
{
	enum { EXPERIMENTS = 400 };
	struct sim sim = { .rows = 7, .blocks = 12, .rounds = 12 };
	struct comparison c;
	unsigned wrong = 0;

	(void)state;
	bad_hour(&sim);
	sim_init(&sim);
	for (unsigned i = 0; i < EXPERIMENTS; i++) {
		sim_run(&sim, i);
		compare(sim.trials, 84, &c);
		assert_int_equal(c.verdicts, 42);
		wrong += any_verdict(&c);
		comparison_release(&c);
	}
	if (wrong > EXPERIMENTS * 7 / 100)
		fail_msg("false verdicts in %u of %d", wrong, EXPERIMENTS);
	sim_release(&sim);
}

/* Bursts hit three tenths of a second in ten, and of seven equals every second has
 * slices of four tenths. A median over rounds does not see those of short slices,
 * and a part of those of long ones. */
static void check_unlike_slices(void **state)
{
	enum { EXPERIMENTS = 100 };
	struct sim sim = { .rows = 7, .blocks = 12, .rounds = 20 };
	struct comparison c;
	unsigned wrong = 0;

	(void)state;
	sim_all_rows(&sim, (struct sim_noise){ .process = 0.03,
					       .slice = 0.05,
					       .burst = 0.3,
					       .burst_by = 0.9 });
	for (unsigned row = 0; row < 7; row++)
		sim.parts[row] = row % 2 ? 4 : 1;
	sim_init(&sim);
	for (unsigned i = 0; i < EXPERIMENTS; i++) {
		sim_run(&sim, i);
		compare(sim.trials, 84, &c);
		wrong += any_verdict(&c);
		comparison_release(&c);
	}
	if (wrong > EXPERIMENTS * 10 / 100)
		fail_msg("false verdicts in %u of %d", wrong, EXPERIMENTS);
	sim_release(&sim);
}

/* A library that is 15% faster is found, and never the wrong way round; rows'
 * intervals hold the truth, which is the mean of the rates of slices. */
static void check_truth(void **state)
{
	enum { EXPERIMENTS = 200 };
	struct sim sim = { .rows = 3, .blocks = 12, .rounds = 12,
			   .truth = { 0.14, 0, 1 } };
	struct comparison c;
	unsigned found = 0, held = 0, told = 0;
	double rate = 1000 * exp(0.2 * 0.2 / 2);

	(void)state;
	sim_all_rows(&sim, (struct sim_noise){ .process = 0.03,
					       .slice = 0.2 });
	sim_init(&sim);
	for (unsigned i = 0; i < EXPERIMENTS; i++) {
		const struct estimate *ratio;

		sim_run(&sim, i);
		compare(sim.trials, 36, &c);
		ratio = &c.pairs[0].by[BY_RATE].ratio;
		found += c.pairs[0].by[BY_RATE].verdict == VERDICT_BETTER;
		told += ratio->low <= exp(0.14) && ratio->high >= exp(0.14);
		held += c.rows[1].figure[BY_RATE].low <= rate &&
			c.rows[1].figure[BY_RATE].high >= rate;
		assert_int_not_equal(c.pairs[0].by[BY_RATE].verdict,
				     VERDICT_WORSE);
		assert_int_not_equal(c.pairs[0].by[BY_CPU].verdict,
				     VERDICT_WORSE);
		comparison_release(&c);
	}
	assert_in_range(found, EXPERIMENTS * 70 / 100, EXPERIMENTS);
	assert_in_range(told, EXPERIMENTS * 96 / 100, EXPERIMENTS);
	assert_in_range(held, EXPERIMENTS * 90 / 100, EXPERIMENTS - 1);
	sim_release(&sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_table),
		cmocka_unit_test(check_blocks_needed),
		cmocka_unit_test(check_rounds),
		cmocka_unit_test(check_few_rounds),
		cmocka_unit_test(check_unlike_windows),
		cmocka_unit_test(check_nothing),
		cmocka_unit_test(check_no_cpu),
		cmocka_unit_test(check_missing),
		cmocka_unit_test(check_few_rows),
		cmocka_unit_test(check_speed),
		cmocka_unit_test(check_false_verdicts),
		cmocka_unit_test(check_unlike_slices),
		cmocka_unit_test(check_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
