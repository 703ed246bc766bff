/*
 * What the statistics of comparisons are worth where the truth is known: 10,000
 * simulated experiments of each kind of noise, judged by the sign test and by
 * signed rank (src/analyse/statistics.h).
 *
 * simulation.py runs it: _simulation says the names of all kinds of noise, and
 * _simulation NAME EXPERIMENTS a line of JSON of one. The same number of experiments
 * gives the same line each time. The truth of a pair is the median of all its
 * blocks of all experiments, and for signed rank that of means of two, with the
 * median beside it; where slices are of unlike length it is that all are equal.
 * Figures are per cent. Power: how many experiments see a difference of 2, 5, 10%
 * if one pair is judged, or all of the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../unit/simulated.h"
#include "analyse/compare.h"
#include "analyse/statistics.h"
#include "base/clock.h"
#include "record/slice.h"

#define BLOCKS_MOST 24U
#define ALPHA 0.05

struct scenario {
	const char *name;
	unsigned rows, rounds;
	double drift, stay, weather;
	struct sim_noise noise;
	bool unlike; /* each library has another share of the noise */
	bool half;   /* every second library has no slow processes */
	unsigned longer; /* every second library's slices are so many times
			  * as long; 0: all are alike */
	bool medians; /* and their medians over rounds are judged none the
		       * less, as the program did before */
};

/* sd of a process 3%, of a slice some 20%. */
#define MACHINE .drift = 0.16, .stay = 0.98
#define EVEN .process = 0.03, .slice = 0.12
#define UNEVEN                                                                 \
	.process = 0.03, .slice = 0.06, .skew = 0.06, .spike = 0.1,            \
	.spike_by = 0.2
#define SLOW .slow = 0.1, .slow_by = 0.1
/* A neighbour takes 60% of three tenths of a second in ten. */
#define BURSTS .burst = 0.3, .burst_by = 0.916

static const struct scenario scenarios[] = {
	{ "quiet", 7, 30, .noise = { .process = 0.03, .slice = 0.05 } },
	{ "drift", 7, 30, MACHINE, .noise = { EVEN } },
	{ "drift, spikes, skew; 20 rounds", 7, 20, MACHINE,
	  .noise = { UNEVEN } },
	{ "drift, spikes, skew; 30 rounds", 7, 30, MACHINE,
	  .noise = { UNEVEN } },
	{ "drift, spikes, skew; 40 rounds", 7, 40, MACHINE,
	  .noise = { UNEVEN } },
	{ "the same, some processes slow", 7, 30, MACHINE,
	  .noise = { UNEVEN, SLOW } },
	{ "the same, libraries unlike", 7, 30, MACHINE,
	  .noise = { UNEVEN, SLOW }, .unlike = true },
	{ "the same, blocks alike their next", 7, 30, MACHINE, .weather = 0.1,
	  .noise = { UNEVEN, SLOW }, .unlike = true },
	{ "one process in four slow, of every second library", 7, 30, MACHINE,
	  .noise = { UNEVEN, .slow = 0.25, .slow_by = 0.2 }, .half = true },
	{ "three libraries", 3, 30, MACHINE, .noise = { UNEVEN, SLOW } },
	{ "bursts", 7, 30, MACHINE, .noise = { UNEVEN, BURSTS } },
	{ "bursts; slices of 1 and 2", 7, 30, MACHINE,
	  .noise = { UNEVEN, BURSTS }, .longer = 2 },
	{ "bursts; slices of 1 and 4", 7, 30, MACHINE,
	  .noise = { UNEVEN, BURSTS }, .longer = 4 },
	{ "drift, spikes, skew; slices of 1 and 4", 7, 30, MACHINE,
	  .noise = { UNEVEN }, .longer = 4 },
	{ "the same, some processes slow; slices of 1 and 4", 7, 30, MACHINE,
	  .noise = { UNEVEN, SLOW }, .longer = 4 },
	{ "medians all the same: bursts; slices of 1 and 4", 7, 30, MACHINE,
	  .noise = { UNEVEN, BURSTS }, .longer = 4, .medians = true },
	{ "separate trials", 7, 1, .drift = 0.2, .stay = 0.8,
	  .noise = { UNEVEN } },
};

typedef void (*judge_fn)(double *values, size_t n, double alpha,
			 struct estimate *out);

/* ------------------------------------------------------------ one experiment */

/* ln ratios of all blocks of all experiments: [experiment][series][block]. A
 * series is a pair by a figure, and then a row by a figure. */
struct made {
	const struct scenario *scenario;
	struct sim sim;
	unsigned experiments, pairs, series;
	double *figures; /* ln, of each slice of an experiment: [slice][by] */
	double *blocks;
	double *medians, *centres; /* the truths, of each series */
	unsigned false_tables; /* of 12 blocks: those in which analyse_compare()
				* has any false verdict */
	double lag_series, lag_ratios; /* sums over experiments */
};

static double *blocks_of(const struct made *made, unsigned experiment,
			 unsigned series)
{
	size_t at = (size_t)experiment * made->series + series;

	return &made->blocks[at * BLOCKS_MOST];
}

static void take_figures(struct made *made)
{
	const struct sim *sim = &made->sim;
	size_t n = (size_t)sim->blocks * sim->rows * sim->rounds;

	for (size_t i = 0; i < n; i++) {
		const struct slice *slice = &sim->slices[i];
		double operations = (double)slice->operations;
		double *out = &made->figures[i * COMPARED_BY];

		out[BY_RATE] = log(operations / slice_seconds(slice));
		out[BY_CPU] = log((double)slice->cpu_ns / operations);
	}
}

/* Of the rounds of a block, COMPARED_BY apart. */
static const double *figures_of(const struct made *made, unsigned block,
				unsigned row, unsigned by)
{
	const struct sim *sim = &made->sim;
	size_t slice = ((size_t)block * sim->rows + row) * sim->rounds;

	return &made->figures[slice * COMPARED_BY + by];
}

/* ln, of all slices of a row together. */
static double total(const struct made *made, unsigned block, unsigned row,
		    unsigned by)
{
	const struct sim *sim = &made->sim;
	size_t at = ((size_t)block * sim->rows + row) * sim->rounds;
	double seconds = 0, operations = 0, cpu_ns = 0;

	for (unsigned i = 0; i < sim->rounds; i++) {
		seconds += slice_seconds(&sim->slices[at + i]);
		operations += (double)sim->slices[at + i].operations;
		cpu_ns += (double)sim->slices[at + i].cpu_ns;
	}
	return by == BY_RATE ? log(operations / seconds)
			     : log(cpu_ns / operations);
}

/* b is the number of rows for the figure of a alone. */
static double block_number(const struct made *made, unsigned block, unsigned a,
			   unsigned b, unsigned by)
{
	const double *x = figures_of(made, block, a, by), *y = NULL;
	double d[64];

	if (b < made->sim.rows && !made->scenario->medians &&
	    made->sim.parts[a] != made->sim.parts[b])
		return total(made, block, a, by) - total(made, block, b, by);
	if (b < made->sim.rows)
		y = figures_of(made, block, b, by);
	for (unsigned i = 0; i < made->sim.rounds; i++)
		d[i] = x[i * COMPARED_BY] - (y ? y[i * COMPARED_BY] : 0);
	return statistics_middle(d, made->sim.rounds);
}

static void take_series(struct made *made, unsigned experiment,
			unsigned *series, unsigned a, unsigned b)
{
	for (unsigned by = 0; by < COMPARED_BY; by++) {
		double *out = blocks_of(made, experiment, (*series)++);

		for (unsigned block = 0; block < BLOCKS_MOST; block++)
			out[block] = block_number(made, block, a, b, by);
	}
}

static void take_all(struct made *made, unsigned experiment)
{
	unsigned series = 0, rows = made->sim.rows;

	for (unsigned a = 0; a < rows; a++)
		for (unsigned b = a + 1; b < rows; b++)
			take_series(made, experiment, &series, a, b);
	for (unsigned a = 0; a < rows; a++)
		take_series(made, experiment, &series, a, rows);
}

/* Whether the program's own analysis has a false verdict, of equals. */
static bool any_false(const struct sim *sim, unsigned blocks)
{
	struct comparison c;
	bool any = false;

	analyse_compare(sim->trials, (size_t)blocks * sim->rows, &c);
	for (size_t i = 0; i < c.pair_count; i++)
		for (unsigned by = 0; by < COMPARED_BY; by++)
			any |= c.pairs[i].by[by].verdict != VERDICT_NOT_APART;
	comparison_release(&c);
	return any;
}

static double lag_1(const double *values, unsigned n)
{
	double mean = 0, with_next = 0, with_itself = 0;

	for (unsigned i = 0; i < n; i++)
		mean += values[i] / n;
	for (unsigned i = 0; i < n; i++) {
		double d = values[i] - mean;

		with_itself += d * d;
		if (i + 1 < n)
			with_next += d * (values[i + 1] - mean);
	}
	return with_next / with_itself;
}

/* Lag-1 correlation of a library's slices, and of the ratios of two, with the
 * usual correction for so few. */
static void take_lags(struct made *made)
{
	const double *a = figures_of(made, 0, 0, BY_RATE);
	const double *b = figures_of(made, 0, 1, BY_RATE);
	unsigned n = made->sim.rounds;
	double series[64], ratios[64];

	if (n < 3)
		return;
	for (unsigned i = 0; i < n; i++) {
		series[i] = a[i * COMPARED_BY];
		ratios[i] = series[i] - b[i * COMPARED_BY];
	}
	made->lag_series += lag_1(series, n) + 1.0 / n;
	made->lag_ratios += lag_1(ratios, n) + 1.0 / n;
}

static void make_separate(struct sim *sim)
{
	for (unsigned i = 0; i < sim->rows * sim->blocks; i++) {
		struct block_trial *trial = &sim->trials[i];
		const struct slice *slice = &sim->slices[i];

		trial->slices = NULL;
		trial->seconds = slice_seconds(slice);
		trial->operations = slice->operations;
		trial->cpu_seconds = clock_seconds(slice->cpu_ns);
	}
}

/* Of which the program's own verdicts are counted too. */
static bool has_equals(const struct scenario *scenario)
{
	return !scenario->unlike && !scenario->half && !scenario->medians;
}

static void run_experiments(struct made *made)
{
	struct sim *sim = &made->sim;

	for (unsigned i = 0; i < made->experiments; i++) {
		sim_run(sim, hash_pair(2026, i));
		if (sim->rounds == 1)
			make_separate(sim);
		take_figures(made);
		take_all(made, i);
		take_lags(made);
		if (has_equals(made->scenario))
			made->false_tables += any_false(sim, 12);
	}
}

/* -------------------------------------------------------------------- truths */

/* All blocks of all experiments tell the median, and pairs of them that lie far
 * apart the median of the mean of two. */
static void find_truths(struct made *made)
{
	size_t n = (size_t)made->experiments * BLOCKS_MOST;
	unsigned pairs = made->pairs * COMPARED_BY;
	double *all = mem_array(n, sizeof(*all));
	double *means = mem_array(n, sizeof(*means));

	for (unsigned series = 0; series < made->series; series++) {
		for (unsigned i = 0; i < made->experiments; i++)
			memcpy(&all[(size_t)i * BLOCKS_MOST],
			       blocks_of(made, i, series),
			       BLOCKS_MOST * sizeof(*all));
		for (size_t i = 0; i < n; i++)
			means[i] = (all[i] + all[(i + BLOCKS_MOST) % n]) / 2;
		made->medians[series] = statistics_middle(all, n);
		made->centres[series] = statistics_middle(means, n);
		if (made->scenario->longer && series < pairs)
			made->medians[series] = made->centres[series] = 0;
	}
	free(all);
	free(means);
}

/* ------------------------------------------------------------------ counts */

struct counts {
	unsigned long judged, covered, covered_median;
	unsigned families, wrong, wrong_of_median;
	unsigned long seen[3]; /* differences of 2, 5, 10% */
	double *half_widths;
	size_t half_width_count;
};

static const double differences[] = { 0.02, 0.05, 0.10 };

static bool holds(const struct estimate *e, double value)
{
	return !(value < e->low) && !(value > e->high);
}

/* Of the pairs of an experiment: whether all hold the truth. Power is that of a
 * rate which is higher by so much: the interval shifts by as much. */
static void count_experiment(const struct made *made, unsigned experiment,
			     unsigned blocks, unsigned from, unsigned to,
			     double alpha, judge_fn method, struct counts *out)
{
	bool all = true, all_medians = true;

	for (unsigned s = from; s < to; s++) {
		double values[BLOCKS_MOST], median = made->medians[s];
		double truth = method == statistics_centre ? made->centres[s]
							   : median;
		struct estimate e;

		memcpy(values, blocks_of(made, experiment, s),
		       blocks * sizeof(*values));
		method(values, blocks, alpha, &e);
		out->judged++;
		out->covered += holds(&e, truth);
		out->covered_median += holds(&e, median);
		all &= holds(&e, truth);
		all_medians &= holds(&e, median);
		for (unsigned i = 0; i < 3; i++)
			out->seen[i] += e.low - truth >
					-log1p(differences[i]);
		if (out->half_width_count < 1000000)
			out->half_widths[out->half_width_count++] =
				expm1((e.high - e.low) / 2);
	}
	out->families++;
	out->wrong += !all;
	out->wrong_of_median += !all_medians;
}

static void count_all(const struct made *made, unsigned blocks, unsigned from,
		      unsigned to, double alpha, judge_fn method,
		      struct counts *out)
{
	*out = (struct counts){ 0 };
	out->half_widths = mem_array(1000000, sizeof(double));
	for (unsigned i = 0; i < made->experiments; i++)
		count_experiment(made, i, blocks, from, to, alpha, method, out);
}

/* --------------------------------------------------------------- the lines */

static double percent(unsigned long part, unsigned long of)
{
	return of ? 100.0 * (double)part / (double)of : 0;
}

static void say_power(FILE *to, const struct counts *c)
{
	fprintf(to,
		"\"power_2\": %.1f, \"power_5\": %.1f, \"power_10\": %.1f, "
		"\"half_width\": %.2f",
		percent(c->seen[0], c->judged), percent(c->seen[1], c->judged),
		percent(c->seen[2], c->judged),
		100 * statistics_middle(c->half_widths, c->half_width_count));
}

/* Of one method at one number of blocks. */
static void say_method(FILE *to, const struct made *made, const char *name,
		       unsigned blocks, judge_fn method)
{
	unsigned pairs = made->pairs * COMPARED_BY;
	struct counts c;

	count_all(made, blocks, 0, pairs, ALPHA, method, &c);
	fprintf(to,
		", \"%s_%u\": {\"coverage\": %.2f, \"of_median\": %.2f, "
		"\"uncorrected_family\": %.1f, \"one\": {",
		name, blocks, percent(c.covered, c.judged),
		percent(c.covered_median, c.judged),
		percent(c.wrong, c.families));
	say_power(to, &c);
	free(c.half_widths);
	count_all(made, blocks, 0, pairs, ALPHA / pairs, method, &c);
	fprintf(to, "}, \"family\": %.2f, \"family_of_median\": %.2f, "
		    "\"coverage_in_table\": %.3f, \"table\": {",
		percent(c.wrong, c.families),
		percent(c.wrong_of_median, c.families),
		percent(c.covered, c.judged));
	say_power(to, &c);
	free(c.half_widths);
	count_all(made, blocks, pairs, made->series, ALPHA, method, &c);
	fprintf(to, "}, \"rows_coverage\": %.2f}",
		percent(c.covered, c.judged));
	free(c.half_widths);
}

static void say(FILE *to, const struct made *made)
{
	double n = made->experiments;

	fprintf(to,
		"{\"part\": \"simulation\", \"noise\": \"%s\", "
		"\"experiments\": %u, \"rounds\": %u, \"verdicts\": %u",
		made->scenario->name, made->experiments, made->sim.rounds,
		made->pairs * COMPARED_BY);
	if (made->sim.rounds > 2)
		fprintf(to, ", \"lag_1\": %.2f, \"lag_1_of_ratios\": %.2f",
			made->lag_series / n, made->lag_ratios / n);
	if (has_equals(made->scenario))
		fprintf(to, ", \"false_tables_12\": %.2f",
			100 * made->false_tables / n);
	for (unsigned blocks = 12; blocks <= BLOCKS_MOST; blocks += 12) {
		say_method(to, made, "sign", blocks, statistics_median);
		say_method(to, made, "signed_rank", blocks,
			   statistics_centre);
	}
	fputs("}\n", to);
}

/* --------------------------------------------------------------- the whole */

static void set_up(struct made *made, const struct scenario *scenario,
		   unsigned experiments)
{
	struct sim *sim = &made->sim;
	unsigned rows = scenario->rows;

	made->scenario = scenario;
	made->experiments = experiments;
	made->pairs = rows * (rows - 1) / 2;
	made->series = (made->pairs + rows) * COMPARED_BY;
	made->blocks = mem_array((size_t)experiments * made->series *
					 BLOCKS_MOST,
				 sizeof(double));
	made->medians = mem_array(made->series, sizeof(double));
	made->centres = mem_array(made->series, sizeof(double));
	sim->rows = rows;
	sim->rounds = scenario->rounds;
	sim->blocks = BLOCKS_MOST;
	sim->drift = scenario->drift;
	sim->stay = scenario->stay;
	sim->weather = scenario->weather;
	sim_all_rows(sim, scenario->noise);
	for (unsigned row = 0; scenario->half && row < rows; row += 2)
		sim->noise[row].slow = 0;
	for (unsigned row = 1; scenario->longer && row < rows; row += 2)
		sim->parts[row] = scenario->longer;
	for (unsigned row = 0; scenario->unlike && row < rows; row++) {
		struct sim_noise *noise = &sim->noise[row];

		noise->slow_by *= row % 3;
		noise->spike_by *= row % 4 / 1.5;
		noise->skew *= row % 5 / 2.0;
		noise->process *= 1 + (row % 2) / 2.0;
	}
	made->figures = mem_array((size_t)BLOCKS_MOST * rows * sim->rounds,
				  COMPARED_BY * sizeof(double));
	sim_init(sim);
}

static void make_line(const struct scenario *scenario, unsigned experiments)
{
	struct made made = { 0 };

	set_up(&made, scenario, experiments);
	run_experiments(&made);
	find_truths(&made);
	say(stdout, &made);
	sim_release(&made.sim);
	free(made.figures);
	free(made.blocks);
	free(made.medians);
	free(made.centres);
}

static const struct scenario *find(const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	return NULL;
}

static int say_names(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++)
		puts(scenarios[i].name);
	return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	const struct scenario *scenario = argc > 1 ? find(argv[1]) : NULL;
	unsigned experiments = argc > 2 ? (unsigned)atoi(argv[2]) : 0;

	if (argc == 1)
		return say_names();
	if (!scenario || !experiments) {
		fputs("_simulation [NAME EXPERIMENTS]: no such noise, or no "
		      "number of experiments\n", stderr);
		return 2;
	}
	make_line(scenario, experiments);
	return fflush(stdout) != 0;
}
