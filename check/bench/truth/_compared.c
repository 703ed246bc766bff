/*
 * What analyse_compare() makes of rounds: that _rounds.py makes the same of them
 * is checked by it (check/python/check_rounds.py).
 *
 * stdin has a line for each slice, in any order:
 *
 *	LIBRARY BLOCK FAILED SLICED ROUND OPERATIONS CPU_NS WINDOW_NS
 *
 * FAILED and SLICED are 0 or 1; one that is not sliced is a separate trial. A
 * CPU_NS of -1 is unknown. stdout has for each pair and figure
 *
 *	A B rate|cpu RATIO LOW HIGH VERDICT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyse/compare.h"
#include "base/clock.h"
#include "base/unknown.h"
#include "record/rounds.h"
#include "record/trial.h"

struct line {
	char library[64];
	unsigned block, failed, sliced;
	struct slice slice;
};

static bool read_line(struct line *line)
{
	long long operations, cpu_ns, window_ns;
	int found;

	*line = (struct line){ .slice.begin_ns = 1 };
	found = scanf("%63s %u %u %u %u %lld %lld %lld", line->library,
		      &line->block, &line->failed, &line->sliced,
		      &line->slice.round, &operations, &cpu_ns, &window_ns);
	if (found != 8)
		return false;
	line->slice.end_ns = 1 + (uint64_t)window_ns;
	line->slice.operations = (uint64_t)operations;
	line->slice.cpu_ns = cpu_ns < 0 ? COUNT_UNKNOWN : (uint64_t)cpu_ns;
	return true;
}

#define TRIALS_MOST 1024U
#define SLICES_MOST 1024U

static struct block_trial trials[TRIALS_MOST];
static char names[TRIALS_MOST][64];
static struct slice slices[TRIALS_MOST][SLICES_MOST];
static unsigned count;

static unsigned find(const struct line *line)
{
	unsigned i = 0;

	while (i < count && (trials[i].block != line->block ||
			     strcmp(trials[i].library, line->library)))
		i++;
	return i;
}

static void begin(unsigned at, const struct line *line)
{
	strcpy(names[at], line->library);
	trials[at] = (struct block_trial){
		.library = names[at],
		.block = line->block,
		.failed = line->failed,
		.baseline = library_is_baseline(line->library),
		.slices = line->sliced ? slices[at] : NULL,
	};
	count++;
}

/* False: there is no room for more. */
static bool add(const struct line *line)
{
	const struct slice *slice = &line->slice;
	unsigned at = find(line);
	struct block_trial *trial = &trials[at];

	if (at == TRIALS_MOST)
		return false;
	if (at == count)
		begin(at, line);
	if (trial->slice_count == SLICES_MOST)
		return false;
	if (line->sliced)
		slices[at][trial->slice_count++] = *slice;
	trial->seconds = slice_seconds(slice);
	trial->operations = slice->operations;
	trial->cpu_seconds = slice->cpu_ns == COUNT_UNKNOWN
				     ? (double)NAN
				     : clock_seconds(slice->cpu_ns);
	return true;
}

static void say(const struct comparison *c, const struct compared_pair *pair)
{
	static const char *const words[COMPARED_BY] = { "rate", "cpu" };

	for (int by = 0; by < COMPARED_BY; by++) {
		const struct estimate *e = &pair->by[by].ratio;

		printf("%s %s %s %.17g %.17g %.17g %s\n",
		       c->rows[pair->a].library, c->rows[pair->b].library,
		       words[by], e->value, e->low, e->high,
		       verdict_name(pair->by[by].verdict));
	}
}

int main(void)
{
	struct comparison c;
	struct line line;

	while (read_line(&line) && add(&line))
		;
	if (!feof(stdin)) {
		fputs("_compared: no line of a slice, or too many\n", stderr);
		return 2;
	}
	analyse_compare(trials, count, &c);
	for (size_t i = 0; i < c.pair_count; i++)
		say(&c, &c.pairs[i]);
	comparison_release(&c);
	return 0;
}
