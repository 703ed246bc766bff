#include "report/table_legend.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "report/table_words.h"

void legend_leave_out(struct legend *legend, const struct table_column *column)
{
	for (size_t i = 0; i < legend->left_out_count; i++)
		if (!strcmp(legend->left_out[i]->upper, column->upper) &&
		    !strcmp(legend->left_out[i]->lower, column->lower))
			return;
	if (legend->left_out_count < LEGEND_COLUMNS_MOST)
		legend->left_out[legend->left_out_count++] = column;
}

static bool has_apart(const struct group *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (table_is_apart(g->comparison, g->rows[i]->row->library_name))
			return true;
	return false;
}

void legend_add(struct legend *legend, const struct group *g)
{
	const struct comparison *c = g->comparison;

	legend->intervals |= table_has_intervals(c);
	legend->apart |= has_apart(g);
	if (!table_has_verdicts(c))
		return;
	if (!legend->judged++)
		legend->ranges = c->verdicts;
	else if (legend->ranges != c->verdicts)
		legend->ranges = 0;
}

/* "p99.9 ms", "CPU s/GB" */
static void add_title(struct str *text, const struct table_column *c)
{
	str_addf(text, "%s%s%s%s", text->len ? ", " : "", c->upper,
		 *c->upper && *c->lower != '/' ? " " : "", c->lower);
}

static void put_left_out(FILE *out, const struct legend *legend, unsigned width)
{
	struct str text = STR_INIT;
	char title[48];

	for (size_t i = 0; i < legend->left_out_count; i++)
		add_title(&text, legend->left_out[i]);
	if (text.len)
		str_add(&text, "; a wider terminal shows them, and --json all "
			       "figures.");
	snprintf(title, sizeof(title), "left out in %u columns: ", width);
	table_put(out, title, &text, width);
}

static void put_ranges(FILE *out, const struct legend *legend, unsigned width)
{
	struct str text = STR_INIT;

	str_add(&text, "1, and one more for each library that is proven faster.");
	table_put(out, "#: ", &text, width);
	str_add(&text, "the range in which the difference lies; of those not "
		       "told apart the smallest difference that could have "
		       "been seen, which does not make them equal. ");
	if (legend->ranges == 1)
		str_add(&text, "The range holds with 95% confidence.");
	else if (legend->ranges)
		str_addf(&text, "All %u ranges%s hold together with 95%% "
				"confidence.", legend->ranges,
			 legend->judged > 1 ? " of a table" : "");
	else
		str_add(&text, "All ranges of a table hold together with 95% "
			       "confidence.");
	table_put(out, "in brackets: ", &text, width);
}

static void put_intervals(FILE *out, const struct legend *legend,
			  unsigned width)
{
	struct str text = STR_INIT;

	str_add(&text, "the farther end of a figure's 95% interval.");
	if (legend->judged)
		str_add(&text, " Much of it is the machine's, and the same for "
			       "all: compare by the verdicts, not by it.");
	table_put(out, "+-: ", &text, width);
}

void legend_put(FILE *out, const struct legend *legend, unsigned width)
{
	struct str text = STR_INIT;

	if (legend->judged)
		put_ranges(out, legend, width);
	if (legend->intervals)
		put_intervals(out, legend, width);
	if (legend->apart)
		str_add(&text, "measured in separate trials, not in turn with "
			       "the others: less is certain of it, and its CPU "
			       "a request is some per cent less than it would "
			       "be in turn, which the 95% do not cover.");
	table_put(out, "*: ", &text, width);
	if (legend->reference)
		str_add(&text, "requests/s as a share of reference, a client "
			       "in C that does the least.");
	table_put(out, "ref.: ", &text, width);
	put_left_out(out, legend, width);
	if (legend->judged || legend->intervals || legend->apart ||
	    legend->reference || legend->left_out_count)
		fputc('\n', out);
}
