#include "report/table_heading.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "base/text.h"

const char *table_bold(const struct group *g)
{
	return g->style->colour ? "\033[1m" : "";
}

const char *table_dim(const struct group *g)
{
	return g->style->colour ? "\033[2m" : "";
}

const char *table_plain(const struct group *g)
{
	return g->style->colour ? "\033[0m" : "";
}

static bool differs(const struct group *g, const struct column *column)
{
	for (size_t i = 1; i < g->all_count; i++)
		if (result_compare(g->all[0].row, g->all[i].row, column))
			return true;
	return false;
}

static void add_count(struct str *text, const char *words, uint64_t count)
{
	if (count == COUNT_UNKNOWN)
		str_addf(text, ", no %s", words);
	else
		str_addf(text, ", %s %llu", words, (unsigned long long)count);
}

static void add_number(struct str *text, const struct spec_field *field,
		       double number)
{
	bool seconds = field->unit && !strcmp(field->unit, "SECONDS");

	if (isnan(number))
		str_addf(text, ", no %s", field->words);
	else
		str_addf(text, ", %s %.6g%s", field->words, number,
			 seconds ? " s" : "");
}

static void add_text(struct str *text, const char *words, const char *value)
{
	if (value)
		str_addf(text, ", %s %s", words, value);
	else
		str_addf(text, ", no %s", words);
}

static void add_field(struct str *text, const struct spec_field *field,
		      const struct column *column, const struct result_row *row)
{
	const void *value = result_value(row, column);

	switch (column->kind) {
	case COLUMN_COUNT:
		add_count(text, field->words, *(const uint64_t *)value);
		break;
	case COLUMN_NUMBER:
		add_number(text, field, *(const double *)value);
		break;
	case COLUMN_FLAG:
		str_addf(text, ", %s%s", *(const int8_t *)value ? "" : "no ",
			 field->words);
		break;
	case COLUMN_TEXT:
		add_text(text, field->words, *(char *const *)value);
		break;
	case COLUMN_FINDINGS:
	case COLUMN_NAMES:
		break;
	}
}

static bool named_differ(const struct group *g, const char *name)
{
	return differs(g, result_column(name));
}

/* Where a pool is no more than the concurrency it goes without saying. */
static bool has_own_pool(const struct result_row *row)
{
	return row->pool_size != COUNT_UNKNOWN &&
	       row->pool_size != row->concurrency;
}

static void add_pool(struct str *text, const struct group *g,
		     const struct result_row *row)
{
	bool shown = has_own_pool(row);

	for (size_t i = 0; i < g->all_count && row->pool_size != COUNT_UNKNOWN;
	     i++)
		shown |= has_own_pool(g->all[i].row) &&
			 g->all[i].row->pool_size != row->pool_size;
	if (shown)
		str_addf(text, ", pool of %llu",
			 (unsigned long long)row->pool_size);
}

static void add_keep_alive(struct str *text, const struct group *g,
			   const struct result_row *row)
{
	bool timeouts = named_differ(g, "keep_alive_timeout_seconds");

	if (!row->keep_alive)
		str_add(text, ", no keep-alive");
	else if (timeouts || named_differ(g, "keep_alive"))
		str_add(text, ", keep-alive");
	if (timeouts)
		str_addf(text, "%s %.6g s",
			 row->keep_alive ? " for" : ", keep-alive timeout",
			 row->keep_alive_timeout_seconds);
}

static void add_operations(struct str *text, const struct group *g,
			   const struct result_row *row)
{
	if (!named_differ(g, "n_requests"))
		return;
	if (row->n_requests == COUNT_UNKNOWN)
		str_add(text, ", any number of operations");
	else
		str_addf(text, ", at most %llu operations%s",
			 (unsigned long long)row->n_requests,
			 row->replicas > 1 ? " each" : "");
}

/* What the tables of a run differ in stands in each heading, so that they can
 * be told apart; what is seldom asked for always. */
static void add_config(struct str *text, const struct group *g,
		       const struct result_row *row)
{
	add_pool(text, g, row);
	add_keep_alive(text, g, row);
	add_operations(text, g, row);
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		const struct column *column =
			f->words ? result_column(f->name) : NULL;

		if (column && differs(g, column))
			add_field(text, f, column, row);
	}
	if (row->rate > 0)
		str_addf(text, ", open loop %.6g/s", row->rate);
	else if (named_differ(g, "rate"))
		str_add(text, ", closed loop");
	if (row->dataset)
		str_addf(text, ", dataset %s", row->dataset);
	else if (named_differ(g, "dataset"))
		str_add(text, ", no dataset");
}

/* All of them took the time that the heading names already. */
static bool is_timeout(const struct group *g, double least, double most)
{
	double timeout = g->rows[0]->row->timeout_seconds;

	return named_differ(g, "timeout_seconds") && least >= timeout * 0.99 &&
	       most <= timeout * 1.01;
}

/* Of trials that end after --n-requests each has its own. */
static void add_duration(struct str *text, const struct group *g)
{
	double least = (double)INFINITY, most = 0;
	struct number_short from, to;
	bool same;

	for (size_t i = 0; i < g->count; i++) {
		double seconds = g->rows[i]->row->duration_seconds;

		if (!isfinite(seconds))
			continue;
		least = seconds < least ? seconds : least;
		most = seconds > most ? seconds : most;
	}
	if (!isfinite(least) || is_timeout(g, least, most))
		return;
	from = number_short(least, 3);
	to = number_short(most, 3);
	same = !strcmp(from.text, to.text);
	str_addf(text, ", %s%s%s%s s",
		 named_differ(g, "timeout_seconds") ? "took " : "", from.text,
		 same ? "" : " to ", same ? "" : to.text);
}

/* "12 blocks, 240 slices each" */
static void add_blocks(struct str *text, const struct comparison *c)
{
	unsigned least = UINT_MAX, most = 0;

	for (size_t i = 0; i < c->row_count; i++) {
		unsigned rounds = c->rows[i].rounds;

		if (!rounds)
			continue;
		least = rounds < least ? rounds : least;
		most = rounds > most ? rounds : most;
	}
	str_addf(text, ", %u block%s", c->blocks, c->blocks == 1 ? "" : "s");
	if (!most)
		str_add(text, " of separate trials");
	else if (least == most)
		str_addf(text, ", %u slice%s each", most,
			 most == 1 ? "" : "s");
	else
		str_addf(text, ", %u to %u slices each", least, most);
}

static void put_heading(FILE *out, const struct group *g, unsigned width)
{
	const struct result_row *row = g->rows[0]->row;
	struct str text = STR_INIT, wrapped = STR_INIT;

	str_addf(&text, "%s  %s  %llu in flight", row->test_name,
		 row->test_params ? row->test_params : "",
		 (unsigned long long)row->concurrency);
	if (row->replicas > 1 || named_differ(g, "replicas"))
		str_addf(&text, " in each of %llu replica%s",
			 (unsigned long long)row->replicas,
			 row->replicas == 1 ? "" : "s");
	add_config(&text, g, row);
	if (g->comparison)
		add_blocks(&text, g->comparison);
	else
		add_duration(&text, g);
	text_wrap(&wrapped, text.buf, text.len, width, 0, 2);
	fprintf(out, "%s%s%s\n", table_bold(g), wrapped.buf, table_plain(g));
	str_release(&wrapped);
	str_release(&text);
}

static void add_no_limit(struct str *text, const struct group *g,
			 const char *name, const char *words)
{
	if (named_differ(g, name))
		str_addf(text, ", no limit of %s", words);
}

static void add_limits(struct str *text, const struct group *g,
		       const struct result_row *row)
{
	struct str limits = STR_INIT;

	if (isfinite(row->cpus_limit))
		str_addf(&limits, ", %.6g CPU%s", row->cpus_limit,
			 row->cpus_limit == 1 ? "" : "s");
	else
		add_no_limit(&limits, g, "cpus_limit", "CPU time");
	if (row->memory_limit_bytes != COUNT_UNKNOWN)
		str_addf(&limits, ", %.7g MiB",
			 (double)row->memory_limit_bytes / 1048576);
	else
		add_no_limit(&limits, g, "memory_limit_bytes", "memory");
	if (row->pids_limit != COUNT_UNKNOWN)
		str_addf(&limits, ", %llu processes and threads",
			 (unsigned long long)row->pids_limit);
	else
		add_no_limit(&limits, g, "pids_limit", "processes");
	if (row->link_bits_per_second != COUNT_UNKNOWN)
		str_addf(&limits, ", a link of %.6g Mbit/s",
			 (double)row->link_bits_per_second / 1e6);
	else
		add_no_limit(&limits, g, "link_bits_per_second", "the link");
	if (limits.len)
		str_addf(text, "; each replica: %s", limits.buf + 2);
	str_release(&limits);
}

/* Says where the rows were measured: no figure means anything without it. */
static void put_placement(FILE *out, const struct group *g, unsigned width)
{
	const struct result_row *row = g->rows[0]->row;
	struct str text = STR_INIT;
	int indent;

	if (!row->isolation)
		return;
	str_add(&text, row->isolation);
	if (row->cgroup && strcmp(row->cgroup, "none"))
		str_addf(&text, " (control groups %s, %s)", row->cgroup,
			 row->network);
	else if (row->network)
		str_addf(&text, " (no control groups, %s)", row->network);
	if (row->pinning)
		str_addf(&text, "; pinned: %s", row->pinning);
	add_limits(&text, g, row);
	fputs(table_dim(g), out);
	indent = fprintf(out, "isolation: ");
	table_wrapped(out, text.buf, (int)text.len, width, indent);
	fputs(table_plain(g), out);
	str_release(&text);
}

void table_heading(FILE *out, const struct group *g, unsigned width)
{
	put_heading(out, g, width);
	put_placement(out, g, width);
}
