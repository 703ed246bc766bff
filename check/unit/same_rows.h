/* Rows of results that must be the same, bit for bit. */
#ifndef CHECK_UNIT_SAME_ROWS_H
#define CHECK_UNIT_SAME_ROWS_H

#include <math.h>

#include "check.h"
#include "record/result.h"

static inline bool same_number(double a, double b)
{
	return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof(a)) == 0;
}

static inline bool same_text(char *a, char *b)
{
	bool same = a && b ? !strcmp(a, b) : a == b;

	free(a);
	free(b);
	return same;
}

static inline bool same_value(const struct result_row *a,
			      const struct result_row *b,
			      const struct column *c)
{
	switch (c->kind) {
	case COLUMN_COUNT:
		return *(const uint64_t *)result_value(a, c) ==
		       *(const uint64_t *)result_value(b, c);
	case COLUMN_NUMBER:
		return same_number(*(const double *)result_value(a, c),
				   *(const double *)result_value(b, c));
	case COLUMN_FLAG:
		return *(const bool *)result_value(a, c) ==
		       *(const bool *)result_value(b, c);
	default:
		return same_text(result_text(a, c), result_text(b, c));
	}
}

static inline void assert_same_row(const struct result_row *a,
				   const struct result_row *b)
{
	for (const struct column *c = result_columns; c->name; c++)
		if (!same_value(a, b, c))
			fail_msg("%s is not the same", c->name);
}

static inline void assert_same_summary(const struct summary *a,
				       const struct summary *b)
{
	assert_int_equal(a->replica_count, b->replica_count);
	assert_same_row(&a->total, &b->total);
	for (unsigned i = 0; i < a->replica_count; i++)
		assert_same_row(&a->replica[i], &b->replica[i]);
}

#endif
