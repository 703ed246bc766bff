/* The columns of the table for people: each a function from a row to a text. */
#ifndef REPORT_TABLE_COLUMNS_H
#define REPORT_TABLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/* A cell's text, with room for the longest name and its marks; "" where the row
 * does not know. */
struct table_cell {
	char text[72];
};

/* The rows of `reference` and `null` in the same group, or NULL. */
struct table_limits {
	const struct result_row *reference, *null;
	const struct comparison *comparison; /* NULL: of none */
	int name; /* columns for names */
};

enum table_needs { NEEDS_NOTHING, NEEDS_REFERENCE, NEEDS_NULL };

#define TABLE_LEAST_NAME 9 /* "reference" */
#define TABLE_MOST_NAME 24

/* `keep`: columns with a smaller one go first where the terminal is narrow. */
struct table_column {
	const char *upper, *lower;
	int width; /* the least; negative: left-aligned; 0: as the longest
		    * name, but no less and no more than above, and no more
		    * than a quarter of the terminal; left-aligned */
	int keep;
	struct table_cell (*cell)(const struct table_limits *limits,
				  const struct report_row *item);
	enum table_needs needs; /* it is left out without */
};

struct table_columns {
	const struct table_column *list;
	size_t count;
};

/* A value in 3 to 4 digits, with commas between thousands; "": not finite. */
struct table_cell table_number(double value);

/* Of one row of results, be it of a trial or merged of blocks: columns of both
 * tables. */
struct table_cell table_bytes(const struct table_limits *limits,
			      const struct report_row *item);
struct table_cell table_p50(const struct table_limits *limits,
			    const struct report_row *item);
struct table_cell table_p99(const struct table_limits *limits,
			    const struct report_row *item);
struct table_cell table_memory(const struct table_limits *limits,
			       const struct report_row *item);
struct table_cell table_failed(const struct table_limits *limits,
			       const struct report_row *item);

/* Whether a library made separate trials while others worked in turn. */
bool table_is_apart(const struct comparison *comparison, const char *library);

/* What stands behind the name: "*" where it is apart, "^" where it is not at
 * its own limit, both, or "". */
const char *table_marks(const struct table_limits *limits,
			const struct report_row *item);

extern const struct table_columns table_of_trials, table_of_comparison;

#endif
