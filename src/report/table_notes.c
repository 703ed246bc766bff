#include "report/table_notes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "report/ranges.h"

static bool is_of(const struct finding *finding, enum finding_kind kind)
{
	return !strcmp(finding->name, finding_name(kind));
}

/* The number in it differs from row to row; the finding is the same. */
static bool is_of_machine(const struct finding *finding)
{
	return is_of(finding, FINDING_OTHERS) || is_of(finding, FINDING_STEAL);
}

/* Findings of a comparison are of many blocks, so all have ranges. */
static bool same_finding(const struct group *g, const struct finding *a,
			 const struct finding *b)
{
	if (strcmp(a->name, b->name))
		return false;
	if (g->comparison || is_of_machine(a))
		return ranges_same(a->text, b->text);
	return !strcmp(a->text, b->text);
}

/* Adds to a text what the same finding says elsewhere. */
static void join_text(char **text, const struct finding *finding)
{
	char *joined = ranges_join(*text, finding->text);

	free(*text);
	*text = joined;
}

/* The number of a note, the same for the same words. */
static size_t note_number(struct group *g, const struct finding *finding)
{
	for (size_t i = 0; i < g->note_count; i++) {
		if (!same_finding(g, g->notes[i].first, finding))
			continue;
		join_text(&g->notes[i].text, finding);
		return i + 1;
	}
	MEM_ROOM(g->notes, g->note_count, g->note_capacity);
	g->notes[g->note_count] =
		(struct note){ finding, mem_dup(finding->text) };
	return ++g->note_count;
}

/* NULL: the row has none that says the same. */
static const struct finding *find_in(const struct group *g,
				     const struct result_row *row,
				     const struct finding *wanted)
{
	for (size_t i = 0; i < row->findings.count; i++) {
		if (same_finding(g, wanted, &row->findings.list[i]))
			return &row->findings.list[i];
	}
	return NULL;
}

/* What is true of all rows is said once, beneath them. */
static bool is_common(const struct group *g, const struct finding *finding)
{
	for (size_t i = 0; i < g->count; i++) {
		if (!find_in(g, g->rows[i]->row, finding))
			return false;
	}
	return g->count > 1;
}

/* Three and more in a row are "[2-4]", so that many fit into the line. */
static size_t last_of_run(const size_t *number, size_t count, size_t first)
{
	size_t last = first;

	while (last + 1 < count && number[last + 1] == number[last] + 1)
		last++;
	return last > first + 1 ? last : first;
}

void table_note_numbers(struct str *out, struct group *g,
			const struct result_row *row)
{
	size_t *number = mem_array(row->findings.count + 1, sizeof(*number));
	const char *space = " ";
	size_t count = 0, last;

	for (size_t i = 0; i < row->findings.count; i++) {
		const struct finding *finding = &row->findings.list[i];

		if (is_common(g, finding))
			continue;
		number[count] = note_number(g, finding);
		count += !count || number[count] != number[count - 1];
	}
	for (size_t first = 0; first < count; first = last + 1) {
		last = last_of_run(number, count, first);
		str_addf(out, "%s[%zu", space, number[first]);
		if (last > first)
			str_addf(out, "-%zu", number[last]);
		str_add_char(out, ']');
		space = "";
	}
	free(number);
}

void table_wrapped(FILE *out, const char *text, int length, unsigned width,
		   int indent)
{
	struct str wrapped = STR_INIT;

	text_wrap(&wrapped, text, (size_t)length, width, (unsigned)indent,
		  (unsigned)indent);
	fprintf(out, "%s\n", wrapped.len ? wrapped.buf : "");
	str_release(&wrapped);
}

void table_notes(FILE *out, const struct group *g, unsigned width)
{
	for (size_t i = 0; i < g->note_count; i++) {
		const char *text = g->notes[i].text;
		int indent = fprintf(out, "  [%zu] ", i + 1);

		table_wrapped(out, text, (int)strlen(text), width, indent);
	}
}

/* One line for the neighbours of all rows: "0.31 to 0.73 CPUs". */
static void put_common(FILE *out, const struct group *g,
		       const struct finding *finding, unsigned width)
{
	char *text = mem_dup(finding->text);

	for (size_t i = 1; i < g->count; i++)
		join_text(&text, find_in(g, g->rows[i]->row, finding));
	fputs("  all: ", out);
	table_wrapped(out, text, (int)strlen(text), width, 7);
	free(text);
}

void table_common(FILE *out, const struct group *g, unsigned width)
{
	const struct findings *all = &g->rows[0]->row->findings;

	for (size_t i = 0; i < all->count; i++)
		if (is_common(g, &all->list[i]))
			put_common(out, g, &all->list[i], width);
}

void table_notes_release(struct group *g)
{
	for (size_t i = 0; i < g->note_count; i++)
		free(g->notes[i].text);
	free(g->notes);
}
