#include "report/table_verdicts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "report/table_words.h"

static const char *const figures[COMPARED_BY] = {
	[BY_RATE] = "requests/s",
	[BY_CPU] = "CPU a request",
};

/* The libraries that are judged: no baselines, and none that failed. */
struct judged {
	const struct comparison *comparison;
	enum compared_by by;
	const struct compared **rows; /* best first */
	size_t count;
};

static bool goes_before(const struct compared *x, const struct compared *y,
			enum compared_by by)
{
	double p = x->figure[by].value, q = y->figure[by].value;

	if (x->rank[by] != y->rank[by])
		return x->rank[by] < y->rank[by];
	return by == BY_CPU ? p < q : p > q;
}

/* Keeps the rows in their order. There are few. */
static void judged_add(struct judged *j, const struct compared *row)
{
	size_t at = j->count++;

	for (; at && goes_before(row, j->rows[at - 1], j->by); at--)
		j->rows[at] = j->rows[at - 1];
	j->rows[at] = row;
}

static void judged_init(struct judged *j, const struct group *g,
			enum compared_by by)
{
	*j = (struct judged){ .comparison = g->comparison, .by = by };
	j->rows = mem_array(g->count, sizeof(*j->rows));
	for (size_t i = 0; i < g->count; i++) {
		const struct result_row *row = g->rows[i]->row;
		const struct compared *compared =
			comparison_row(g->comparison, row->library_name);

		if (compared && compared->blocks && !g->rows[i]->baseline &&
		    !result_is_void(row))
			judged_add(j, compared);
	}
}

static enum verdict verdict_of(const struct judged *j, size_t a, size_t b,
			       struct estimate *ratio, double *seen)
{
	const struct compared_pair *pair;
	enum verdict verdict;
	bool turned;

	pair = comparison_pair(j->comparison, j->rows[a]->library,
			       j->rows[b]->library, &turned);
	*seen = (double)NAN;
	if (!pair)
		return VERDICT_NONE;
	*seen = pair->by[j->by].seen;
	*ratio = pair->by[j->by].ratio;
	verdict = pair->by[j->by].verdict;
	if (!turned)
		return verdict;
	*ratio = estimate_turned(ratio);
	return verdict == VERDICT_BETTER  ? VERDICT_WORSE
	       : verdict == VERDICT_WORSE ? VERDICT_BETTER
					  : verdict;
}

static bool is_better(const struct judged *j, size_t a, size_t b)
{
	struct estimate ratio;
	double seen;

	return verdict_of(j, a, b, &ratio, &seen) == VERDICT_BETTER;
}

/* It goes without saying where somebody between the two is proven worse than the
 * one and better than the other. */
static bool is_said(const struct judged *j, size_t a, size_t b)
{
	if (!is_better(j, a, b))
		return false;
	for (size_t m = 0; m < j->count; m++)
		if (is_better(j, a, m) && is_better(j, m, b))
			return false;
	return true;
}

/* "18% (12 to 25%)", "8.1 times (7.5 to 8.8)". */
static void add_difference(struct str *out, enum compared_by by,
			   const struct estimate *r)
{
	if (by == BY_RATE && r->value >= 3) {
		str_addf(out, "%.1f times (%.1f to %.1f)", r->value, r->low,
			 r->high);
		return;
	}
	str_add(out, "by ");
	table_add_percent(out, by == BY_RATE ? r->value - 1 : 1 - r->value);
	str_add(out, "% (");
	table_add_percent(out, by == BY_RATE ? r->low - 1 : 1 - r->high);
	str_add(out, " to ");
	table_add_percent(out, by == BY_RATE ? r->high - 1 : 1 - r->low);
	str_add(out, "%)");
}

/* "; " between what is listed. */
static void begin_item(struct str *text)
{
	if (text->len)
		str_add(text, "; ");
}

/* One library over those that it is said to beat. */
static void add_beaten(struct str *text, const struct judged *j, size_t a)
{
	bool first = true;

	for (size_t b = 0; b < j->count; b++) {
		struct estimate ratio;
		double seen;

		if (!is_said(j, a, b))
			continue;
		verdict_of(j, a, b, &ratio, &seen);
		if (first) {
			begin_item(text);
			str_add(text, j->rows[a]->library);
		}
		str_addf(text, "%s than %s ", first ? "" : ",",
			 j->rows[b]->library);
		add_difference(text, j->by, &ratio);
		first = false;
	}
}

static void put_proven(FILE *out, const struct judged *j, unsigned width)
{
	struct str text = STR_INIT;

	for (size_t a = 0; a < j->count; a++)
		add_beaten(&text, j, a);
	table_put(out, j->by == BY_RATE ? "faster: " : "cheaper: ", &text,
		  width);
}

static bool is_not_apart(const struct judged *j, size_t a, size_t b)
{
	struct estimate ratio;
	double seen;

	return verdict_of(j, a, b, &ratio, &seen) == VERDICT_NOT_APART;
}

/* The last row up to which, from row `a` on, no two are told apart. */
static size_t last_alike(const struct judged *j, size_t a)
{
	for (size_t last = a + 1; last < j->count; last++)
		for (size_t i = a; i < last; i++)
			if (!is_not_apart(j, i, last))
				return last - 1;
	return j->count - 1;
}

/* Behind rows of which no two are told apart: "(4.1 to 8.0%)". */
static void add_seen(struct str *text, double least, double most)
{
	if (!isfinite(least) || !isfinite(most))
		return;
	str_add(text, " (");
	table_add_range(text, least, most);
	str_add(text, ")");
}

/* "httpx, aiohttp and s3fs (4.1 to 8.0%)" */
static void add_alike(struct str *text, const struct judged *j, size_t first,
		      size_t last)
{
	double least = (double)INFINITY, most = 0;

	begin_item(text);
	for (size_t i = first; i <= last; i++) {
		str_addf(text, "%s%s",
			 i == first  ? ""
			 : i == last ? " and "
				     : ", ",
			 j->rows[i]->library);
		for (size_t k = first; k < i; k++) {
			struct estimate ratio;
			double seen;

			verdict_of(j, k, i, &ratio, &seen);
			least = fmin(least, seen);
			most = fmax(most, seen);
		}
	}
	add_seen(text, least, most);
}

static void add_alike_pair(struct str *text, const struct judged *j, size_t a,
			   size_t b)
{
	struct estimate ratio;
	double seen;

	verdict_of(j, a, b, &ratio, &seen);
	begin_item(text);
	str_addf(text, "%s and %s", j->rows[a]->library, j->rows[b]->library);
	add_seen(text, seen, seen);
}

/* Neighbours of the order together, then pairs that are none. */
static void put_not_apart(FILE *out, const struct judged *j, unsigned width)
{
	struct str text = STR_INIT;
	char title[64];
	size_t end = 0;

	for (size_t a = 0; a < j->count; a++) {
		size_t last = last_alike(j, a);

		if (last > a && last > end)
			add_alike(&text, j, a, last);
		end = last;
	}
	for (size_t a = 0; a < j->count; a++)
		for (size_t b = last_alike(j, a) + 1; b < j->count; b++)
			if (is_not_apart(j, a, b))
				add_alike_pair(&text, j, a, b);
	snprintf(title, sizeof(title), "not told apart in %s: ",
		 figures[j->by]);
	table_put(out, title, &text, width);
}

/* A pair of which nothing can be said, in this figure or (`both`) in either. */
static bool is_without(const struct judged *j, size_t a, size_t b, bool both)
{
	const struct compared_pair *pair;
	bool turned, here, there;

	pair = comparison_pair(j->comparison, j->rows[a]->library,
			       j->rows[b]->library, &turned);
	if (!pair)
		return both;
	here = pair->by[j->by].verdict == VERDICT_NONE;
	there = pair->by[!j->by].verdict == VERDICT_NONE;
	return here && there == both;
}

static bool is_without_any(const struct judged *j, size_t a, bool both)
{
	for (size_t b = 0; b < j->count; b++)
		if (b != a && !is_without(j, a, b, both))
			return false;
	return true;
}

static void add_reason(struct str *text, const struct judged *j, size_t a,
		       size_t b)
{
	unsigned needed = j->comparison->blocks_needed;
	const struct compared_pair *pair;
	bool turned;

	pair = comparison_pair(j->comparison, j->rows[a]->library,
			       j->rows[b]->library, &turned);
	if (pair && pair->blocks < needed)
		str_addf(text, " (%u block%s in common, %u needed)",
			 pair->blocks, pair->blocks == 1 ? "" : "s", needed);
	else
		str_add(text, " (no figures)");
}

/* Pairs that have fewer blocks than others, as one of them failed in some. */
static void put_without(FILE *out, const struct judged *j, bool both,
			unsigned width)
{
	struct str text = STR_INIT;
	char title[64];

	for (size_t a = 0; a < j->count; a++) {
		bool all = is_without_any(j, a, both);

		if (all && j->count > 1) {
			begin_item(&text);
			str_addf(&text, "%s with any other",
				 j->rows[a]->library);
			add_reason(&text, j, a, a ? 0 : 1);
		}
		for (size_t b = a + 1; b < j->count && !all; b++) {
			if (!is_without(j, a, b, both) ||
			    is_without_any(j, b, both))
				continue;
			begin_item(&text);
			str_addf(&text, "%s and %s", j->rows[a]->library,
				 j->rows[b]->library);
			add_reason(&text, j, a, b);
		}
	}
	snprintf(title, sizeof(title), "no verdict%s%s: ", both ? "" : " in ",
		 both ? "" : figures[j->by]);
	table_put(out, title, &text, width);
}

/* A library as quick as the program that does the least met another limit than
 * its own. */
static void put_at_limit(FILE *out, const struct judged *j, unsigned width)
{
	struct str names = STR_INIT;
	bool turned;

	for (size_t i = 0; i < j->count; i++) {
		const struct compared_pair *pair = comparison_pair(
			j->comparison, j->rows[i]->library, "reference",
			&turned);

		if (pair && pair->by[BY_RATE].verdict == VERDICT_NOT_APART)
			str_add_item(&names, j->rows[i]->library);
	}
	if (names.len)
		str_add(&names, ": the machine or the store may be the limit, "
				"not the library");
	table_put(out, "not told apart from reference in requests/s: ", &names,
		  width);
}

/* How a run comes to so many blocks. */
static void add_way(struct str *text, const struct group *g)
{
	const struct report_style *style = g->style;
	unsigned needed = g->comparison->blocks_needed;

	if (style->resume && style->resume_blocks >= needed)
		str_addf(text, " (--resume %s makes the others)",
			 style->resume);
	else
		str_addf(text, " (%s %u)",
			 style->no_turns ? "--repeats" : "--blocks", needed);
}

static void put_too_few(FILE *out, const struct group *g, unsigned width)
{
	const struct comparison *c = g->comparison;
	struct str text = STR_INIT;

	if (c->pair_count && c->blocks < c->blocks_needed) {
		str_addf(&text, "%u block%s, %u are needed", c->blocks,
			 c->blocks == 1 ? "" : "s", c->blocks_needed);
		add_way(&text, g);
		str_add(&text, ": differences can be noise.");
	} else if (c->pair_count) {
		str_addf(&text, "no two libraries have %u blocks in common.",
			 c->blocks_needed);
	}
	table_put(out, "no verdicts: ", &text, width);
}

void table_verdicts(FILE *out, const struct group *g, unsigned width)
{
	if (!table_has_verdicts(g->comparison)) {
		put_too_few(out, g, width);
		return;
	}
	for (enum compared_by by = BY_RATE; by < COMPARED_BY; by++) {
		struct judged j;

		judged_init(&j, g, by);
		put_proven(out, &j, width);
		put_not_apart(out, &j, width);
		put_without(out, &j, false, width);
		if (by == BY_RATE)
			put_at_limit(out, &j, width);
		else
			put_without(out, &j, true, width);
		free(j.rows);
	}
}
