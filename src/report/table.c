#include "report/report.h"
#include "report/table_heading.h"
#include "report/table_notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define NOTE_WIDTH 6 /* "[1][2]" */

/* The least `keep` with which all columns fit. */
static int least_keep(unsigned width)
{
	for (int keep = 0; keep < 9; keep++) {
		unsigned sum = NOTE_WIDTH;

		for (size_t i = 0; i < table_column_count; i++) {
			if (table_columns[i].keep >= keep)
				sum += (unsigned)abs(table_columns[i].width) + 1;
		}
		if (sum <= width)
			return keep;
	}
	return 9;
}

/* Without a reference nothing has a share of it. */
static bool shown(const struct group *g, size_t i, int keep)
{
	return table_columns[i].keep >= keep &&
	       (g->limits.reference || !table_columns[i].of_reference);
}

static void put_titles(FILE *out, const struct group *g, int keep)
{
	for (int line = 0; line < 2; line++) {
		struct str text = STR_INIT;

		for (size_t i = 0; i < table_column_count; i++) {
			if (shown(g, i, keep))
				str_addf(&text, "%s%*s", i ? " " : "",
					 table_columns[i].width,
					 line ? table_columns[i].lower
					      : table_columns[i].upper);
		}
		while (text.len && text.buf[text.len - 1] == ' ')
			text.buf[--text.len] = '\0';
		fprintf(out, "%s%s%s\n", table_bold(g), text.buf, table_plain(g));
		str_release(&text);
	}
}

/* A rate says nothing if some of the answers were wrong. */
static bool failed(const struct result_row *row)
{
	return row->state && (!strcmp(row->state, "failed") ||
			      !strcmp(row->state, "wrong bytes"));
}

static void put_row(FILE *out, struct group *g, const struct report_row *item,
		    int keep)
{
	if (item->baseline)
		fputs(table_dim(g), out);
	for (size_t i = 0; i < table_column_count; i++) {
		struct table_cell cell;

		if (!shown(g, i, keep))
			continue;
		cell = table_columns[i].cell(&g->limits, item->row);
		fprintf(out, "%s%*s", i ? " " : "", table_columns[i].width,
			cell.text);
	}
	table_note_numbers(out, g, item->row);
	fprintf(out, "%s\n", item->baseline ? table_plain(g) : "");
}

static void put_failed(FILE *out, const struct report_row *item, unsigned width)
{
	char *all = findings_texts(&item->row->findings);
	const char *why = all ? all : "no reason known";
	int indent = fprintf(out, "%-10s FAILED: ", item->row->library_name);

	table_wrapped(out, why, (int)strlen(why), width, indent);
	free(all);
}

static void put_line(FILE *out, const char *text, unsigned width)
{
	fputs("  ", out);
	table_wrapped(out, text, (int)strlen(text), width, 2);
}

/* Finds the row of `null` anywhere in the table. Most often it stands in
 * another block. */
static const struct result_row *find_null(const struct group *g)
{
	for (size_t i = 0; i < g->all_count; i++)
		if (g->all[i].baseline && !failed(g->all[i].row) &&
		    !strcmp(g->all[i].row->library_name, "null"))
			return g->all[i].row;
	return NULL;
}

static bool is_python(const struct report_row *item)
{
	return !item->compiled && !item->baseline && !failed(item->row);
}

static bool has_python(const struct group *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (is_python(g->rows[i]))
			return true;
	return false;
}

/* Behind "worker.py itself". */
static void add_harness_cost(struct str *text, const struct group *g)
{
	const struct result_row *null = g->limits.null, *other = find_null(g);

	if (null && isfinite(null->cpu_seconds_per_1000_requests))
		str_addf(text, ": %.1f us CPU an operation (null), part of "
			       "every Python row.",
			 null->cpu_seconds_per_1000_requests * 1000);
	else if (null)
		str_add(text, ": part of every Python row, and null, which "
			      "measures it, has no figure here.");
	else if (other)
		str_addf(text, ": part of every Python row; null measured it, "
			       "but in another block: %s, %llu in flight.",
			 other->test_name,
			 (unsigned long long)other->concurrency);
	else
		str_add(text, ": part of every Python row, not measured in "
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
	if (known || has_python(g))
		put_line(out, text.buf, width);
	if (g->limits.reference)
		put_line(out, "ref.: requests/s as a share of reference, a "
			      "client in C that does the least.",
			 width);
	str_release(&text);
}

/* Only our own origin holds answers back until it has all requests. */
static void put_unproven(FILE *out, const struct group *g, unsigned width)
{
	bool unproven = false;

	for (size_t i = 0; i < g->count; i++)
		unproven = unproven ||
			   (!failed(g->rows[i]->row) &&
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
static int rank(const struct report_row *item)
{
	return failed(item->row) ? 2 : item->baseline ? 1 : 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct report_row *x = *(const struct report_row *const *)a;
	const struct report_row *y = *(const struct report_row *const *)b;
	double p = x->row->requests_per_second;
	double q = y->row->requests_per_second;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (isfinite(p) != isfinite(q))
		return isfinite(p) ? -1 : 1;
	if (isfinite(p) && p != q)
		return p < q ? 1 : -1;
	return strcmp(x->row->library_name, y->row->library_name);
}

static void find_baselines(struct group *g)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct result_row *row = g->rows[i]->row;

		if (!g->rows[i]->baseline || failed(row))
			continue;
		if (!strcmp(row->library_name, "reference"))
			g->limits.reference = row;
		else if (!strcmp(row->library_name, "null"))
			g->limits.null = row;
	}
}

static void put_group(FILE *out, struct group *g)
{
	unsigned width = g->style->width ? g->style->width : 100;
	int keep = least_keep(width);
	int last = 0;

	qsort(g->rows, g->count, sizeof(*g->rows), by_rank);
	find_baselines(g);
	table_heading(out, g, width);
	put_titles(out, g, keep);
	for (size_t i = 0; i < g->count; i++) {
		int now = rank(g->rows[i]);

		if (now == 1 && last != 1)
			fprintf(out, "%s  limits: of this machine, of the "
				     "harness%s\n",
				table_dim(g), table_plain(g));
		last = now;
		if (now == 2)
			put_failed(out, g->rows[i], width);
		else
			put_row(out, g, g->rows[i], keep);
	}
	put_harness_cost(out, g, width);
	put_unproven(out, g, width);
	table_common(out, g, width);
	table_notes(out, g, width);
	fputc('\n', out);
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

/* Takes all rows comparable to row `first` that no group has taken yet. */
static void collect(struct group *g, const struct report_row *rows,
		    size_t count, size_t first, bool *taken)
{
	g->count = 0;
	for (size_t i = first; i < count; i++) {
		if (taken[i] || !comparable(rows[first].row, rows[i].row))
			continue;
		taken[i] = true;
		g->rows[g->count++] = &rows[i];
	}
}

void report_table(FILE *out, const struct report_row *rows, size_t count,
		  const struct report_style *style)
{
	bool *taken = mem_array(count, sizeof(*taken));
	size_t measured = 0;

	for (size_t first = 0; first < count; first++) {
		struct group group = { .style = style,
				       .all = rows,
				       .all_count = count };

		measured += !rows[first].baseline;
		if (taken[first])
			continue;
		group.rows = mem_array(count, sizeof(*group.rows));
		collect(&group, rows, count, first, taken);
		put_group(out, &group);
		free(group.rows);
		free(group.notes);
	}
	if (measured > 1)
		fprintf(out, "One trial each: differences of less than about "
			     "10%% can be noise.\n");
	free(taken);
}
