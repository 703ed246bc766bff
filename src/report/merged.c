#include "report/merged.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/values.h"
#include "record/limited.h"
#include "report/ranges.h"

/* The rows of a library. Those that failed are `usable` for nothing but their
 * failures and findings, unless all did. */
struct blocks {
	const struct result_row **rows, **usable;
	size_t count, usable_count;
	double *values; /* room for one a row */
};

static void find_blocks(struct blocks *b, const struct report_group *group,
			const char *library)
{
	b->rows = mem_array(group->count, sizeof(*b->rows));
	b->usable = mem_array(group->count, sizeof(*b->usable));
	b->values = mem_array(group->count, sizeof(*b->values));
	for (size_t i = 0; i < group->count; i++) {
		const struct result_row *row = group->rows[i].row;

		if (strcmp(row->library_name, library))
			continue;
		b->rows[b->count++] = row;
		if (!result_is_void(row))
			b->usable[b->usable_count++] = row;
	}
	if (b->usable_count)
		return;
	memcpy(b->usable, b->rows, b->count * sizeof(*b->rows));
	b->usable_count = b->count;
}

static void release_blocks(struct blocks *b)
{
	free(b->rows);
	free(b->usable);
	free(b->values);
}

static double value_of(const struct result_row *row,
		       const struct column *column)
{
	const void *value = result_value(row, column);

	if (column->kind == COLUMN_NUMBER)
		return *(const double *)value;
	if (*(const uint64_t *)value == COUNT_UNKNOWN)
		return (double)NAN;
	return (double)*(const uint64_t *)value;
}

/* The sum, or the median, of what is known. */
static double merged_value(struct blocks *b, const struct column *column)
{
	bool all = column->merge == COLUMN_SUM_OF_ALL;
	const struct result_row **rows = all ? b->rows : b->usable;
	size_t count = all ? b->count : b->usable_count, n = 0;
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double value = value_of(rows[i], column);

		if (isnan(value))
			continue;
		sum += value;
		b->values[n++] = value;
	}
	if (n && column->merge != COLUMN_MEDIAN)
		return sum;
	return values_median(b->values, n);
}

static void copy_first(const struct result_row *first,
		       const struct column *column, struct result_row *out)
{
	const void *value = result_value(first, column);
	void *at = result_at(out, column);

	switch (column->kind) {
	case COLUMN_TEXT:
		*(char **)at = mem_dup(*(char *const *)value);
		break;
	case COLUMN_FLAG:
		*(int8_t *)at = *(const int8_t *)value;
		break;
	case COLUMN_NUMBER:
		*(double *)at = *(const double *)value;
		break;
	case COLUMN_COUNT:
		*(uint64_t *)at = *(const uint64_t *)value;
		break;
	case COLUMN_FINDINGS:
	case COLUMN_NAMES:
		break; /* merge_findings() */
	}
}

static void merge_column(struct blocks *b, const struct column *column,
			 struct result_row *out)
{
	void *at = result_at(out, column);
	double value;

	if (column->merge == COLUMN_FIRST) {
		copy_first(b->usable[0], column, out);
		return;
	}
	value = merged_value(b, column);
	if (column->kind == COLUMN_NUMBER)
		*(double *)at = value;
	else
		*(uint64_t *)at = isnan(value) ? COUNT_UNKNOWN
					       : (uint64_t)value;
}

/* ------------------------------------------------------------- findings --- */

/* Of a name so many sentences that differ in more than numbers are told apart. */
#define WORDINGS 3

/* A finding, in how many blocks it stands, and what is said of it there. */
struct seen {
	const struct finding *first;
	unsigned nth; /* of its name in a row, from 0 */
	unsigned blocks;
	char *text;
	bool differs; /* in more than numbers: the last of its WORDINGS */
};

struct all_seen {
	struct seen *list;
	size_t count, capacity;
};

static unsigned nth_of_name(const struct findings *all, size_t at)
{
	unsigned n = 0;

	for (size_t i = 0; i < at; i++)
		n += !strcmp(all->list[i].name, all->list[at].name);
	return n;
}

/* That it failed is one thing, and that it was not started again another. */
static struct seen *find_seen(struct all_seen *all, const struct finding *f,
			      unsigned nth)
{
	struct seen *s = NULL;
	unsigned wordings = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (all->list[i].nth != nth ||
		    strcmp(all->list[i].first->name, f->name) != 0)
			continue;
		s = &all->list[i];
		if (ranges_same(s->text, f->text))
			return s;
		wordings++;
	}
	if (wordings == WORDINGS)
		return s;
	MEM_ROOM(all->list, all->count, all->capacity);
	s = &all->list[all->count++];
	*s = (struct seen){ .first = f, .nth = nth };
	return s;
}

static void note_seen(struct seen *s, const struct finding *f)
{
	char *joined;

	s->blocks++;
	if (!s->text) {
		s->text = mem_dup(f->text);
	} else if (ranges_same(s->text, f->text)) {
		joined = ranges_join(s->text, f->text);
		free(s->text);
		s->text = joined;
	} else {
		s->differs = true;
	}
}

/* A block has fewer operations than all have: where these are enough for a p99,
 * it is no doubt about the row. */
static bool is_few(const struct seen *s)
{
	return !strcmp(s->first->name, finding_name(FINDING_FEW_OPERATIONS));
}

/* Blocks that were too short for it: nobody looked for it there. */
static size_t count_short(const struct blocks *b, const struct seen *s)
{
	size_t count = 0;

	for (size_t i = 0; i < b->count; i++)
		count += finding_is_of_others(s->first->name) &&
			 !(b->rows[i]->duration_seconds >= FINDING_LEAST_S);
	return count;
}

static void add_seen(struct findings *out, const struct seen *s,
		     const struct blocks *b)
{
	const char *first = s->differs ? ", the first" : "";
	size_t blocks = b->count, too_short = count_short(b, s);
	char *text;

	if (too_short)
		text = mem_printf("in %u of the %zu long enough to tell, of "
				  "%zu block%s%s: %s", s->blocks,
				  blocks - too_short, blocks,
				  blocks == 1 ? "" : "s", first,
				  s->differs ? s->first->text : s->text);
	else if (s->blocks == blocks &&
	    (blocks == 1 || (!s->differs && !is_few(s))))
		text = mem_dup(s->text);
	else if (s->blocks == blocks)
		text = mem_printf("in all %zu blocks%s: %s", blocks, first,
				  s->differs ? s->first->text : s->text);
	else
		text = mem_printf("in %u of %zu blocks%s: %s", s->blocks, blocks,
				  first,
				  s->differs ? s->first->text : s->text);
	findings_add(out, s->first->name, text);
	free(text);
}

/* The latencies of `out` are known. */
static void merge_findings(const struct blocks *b, struct result_row *out)
{
	struct all_seen all = { 0 };

	for (size_t i = 0; i < b->count; i++) {
		const struct findings *found = &b->rows[i]->findings;

		for (size_t k = 0; k < found->count; k++)
			note_seen(find_seen(&all, &found->list[k],
					    nth_of_name(found, k)),
				  &found->list[k]);
	}
	for (size_t i = 0; i < all.count; i++) {
		if (!is_few(&all.list[i]) || !isfinite(out->latency_p99_ms))
			add_seen(&out->findings, &all.list[i], b);
		free(all.list[i].text);
	}
	free(all.list);
}

/* One wrong answer is enough: it counts in the row, whatever else failed. */
static void merge_state(struct result_row *out)
{
	if (!result_is_wrong(out))
		return;
	free(out->state);
	out->state = mem_dup(result_state_name(RESULT_WRONG_BYTES));
}

/* Whether its windows are long enough to tell what others did. */
static bool is_long(const struct result_row *row)
{
	return row->duration_seconds >= FINDING_LEAST_S;
}

static bool any_is_long(const struct blocks *b)
{
	for (size_t i = 0; i < b->usable_count; i++)
		if (is_long(b->usable[i]))
			return true;
	return false;
}

/* How many blocks met this limit, with more for one that is known. */
static size_t votes_for(const struct blocks *b, const char *word,
			bool of_the_long)
{
	size_t n = 0;

	for (size_t i = 0; i < b->usable_count; i++) {
		const struct result_row *row = b->usable[i];

		n += row->limited_by && !strcmp(row->limited_by, word) &&
		     (!of_the_long || is_long(row));
	}
	return n ? 2 * n + (limited_by_parse(word) != LIMITED_BY_UNKNOWN) : 0;
}

/* The limit that blocks met most often, of those that were long enough to tell
 * where there are some. Of two, one that is known; then the first. */
static const char *limit_of_most(const struct blocks *b)
{
	bool of_the_long = any_is_long(b);
	const char *most = NULL;
	size_t votes = 0;

	for (size_t i = 0; i < b->usable_count; i++) {
		const char *word = b->usable[i]->limited_by;
		size_t n = word ? votes_for(b, word, of_the_long) : 0;

		if (n > votes) {
			votes = n;
			most = word;
		}
	}
	return most;
}

static void merge_limit(const struct blocks *b, struct result_row *out)
{
	const char *most = limit_of_most(b);

	free(out->limited_by);
	out->limited_by = most ? mem_dup(most) : NULL;
}

/* Payload of a success; NAN: unknown. */
static double bytes_each(const struct blocks *b)
{
	double bytes = 0, successes = 0;

	for (size_t i = 0; i < b->usable_count; i++) {
		const struct result_row *row = b->usable[i];
		double all = row->bytes_per_second * row->duration_seconds;

		if (!isfinite(all) || row->number_successes == COUNT_UNKNOWN)
			continue;
		bytes += all;
		successes += (double)row->number_successes;
	}
	return bytes / successes;
}

/* One line is of one piece: so many requests of so many bytes. */
static void take_figures(const struct comparison *comparison,
			 const struct blocks *b, struct result_row *out)
{
	const struct compared *row =
		comparison_row(comparison, out->library_name);

	out->requests_per_second = row ? row->figure[BY_RATE].value
				       : (double)NAN;
	out->bytes_per_second = out->requests_per_second * bytes_each(b);
	out->cpu_seconds_per_1000_requests =
		row ? row->figure[BY_CPU].value / 1000 : (double)NAN;
	out->latency_p50_ms = row ? row->latency.p50_ms : (double)NAN;
	out->latency_p90_ms = row ? row->latency.p90_ms : (double)NAN;
	out->latency_p99_ms = row ? row->latency.p99_ms : (double)NAN;
	out->latency_p99_9_ms = row ? row->latency.p99_9_ms : (double)NAN;
	out->latency_max_ms = row ? row->latency.max_ms : (double)NAN;
}

void merged_row(const struct report_group *group, const char *library,
		struct result_row *out)
{
	struct blocks b = { 0 };

	result_row_init(out);
	find_blocks(&b, group, library);
	for (const struct column *c = result_columns; c->name; c++)
		merge_column(&b, c, out);
	merge_state(out);
	merge_limit(&b, out);
	take_figures(group->comparison, &b, out);
	merge_findings(&b, out);
	release_blocks(&b);
}

const char *merged_limit(const struct report_group *group, const char *library)
{
	struct blocks b = { 0 };
	const char *most;

	find_blocks(&b, group, library);
	most = limit_of_most(&b);
	release_blocks(&b);
	return most;
}
