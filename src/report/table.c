#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define NOTES_MOST 64

/* Rows that can be compared: same test, parameters and settings. */
struct group {
	const struct report_row **rows; /* best first, baselines and failed
					 * ones behind */
	size_t count;
	const struct result_row *reference, *null;
	const char *notes[NOTES_MOST]; /* borrowed pieces of findings */
	int note_length[NOTES_MOST];
	size_t note_count;
	const struct report_style *style;
};

/* A cell's text; "" where the row does not know. */
struct cell {
	char text[64];
};

static struct cell number_cell(double value)
{
	struct cell cell = { "" };
	int decimals = fabs(value) >= 999.5 ? 0
		       : fabs(value) >= 99.95 ? 1
					      : 2;
	int at, end;

	if (!isfinite(value))
		return cell;
	snprintf(cell.text, sizeof(cell.text), "%.*f", decimals, value);
	/* Commas between thousands, from the right. */
	end = (int)strcspn(cell.text, ".");
	for (at = end - 3; at > 0 && at < 40; at -= 3) {
		memmove(cell.text + at + 1, cell.text + at,
			strlen(cell.text + at) + 1);
		cell.text[at] = ',';
	}
	return cell;
}

static struct cell library_cell(const struct group *g,
				const struct result_row *row)
{
	struct cell cell;

	(void)g;
	snprintf(cell.text, sizeof(cell.text), "%s", row->library_name);
	return cell;
}

static struct cell version_cell(const struct group *g,
				const struct result_row *row)
{
	struct cell cell;

	(void)g;
	snprintf(cell.text, sizeof(cell.text), "%.12s",
		 row->library_version ? row->library_version : "-");
	return cell;
}

static struct cell requests_cell(const struct group *g,
				 const struct result_row *row)
{
	(void)g;
	return number_cell(row->requests_per_second);
}

static struct cell bytes_cell(const struct group *g,
			      const struct result_row *row)
{
	(void)g;
	return number_cell(row->bytes_per_second / 1e6);
}

static struct cell p50_cell(const struct group *g, const struct result_row *row)
{
	(void)g;
	return number_cell(row->latency_p50_ms);
}

static struct cell p99_cell(const struct group *g, const struct result_row *row)
{
	(void)g;
	return number_cell(row->latency_p99_ms);
}

static struct cell cpu_request_cell(const struct group *g,
				    const struct result_row *row)
{
	(void)g;
	return number_cell(row->cpu_seconds_per_1000_requests * 1000);
}

static struct cell cpu_gb_cell(const struct group *g,
			       const struct result_row *row)
{
	(void)g;
	return number_cell(row->cpu_seconds_per_gb);
}

static struct cell cores_cell(const struct group *g,
			      const struct result_row *row)
{
	(void)g;
	return number_cell(row->cpu_total_seconds / row->duration_seconds);
}

static struct cell memory_cell(const struct group *g,
			       const struct result_row *row)
{
	(void)g;
	if (row->peak_rss_bytes == RESULT_UNKNOWN)
		return number_cell(NAN);
	return number_cell((double)row->peak_rss_bytes / 1048576);
}

static struct cell failed_cell(const struct group *g,
			       const struct result_row *row)
{
	struct cell cell;

	(void)g;
	snprintf(cell.text, sizeof(cell.text), "%llu",
		 (unsigned long long)row->number_failures);
	return cell;
}

static struct cell share_cell(const struct group *g,
			      const struct result_row *row)
{
	struct cell cell = { "" };

	if (g->reference && g->reference->requests_per_second > 0 &&
	    isfinite(row->requests_per_second) && row != g->null)
		snprintf(cell.text, sizeof(cell.text), "%.0f%%",
			 100 * row->requests_per_second /
				 g->reference->requests_per_second);
	return cell;
}

/* `keep`: columns with a smaller one go first where the terminal is narrow. */
static const struct table_column {
	const char *upper, *lower;
	int width; /* negative: left-aligned */
	int keep;
	struct cell (*cell)(const struct group *g, const struct result_row *row);
} columns[] = {
	{ "", "library", -10, 9, library_cell },
	{ "", "version", -8, 2, version_cell },
	{ "requests", "/s", 8, 9, requests_cell },
	{ "", "MB/s", 6, 6, bytes_cell },
	{ "p50", "ms", 6, 7, p50_cell },
	{ "p99", "ms", 6, 7, p99_cell },
	{ "CPU us", "/request", 8, 9, cpu_request_cell },
	{ "CPU s", "/GB", 6, 3, cpu_gb_cell },
	{ "cores", "used", 5, 5, cores_cell },
	{ "peak", "MiB", 5, 5, memory_cell },
	{ "", "failed", 6, 8, failed_cell },
	{ "of", "ref.", 4, 4, share_cell },
};

#define COLUMN_COUNT_ALL (sizeof(columns) / sizeof(*columns))
#define NOTE_WIDTH 6 /* "[1][2]" */

/* The least `keep` with which all columns fit. */
static int least_keep(unsigned width)
{
	for (int keep = 0; keep < 9; keep++) {
		unsigned sum = NOTE_WIDTH;

		for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
			if (columns[i].keep >= keep)
				sum += (unsigned)abs(columns[i].width) + 1;
		}
		if (sum <= width)
			return keep;
	}
	return 9;
}

static const char *bold(const struct group *g)
{
	return g->style->colour ? "\033[1m" : "";
}

static const char *dim(const struct group *g)
{
	return g->style->colour ? "\033[2m" : "";
}

static const char *plain(const struct group *g)
{
	return g->style->colour ? "\033[0m" : "";
}

/* Without a reference nothing has a share of it. */
static bool shown(const struct group *g, size_t i, int keep)
{
	return columns[i].keep >= keep &&
	       (g->reference || columns[i].cell != share_cell);
}

static void put_titles(FILE *out, const struct group *g, int keep)
{
	for (int line = 0; line < 2; line++) {
		struct str text = STR_INIT;

		for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
			if (shown(g, i, keep))
				str_addf(&text, "%s%*s", i ? " " : "",
					 columns[i].width,
					 line ? columns[i].lower
					      : columns[i].upper);
		}
		while (text.len && text.buf[text.len - 1] == ' ')
			text.buf[--text.len] = '\0';
		fprintf(out, "%s%s%s\n", bold(g), text.buf, plain(g));
		str_release(&text);
	}
}

/* The number of a note, the same for the same words. */
static size_t note_number(struct group *g, const char *text, int length)
{
	for (size_t i = 0; i < g->note_count; i++) {
		if (g->note_length[i] == length &&
		    !strncmp(g->notes[i], text, (size_t)length))
			return i + 1;
	}
	if (g->note_count == NOTES_MOST)
		return NOTES_MOST;
	g->notes[g->note_count] = text;
	g->note_length[g->note_count] = length;
	return ++g->note_count;
}

/* The finding at *at, of *length bytes; moves *at behind it. NULL: no more. */
static const char *next_finding(const char **at, int *length)
{
	const char *finding = *at && **at ? *at : NULL;
	const char *end = finding ? strstr(finding, "; ") : NULL;

	if (!finding)
		return NULL;
	*length = (int)(end ? (size_t)(end - finding) : strlen(finding));
	*at = end ? end + 2 : NULL;
	return finding;
}

static bool has_finding(const struct result_row *row, const char *wanted,
			int wanted_length)
{
	const char *at = row->findings, *finding;
	int length;

	while ((finding = next_finding(&at, &length))) {
		if (length == wanted_length &&
		    !strncmp(finding, wanted, (size_t)length))
			return true;
	}
	return false;
}

/* What is true of all rows is said once, beneath them. */
static bool is_common(const struct group *g, const char *finding, int length)
{
	for (size_t i = 0; i < g->count; i++) {
		if (!has_finding(g->rows[i]->row, finding, length))
			return false;
	}
	return g->count > 1;
}

static void put_note_numbers(FILE *out, struct group *g,
			     const struct result_row *row)
{
	const char *at = row->findings, *finding, *space = " ";
	int length;

	while ((finding = next_finding(&at, &length))) {
		if (is_common(g, finding, length))
			continue;
		fprintf(out, "%s[%zu]", space, note_number(g, finding, length));
		space = "";
	}
}

static bool failed(const struct result_row *row)
{
	return row->state && !strcmp(row->state, "failed");
}

static void put_row(FILE *out, struct group *g, const struct report_row *item,
		    int keep)
{
	if (item->baseline)
		fputs(dim(g), out);
	for (size_t i = 0; i < COLUMN_COUNT_ALL; i++) {
		struct cell cell;

		if (!shown(g, i, keep))
			continue;
		cell = columns[i].cell(g, item->row);
		fprintf(out, "%s%*s", i ? " " : "", columns[i].width,
			cell.text);
	}
	put_note_numbers(out, g, item->row);
	fprintf(out, "%s\n", item->baseline ? plain(g) : "");
}

static void put_failed(FILE *out, struct group *g,
		       const struct report_row *item)
{
	fprintf(out, "%-10s FAILED: %s\n", item->row->library_name,
		item->row->findings ? item->row->findings : "no reason known");
	(void)g;
}

/* Text wrapped at the terminal's width, hanging after `indent` blanks. */
static void put_wrapped(FILE *out, const char *text, int length, unsigned width,
			int indent)
{
	int column = indent;

	for (int i = 0; i < length;) {
		int n = (int)strcspn(text + i, " ");

		if (i + n > length)
			n = length - i;
		if (column > indent && column + 1 + n > (int)width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", n, text + i);
		column += n;
		i += n + 1;
	}
	fputc('\n', out);
}

static void put_line(FILE *out, const char *text, unsigned width)
{
	fputs("  ", out);
	put_wrapped(out, text, (int)strlen(text), width, 2);
}

static void put_notes(FILE *out, const struct group *g, unsigned width)
{
	for (size_t i = 0; i < g->note_count; i++) {
		int indent = fprintf(out, "  [%zu] ", i + 1);

		put_wrapped(out, g->notes[i], g->note_length[i], width, indent);
	}
}

static void put_common(FILE *out, const struct group *g, unsigned width)
{
	const char *at = g->rows[0]->row->findings, *finding;
	int length;

	while ((finding = next_finding(&at, &length))) {
		if (!is_common(g, finding, length))
			continue;
		fputs("  all: ", out);
		put_wrapped(out, finding, length, width, 7);
	}
}

static void put_heading(FILE *out, const struct group *g)
{
	const struct result_row *row = g->rows[0]->row;
	struct str text = STR_INIT;

	for (size_t i = 0; i < g->count && !isfinite(row->duration_seconds); i++)
		row = g->rows[i]->row;
	str_addf(&text, "%s  %s  %llu in flight", row->test_name,
		 row->test_params ? row->test_params : "",
		 (unsigned long long)row->concurrency);
	if (row->replicas > 1)
		str_addf(&text, " in each of %llu replicas",
			 (unsigned long long)row->replicas);
	if (!row->keep_alive)
		str_add(&text, ", no keep-alive");
	if (row->rate > 0)
		str_addf(&text, ", open loop %.6g/s", row->rate);
	if (row->dataset)
		str_addf(&text, ", dataset %s", row->dataset);
	if (isfinite(row->duration_seconds))
		str_addf(&text, ", %.3g s", row->duration_seconds);
	fprintf(out, "%s%s%s\n", bold(g), text.buf, plain(g));
	str_release(&text);
}

static void put_harness_cost(FILE *out, const struct group *g, unsigned width)
{
	bool known = g->null && isfinite(g->null->cpu_seconds_per_1000_requests);
	struct str text = STR_INIT;

	str_add(&text, "worker.py itself");
	if (!strncmp(g->rows[0]->row->test_name, "cog_header", 10))
		str_add(&text, " and the header parser");
	if (known)
		str_addf(&text, ": %.1f us CPU an operation (null), part of "
				"every Python row.",
			 g->null->cpu_seconds_per_1000_requests * 1000);
	else
		str_add(&text, ": part of every Python row, not measured in "
			       "this run (run null too).");
	if (known || !g->rows[0]->baseline)
		put_line(out, text.buf, width);
	if (g->reference)
		put_line(out, "ref.: requests/s as a share of reference, a "
			      "client in C that does the least.",
			 width);
	str_release(&text);
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
			g->reference = row;
		else if (!strcmp(row->library_name, "null"))
			g->null = row;
	}
}

static void put_group(FILE *out, struct group *g)
{
	unsigned width = g->style->width ? g->style->width : 100;
	int keep = least_keep(width);
	int last = 0;

	qsort(g->rows, g->count, sizeof(*g->rows), by_rank);
	find_baselines(g);
	put_heading(out, g);
	put_titles(out, g, keep);
	for (size_t i = 0; i < g->count; i++) {
		int now = rank(g->rows[i]);

		if (now == 1 && last != 1)
			fprintf(out, "%s  limits: of this machine, of the "
				     "harness%s\n",
				dim(g), plain(g));
		last = now;
		if (now == 2)
			put_failed(out, g, g->rows[i]);
		else
			put_row(out, g, g->rows[i], keep);
	}
	put_harness_cost(out, g, width);
	put_common(out, g, width);
	put_notes(out, g, width);
	fputc('\n', out);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Unknown numbers are equal to each other. */
static bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static bool comparable(const struct result_row *a, const struct result_row *b)
{
	return same_text(a->test_name, b->test_name) &&
	       same_text(a->test_params, b->test_params) &&
	       same_text(a->dataset, b->dataset) &&
	       a->replicas == b->replicas && a->concurrency == b->concurrency &&
	       a->pool_size == b->pool_size && a->keep_alive == b->keep_alive &&
	       same_number(a->keep_alive_timeout_seconds,
			   b->keep_alive_timeout_seconds) &&
	       a->use_dns_cache == b->use_dns_cache &&
	       same_number(a->rate, b->rate) && a->seed == b->seed;
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
		struct group group = { .style = style };

		measured += !rows[first].baseline;
		if (taken[first])
			continue;
		group.rows = mem_array(count, sizeof(*group.rows));
		collect(&group, rows, count, first, taken);
		put_group(out, &group);
		free(group.rows);
	}
	if (measured > 1)
		fprintf(out, "One trial each: differences of less than about "
			     "10%% can be noise.\n");
	free(taken);
}
