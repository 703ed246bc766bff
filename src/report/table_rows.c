#include "report/table_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "report/table_heading.h"
#include "report/table_legend.h"

/* Behind a row there is room for " [1-3]". More notes stand there where the
 * columns leave more room, and beneath the row where they do not. */
#define NOTES_LEAST 6
#define NOTES_INDENT 4

/* What is shown of which columns. */
struct layout {
	const struct table_columns *columns;
	int keep;
	int *width;        /* of each column; negative: left-aligned */
	struct str *notes; /* of each row: " [1][3-5]" */
	unsigned room;     /* for these */
};

enum table_kind table_kind(const struct report_row *item)
{
	return result_is_void(item->row) ? TABLE_FAILED
	       : item->baseline		 ? TABLE_BASELINE
					 : TABLE_LIBRARY;
}

/* Without a reference nothing has a share of it. */
static bool can_show(const struct group *g, const struct table_column *c)
{
	return (c->needs != NEEDS_REFERENCE || g->limits.reference) &&
	       (c->needs != NEEDS_NULL || g->limits.null);
}

static bool shown(const struct group *g, const struct layout *layout, size_t i)
{
	const struct table_column *c = &layout->columns->list[i];

	return c->keep >= layout->keep && can_show(g, c);
}

static unsigned sum_of(const struct group *g, const struct layout *layout)
{
	unsigned sum = 0;

	for (size_t i = 0; i < layout->columns->count; i++)
		if (shown(g, layout, i))
			sum += (unsigned)abs(layout->width[i]) + 1;
	return sum;
}

/* Room for names, of which the longest are cut. */
static int name_width(const struct group *g, unsigned width)
{
	int most = (int)width / 4 < TABLE_MOST_NAME ? (int)width / 4
						    : TABLE_MOST_NAME;
	int longest = TABLE_LEAST_NAME;

	for (size_t i = 0; i < g->count; i++) {
		const char *name = g->rows[i]->row->library_name;
		const char *marks = table_marks(&g->limits, g->rows[i]);
		int n = (int)(strlen(name) + strlen(marks));

		longest = n > longest ? n : longest;
	}
	return longest > most ? most : longest;
}

/* As wide as the column says, or as its longest figure. */
static int column_width(const struct group *g, const struct table_column *c)
{
	int width = c->width ? abs(c->width) : g->limits.name;

	for (size_t i = 0; i < g->count; i++) {
		struct table_cell cell;

		if (table_kind(g->rows[i]) == TABLE_FAILED)
			continue;
		cell = c->cell(&g->limits, g->rows[i]);
		if ((int)strlen(cell.text) > width)
			width = (int)strlen(cell.text);
	}
	return c->width > 0 ? width : -width;
}

static void make_notes(struct layout *layout, struct group *g)
{
	layout->notes = mem_array(g->count, sizeof(*layout->notes));
	for (size_t i = 0; i < g->count; i++)
		if (table_kind(g->rows[i]) != TABLE_FAILED)
			table_note_numbers(&layout->notes[i], g,
					   g->rows[i]->row);
}

/* Finds the least `keep` with which all columns fit. */
static void lay_out(struct layout *layout, struct group *g, unsigned width)
{
	*layout = (struct layout){ .columns = g->comparison
						      ? &table_of_comparison
						      : &table_of_trials };
	layout->width = mem_array(layout->columns->count,
				  sizeof(*layout->width));
	g->limits.name = name_width(g, width);
	for (size_t i = 0; i < layout->columns->count; i++)
		layout->width[i] = column_width(g, &layout->columns->list[i]);
	make_notes(layout, g);
	while (layout->keep < 9 && sum_of(g, layout) + NOTES_LEAST > width)
		layout->keep++;
	if (sum_of(g, layout) < width)
		layout->room = width - sum_of(g, layout);
}

static void layout_release(struct layout *layout, const struct group *g)
{
	for (size_t i = 0; i < g->count; i++)
		str_release(&layout->notes[i]);
	free(layout->notes);
	free(layout->width);
}

/* What the legend says of them. */
static void note_columns(const struct layout *layout, struct group *g)
{
	for (size_t i = 0; i < layout->columns->count; i++) {
		const struct table_column *c = &layout->columns->list[i];
		bool is_shown = shown(g, layout, i);

		g->shows_own |= c->needs == NEEDS_NULL && is_shown;
		g->legend->reference |= c->needs == NEEDS_REFERENCE && is_shown;
		if (can_show(g, c) && !is_shown)
			legend_leave_out(g->legend, c);
	}
}

static void put_titles(FILE *out, const struct group *g,
		       const struct layout *layout)
{
	for (int line = 0; line < 2; line++) {
		struct str text = STR_INIT;

		for (size_t i = 0; i < layout->columns->count; i++) {
			const struct table_column *c = &layout->columns->list[i];

			if (shown(g, layout, i))
				str_addf(&text, "%s%*s", i ? " " : "",
					 layout->width[i],
					 line ? c->lower : c->upper);
		}
		while (text.len && text.buf[text.len - 1] == ' ')
			text.buf[--text.len] = '\0';
		fprintf(out, "%s%s%s\n", table_bold(g), text.buf, table_plain(g));
		str_release(&text);
	}
}

static void put_notes(FILE *out, const struct str *notes, unsigned room,
		      unsigned width)
{
	unsigned column = NOTES_INDENT;

	if (notes->len <= room) {
		fputs(notes->len ? notes->buf : "", out);
		return;
	}
	fprintf(out, "\n%*s", NOTES_INDENT, "");
	for (const char *at = notes->buf + 1, *end; *at; at = end) {
		unsigned n;

		end = strchr(at, ']') + 1;
		n = (unsigned)(end - at);
		if (column + n > width && column > NOTES_INDENT) {
			fprintf(out, "\n%*s", NOTES_INDENT, "");
			column = NOTES_INDENT;
		}
		fprintf(out, "%.*s", (int)n, at);
		column += n;
	}
}

static void put_row(FILE *out, const struct group *g,
		    const struct layout *layout, size_t row, unsigned width)
{
	const struct report_row *item = g->rows[row];

	if (item->baseline)
		fputs(table_dim(g), out);
	for (size_t i = 0; i < layout->columns->count; i++) {
		struct table_cell cell;

		if (!shown(g, layout, i))
			continue;
		cell = layout->columns->list[i].cell(&g->limits, item);
		fprintf(out, "%s%*s", i ? " " : "", layout->width[i],
			cell.text);
	}
	put_notes(out, &layout->notes[row], layout->room, width);
	fprintf(out, "%s\n", item->baseline ? table_plain(g) : "");
}

static void put_failed(FILE *out, const struct report_row *item, unsigned width)
{
	char *all = findings_texts(&item->row->findings);
	const char *why = all ? all : "no reason known";
	int indent = fprintf(out, "%-10s FAILED: ", item->row->library_name);

	/* A long name leaves no room beside it. */
	if (indent > (int)width / 2)
		indent = fprintf(out, "\n%*s", NOTES_INDENT, "") - 1;
	table_wrapped(out, why, (int)strlen(why), width, indent);
	free(all);
}

void table_rows(FILE *out, struct group *g, unsigned width)
{
	enum table_kind last = TABLE_LIBRARY;
	struct layout layout;

	lay_out(&layout, g, width);
	note_columns(&layout, g);
	put_titles(out, g, &layout);
	for (size_t i = 0; i < g->count; i++) {
		enum table_kind now = table_kind(g->rows[i]);

		if (now == TABLE_BASELINE && last != TABLE_BASELINE)
			fprintf(out, "%s  limits: of this machine, of the "
				     "harness%s\n",
				table_dim(g), table_plain(g));
		last = now;
		if (now == TABLE_FAILED)
			put_failed(out, g->rows[i], width);
		else
			put_row(out, g, &layout, i, width);
	}
	layout_release(&layout, g);
}
