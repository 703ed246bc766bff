#include "experiment/few_rounds.h"

#include <math.h>

#include "base/clock.h"
#include "record/comparison.h"

/* With fewer the run says how long a verdict would take. */
#define ROUNDS_WANTED 10

void budget_name(const struct budget *b, struct str *out)
{
	if (!(b->limit_s > 0)) {
		str_addf(out, "the budget of %.6g s", b->blocks_s);
		return;
	}
	str_addf(out, "the %.6g s that the first ", b->blocks_s);
	if (b->blocks > 1)
		str_addf(out, "%u blocks have", b->blocks);
	else
		str_add(out, "block has");
	str_addf(out, " of the budget of %.6g s", b->limit_s);
}

double budget_all_s(const struct budget *b, unsigned all, double first_s,
		    double once_s)
{
	double others_s = (all - 1) * (first_s - once_s);

	return fmax(first_s + others_s, all * b->blocks_s / b->blocks);
}

static bool has_few(const struct turns_part *part, double rounds)
{
	return rounds < (double)COMPARISON_ROUNDS_LEAST * part->every;
}

/* "httpx (in one of 8 rounds), s3fs (in one of 4)". Where all work in each round
 * too few slices are too few rounds. */
static void add_slow(const struct few_rounds *few, double rounds,
		     struct str *out)
{
	const char *unit = " rounds";

	for (unsigned i = 0; i < few->count; i++) {
		const struct turns_part *part = &few->part[i];

		if (part->every < 2 || !has_few(part, rounds))
			continue;
		str_addf(out, "%s%s (in one of %u%s)", out->len ? ", " : "",
			 few->library[i], part->every, unit);
		unit = "";
	}
}

/* Rounds with which nobody has few slices. */
static unsigned rounds_that_do(const struct few_rounds *few)
{
	unsigned rounds = 2 * ROUNDS_WANTED;

	for (unsigned i = 0; i < few->count; i++)
		if (COMPARISON_ROUNDS_LEAST * few->part[i].every > rounds)
			rounds = COMPARISON_ROUNDS_LEAST * few->part[i].every;
	return rounds;
}

/* With --until-precise the first blocks have half of the budget, and no more than
 * they have without it. Fewer of them are longer, and others are added. */
static void add_remedy_until(const struct budget *b, double block_s,
			     unsigned enough, struct str *out)
{
	unsigned blocks = (unsigned)fmin(b->blocks, b->most_s / block_s);
	double budget_s = 2 * block_s * blocks;

	if (!blocks)
		return; /* there is none */
	str_add(out, ": ");
	if (budget_s > b->limit_s)
		str_addf(out, "a budget of %.0f s a test", ceil(budget_s));
	if (blocks < b->blocks)
		str_addf(out, "%s--blocks %u",
			 budget_s > b->limit_s ? " with " : "", blocks);
	str_addf(out, " would make %u", enough);
}

/* Who runs ./quickstart gave a budget of all tests. Who gave too few --blocks was
 * told of it (rivals.c), and shall not be told again when the budget is longer. */
static void add_remedy(const struct few_rounds *few, double more_s,
		       unsigned enough, struct str *out)
{
	const struct budget *b = &few->budget;
	double block_s = b->blocks_s / b->blocks + more_s;
	bool more = b->needed > b->blocks;
	unsigned blocks = more ? b->needed : b->blocks;

	if (b->limit_s > 0) {
		add_remedy_until(b, block_s, enough, out);
		return;
	}
	str_addf(out, ": a budget of %.0f s a test would make %u",
		 ceil(block_s * blocks - 1e-6), enough);
	if (more)
		str_addf(out, ", with --blocks %u", blocks);
}

void few_rounds_tell(const struct few_rounds *few, struct str *out)
{
	uint64_t round_ns = turns_round_ns(few->part, few->count);
	struct str slow = STR_INIT;
	unsigned enough = rounds_that_do(few);
	double rounds;

	if (!round_ns)
		return; /* nobody takes turns */
	rounds = fmax(1, few->left_s / clock_seconds(round_ns));
	add_slow(few, rounds, &slow);
	if (rounds >= ROUNDS_WANTED && !slow.len)
		return;
	str_addf(out, "%s: ", few->name);
	budget_name(&few->budget, out);
	str_addf(out, " leave%s about %.0f round%s a block",
		 few->budget.limit_s > 0 ? "" : "s", rounds,
		 rounds < 1.5 ? "" : "s");
	if (rounds < ROUNDS_WANTED)
		str_add(out, ", too few for close verdicts");
	if (slow.len)
		str_addf(out, ", and fewer than %d slices of %s, which is "
			      "little for its totals", COMPARISON_ROUNDS_LEAST,
			 slow.buf);
	add_remedy(few, (enough - rounds) * clock_seconds(round_ns), enough,
		   out);
	str_release(&slow);
}
