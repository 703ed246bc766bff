/*
 * How verdicts are made. Its figures are of `make bench-truth PART=simulation`:
 * 10,000 experiments of each kind of noise.
 *
 * The model. Two libraries a and b work in turns, in rounds, in blocks. What is
 * looked at is the logarithm of a ratio, since noise slows by so many per cent:
 *
 *	ln(a / b) in a round of a block = truth
 *	                                + luck of the two processes (the block's)
 *	                                + noise of the two slices (the round's)
 *
 * What the machine does for longer than a slice meets both neighbours alike and
 * leaves the difference. It is most of the noise: the slices of one library
 * hang together from round to round (lag-1 correlation 0.4 to 0.6), ratios less
 * (0.2; those with a client that keeps both CPUs busy up to 0.7).
 *
 * The numbers.
 *
 *	rate of a slice      operations that are ok / seconds of its window
 *	CPU of a slice       CPU us of all replicas / operations that are ok
 *	library in a block   the totals of its windows, as its row of results
 *	pair in a block      d = the median over common rounds of ln(a / b)
 *	row of the table     exp of the median over blocks, with an interval
 *	pair of the table    exp of the centre of the d, with an interval
 *
 * Without three common rounds d is the ln of the ratio of the two numbers of the
 * block. So it is where more than a twentieth of the slices of one are empty, or
 * where those of one are longer by more than half. These numbers are totals: a
 * median of slices is another thing than the mean that a separate trial is, or a
 * longer slice ("Slices of unlike length"). A slice in which nothing was ok counts
 * as half an operation: it is slow, and to leave it out would favour who is slow.
 * So does a slice with a mark count. A slice whose window is not closed has no
 * figure, and a trial that failed, or in which nothing was ok at all, has none;
 * nobody stands in for them.
 *
 * Why blocks are the unit. Two processes of one library differ by 2 to 4% for
 * as long as they live, through addresses, hash seeds and connections. Many
 * slices of one pair of processes measure that difference ever better and call
 * it one of the libraries. Only fresh processes average it out. So a block
 * counts as one value, and its rounds only make that value precise.
 *
 * Why medians and ranks. Noise has spikes: a mean follows them, and an interval
 * by Student's t becomes too wide to find what is there.
 *
 * Slices of unlike length. A burst of other work hits a slice of 0.1 s, or does
 * not; one of 0.4 s has its part of most bursts. So a median of the ratios of both
 * does not see bursts that hit fewer than half of the short ones, and sees too much
 * of more. Totals are means, of whatever length. Let three tenths of a second in
 * ten lose 60%, and every second of seven equals have slices of 0.4 s. Then medians
 * give 64% of tables a false verdict, totals 3.2%. Without bursts totals are as
 * narrow: half widths of 3.2% (3.3 where all slices are alike). Those of all slices
 * are narrower than those of common rounds alone, as the library with long slices
 * may be in each eighth round only.
 *
 * Why not the bootstrap: simulated with 5 to 20 values, its 95% intervals of
 * the mean held the truth in 83 to 92% of cases.
 *
 * The interval of a row. With n blocks x(1) <= ... <= x(n), the median lies
 * outside of [x(k), x(n+1-k)] with the chance 2 P(Bin(n, 1/2) < k), whatever
 * the distribution is. k is the largest for which this is at most 5%; of 12
 * blocks it is 3, and the level 96.1%. It says where this library's median lies
 * at this hour. Where blocks resemble the next (correlation 0.5) it held it in
 * 91 of 100 cases: libraries are told apart by pairs, not by rows.
 *
 * The interval of a pair. The centre is that of signed ranks: the median of all
 * means of two of the d (Walsh averages), m(1) <= ... <= m(N), N = n(n+1)/2. If
 * the d are symmetric around the truth, it lies outside of [m(k), m(N+1-k)]
 * with the chance 2 P(W < k). W is the sum of those ranks of 1 to n that n
 * coins choose, counted exactly.
 *
 * Are they symmetric? If a and b are equal they are, whatever the noise is: to
 * change the names of the two changes the sign of d and nothing else. So the
 * chance of a false verdict on equals is what it is said to be, with skew,
 * spikes and slow starts too. The same holds if one differs by a factor, as by
 * more work in each operation. If they differ otherwise, say one starts slow
 * once in a while, the interval is one of the median of the mean of two blocks,
 * which lies between median and mean; the level is then not exact.
 *
 *	12 and 24 blocks, per cent             signed rank      sign test
 *	one pair at 95%
 *	  drift, spikes, skew: holds truth     95.7, 95.1       96.1, 97.8
 *	    finds a difference of 5%           83, 99           69, 91
 *	    half width                         3.3, 2.2         3.9, 3.0
 *	  libraries of unlike noise: holds     95.8, 94.9       96.1, 97.7
 *	  one start in four of every second
 *	  is slow, by 20%: holds               95.7, 95.0       96.2, 97.7
 *	    holds the median instead           95.5, 94.3       96.2, 97.7
 *	42 verdicts, corrected
 *	  any is false: drift, spikes, skew    3.1, 3.3         1.6, 1.0
 *	    finds a difference of 5%           20, 81           12, 43
 *	  any is false: unlike noise           3.1, 3.4         1.6, 1.3
 *	  any is false: slow starts            3.4, 3.1         1.6, 1.0
 *
 * So signed ranks keep what they promise, and find more. With many blocks, and
 * slow starts of one library alone, they leave the median for their own centre:
 * then it is that which the ratio states.
 *
 * The correction. A table makes V verdicts: each pair of libraries, and each
 * library with `reference`, by rate and by CPU. `null` is in none. Each
 * interval has the level 1 - 0.05 / V, so the chance of any false verdict in a
 * table is at most 5% (Bonferroni), however verdicts hang together. A pair
 * without a common block has no verdict and costs none. The least number of
 * blocks with an interval is the least n with 2 / 2^n <= 0.05 / V: 12 serve up
 * to 102 verdicts.
 *
 * Blocks that are added until intervals are narrow (--until-precise) are looked
 * at again after each: of 100 pairs of equals some 6 are told apart then,
 * uncorrected, where 5 are meant.
 *
 * What is said. An interval that does not hold 1 is a verdict. Else the pair is
 * not told apart, and `seen` is the half width of the interval: a difference as
 * large as that would have been seen in about half of all cases. A rank is 1
 * and how many are proven better, so libraries that are not told apart may
 * share it.
 *
 * What it rests on: that blocks are independent. For ratios they are, as far as
 * was seen: what is left of a slow drift is drawn anew by the order of each
 * round. Separate trials stand further apart than slices, so more of the drift
 * stays in their ratios. It makes their intervals wide, not false.
 */
#include "analyse/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/compare_cell.h"
#include "analyse/compare_latency.h"
#include "analyse/statistics.h"
#include "base/mem.h"
#include "base/unknown.h"

#define ALPHA 0.05
/* Of so many slices more than one may not be empty. */
#define EMPTY_IN 20
/* The longer of two windows over the shorter. */
#define UNLIKE 1.5

/* ---------------------------------------------- cells, by library and block */

/* The cells of a library, by block. */
struct row {
	struct cell *cells;
	size_t count;
};

struct work {
	struct cell *cells; /* all; each row's stand together */
	size_t cell_count;
	struct row *rows;
	size_t row_count;
	double *room; /* for as many numbers as a row has cells, or a cell has
		       * slices */
};

static int by_number(size_t x, size_t y)
{
	return (x > y) - (x < y);
}

static int by_library_and_block(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;
	int order = strcmp(x->trial->library, y->trial->library);

	if (!order)
		order = by_number(x->trial->block, y->trial->block);
	return order ? order : by_number(x->at, y->at);
}

static size_t first_met(const struct row *row)
{
	size_t first = row->cells[0].at;

	for (size_t i = 1; i < row->count; i++)
		if (row->cells[i].at < first)
			first = row->cells[i].at;
	return first;
}

static int by_first_met(const void *a, const void *b)
{
	return by_number(first_met(a), first_met(b));
}

static bool same_row(const struct cell *a, const struct cell *b)
{
	return !strcmp(a->trial->library, b->trial->library);
}

static void make_rows(struct work *work)
{
	struct row *row = NULL;

	work->rows = mem_array(work->cell_count + 1, sizeof(*work->rows));
	for (size_t i = 0; i < work->cell_count; i++) {
		struct cell *cell = &work->cells[i];

		if (!row || !same_row(row->cells, cell)) {
			row = &work->rows[work->row_count++];
			row->cells = cell;
		}
		row->count++;
	}
	qsort(work->rows, work->row_count, sizeof(*work->rows), by_first_met);
}

static void begin_work(struct work *work, const struct block_trial *trials,
		       size_t count)
{
	size_t most = count;

	work->cell_count = count;
	work->cells = mem_array(count + 1, sizeof(*work->cells));
	for (size_t i = 0; i < count; i++) {
		work->cells[i].trial = &trials[i];
		work->cells[i].at = i;
		if (trials[i].slices && trials[i].slice_count > most)
			most = trials[i].slice_count;
	}
	work->room = mem_array(most + 1, sizeof(*work->room));
	for (size_t i = 0; i < count; i++)
		cell_fill(&work->cells[i]);
	qsort(work->cells, count, sizeof(*work->cells), by_library_and_block);
	make_rows(work);
}

static void end_work(struct work *work)
{
	for (size_t i = 0; i < work->cell_count; i++)
		cell_release(&work->cells[i]);
	free(work->cells);
	free(work->rows);
	free(work->room);
}

/* --------------------------------------------------------------------- rows */

static void exp_of(struct estimate *estimate)
{
	estimate->value = exp(estimate->value);
	estimate->low = exp(estimate->low);
	estimate->high = exp(estimate->high);
}

/* One without a window measured nothing: it settled how long the others are, or
 * the work came to its end in it. */
static void count_slices(const struct block_trial *trial, struct compared *out)
{
	if (trial->failed || !trial->slices)
		return;
	for (size_t i = 0; i < trial->slice_count; i++) {
		const struct slice *slice = &trial->slices[i];

		if (!(slice_seconds(slice) > 0))
			continue;
		out->rounds++;
		out->marked += slice->marks != 0;
		for (unsigned bit = 0; bit < SLICE_MARK_COUNT; bit++)
			out->marks[bit] += slice->marks >> bit & 1;
	}
}

static void estimate_row(const struct row *row, double *room,
			 enum compared_by by, struct estimate *out)
{
	size_t n = 0;

	for (size_t i = 0; i < row->count; i++)
		if (!isnan(row->cells[i].figures.ln[by]))
			room[n++] = row->cells[i].figures.ln[by];
	statistics_median(room, n, ALPHA, out);
	exp_of(out);
}

static void fill_row(const struct row *row, double *room, struct compared *out)
{
	struct merged_latency latency = { 0 };

	out->library = row->cells[0].trial->library;
	for (size_t i = 0; i < row->count; i++) {
		const struct block_trial *trial = row->cells[i].trial;

		out->baseline |= trial->baseline;
		out->blocks += cell_has_figures(&row->cells[i].figures);
		count_slices(trial, out);
		merged_latency_add(&latency, trial);
	}
	merged_latency_end(&latency, &out->latency);
	for (int by = 0; by < COMPARED_BY; by++)
		estimate_row(row, room, by, &out->figure[by]);
}

static void fill_rows(const struct work *work, struct comparison *out)
{
	out->row_count = work->row_count;
	out->rows = mem_array(out->row_count + 1, sizeof(*out->rows));
	for (size_t i = 0; i < out->row_count; i++) {
		fill_row(&work->rows[i], work->room, &out->rows[i]);
		if (out->rows[i].blocks > out->blocks)
			out->blocks = out->rows[i].blocks;
		out->sliced |= out->rows[i].rounds > 0;
	}
}

/* -------------------------------------------------------------------- pairs */

/* How blocks became numbers: of rounds, or of totals as they had too few. */
struct tally {
	unsigned paired, few;
};

static double median_of_rounds(const struct cell *a, const struct cell *b,
			       enum compared_by by, double *room)
{
	size_t n = 0, i = 0, j = 0;

	while (i < a->turn_count && j < b->turn_count) {
		const struct turn *x = &a->turns[i], *y = &b->turns[j];
		double d = x->figures.ln[by] - y->figures.ln[by];

		if (x->round == y->round && !isnan(d))
			room[n++] = d;
		i += x->round <= y->round;
		j += y->round <= x->round;
	}
	return n < COMPARISON_ROUNDS_LEAST ? NAN : statistics_middle(room, n);
}

/* A median over rounds does not see how much is lost in the slices in which
 * nothing was ok. */
static bool has_empty(const struct cell *cell)
{
	return EMPTY_IN * cell->empty > cell->turn_count;
}

/* Nor, where they hit short slices, what is lost in bursts, of which a long one
 * has its part. */
static bool are_unlike(const struct cell *a, const struct cell *b)
{
	return fmax(a->window_s, b->window_s) >
	       UNLIKE * fmin(a->window_s, b->window_s);
}

/* ln of a's figure over b's in a block; NAN: unknown. */
static double ratio_in_block(const struct cell *a, const struct cell *b,
			     enum compared_by by, double *room,
			     struct tally *tally)
{
	double in_rounds = has_empty(a) || has_empty(b)
				   ? NAN
				   : median_of_rounds(a, b, by, room);
	double in_all = a->figures.ln[by] - b->figures.ln[by];
	bool paired = !isnan(in_rounds) && !are_unlike(a, b);

	tally->paired += paired;
	tally->few += isnan(in_rounds) && !isnan(in_all);
	return paired ? in_rounds : in_all;
}

/* The ratios of all blocks that have one, into `out`: how many. */
static size_t ratios(const struct row *a, const struct row *b,
		     enum compared_by by, double *room, double *out,
		     struct tally *tally)
{
	size_t n = 0, i = 0, j = 0;

	*tally = (struct tally){ 0, 0 };
	while (i < a->count && j < b->count) {
		unsigned x = a->cells[i].trial->block;
		unsigned y = b->cells[j].trial->block;
		double d = x == y ? ratio_in_block(&a->cells[i], &b->cells[j],
						   by, room, tally)
				  : NAN;

		if (!isnan(d))
			out[n++] = d;
		i += x <= y;
		j += y <= x;
	}
	return n;
}

static bool is_null(const struct compared *row)
{
	return row->baseline && !strcmp(row->library, "null");
}

static void add_pair(struct comparison *out, size_t a, size_t b)
{
	struct compared_pair *pair = &out->pairs[out->pair_count++];

	pair->a = (unsigned)a;
	pair->b = (unsigned)b;
}

/* Those of two libraries first, then those with reference. */
static void make_pairs(struct comparison *out)
{
	size_t n = out->row_count;

	out->pairs = mem_array(n * n / 2 + n + 1, sizeof(*out->pairs));
	for (size_t a = 0; a < n; a++)
		for (size_t b = a + 1; b < n; b++)
			if (!out->rows[a].baseline && !out->rows[b].baseline)
				add_pair(out, a, b);
	for (size_t b = 0; b < n; b++)
		for (size_t a = 0; a < n; a++)
			if (out->rows[b].baseline && !is_null(&out->rows[b]) &&
			    !out->rows[a].baseline)
				add_pair(out, a, b);
}

static enum verdict judge(const struct estimate *ratio, enum compared_by by)
{
	if (!isfinite(ratio->low) || !isfinite(ratio->high))
		return VERDICT_NONE;
	if (ratio->low <= 1 && ratio->high >= 1)
		return VERDICT_NOT_APART;
	return (ratio->low > 1) == (by == BY_RATE) ? VERDICT_BETTER
						   : VERDICT_WORSE;
}

static void judge_pair(const struct work *work,
		       struct compared_pair *pair, double alpha, double *d)
{
	for (int by = 0; by < COMPARED_BY; by++) {
		struct estimate *ratio = &pair->by[by].ratio;
		struct tally tally;
		size_t n = ratios(&work->rows[pair->a], &work->rows[pair->b],
				  by, work->room, d, &tally);

		pair->by[by].count = (unsigned)n;
		pair->by[by].sd_ln = statistics_sd(d, n);
		statistics_centre(d, n, alpha, ratio);
		pair->by[by].seen = expm1((ratio->high - ratio->low) / 2);
		exp_of(ratio);
		pair->by[by].verdict = judge(ratio, by);
		if (n > pair->blocks)
			pair->blocks = (unsigned)n;
		if (by != BY_RATE)
			continue;
		pair->paired = tally.paired;
		pair->few = tally.few;
	}
}

/* Whether there is a block in which both have the figure. */
static bool in_common(const struct row *a, const struct row *b,
		      enum compared_by by)
{
	size_t i = 0, j = 0;

	while (i < a->count && j < b->count) {
		unsigned x = a->cells[i].trial->block;
		unsigned y = b->cells[j].trial->block;

		if (x == y && !isnan(a->cells[i].figures.ln[by]) &&
		    !isnan(b->cells[j].figures.ln[by]))
			return true;
		i += x <= y;
		j += y <= x;
	}
	return false;
}

/* A pair without a common block gets no verdict, and costs none. */
static unsigned count_verdicts(const struct work *work,
			       const struct comparison *out)
{
	unsigned verdicts = 0;

	for (size_t i = 0; i < out->pair_count; i++)
		for (int by = 0; by < COMPARED_BY; by++)
			verdicts += in_common(&work->rows[out->pairs[i].a],
					      &work->rows[out->pairs[i].b], by);
	return verdicts;
}

static unsigned blocks_needed(unsigned verdicts)
{
	return (unsigned)statistics_least(ALPHA / verdicts);
}

unsigned analyse_blocks_needed(unsigned libraries, bool reference)
{
	unsigned pairs = libraries ? libraries * (libraries - 1) / 2 : 0;

	if (libraries && reference)
		pairs += libraries;
	return pairs ? blocks_needed(COMPARED_BY * pairs) : 0;
}

static void fill_pairs(const struct work *work, struct comparison *out)
{
	double *d = mem_array(work->cell_count + 1, sizeof(*d));
	double alpha;

	make_pairs(out);
	out->verdicts = count_verdicts(work, out);
	alpha = ALPHA / (out->verdicts ? out->verdicts : 1);
	out->level = 1 - alpha;
	out->blocks_needed = blocks_needed(out->verdicts ? out->verdicts : 1);
	for (size_t i = 0; i < out->pair_count; i++)
		judge_pair(work, &out->pairs[i], alpha, d);
	free(d);
}

/* -------------------------------------------------------------------- ranks */

/* Sees one verdict of a row, which is against a library, or reference. */
static void count_rank(struct compared *row, enum compared_by by,
		       enum verdict verdict, bool library)
{
	if (row->baseline || verdict == VERDICT_NONE)
		return;
	if (!row->rank[by])
		row->rank[by] = 1;
	row->rank[by] += library && verdict == VERDICT_WORSE;
}

static enum verdict of_other(enum verdict verdict)
{
	if (verdict == VERDICT_BETTER)
		return VERDICT_WORSE;
	return verdict == VERDICT_WORSE ? VERDICT_BETTER : verdict;
}

static void fill_ranks(struct comparison *out)
{
	for (size_t i = 0; i < out->pair_count; i++) {
		const struct compared_pair *pair = &out->pairs[i];
		struct compared *a = &out->rows[pair->a];
		struct compared *b = &out->rows[pair->b];

		for (int by = 0; by < COMPARED_BY; by++) {
			enum verdict verdict = pair->by[by].verdict;

			count_rank(a, by, verdict, !b->baseline);
			count_rank(b, by, of_other(verdict), true);
		}
	}
}

void analyse_compare(const struct block_trial *trials, size_t count,
		     struct comparison *out)
{
	struct work work = { 0 };

	memset(out, 0, sizeof(*out));
	begin_work(&work, trials, count);
	fill_rows(&work, out);
	fill_pairs(&work, out);
	fill_ranks(out);
	end_work(&work);
}
