#include "report/report.h"
#include "report/merged.h"
#include "report/table_heading.h"
#include "report/table_notes.h"
#include "report/table_limited.h"
#include "report/table_legend.h"
#include "report/table_method.h"
#include "report/table_rows.h"
#include "report/table_verdicts.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static void put_line(FILE *out, const char *text, unsigned width)
{
	fputs("  ", out);
	table_wrapped(out, text, (int)strlen(text), width, 2);
}

/* The row of `null`, in whichever table of the run it stands. */
static const struct result_row *find_null(const struct group *g)
{
	for (size_t i = 0; i < g->all_count; i++)
		if (g->all[i].baseline && !result_is_void(g->all[i].row) &&
		    !strcmp(g->all[i].row->library_name, "null"))
			return g->all[i].row;
	return NULL;
}

static bool has_worker(const struct report_row *item)
{
	return report_has_worker(item) && !result_is_void(item->row);
}

static bool have_worker(const struct group *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (has_worker(g->rows[i]))
			return true;
	return false;
}

/* Behind "worker.py itself". */
static void add_harness_cost(struct str *text, const struct group *g)
{
	const struct result_row *null = g->limits.null, *other = find_null(g);

	if (null && isfinite(null->cpu_seconds_per_1000_requests))
		str_addf(text, ": %.1f us CPU an operation (null), part of "
			       "each row it runs%s.",
			 null->cpu_seconds_per_1000_requests * 1000,
			 g->shows_own ? "; \"less harness\" is without it"
				      : "");
	else if (null)
		str_add(text, ": part of each row it runs, and null, which "
			      "measures it, has no figure here.");
	else if (other)
		str_addf(text, ": part of each row it runs; null measured it, "
			       "but in another table: %s, %llu in flight.",
			 other->test_name,
			 (unsigned long long)other->concurrency);
	else
		str_add(text, ": part of each row it runs, not measured in "
			      "this run (run null too).");
}

static void put_harness_cost(FILE *out, const struct group *g, unsigned width)
{
	bool known = g->limits.null &&
		     isfinite(g->limits.null->cpu_seconds_per_1000_requests);
	struct str text = STR_INIT;

	str_add(&text, "worker.py itself");
	if (!strncmp(g->rows[0]->row->test_name, "cog_header", 10))
		str_add(&text, " and the header parser");
	add_harness_cost(&text, g);
	if (known || have_worker(g))
		put_line(out, text.buf, width);
	str_release(&text);
}

/* Only our own origin holds answers back until it has all requests. */
static void put_unproven(FILE *out, const struct group *g, unsigned width)
{
	bool unproven = false;

	for (size_t i = 0; i < g->count; i++)
		unproven = unproven ||
			   (!result_is_void(g->rows[i]->row) &&
			    g->rows[i]->row != g->limits.null &&
			    g->rows[i]->row->in_flight_proven ==
				    COUNT_UNKNOWN);
	if (unproven)
		put_line(out, "in flight: what was asked for, not proven, as a "
			      "store outside does not tell how many requests "
			      "it saw at once.",
			 width);
}

/* Best first; what has no rate goes behind, failed trials last. */
static int by_rate(const struct report_row *x, const struct report_row *y)
{
	double p = x->row->requests_per_second;
	double q = y->row->requests_per_second;

	if (table_kind(x) != table_kind(y))
		return table_kind(x) - table_kind(y);
	if (isfinite(p) != isfinite(q))
		return isfinite(p) ? -1 : 1;
	if (isfinite(p) && p != q)
		return p < q ? 1 : -1;
	return strcmp(x->row->library_name, y->row->library_name);
}

/* 0: it has none, and goes behind those that have. */
static unsigned rank(const struct comparison *comparison,
		     const struct report_row *item)
{
	const struct compared *row =
		comparison ? comparison_row(comparison, item->row->library_name)
			   : NULL;

	return row && row->rank[BY_RATE] ? row->rank[BY_RATE] : UINT_MAX;
}

/* What is not proven slower may stand above what has the higher median. */
static bool goes_before(const struct group *g, const struct report_row *x,
			const struct report_row *y)
{
	unsigned p = rank(g->comparison, x), q = rank(g->comparison, y);

	if (table_kind(x) == table_kind(y) && p != q)
		return p < q;
	return by_rate(x, y) < 0;
}

/* There are few rows. */
static void sort_rows(struct group *g)
{
	for (size_t i = 1; i < g->count; i++) {
		const struct report_row *item = g->rows[i];
		size_t at = i;

		for (; at && goes_before(g, item, g->rows[at - 1]); at--)
			g->rows[at] = g->rows[at - 1];
		g->rows[at] = item;
	}
}

static void find_baselines(struct group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct result_row *row = g->rows[i]->row;

		if (!g->rows[i]->baseline || result_is_void(row))
			continue;
		if (!strcmp(row->library_name, "reference"))
			g->limits.reference = row;
		else if (!strcmp(row->library_name, "null"))
			g->limits.null = row;
	}
}

/* Where the parts of a table go; in a table for a terminal to one place. */
struct parts {
	FILE *heading, *rows, *verdicts, *notes;
	FILE *marks; /* NULL: nobody asks */
};

static void put_marks(FILE *out, struct group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		struct str text = STR_INIT;

		table_note_numbers(&text, g, g->rows[i]->row);
		fprintf(out, "%s\t%s%s\n", g->rows[i]->row->library_name,
			table_marks(&g->limits, g->rows[i]), text.buf);
		str_release(&text);
	}
}

static void put_group(const struct parts *out, struct group *g, unsigned width)
{
	sort_rows(g);
	find_baselines(g);
	table_heading(out->heading, g, width);
	table_rows(out->rows, g, width);
	if (out->marks)
		put_marks(out->marks, g);
	if (g->comparison) {
		table_verdicts(out->verdicts, g, width);
		table_method(out->notes, g, width);
		legend_add(g->legend, g);
	}
	table_limited(out->notes, g, width);
	put_harness_cost(out->notes, g, width);
	put_unproven(out->notes, g, width);
	table_common(out->notes, g, width);
	table_notes(out->notes, g, width);
	fputc('\n', out->notes);
	table_notes_release(g);
}

/* The same was asked for, and they had the same: places, and limits that hold. */
static bool comparable(const struct result_row *a, const struct result_row *b)
{
	static const char *const columns[] = {
		"config_hash", "isolation", "cgroup", "network", "pinning",
		"cpus_limit", "memory_limit_bytes", "pids_limit",
		"link_bits_per_second"
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		if (result_compare(a, b, result_column(columns[i])))
			return false;
	return true;
}

/* What stands in the tables: one a library of each comparison, which is merged
 * here, and one a trial of the rest. */
struct lines {
	struct report_row *items;
	const struct comparison **comparisons; /* of each item; NULL: none */
	struct result_row *merged;
	size_t count, merged_count;
	size_t trials; /* of no comparison, and no baselines */
};

/* One trial a library needs no medians, and has no intervals. */
static bool is_compared(const struct report_group *group)
{
	return group->comparison &&
	       (group->comparison->sliced || group->comparison->blocks > 1);
}

static void add_line(struct lines *lines, const struct report_row *item,
		     const struct comparison *comparison)
{
	lines->items[lines->count] = *item;
	lines->comparisons[lines->count++] = comparison;
}

static bool is_first(const struct report_group *group, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (!strcmp(group->rows[i].row->library_name,
			    group->rows[at].row->library_name))
			return false;
	return true;
}

static void add_libraries(struct lines *lines, const struct report_group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		struct report_row item = group->rows[i];
		struct result_row *merged = &lines->merged[lines->merged_count];

		if (!is_first(group, i))
			continue;
		merged_row(group, item.row->library_name, merged);
		lines->merged_count++;
		item.row = merged;
		add_line(lines, &item, group->comparison);
	}
}

static void lines_init(struct lines *lines, const struct report_group *groups,
		       size_t count)
{
	size_t rows = 0;

	for (size_t i = 0; i < count; i++)
		rows += groups[i].count;
	*lines = (struct lines){
		.items = mem_array(rows, sizeof(*lines->items)),
		.comparisons = mem_array(rows, sizeof(*lines->comparisons)),
		.merged = mem_array(rows, sizeof(*lines->merged)),
	};
	for (size_t i = 0; i < count; i++) {
		if (is_compared(&groups[i])) {
			add_libraries(lines, &groups[i]);
			continue;
		}
		for (size_t k = 0; k < groups[i].count; k++) {
			add_line(lines, &groups[i].rows[k], NULL);
			lines->trials += !groups[i].rows[k].baseline;
		}
	}
}

static void lines_release(struct lines *lines)
{
	for (size_t i = 0; i < lines->merged_count; i++)
		result_row_release(&lines->merged[i]);
	free(lines->items);
	free(lines->comparisons);
	free(lines->merged);
}

/* A comparison holds together whatever its rows say. */
static bool belong(const struct lines *lines, size_t a, size_t b)
{
	if (lines->comparisons[a] || lines->comparisons[b])
		return lines->comparisons[a] == lines->comparisons[b];
	return comparable(lines->items[a].row, lines->items[b].row);
}

/* Takes all that belong to line `first` and that no group has taken yet. */
static void collect(struct group *g, const struct lines *lines, size_t first,
		    bool *taken)
{
	g->comparison = g->limits.comparison = lines->comparisons[first];
	for (size_t i = first; i < lines->count; i++) {
		if (taken[i] || !belong(lines, first, i))
			continue;
		taken[i] = true;
		g->rows[g->count++] = &lines->items[i];
	}
}

static void put_groups(const struct parts *out, const struct lines *lines,
		       const struct report_style *style, unsigned width,
		       struct legend *legend)
{
	bool *taken = mem_array(lines->count, sizeof(*taken));

	for (size_t first = 0; first < lines->count; first++) {
		struct group group = { .style = style,
				       .all = lines->items,
				       .all_count = lines->count,
				       .legend = legend };

		if (taken[first])
			continue;
		group.rows = mem_array(lines->count, sizeof(*group.rows));
		collect(&group, lines, first, taken);
		put_group(out, &group, width);
		free(group.rows);
	}
	free(taken);
}

static bool any_rate(const struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (!lines->comparisons[i] && lines->items[i].row->rate > 0)
			return true;
	return false;
}

/* Two libraries in a table. */
static bool any_rivals(const struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		for (size_t k = 0; k < i; k++)
			if (!lines->comparisons[i] &&
			    !lines->items[i].baseline &&
			    !lines->items[k].baseline && belong(lines, i, k) &&
			    strcmp(lines->items[i].row->library_name,
				   lines->items[k].row->library_name) != 0)
				return true;
	return false;
}

/* What a trial each cannot show, and what shows it. */
static void put_one_trial(FILE *out, const struct lines *lines,
			  const struct report_style *style, unsigned width)
{
	bool rivals = any_rivals(lines), rate = any_rate(lines);
	struct str text = STR_INIT;

	str_addf(&text, "One trial each, so no %s: differences of 10 to 40%% "
			"can be noise. ", rivals ? "verdicts" : "intervals");
	if (rivals && !rate && !style->no_turns)
		str_add(&text, "More --blocks give some.");
	else
		str_addf(&text, "%s--repeats 12 gives some%s.",
			 style->no_turns ? "" : "--no-slices ",
			 style->no_turns && rivals && !rate
				 ? "; without --no-slices libraries take turns"
				 : "");
	table_wrapped(out, text.buf, (int)text.len, width, 0);
	str_release(&text);
}

void report_table(FILE *out, const struct report_group *groups, size_t count,
		  const struct report_style *style)
{
	unsigned width = style->width ? style->width : 100;
	const struct parts parts = { out, out, out, out, NULL };
	struct legend legend = { 0 };
	struct lines lines;

	lines_init(&lines, groups, count);
	put_groups(&parts, &lines, style, width, &legend);
	legend_put(out, &legend, width);
	if (lines.trials > 1)
		put_one_trial(out, &lines, style, width);
	lines_release(&lines);
}

/* No sentence is as long. */
#define UNWRAPPED 1000000

void report_words(const struct report_group *group, struct report_words *out)
{
	const struct report_style style = { .width = UNWRAPPED };
	char *rows;
	size_t n;
	const struct parts parts = {
		mem_stream(&out->heading, &n), mem_stream(&rows, &n),
		mem_stream(&out->verdicts, &n), mem_stream(&out->notes, &n),
		mem_stream(&out->rows, &n)
	};
	struct legend legend = { 0 };
	struct lines lines;

	lines_init(&lines, group, 1);
	put_groups(&parts, &lines, &style, UNWRAPPED, &legend);
	lines_release(&lines);
	fclose(parts.heading);
	fclose(parts.rows);
	fclose(parts.verdicts);
	fclose(parts.notes);
	fclose(parts.marks);
	free(rows);
}

void report_words_release(struct report_words *words)
{
	free(words->heading);
	free(words->verdicts);
	free(words->notes);
	free(words->rows);
}
