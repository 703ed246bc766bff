#include "report/table_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct table_cell number_cell(double value)
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
				      const struct result_row *row)
{
	struct table_cell cell;

	(void)limits;
	snprintf(cell.text, sizeof(cell.text), "%s", row->library_name);
	return cell;
}

static struct table_cell version_cell(const struct table_limits *limits,
				      const struct result_row *row)
{
	struct table_cell cell;

	(void)limits;
	snprintf(cell.text, sizeof(cell.text), "%.12s",
		 row->library_version ? row->library_version : "-");
	return cell;
}

static struct table_cell requests_cell(const struct table_limits *limits,
				       const struct result_row *row)
{
	(void)limits;
	return number_cell(row->requests_per_second);
}

static struct table_cell bytes_cell(const struct table_limits *limits,
				    const struct result_row *row)
{
	(void)limits;
	return number_cell(row->bytes_per_second / 1e6);
}

static struct table_cell p50_cell(const struct table_limits *limits,
				  const struct result_row *row)
{
	(void)limits;
	return number_cell(row->latency_p50_ms);
}

static struct table_cell p99_cell(const struct table_limits *limits,
				  const struct result_row *row)
{
	(void)limits;
	return number_cell(row->latency_p99_ms);
}

static struct table_cell cpu_request_cell(const struct table_limits *limits,
					  const struct result_row *row)
{
	(void)limits;
	return number_cell(row->cpu_seconds_per_1000_requests * 1000);
}

static struct table_cell cpu_gb_cell(const struct table_limits *limits,
				     const struct result_row *row)
{
	(void)limits;
	return number_cell(row->cpu_seconds_per_gb);
}

static struct table_cell with_origin_cell(const struct table_limits *limits,
					  const struct result_row *row)
{
	(void)limits;
	if (!row->number_successes)
		return number_cell(NAN);
	return number_cell(row->cpu_with_origin_seconds * 1e6 /
			   (double)row->number_successes);
}

static struct table_cell cores_cell(const struct table_limits *limits,
				    const struct result_row *row)
{
	(void)limits;
	return number_cell(row->cpu_total_seconds / row->duration_seconds);
}

static struct table_cell memory_cell(const struct table_limits *limits,
				     const struct result_row *row)
{
	(void)limits;
	if (row->peak_rss_bytes == COUNT_UNKNOWN)
		return number_cell(NAN);
	return number_cell((double)row->peak_rss_bytes / 1048576);
}

static struct table_cell failed_cell(const struct table_limits *limits,
				     const struct result_row *row)
{
	struct table_cell cell;

	(void)limits;
	snprintf(cell.text, sizeof(cell.text), "%llu",
		 (unsigned long long)row->number_failures);
	return cell;
}

static struct table_cell share_cell(const struct table_limits *limits,
				    const struct result_row *row)
{
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

const struct table_column table_columns[] = {
	{ "", "library", -10, 9, library_cell, false },
	{ "", "version", -8, 3, version_cell, false },
	{ "requests", "/s", 8, 9, requests_cell, false },
	{ "", "MB/s", 6, 6, bytes_cell, false },
	{ "p50", "ms", 6, 7, p50_cell, false },
	{ "p99", "ms", 6, 7, p99_cell, false },
	{ "CPU us", "/request", 8, 9, cpu_request_cell, false },
	{ "CPU s", "/GB", 6, 2, cpu_gb_cell, false },
	{ "+origin", "us/req", 7, 4, with_origin_cell, false },
	{ "cores", "used", 5, 5, cores_cell, false },
	{ "peak", "MiB", 5, 5, memory_cell, false },
	{ "", "failed", 6, 8, failed_cell, false },
	{ "of", "ref.", 4, 4, share_cell, true },
};

const size_t table_column_count =
	sizeof(table_columns) / sizeof(*table_columns);
