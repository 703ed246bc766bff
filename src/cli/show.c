#include "cli/show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/say.h"
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

void show_summaries(const struct experiment *experiment)
{
	struct report_style style = style_of_stdout();
	struct report_group group = { 0 };
	struct report_row *rows;

	if (experiment->settings->json) {
		show_json(experiment);
		return;
	}
	rows = mem_array(experiment->finished_count, sizeof(*rows));
	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct finished *one = &experiment->finished[i];

		rows[i] = (struct report_row){ &one->summary.total,
					       one->baseline, one->compiled };
	}
	qsort(rows, experiment->finished_count, sizeof(*rows), by_config);
	putchar('\n');
	group.rows = rows;
	group.count = experiment->finished_count;
	report_table(stdout, &group, 1, &style);
	free(rows);
}
