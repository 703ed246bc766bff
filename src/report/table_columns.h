/* The columns of the table for people: each a function from a row to a text. */
#ifndef REPORT_TABLE_COLUMNS_H
#define REPORT_TABLE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "record/result.h"

/* A cell's text; "" where the row does not know. */
struct table_cell {
	char text[64];
};

/* The rows of `reference` and `null` in the same group, or NULL. */
struct table_limits {
	const struct result_row *reference, *null;
};

/* `keep`: columns with a smaller one go first where the terminal is narrow. */
struct table_column {
	const char *upper, *lower;
	int width; /* negative: left-aligned */
	int keep;
	struct table_cell (*cell)(const struct table_limits *limits,
				  const struct result_row *row);
	bool of_reference; /* means nothing without one */
};

extern const struct table_column table_columns[];
extern const size_t table_column_count;

#endif
