#include "report/table_notes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"

static bool is_of(const struct finding *finding, enum finding_kind kind)
{
	return !strcmp(finding->name, finding_name(kind));
}

/* The number in it differs from row to row; the finding is the same. */
static bool is_of_machine(const struct finding *finding)
{
	return is_of(finding, FINDING_OTHERS) || is_of(finding, FINDING_STEAL);
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
	if (is_of_machine(a))
		return !strcmp(a->name, b->name);
	return !strcmp(a->text, b->text);
}

/* The number of a note, the same for the same words. */
static size_t note_number(struct group *g, const struct finding *finding)
{
	for (size_t i = 0; i < g->note_count; i++) {
		if (same_finding(g->notes[i], finding))
			return i + 1;
	}
	MEM_ROOM(g->notes, g->note_count, g->note_capacity);
	g->notes[g->note_count] = finding;
	return ++g->note_count;
}

static bool has_finding(const struct result_row *row,
			const struct finding *wanted)
{
	for (size_t i = 0; i < row->findings.count; i++) {
		if (same_finding(&row->findings.list[i], wanted))
			return true;
	}
	return false;
}

/* What is true of all rows is said once, beneath them. */
static bool is_common(const struct group *g, const struct finding *finding)
{
	for (size_t i = 0; i < g->count; i++) {
		if (!has_finding(g->rows[i]->row, finding))
			return false;
	}
	return g->count > 1;
}

void table_note_numbers(FILE *out, struct group *g,
			const struct result_row *row)
{
	const char *space = " ";

	for (size_t i = 0; i < row->findings.count; i++) {
		const struct finding *finding = &row->findings.list[i];

		if (is_common(g, finding))
			continue;
		fprintf(out, "%s[%zu]", space, note_number(g, finding));
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

/* Where the number begins in what is said of the machine. */
static size_t words_before(const struct finding *finding)
{
	return strcspn(finding->text, "0123456789");
}

/* Finds the numbers of such findings in all rows. false: the findings read the
 * same. */
static bool range_of(const struct group *g, const struct finding *finding,
		     char least[16], char most[16])
{
	double from = HUGE_VAL, to = 0;

	for (size_t i = 0; i < g->count; i++) {
		const struct findings *all = &g->rows[i]->row->findings;

		for (size_t k = 0; k < all->count; k++) {
			const struct finding *f = &all->list[k];
			double cpus;

			if (strcmp(f->name, finding->name))
				continue;
			cpus = strtod(f->text + words_before(f), NULL);
			from = fmin(from, cpus);
			to = fmax(to, cpus);
		}
	}
	snprintf(least, 16, "%.2f", from);
	snprintf(most, 16, "%.2f", to);
	return strcmp(least, most) != 0;
}

/* One line for the neighbours of all rows: "0.31 to 0.73 CPUs". Their names
 * differ from row to row, and each row keeps its own. */
static void put_finding(FILE *out, const struct group *g,
			const struct finding *finding, unsigned width,
			int indent)
{
	size_t before = words_before(finding);
	const char *rest = finding->text + before;
	char least[16], most[16];
	const char *names;
	char *text;

	if (!is_of_machine(finding) || !range_of(g, finding, least, most)) {
		table_wrapped(out, finding->text, (int)strlen(finding->text),
			      width, indent);
		return;
	}
	rest += strcspn(rest, " ");
	names = strstr(rest, FINDING_OTHERS_MOST);
	text = mem_printf("%.*s%s to %s%.*s", (int)before, finding->text, least,
			  most, (int)(names ? (size_t)(names - rest)
					    : strlen(rest)), rest);
	table_wrapped(out, text, (int)strlen(text), width, indent);
	free(text);
}

void table_notes(FILE *out, const struct group *g, unsigned width)
{
	for (size_t i = 0; i < g->note_count; i++) {
		int indent = fprintf(out, "  [%zu] ", i + 1);

		put_finding(out, g, g->notes[i], width, indent);
	}
}

void table_common(FILE *out, const struct group *g, unsigned width)
{
	const struct findings *all = &g->rows[0]->row->findings;

	for (size_t i = 0; i < all->count; i++) {
		if (!is_common(g, &all->list[i]))
			continue;
		fputs("  all: ", out);
		put_finding(out, g, &all->list[i], width, 7);
	}
}
