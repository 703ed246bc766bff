/* The columns of a comparison. */
#include "report/table_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/table_limited.h"

static const struct compared *compared_of(const struct table_limits *limits,
					  const struct report_row *item)
{
	return comparison_row(limits->comparison, item->row->library_name);
}

static struct table_cell figure_cell(const struct table_limits *limits,
				     const struct report_row *item,
				     enum compared_by by)
{
	const struct compared *row = compared_of(limits, item);

	return table_number(row ? row->figure[by].value : (double)NAN);
}

/* The farther end of the interval: no less than half of it on either side. */
static struct table_cell width_cell(const struct table_limits *limits,
				    const struct report_row *item,
				    enum compared_by by)
{
	const struct compared *row = compared_of(limits, item);
	struct table_cell cell = { "" };
	const struct estimate *e;
	double percent;

	if (!row)
		return cell;
	e = &row->figure[by];
	percent = 100 * fmax(e->high - e->value, e->value - e->low) / e->value;
	if (isfinite(percent) && isfinite(e->low) && isfinite(e->high))
		snprintf(cell.text, sizeof(cell.text), "%.*f%%", percent < 9.95,
			 percent);
	return cell;
}

static struct table_cell rate_cell(const struct table_limits *limits,
				   const struct report_row *item)
{
	return figure_cell(limits, item, BY_RATE);
}

static struct table_cell rate_width_cell(const struct table_limits *limits,
					 const struct report_row *item)
{
	return width_cell(limits, item, BY_RATE);
}

static struct table_cell cpu_cell(const struct table_limits *limits,
				  const struct report_row *item)
{
	return figure_cell(limits, item, BY_CPU);
}

static struct table_cell cpu_width_cell(const struct table_limits *limits,
					const struct report_row *item)
{
	return width_cell(limits, item, BY_CPU);
}

static struct table_cell own_cpu_cell(const struct table_limits *limits,
				      const struct report_row *item)
{
	if (!report_has_worker(item))
		return table_number((double)NAN);
	return table_number(comparison_cpu_without_harness(
		limits->comparison, item->row->library_name));
}

static struct table_cell rank_cell(const struct table_limits *limits,
				   const struct report_row *item)
{
	const struct compared *row = compared_of(limits, item);
	struct table_cell cell = { "" };

	if (row && row->rank[BY_RATE])
		snprintf(cell.text, sizeof(cell.text), "%u",
			 row->rank[BY_RATE]);
	return cell;
}

static struct table_cell p99_9_cell(const struct table_limits *limits,
				    const struct report_row *item)
{
	(void)limits;
	return table_number(item->row->latency_p99_9_ms);
}

/* What is too long is cut in the middle, as names of a kind end differently: the
 * verdicts have the whole name. */
static struct table_cell library_cell(const struct table_limits *limits,
				      const struct report_row *item)
{
	const char *name = item->row->library_name;
	const char *marks = table_marks(limits, item);
	int length = (int)strlen(name);
	int room = limits->name - (int)strlen(marks);
	int last = room > 2 ? (room - 2) / 2 : 0;
	int first = room > 2 ? room - 2 - last : 0;
	struct table_cell cell;

	if (length <= room)
		snprintf(cell.text, sizeof(cell.text), "%s%s", name, marks);
	else
		snprintf(cell.text, sizeof(cell.text), "%.*s..%s%s", first,
			 name, name + length - last, marks);
	return cell;
}

/* The library's rate over that of reference. */
static struct table_cell share_cell(const struct table_limits *limits,
				    const struct report_row *item)
{
	struct estimate e = comparison_ratio(limits->comparison,
					     item->row->library_name,
					     "reference", BY_RATE);
	double low = 100 * e.low, high = 100 * e.high, share = 100 * e.value;
	char from[16], to[16];
	struct table_cell cell = { "" };

	snprintf(from, sizeof(from), "%.*f", low < 9.95, low);
	snprintf(to, sizeof(to), "%.*f", high < 9.95, high);
	if (isfinite(low) && isfinite(high) && strcmp(from, to))
		snprintf(cell.text, sizeof(cell.text), "%s-%s%%", from, to);
	else if (isfinite(share))
		snprintf(cell.text, sizeof(cell.text), "%.*f%%", share < 9.95,
			 share);
	return cell;
}

bool table_is_apart(const struct comparison *comparison, const char *library)
{
	const struct compared *row = comparison_row(comparison, library);

	return comparison->sliced && row && row->blocks && !row->rounds;
}

const char *table_marks(const struct table_limits *limits,
			const struct report_row *item)
{
	bool limited = table_is_limited(item);

	if (limits->comparison &&
	    table_is_apart(limits->comparison, item->row->library_name))
		return limited ? "*^" : "*";
	return limited ? "^" : "";
}

static const struct table_column columns[] = {
	{ "", "#", 2, 9, rank_cell, NEEDS_NOTHING },
	{ "", "library", 0, 9, library_cell, NEEDS_NOTHING },
	{ "requests", "/s", 8, 9, rate_cell, NEEDS_NOTHING },
	{ "", "+-", 4, 9, rate_width_cell, NEEDS_NOTHING },
	{ "CPU us", "/req.", 7, 9, cpu_cell, NEEDS_NOTHING },
	{ "", "+-", 4, 9, cpu_width_cell, NEEDS_NOTHING },
	{ "less", "harness", 7, 3, own_cpu_cell, NEEDS_NULL },
	{ "p50", "ms", 6, 7, table_p50, NEEDS_NOTHING },
	{ "p99", "ms", 6, 8, table_p99, NEEDS_NOTHING },
	{ "p99.9", "ms", 6, 2, p99_9_cell, NEEDS_NOTHING },
	{ "", "MB/s", 6, 5, table_bytes, NEEDS_NOTHING },
	{ "peak", "MiB", 5, 4, table_memory, NEEDS_NOTHING },
	{ "", "failed", 6, 9, table_failed, NEEDS_NOTHING },
	{ "of", "ref.", 8, 6, share_cell, NEEDS_REFERENCE },
};

const struct table_columns table_of_comparison = {
	columns, sizeof(columns) / sizeof(*columns)
};
