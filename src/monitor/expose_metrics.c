#include "monitor/expose_family.h"

static void add_build(struct page *page)
{
	static const struct family family = {
		"geoio_build", FAMILY_INFO, "",
		"The program that serves these figures; always 1."
	};

	family_begin(page, &family);
	sample_begin(page, "");
	sample_label(page, "version", BENCHMARK_VERSION);
	sample_u64(page, 1, 0);
}

void expose_metrics(const struct monitor_view *view, enum expose_format format,
		    struct str *out)
{
	struct page page = { .view = view, .format = format, .out = out };

	add_build(&page);
	page_add_runs(&page);
	page_add_tests(&page);
	page_add_origin(&page);
	page_add_containers(&page);
	if (format == EXPOSE_OPENMETRICS)
		str_add(out, "# EOF\n");
}
