#include "cli/show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/say.h"
#include "experiment/compared.h"
#include "report/report.h"

static void show_json(const struct experiment *experiment)
{
	json_t *results = json_array();
	json_t *document;

	for (size_t i = 0; i < experiment->finished_count; i++)
		json_array_append_new(
			results,
			report_json(&experiment->finished[i].summary.total, false));
	document = json_pack("{s:s, s:o}", "run_id", experiment->run.id, "results",
			     results);
	report_json_write(stdout, document, true);
	putchar('\n');
	json_decref(document);
}

static struct report_style style_of_stdout(void)
{
	struct report_style style = { .width = 100 };

	if (!isatty(STDOUT_FILENO))
		return style;
	style.colour = !getenv("NO_COLOR");
	style.width = say_columns(stdout);
	return style;
}

/* The trials ran in a random order; the tables stand in a fixed one: by test, by
 * size, by what else was asked for. */
static int by_config(const void *a, const void *b)
{
	const struct result_row *x = ((const struct report_row *)a)->row;
	const struct result_row *y = ((const struct report_row *)b)->row;
	int order = strcmp(y->test_name, x->test_name);

	if (!order)
		order = result_compare(x, y,
				       result_column("request_size_bytes"));
	for (const struct spec_field *f = spec_fields; !order && f->name; f++) {
		const struct column *column = result_column(f->name);

		if (column)
			order = result_compare(x, y, column);
	}
	return order;
}

/* The trials of a comparison stand together. */
static int by_comparison(const void *a, const void *b)
{
	const struct result_row *x = ((const struct report_row *)a)->row;
	const struct result_row *y = ((const struct report_row *)b)->row;
	int order = by_config(a, b);

	if (!order && x->comparison && y->comparison)
		order = strcmp(x->comparison, y->comparison);
	return order ? order
		     : result_compare(x, y, result_column("block"));
}

static bool is_of_blocks(const struct experiment *experiment)
{
	for (size_t i = 0; i < experiment->finished_count; i++)
		if (experiment->finished[i].block ||
		    experiment->finished[i].slice_count)
			return true;
	return false;
}

static bool same_comparison(const struct result_row *a,
			    const struct result_row *b)
{
	return a->comparison && b->comparison &&
	       !strcmp(a->comparison, b->comparison);
}

/* A group for each comparison; without blocks all rows are one. */
static size_t make_groups(const struct experiment *experiment,
			  const struct report_row *rows,
			  struct report_group *groups,
			  struct comparison *comparisons)
{
	size_t all = experiment->finished_count, count = 0;

	if (!is_of_blocks(experiment)) {
		groups[0] = (struct report_group){ NULL, rows, all };
		return 1;
	}
	for (size_t i = 0; i < all;) {
		struct report_group *g = &groups[count];
		size_t first = i++;

		while (i < all && same_comparison(rows[first].row, rows[i].row))
			i++;
		*g = (struct report_group){ NULL, &rows[first], i - first };
		if (rows[first].row->comparison) {
			compared_make(experiment, rows[first].row->comparison,
				      &comparisons[count]);
			g->comparison = &comparisons[count];
		}
		count++;
	}
	return count;
}

static void show_tables(const struct experiment *experiment)
{
	size_t all = experiment->finished_count, count;
	struct comparison *comparisons = mem_array(all, sizeof(*comparisons));
	struct report_group *groups = mem_array(all, sizeof(*groups));
	struct report_row *rows = mem_array(all, sizeof(*rows));
	struct report_style style = style_of_stdout();

	for (size_t i = 0; i < all; i++) {
		const struct finished *one = &experiment->finished[i];

		rows[i] = (struct report_row){ &one->summary.total,
					       one->baseline, one->compiled };
	}
	qsort(rows, all, sizeof(*rows), by_comparison);
	count = make_groups(experiment, rows, groups, comparisons);
	putchar('\n');
	report_table(stdout, groups, count, &style);
	for (size_t i = 0; i < all; i++)
		comparison_release(&comparisons[i]);
	free(comparisons);
	free(groups);
	free(rows);
}

void show_summaries(const struct experiment *experiment)
{
	if (experiment->settings->json)
		show_json(experiment);
	else
		show_tables(experiment);
}
