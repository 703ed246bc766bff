#include "cli/show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/compared.h"
#include "base/mem.h"
#include "cli/say.h"
#include "report/report.h"

static struct report_style style_of_stdout(void)
{
	struct report_style style = { .width = 100 };

	if (!isatty(STDOUT_FILENO))
		return style;
	style.colour = !getenv("NO_COLOR");
	style.width = say_columns(STDOUT_FILENO);
	return style;
}

/* In whatever order they were measured, tables stand in a fixed one: by test, by
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
			analyse_compared(experiment->finished, all,
					 rows[first].row->comparison,
					 &comparisons[count]);
			g->comparison = &comparisons[count];
		}
		count++;
	}
	return count;
}

/* All trials of a run, with what they come to. */
struct shown {
	size_t all, group_count;
	struct report_row *rows;
	struct report_group *groups;
	struct comparison *comparisons;
};

static void open_shown(struct shown *shown, const struct experiment *experiment)
{
	size_t all = experiment->finished_count;

	shown->all = all;
	shown->comparisons = mem_array(all, sizeof(*shown->comparisons));
	shown->groups = mem_array(all, sizeof(*shown->groups));
	shown->rows = mem_array(all, sizeof(*shown->rows));
	for (size_t i = 0; i < all; i++) {
		const struct finished *one = &experiment->finished[i];

		shown->rows[i] = (struct report_row){ &one->summary.total,
						      one->baseline,
						      one->other_worker };
	}
	qsort(shown->rows, all, sizeof(*shown->rows), by_comparison);
	shown->group_count = make_groups(experiment, shown->rows,
					 shown->groups, shown->comparisons);
}

static void close_shown(struct shown *shown)
{
	for (size_t i = 0; i < shown->all; i++)
		comparison_release(&shown->comparisons[i]);
	free(shown->comparisons);
	free(shown->groups);
	free(shown->rows);
}

static void show_tables(const struct experiment *experiment,
			const struct shown *shown)
{
	struct report_style style = style_of_stdout();

	style.no_turns = !experiment->settings->slices;
	if (experiment->interrupted && experiment->resumable)
		style.resume = experiment->run.id;
	style.resume_blocks = experiment->settings->blocks;
	putchar('\n');
	report_table(stdout, shown->groups, shown->group_count, &style);
}

static json_t *results_of(const struct experiment *experiment)
{
	json_t *results = json_array();

	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		json_array_append_new(results,
				      report_json(&one->summary.total, false));
	}
	return results;
}

static json_t *comparisons_of(const struct shown *shown)
{
	json_t *comparisons = json_array();

	for (size_t i = 0; i < shown->group_count; i++) {
		const struct report_group *g = &shown->groups[i];

		if (g->comparison)
			json_array_append_new(
				comparisons,
				report_json_comparison(g));
	}
	return comparisons;
}

static void show_json(const struct experiment *experiment,
		      const struct shown *shown)
{
	const struct run *run = &experiment->run;
	json_t *document = json_pack(
		"{s:s, s:o, s:o, s:o, s:o}", "run_id", run->id, "environment",
		report_json_object(run->environment.more_json), "versions",
		versions_json(&experiment->versions), "results",
		results_of(experiment), "comparisons", comparisons_of(shown));

	report_json_write(stdout, document, true);
	putchar('\n');
	json_decref(document);
}

void show_summaries(const struct experiment *experiment)
{
	struct shown shown;

	open_shown(&shown, experiment);
	if (experiment->settings->json)
		show_json(experiment, &shown);
	else
		show_tables(experiment, &shown);
	close_shown(&shown);
}
