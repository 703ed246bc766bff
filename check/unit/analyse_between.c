/* Student's t, and what two runs say of a library, where the truth is known. */
#include "check.h"

#include "analyse/between.h"
#include "analyse/statistics.h"
#include "sliced_trial.h"
#include "simulated.h"

/* ------------------------------------------------------------ Student's t --- */

/* As tables have it. */
static void check_t(void **state)
{
	static const struct {
		double alpha;
		unsigned freedom;
		double t;
	} published[] = {
		{ 0.05, 1, 12.706 },  { 0.05, 2, 4.303 },   { 0.05, 3, 3.182 },
		{ 0.05, 10, 2.228 },  { 0.05, 22, 2.074 },  { 0.05, 120, 1.980 },
		{ 0.01, 5, 4.032 },   { 0.01, 1, 63.657 },  { 0.001, 30, 3.646 },
		{ 0.5, 1, 1.000 },    { 0.2, 60, 1.296 },   { 0.001, 2, 31.599 },
		{ 0.05, 100000, 1.960 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(published) / sizeof(*published); i++) {
		double t = statistics_t(published[i].alpha,
					published[i].freedom);

		if (!(fabs(t - published[i].t) <= 0.00051))
			fail_msg("t of %g, %u is %.6f, in tables %.3f",
				 published[i].alpha, published[i].freedom, t,
				 published[i].t);
	}
}

static void check_t_of_nothing(void **state)
{
	(void)state;
	assert_true(isnan(statistics_t(0.05, 0)));
	assert_true(isnan(statistics_t(0, 5)));
	assert_true(isnan(statistics_t(1, 5)));
	assert_true(isnan(statistics_t(-1, 5)));
	assert_true(isnan(statistics_t(NAN, 5)));
	for (unsigned freedom = 1; freedom < 400; freedom++) {
		double t = statistics_t(1e-9, freedom);

		assert_true(t > 5 && t < 1e10);
		assert_true(t < statistics_t(1e-10, freedom));
	}
	/* Is there an end to it? */
	assert_true(statistics_t(1e-300, 3) > 1000);
}

static void check_sd(void **state)
{
	static const double values[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
	static const double far[] = { 1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16 };

	(void)state;
	near(statistics_sd(values, 8), sqrt(32. / 7));
	near(statistics_sd(values, 2), sqrt(2));
	near(statistics_sd(far, 4), sqrt(30));
	assert_true(isnan(statistics_sd(values, 1)));
	assert_true(isnan(statistics_sd(values, 0)));
	assert_true(isnan(statistics_sd(NULL, 0)));
}

/* -------------------------------------------------------------- two runs --- */

/* What a run of blocks finds: all blocks of it share one shift. */
static struct between_run find(struct sim *sim, double truth, double block_sd,
			       double run_sd, unsigned blocks)
{
	double ln[64], centre = 0, shift = truth + run_sd * sim_normal(sim);
	struct estimate e;

	for (unsigned i = 0; i < blocks; i++)
		ln[i] = shift + block_sd * sim_normal(sim);
	statistics_centre(ln, blocks, 0.05, &e);
	centre = e.value;
	return (struct between_run){ centre, statistics_sd(ln, blocks),
				     blocks };
}

struct counted {
	unsigned held, told, wrong, of_runs;
	double width; /* of the interval, mean of the ln of high / low */
};

#define CASES 4000U

/* Of so many pairs of sides, of which the second is better by `truth`. */
static void simulate(unsigned from_runs, unsigned to_runs, double truth,
		     double run_sd, struct counted *out)
{
	struct sim sim = { .spare = NAN };

	*out = (struct counted){ 0 };
	rng_init(&sim.rng, 20240907);
	for (unsigned i = 0; i < CASES; i++) {
		struct between_run from[8], to[8];
		struct estimate e;

		for (unsigned k = 0; k < from_runs; k++)
			from[k] = find(&sim, 0.4, 0.02, run_sd, 12);
		for (unsigned k = 0; k < to_runs; k++)
			to[k] = find(&sim, 0.4 + truth, 0.02, run_sd, 12);
		out->of_runs += analyse_between(from, from_runs, to, to_runs,
						0.05, &e);
		assert_true(e.low <= e.value && e.value <= e.high);
		out->held += e.low <= exp(truth) && e.high >= exp(truth);
		out->told += e.low > 1 || e.high < 1;
		out->wrong += truth > 0 ? e.high < 1 : e.low > 1;
		out->width += log(e.high / e.low) / CASES;
	}
}

static void holds(const struct counted *c, double least)
{
	print_message("held %.1f%%, told apart %.1f%%, %.2f%% wide\n",
		      100. * c->held / CASES, 100. * c->told / CASES,
		      100 * c->width);
	if (c->held < least * CASES)
		fail_msg("%u of %u intervals hold the truth", c->held, CASES);
}

/* Runs differ by as much as blocks do: that is what is assumed of them. */
static void check_two_runs(void **state)
{
	struct counted c;

	(void)state;
	simulate(1, 1, 0, 0.02, &c);
	holds(&c, 0.93);
	assert_int_equal(c.of_runs, 0);
	assert_true(c.told <= CASES * 6 / 100);
	simulate(1, 1, 0.1, 0.02, &c);
	holds(&c, 0.93);
	assert_true(c.told >= CASES / 2);
	assert_int_equal(c.wrong, 0);
	/* It has some reserve; with more than that it is what it is said to be:
	 * an assumption. */
	simulate(1, 1, 0, 0.012, &c);
	holds(&c, 0.97);
	simulate(1, 1, 0, 0.06, &c);
	assert_true(c.held < CASES * 90 / 100);
}

/* More blocks take nothing off what runs differ by. */
static void check_more_runs(void **state)
{
	struct counted two, five, unlike;

	(void)state;
	simulate(2, 2, 0, 0.02, &two);
	holds(&two, 0.93);
	assert_int_equal(two.of_runs, 0);
	simulate(1, 5, 0, 0.02, &five);
	holds(&five, 0.93);
	assert_int_equal(five.of_runs, 0); /* one tells of no variance */
	assert_true(five.width > two.width);
	simulate(4, 2, 0.03, 0.02, &unlike);
	holds(&unlike, 0.93);
	assert_int_equal(unlike.of_runs, CASES);
}

/* Runs that differ far more than blocks, or not at all: they say so themselves. */
static void check_runs_that_say_it(void **state)
{
	struct counted c, quiet, far;

	(void)state;
	simulate(3, 3, 0, 0.02, &c);
	holds(&c, 0.93);
	assert_int_equal(c.of_runs, CASES);
	assert_true(c.told <= CASES * 6 / 100);
	simulate(3, 3, 0, 0.2, &far);
	holds(&far, 0.93);
	simulate(5, 5, 0, 0, &quiet);
	holds(&quiet, 0.93);
	assert_true(quiet.width < c.width / 2);
	assert_true(c.width < far.width / 5);
}

/* Runs and blocks without any noise; and very many degrees of freedom. */
static void check_sure_of_equals(void **state)
{
	struct between_run a[8], b[8];
	struct estimate e;

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		a[i] = b[i] = (struct between_run){ 0.25, 0, 100000 };
	assert_false(analyse_between(a, 1, b, 1, 0.05, &e));
	assert_true(e.low == 1 && e.value == 1 && e.high == 1);
	assert_true(analyse_between(a, 8, b, 8, 0.05, &e));
	assert_true(e.low == 1 && e.value == 1 && e.high == 1);
}

/* By hand: 12 and 7 blocks, and t of 17 degrees of freedom. */
static void check_by_hand(void **state)
{
	const struct between_run a = { 0.1, 0.02, 12 }, b = { 0.3, 0.05, 7 };
	double s2 = (11 * 0.02 * 0.02 + 6 * 0.05 * 0.05) / 17;
	double half = 2.10981557783 *
		      sqrt(s2 * (1 + 1 / 12. + 1 + 1 / 7.));
	struct estimate e;

	(void)state;
	assert_false(analyse_between(&a, 1, &b, 1, 0.05, &e));
	near(e.value, exp(0.2));
	near(e.low, exp(0.2 - half));
	near(e.high, exp(0.2 + half));
}

static void check_turned(void **state)
{
	struct sim sim = { .spare = NAN };
	struct between_run a[5], b[5];

	(void)state;
	rng_init(&sim.rng, 5);
	for (unsigned i = 0; i < 5; i++) {
		a[i] = find(&sim, 0.1, 0.02, 0.02, 7 + i);
		b[i] = find(&sim, 0.2, 0.05, 0.02, 12);
	}
	for (unsigned n = 1; n <= 5; n++)
		for (unsigned m = 1; m <= 5; m++) {
			struct estimate e, turned;
			bool of_runs = analyse_between(a, n, b, m, 0.01, &e);

			assert_int_equal(analyse_between(b, m, a, n, 0.01,
							 &turned), of_runs);
			assert_int_equal(of_runs,
					 n > 1 && m > 1 && n + m >= 6);
			turned = estimate_turned(&turned);
			near(turned.value, e.value);
			near(turned.low, e.low);
			near(turned.high, e.high);
		}
}

static void says_nothing(const struct between_run *from, size_t n,
			 const struct between_run *to, size_t m)
{
	struct estimate e = { 1, 1, 1 };

	assert_false(analyse_between(from, n, to, m, 0.05, &e));
	assert_true(isnan(e.value) && isnan(e.low) && isnan(e.high));
	e = (struct estimate){ 1, 1, 1 };
	assert_false(analyse_between(to, m, from, n, 0.05, &e));
	assert_true(isnan(e.value) && isnan(e.low) && isnan(e.high));
}

static void check_nothing(void **state)
{
	static const struct between_run bad[] = {
		{ 0.1, 0.02, BETWEEN_BLOCKS_LEAST - 1 }, { 0.1, 0.02, 0 },
		{ 0.1, NAN, 12 },     { NAN, 0.02, 12 }, { 0.1, NAN, 1 },
		{ INFINITY, 0.02, 12 }, { -INFINITY, 0.02, 12 },
		{ 0.1, INFINITY, 12 },
	};
	struct between_run good[6], worse[6];
	struct estimate e;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		good[i] = (struct between_run){ 0.1 * (double)i, 0.02,
						BETWEEN_BLOCKS_LEAST };
	assert_false(analyse_between(good, 1, good, 1, 0.05, &e));
	assert_true(isfinite(e.low) && isfinite(e.high));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		says_nothing(good, 1, &bad[i], 1);
		for (size_t k = 0; k < 6; k++)
			worse[k] = k == i % 6 ? bad[i] : good[k];
		says_nothing(good, 6, worse, 6);
	}
	says_nothing(good, 0, good, 0);
	says_nothing(good, 0, good, 1);
	says_nothing(good, 6, good, 0);
	says_nothing(NULL, 0, good, 6);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_t),
		cmocka_unit_test(check_t_of_nothing),
		cmocka_unit_test(check_sd),
		cmocka_unit_test(check_two_runs),
		cmocka_unit_test(check_more_runs),
		cmocka_unit_test(check_runs_that_say_it),
		cmocka_unit_test(check_sure_of_equals),
		cmocka_unit_test(check_by_hand),
		cmocka_unit_test(check_turned),
		cmocka_unit_test(check_nothing),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
