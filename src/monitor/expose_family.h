/*
 * Writes an exposition, one family after the other. The head lines of a family
 * come before its first sample; a family without samples has none.
 *
 *	static const struct family family = {
 *		"geoio_run_replicas", FAMILY_GAUGE, "", "Replicas of the run."
 *	};
 *	struct str out = STR_INIT;
 *	struct page page = { .out = &out };
 *
 *	family_begin(&page, &family);
 *	sample_begin(&page, "");
 *	sample_label(&page, "run_id", "20250423-1");
 *	sample_u64(&page, 64, 0);
 */
#ifndef MONITOR_EXPOSE_FAMILY_H
#define MONITOR_EXPOSE_FAMILY_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/expose.h"

enum family_kind {
	FAMILY_COUNTER,   /* samples end with _total */
	FAMILY_GAUGE,
	FAMILY_HISTOGRAM,
	FAMILY_INFO,      /* samples end with _info; a gauge to Prometheus */
};

struct family {
	const char *name; /* without _total and _info */
	enum family_kind kind;
	const char *unit; /* the end of `name`; "": none */
	const char *help; /* without quotes, backslashes, newlines */
};

struct page {
	const struct monitor_view *view;
	enum expose_format format;
	struct str *out;
	const struct family *family;
	bool headed;
	bool labelled;
};

void family_begin(struct page *page, const struct family *family);

/* `suffix` is "_bucket", "_sum" or "_count"; "": the suffix of the kind. */
void sample_begin(struct page *page, const char *suffix);
void sample_label(struct page *page, const char *name, const char *value);
void sample_label_u64(struct page *page, const char *name, uint64_t value);

/* The value ends a sample. at_wall_ns is its time; 0: the time of the
 * scrape. */
void sample_u64(struct page *page, uint64_t value, uint64_t at_wall_ns);
void sample_seconds(struct page *page, uint64_t ns, uint64_t at_wall_ns);

/* Whether an earlier run of the view has the same id: the series would be there
 * twice. */
bool page_is_repeated(const struct page *page, unsigned run);

/* The parts of the exposition. */
void page_add_containers(struct page *page); /* container_* */
void page_add_tests(struct page *page);      /* geoio_operation*, … */
void page_add_runs(struct page *page);       /* geoio_run_*, geoio_trial* */
void page_add_origin(struct page *page);     /* geoio_origin_* */

#endif
