#include "report/table_words.h"

#include <math.h>
#include <string.h>

#include "report/table_notes.h"

void table_add_percent(struct str *out, double part)
{
	double percent = 100 * part;

	str_addf(out, "%.*f", fabs(percent) < 9.95, percent);
}

void table_add_range(struct str *out, double least, double most)
{
	struct str from = STR_INIT, to = STR_INIT;

	table_add_percent(&from, least);
	table_add_percent(&to, most);
	if (strcmp(from.buf, to.buf))
		str_addf(out, "%s to ", from.buf);
	str_addf(out, "%s%%", to.buf);
	str_release(&from);
	str_release(&to);
}

void table_put(FILE *out, const char *title, struct str *text, unsigned width)
{
	struct str line = STR_INIT;

	if (text->len) {
		str_addf(&line, "%s%s", title, text->buf);
		fputs("  ", out);
		table_wrapped(out, line.buf, (int)line.len, width, 2);
	}
	str_release(&line);
	str_release(text);
}

bool table_has_verdicts(const struct comparison *c)
{
	for (size_t i = 0; i < c->pair_count; i++)
		for (enum compared_by by = BY_RATE; by < COMPARED_BY; by++)
			if (c->pairs[i].by[by].verdict != VERDICT_NONE)
				return true;
	return false;
}

bool table_has_intervals(const struct comparison *c)
{
	for (size_t i = 0; i < c->row_count; i++)
		if (isfinite(c->rows[i].figure[BY_RATE].low))
			return true;
	return false;
}
