#include "report/table_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct table_cell table_number(double value)
{
	struct table_cell cell = { "" };
	int decimals = fabs(value) >= 999.5    ? 0
		       : fabs(value) >= 99.95  ? 1
		       : fabs(value) < 0.00995 && value ? 3 /* little, not none */
					       : 2;
	int at, end;

	if (!isfinite(value))
		return cell;
	snprintf(cell.text, sizeof(cell.text), "%.*f", decimals, value);
	/* Commas between thousands, from the right. */
	end = (int)strcspn(cell.text, ".");
	for (at = end - 3; at > 0 && at < 40; at -= 3) {
		memmove(cell.text + at + 1, cell.text + at,
			strlen(cell.text + at) + 1);
		cell.text[at] = ',';
	}
	return cell;
}

static struct table_cell library_cell(const struct table_limits *limits,
				      const struct report_row *item)
{
	struct table_cell cell;

	snprintf(cell.text, sizeof(cell.text), "%s%s", item->row->library_name,
		 table_marks(limits, item));
	return cell;
}

/* Without the build, "(1f2e3d4c)", which stands behind it. */
static struct table_cell version_cell(const struct table_limits *limits,
				      const struct report_row *item)
{
	const char *version = item->row->library_version;
	const char *build = version ? strstr(version, " (") : NULL;
	struct table_cell cell;
	int width = build && build - version < 12 ? (int)(build - version) : 12;

	(void)limits;
	snprintf(cell.text, sizeof(cell.text), "%.*s", width,
		 version ? version : "-");
	return cell;
}

static struct table_cell requests_cell(const struct table_limits *limits,
				       const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->requests_per_second);
}

struct table_cell table_bytes(const struct table_limits *limits,
			      const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->bytes_per_second / 1e6);
}

struct table_cell table_p50(const struct table_limits *limits,
			    const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->latency_p50_ms);
}

struct table_cell table_p99(const struct table_limits *limits,
			    const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->latency_p99_ms);
}

static struct table_cell cpu_request_cell(const struct table_limits *limits,
					  const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->cpu_seconds_per_1000_requests * 1000);
}

static struct table_cell cpu_gb_cell(const struct table_limits *limits,
				     const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->cpu_seconds_per_gb);
}

static struct table_cell with_origin_cell(const struct table_limits *limits,
					  const struct report_row *item)
{
	(void)limits;
	if (!item->row->number_successes)
		return table_number(NAN);
	return table_number(item->row->cpu_with_origin_seconds * 1e6 /
			    (double)item->row->number_successes);
}

static struct table_cell cores_cell(const struct table_limits *limits,
				    const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->cpu_total_seconds /
			    item->row->duration_seconds);
}

struct table_cell table_memory(const struct table_limits *limits,
			       const struct report_row *item)
{
	(void)limits;
	if (item->row->peak_rss_bytes == COUNT_UNKNOWN)
		return table_number(NAN);
	return table_number((double)item->row->peak_rss_bytes / 1048576);
}

struct table_cell table_failed(const struct table_limits *limits,
			       const struct report_row *item)
{
	struct table_cell cell;

	(void)limits;
	snprintf(cell.text, sizeof(cell.text), "%llu",
		 (unsigned long long)item->row->number_failures);
	return cell;
}

static struct table_cell share_cell(const struct table_limits *limits,
				    const struct report_row *item)
{
	const struct result_row *row = item->row;
	struct table_cell cell = { "" };
	double share;

	if (!limits->reference || limits->reference->requests_per_second <= 0 ||
	    !isfinite(row->requests_per_second) || row == limits->null)
		return cell;
	share = 100 * row->requests_per_second /
		limits->reference->requests_per_second;
	snprintf(cell.text, sizeof(cell.text), "%.*f%%", share < 9.95, share);
	return cell;
}

static const struct table_column columns[] = {
	{ "", "library", -10, 9, library_cell, NEEDS_NOTHING },
	{ "", "version", -8, 3, version_cell, NEEDS_NOTHING },
	{ "requests", "/s", 8, 9, requests_cell, NEEDS_NOTHING },
	{ "", "MB/s", 6, 6, table_bytes, NEEDS_NOTHING },
	{ "p50", "ms", 6, 7, table_p50, NEEDS_NOTHING },
	{ "p99", "ms", 6, 7, table_p99, NEEDS_NOTHING },
	{ "CPU us", "/request", 8, 9, cpu_request_cell, NEEDS_NOTHING },
	{ "CPU s", "/GB", 6, 2, cpu_gb_cell, NEEDS_NOTHING },
	{ "+origin", "us/req", 7, 4, with_origin_cell, NEEDS_NOTHING },
	{ "cores", "used", 5, 5, cores_cell, NEEDS_NOTHING },
	{ "peak", "MiB", 5, 5, table_memory, NEEDS_NOTHING },
	{ "", "failed", 6, 8, table_failed, NEEDS_NOTHING },
	{ "of", "ref.", 4, 4, share_cell, NEEDS_REFERENCE },
};

const struct table_columns table_of_trials = {
	columns, sizeof(columns) / sizeof(*columns)
};
