#include "report/table_method.h"

#include <limits.h>
#include <math.h>

#include "base/str.h"
#include "report/table_words.h"

/* Two libraries, of whom something can be said. */
static bool is_judged(const struct comparison *c, const struct compared_pair *p,
		      enum compared_by by)
{
	return p->by[by].verdict != VERDICT_NONE && !c->rows[p->a].baseline &&
	       !c->rows[p->b].baseline;
}

/* "1.2 to 3.4% of requests/s": of all pairs. */
static void add_seen(struct str *text, const struct comparison *c,
		     enum compared_by by, const char *figure)
{
	double least = (double)INFINITY, most = 0;

	for (size_t i = 0; i < c->pair_count; i++) {
		if (!is_judged(c, &c->pairs[i], by))
			continue;
		least = fmin(least, c->pairs[i].by[by].seen);
		most = fmax(most, c->pairs[i].by[by].seen);
	}
	if (most < least)
		return;
	str_add(text, text->len ? ", " : "");
	table_add_range(text, least, most);
	str_addf(text, " of %s", figure);
}

/* What this run can show, whatever it has shown. */
static void put_seen(FILE *out, const struct group *g, unsigned width)
{
	const struct comparison *c = g->comparison;
	struct str text = STR_INIT;

	add_seen(&text, c, BY_RATE, "requests/s");
	add_seen(&text, c, BY_CPU, "CPU a request");
	if (text.len)
		str_addf(&text, ", by pair. More %s see smaller ones.",
			 g->style->no_turns ? "--repeats"
					    : "--blocks and --budget");
	table_put(out, "differences that could have been seen: ", &text, width);
}

/* " (s3fs 10, httpx 11)": those that have figures in fewer. False: none has. */
static bool add_fewer(struct str *text, const struct comparison *c)
{
	bool any = false;

	for (size_t i = 0; i < c->row_count; i++) {
		const struct compared *row = &c->rows[i];

		if (!row->blocks || row->blocks == c->blocks)
			continue;
		str_addf(text, "%s%s %u", any ? ", " : " (", row->library,
			 row->blocks);
		any = true;
	}
	str_add(text, any ? ")" : "");
	return any;
}

static void put_medians(FILE *out, const struct group *g, unsigned width)
{
	const struct comparison *c = g->comparison;
	struct str text = STR_INIT;
	bool fewer;

	if (c->blocks < 2)
		return;
	str_addf(&text, "%u blocks", c->blocks);
	fewer = add_fewer(&text, c);
	str_addf(&text, ". Latencies are of all operations of %s.",
		 fewer ? "the blocks that did not fail" : "all blocks");
	table_put(out, "medians over ", &text, width);
}

/* Who has more than half of a mark that is the library's own doing; NULL: nobody,
 * or it is the machine's. */
static const struct compared *mark_owner(const struct comparison *c, size_t mark,
					 unsigned all)
{
	const uint32_t own = SLICE_MARK(WOKE) | SLICE_MARK(FEW) |
			     SLICE_MARK(UNDRAINED);

	for (size_t i = 0; own >> mark & 1 && i < c->row_count; i++)
		if (2 * c->rows[i].marks[mark] > all)
			return &c->rows[i];
	return NULL;
}

static void add_marks(struct str *text, const struct comparison *c,
		      const unsigned *marks, unsigned rounds)
{
	static const struct {
		const char *word, *meaning;
	} names[] = {
#define X(name, word, meaning) { word, meaning },
		SLICE_MARKS(X)
#undef X
	};
	const char *before = ": ";

	for (size_t i = 0; i < SLICE_MARK_COUNT; i++) {
		const struct compared *owner = mark_owner(c, i, marks[i]);

		if (!marks[i])
			continue;
		str_addf(text, "%s%s ", before, names[i].word);
		table_add_percent(text, (double)marks[i] / rounds);
		str_addf(text, "%% (%s%s%s)", names[i].meaning,
			 owner ? ", most of them of " : "",
			 owner ? owner->library : "");
		before = ", ";
	}
}

static void put_marked(FILE *out, const struct group *g, unsigned width)
{
	unsigned rounds = 0, marked = 0, marks[SLICE_MARK_COUNT] = { 0 };
	struct str text = STR_INIT;

	for (size_t i = 0; i < g->comparison->row_count; i++) {
		const struct compared *row = &g->comparison->rows[i];

		rounds += row->rounds;
		marked += row->marked;
		for (size_t k = 0; k < SLICE_MARK_COUNT; k++)
			marks[k] += row->marks[k];
	}
	if (!marked || !rounds)
		return;
	table_add_percent(&text, (double)marked / rounds);
	str_addf(&text, "%% of %u are marked", rounds);
	add_marks(&text, g->comparison, marks, rounds);
	str_add(&text, ". They count all the same.");
	table_put(out, "slices: ", &text, width);
}

/* Two that take turns, and too few of them in some blocks. */
static bool has_few(const struct comparison *c, const struct compared_pair *p)
{
	return p->few && c->rows[p->a].rounds && c->rows[p->b].rounds;
}

/* Whether `row` is so with all, of whom there are two at least. */
static bool has_few_with_all(const struct comparison *c, unsigned row)
{
	unsigned with = 0, all = 0;

	for (size_t i = 0; i < c->pair_count; i++) {
		const struct compared_pair *p = &c->pairs[i];

		if ((p->a != row && p->b != row) || !p->blocks ||
		    !c->rows[p->a].rounds || !c->rows[p->b].rounds)
			continue;
		all++;
		with += has_few(c, p);
	}
	return with > 1 && with == all;
}

/* Two pairs or more, and each is so. */
static bool have_all_few(const struct comparison *c)
{
	unsigned few = 0, all = 0;

	for (size_t i = 0; i < c->pair_count; i++) {
		const struct compared_pair *p = &c->pairs[i];

		if (!p->blocks || !c->rows[p->a].rounds ||
		    !c->rows[p->b].rounds)
			continue;
		all++;
		few += has_few(c, p);
	}
	return few > 1 && few == all;
}

static void add_few(struct str *text, const struct comparison *c)
{
	if (have_all_few(c)) {
		str_add(text, "any two");
		return;
	}
	for (unsigned i = 0; i < c->row_count; i++)
		if (has_few_with_all(c, i))
			str_addf(text, "%s%s with any other",
				 text->len ? ", " : "", c->rows[i].library);
	for (size_t i = 0; i < c->pair_count; i++) {
		const struct compared_pair *p = &c->pairs[i];

		if (has_few(c, p) && !has_few_with_all(c, p->a) &&
		    !has_few_with_all(c, p->b))
			str_addf(text, "%s%s and %s", text->len ? ", " : "",
				 c->rows[p->a].library, c->rows[p->b].library);
	}
}

/* Their ratios hold noise that others do not. */
static void put_few(FILE *out, const struct comparison *c, unsigned width)
{
	unsigned least = UINT_MAX, most = 0;
	struct str text = STR_INIT;

	for (size_t i = 0; i < c->pair_count; i++) {
		const struct compared_pair *p = &c->pairs[i];

		if (!has_few(c, p))
			continue;
		least = p->few < least ? p->few : least;
		most = p->few > most ? p->few : most;
	}
	add_few(&text, c);
	if (text.len && least < most)
		str_addf(&text, " (%u to %u blocks)", least, most);
	else if (text.len)
		str_addf(&text, " (%u block%s)", most, most == 1 ? "" : "s");
	if (text.len)
		str_add(&text, ". A longer --budget makes more.");
	table_put(out, "too few slices to pair: ", &text, width);
}

void table_method(FILE *out, const struct group *g, unsigned width)
{
	put_seen(out, g, width);
	put_medians(out, g, width);
	put_few(out, g->comparison, width);
	put_marked(out, g, width);
}
