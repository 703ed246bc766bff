#include <string.h>

#include "base/clock.h"
#include "monitor/expose_family.h"
#include "monitor/expose_text.h"

static const struct kind {
	const char *suffix;      /* of samples */
	const char *type[2];     /* by format */
} kinds[] = {
	[FAMILY_COUNTER] = { "_total", { "counter", "counter" } },
	[FAMILY_GAUGE] = { "", { "gauge", "gauge" } },
	[FAMILY_HISTOGRAM] = { "", { "histogram", "histogram" } },
	[FAMILY_INFO] = { "_info", { "gauge", "info" } },
};

void family_begin(struct page *page, const struct family *family)
{
	page->family = family;
	page->headed = false;
}

/* Prometheus heads a family by the name of its samples, OpenMetrics by what
 * they have in common. */
static void add_head(struct page *page)
{
	const struct family *family = page->family;
	const struct kind *kind = &kinds[family->kind];
	bool open = page->format == EXPOSE_OPENMETRICS;
	const char *suffix = open ? "" : kind->suffix;

	page->headed = true;
	str_addf(page->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", family->name,
		 suffix, family->help, family->name, suffix,
		 kind->type[page->format]);
	if (open && family->unit[0])
		str_addf(page->out, "# UNIT %s %s\n", family->name,
			 family->unit);
}

void sample_begin(struct page *page, const char *suffix)
{
	if (!page->headed)
		add_head(page);
	str_add(page->out, page->family->name);
	str_add(page->out, kinds[page->family->kind].suffix);
	str_add(page->out, suffix);
	page->labelled = false;
}

static void begin_label(struct page *page, const char *name)
{
	str_add_char(page->out, page->labelled ? ',' : '{');
	str_add(page->out, name);
	str_add(page->out, "=\"");
	page->labelled = true;
}

void sample_label(struct page *page, const char *name, const char *value)
{
	begin_label(page, name);
	text_add_label(page->out, value);
	str_add_char(page->out, '"');
}

void sample_label_u64(struct page *page, const char *name, uint64_t value)
{
	begin_label(page, name);
	text_add_u64(page->out, value);
	str_add_char(page->out, '"');
}

static void end_labels(struct page *page)
{
	str_add(page->out, page->labelled ? "} " : " ");
}

/* To the millisecond in both: so it is kept, whichever was asked for. */
static void end_sample(struct page *page, uint64_t at_wall_ns)
{
	uint64_t ms = at_wall_ns / NS_PER_MS;

	if (at_wall_ns) {
		str_add_char(page->out, ' ');
		if (page->format == EXPOSE_OPENMETRICS)
			text_add_seconds(page->out, ms * NS_PER_MS);
		else
			text_add_u64(page->out, ms);
	}
	str_add_char(page->out, '\n');
}

void sample_u64(struct page *page, uint64_t value, uint64_t at_wall_ns)
{
	end_labels(page);
	text_add_u64(page->out, value);
	end_sample(page, at_wall_ns);
}

void sample_seconds(struct page *page, uint64_t ns, uint64_t at_wall_ns)
{
	end_labels(page);
	text_add_seconds(page->out, ns);
	end_sample(page, at_wall_ns);
}

bool page_is_repeated(const struct page *page, unsigned run)
{
	const struct live *all = page->view->run;

	for (unsigned i = 0; i < run; i++)
		if (strcmp(all[i].run.id, all[run].run.id) == 0)
			return true;
	return false;
}
