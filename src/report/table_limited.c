#include "report/table_limited.h"

#include <string.h>

#include "base/str.h"
#include "record/limited.h"

static enum limited_by limit_of(const struct report_row *item)
{
	return limited_by_parse(item->row->limited_by);
}

/* Also by what it shares, as noise: it is no library's own limit. Operations that
 * failed may be its own fault, and have a note. */
bool table_is_limited(const struct report_row *item)
{
	enum limited_by by = limit_of(item);

	return !item->baseline && !result_is_void(item->row) &&
	       by != LIMITED_BY_UNKNOWN && by != LIMITED_BY_FAILURES &&
	       !limited_by_library(by);
}

/* "fsspec, httpx: all its operations waited for the store". */
static void add_limit(struct str *text, const struct group *g,
		      enum limited_by by)
{
	struct str names = STR_INIT;

	for (size_t i = 0; i < g->count; i++)
		if (table_is_limited(g->rows[i]) &&
		    limit_of(g->rows[i]) == by)
			str_add_item(&names, g->rows[i]->row->library_name);
	if (names.len)
		str_addf(text, "%s%s: %s", text->len ? "; " : "", names.buf,
			 limited_by_text(by));
	str_release(&names);
}

/* Of those whose rates compare nothing: how many, and what they are called. */
static unsigned add_around(struct str *text, const struct group *g)
{
	unsigned n = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (!table_is_limited(g->rows[i]) ||
		    !limited_by_surroundings(limit_of(g->rows[i])))
			continue;
		str_add_item(text, g->rows[i]->row->library_name);
		n++;
	}
	return n;
}

void table_limited(FILE *out, const struct group *g, unsigned width)
{
	struct str line = STR_INIT, text = STR_INIT, names = STR_INIT;

	for (int by = 0; by < LIMITED_BY_COUNT; by++)
		add_limit(&text, g, (enum limited_by)by);
	if (add_around(&names, g) > 1)
		str_addf(&text, ". Among %s the rates compare nothing of the "
			 "libraries", names.buf);
	if (text.len) {
		str_addf(&line, "^: not at its own limit: %s", text.buf);
		fputs("  ", out);
		table_wrapped(out, line.buf, (int)line.len, width, 2);
	}
	str_release(&line);
	str_release(&text);
	str_release(&names);
}
