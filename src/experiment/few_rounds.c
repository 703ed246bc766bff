#include "experiment/few_rounds.h"

#include <math.h>

#include "base/clock.h"
#include "record/comparison.h"

/* With fewer the run says how long a verdict would take. */
#define ROUNDS_WANTED 10

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
	str_addf(out, "%s: the budget of %.0f s leaves about %.0f round%s a "
		      "block", few->name, few->budget_s, rounds,
		 rounds < 1.5 ? "" : "s");
	if (rounds < ROUNDS_WANTED)
		str_add(out, ", too few for close verdicts");
	if (slow.len)
		str_addf(out, ", and fewer than %d slices of %s, which is "
			      "little for its totals", COMPARISON_ROUNDS_LEAST,
			 slow.buf);
	str_addf(out, ": --budget %.0f would make %u",
		 few->budget_s + (enough - rounds) * clock_seconds(round_ns) *
					 few->blocks, enough);
	str_release(&slow);
}
