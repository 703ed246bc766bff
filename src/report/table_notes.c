#include "report/table_notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

#define OTHERS_LENGTH ((int)sizeof(FINDING_OTHERS) - 1)

/* Each row has a number of its own in it, which is no other finding. */
static bool is_of_others(const char *finding, int length)
{
	return length > OTHERS_LENGTH &&
	       !strncmp(finding, FINDING_OTHERS, OTHERS_LENGTH);
}

static bool same_finding(const char *a, int a_length, const char *b,
			 int b_length)
{
	if (is_of_others(a, a_length))
		return is_of_others(b, b_length);
	return a_length == b_length && !strncmp(a, b, (size_t)a_length);
}

/* The number of a note, the same for the same words. */
static size_t note_number(struct group *g, const char *text, int length)
{
	for (size_t i = 0; i < g->note_count; i++) {
		if (same_finding(g->notes[i].text, g->notes[i].length, text,
				 length))
			return i + 1;
	}
	MEM_ROOM(g->notes, g->note_count, g->note_capacity);
	g->notes[g->note_count] = (struct note){ text, length };
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
		if (same_finding(finding, length, wanted, wanted_length))
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

void table_note_numbers(FILE *out, struct group *g,
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

void table_wrapped(FILE *out, const char *text, int length, unsigned width,
		   int indent)
{
	struct str wrapped = STR_INIT;

	text_wrap(&wrapped, text, (size_t)length, width, (unsigned)indent,
		  (unsigned)indent);
	fprintf(out, "%s\n", wrapped.len ? wrapped.buf : "");
	str_release(&wrapped);
}

/* The numbers in those findings of all rows that are of others; false where
 * they read the same. */
static bool range_of_others(const struct group *g, char least[16],
			    char most[16])
{
	double from = HUGE_VAL, to = 0;

	for (size_t i = 0; i < g->count; i++) {
		const char *at = g->rows[i]->row->findings, *finding;
		int length;

		while ((finding = next_finding(&at, &length))) {
			double cpus;

			if (!is_of_others(finding, length))
				continue;
			cpus = strtod(finding + OTHERS_LENGTH, NULL);
			from = fmin(from, cpus);
			to = fmax(to, cpus);
		}
	}
	snprintf(least, 16, "%.2f", from);
	snprintf(most, 16, "%.2f", to);
	return strcmp(least, most) != 0;
}

/* One line for the neighbours of all rows: "0.31 to 0.73 CPUs". */
static void put_finding(FILE *out, const struct group *g, const char *finding,
			int length, unsigned width, int indent)
{
	char least[16], most[16];
	const char *rest;
	char *text;

	if (!is_of_others(finding, length) ||
	    !range_of_others(g, least, most)) {
		table_wrapped(out, finding, length, width, indent);
		return;
	}
	rest = finding + OTHERS_LENGTH;
	rest += strcspn(rest, " ;");
	text = mem_printf(FINDING_OTHERS "%s to %s%.*s", least, most,
			  length - (int)(rest - finding), rest);
	table_wrapped(out, text, (int)strlen(text), width, indent);
	free(text);
}

void table_notes(FILE *out, const struct group *g, unsigned width)
{
	for (size_t i = 0; i < g->note_count; i++) {
		int indent = fprintf(out, "  [%zu] ", i + 1);

		put_finding(out, g, g->notes[i].text, g->notes[i].length, width,
			    indent);
	}
}

void table_common(FILE *out, const struct group *g, unsigned width)
{
	const char *at = g->rows[0]->row->findings, *finding;
	int length;

	while ((finding = next_finding(&at, &length))) {
		if (!is_common(g, finding, length))
			continue;
		fputs("  all: ", out);
		put_finding(out, g, finding, length, width, 7);
	}
}

