#include "record/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const words[] = {
#define X(name, text) text,
		VERDICTS(X)
#undef X
	};

	return words[verdict];
}

const struct compared *comparison_row(const struct comparison *comparison,
				      const char *library)
{
	for (size_t i = 0; i < comparison->row_count; i++)
		if (!strcmp(comparison->rows[i].library, library))
			return &comparison->rows[i];
	return NULL;
}

const struct compared_pair *comparison_pair(const struct comparison *comparison,
					    const char *a, const char *b,
					    bool *turned)
{
	for (size_t i = 0; i < comparison->pair_count; i++) {
		const struct compared_pair *pair = &comparison->pairs[i];
		const char *first = comparison->rows[pair->a].library;
		const char *second = comparison->rows[pair->b].library;

		*turned = !strcmp(first, b) && !strcmp(second, a);
		if (*turned || (!strcmp(first, a) && !strcmp(second, b)))
			return pair;
	}
	return NULL;
}

struct estimate estimate_turned(const struct estimate *e)
{
	return (struct estimate){ 1 / e->value, 1 / e->high, 1 / e->low };
}

struct estimate comparison_ratio(const struct comparison *comparison,
				 const char *a, const char *b,
				 enum compared_by by)
{
	bool turned;
	const struct compared_pair *pair = comparison_pair(comparison, a, b,
							   &turned);

	if (!pair)
		return (struct estimate){ (double)NAN, (double)NAN,
					  (double)NAN };
	return turned ? estimate_turned(&pair->by[by].ratio)
		      : pair->by[by].ratio;
}

double comparison_cpu_without_harness(const struct comparison *comparison,
				      const char *library)
{
	const struct compared *row = comparison_row(comparison, library);
	const struct compared *null = comparison_row(comparison, "null");

	if (!row || !null)
		return (double)NAN;
	return row->figure[BY_CPU].value - null->figure[BY_CPU].value;
}

void comparison_release(struct comparison *comparison)
{
	free(comparison->rows);
	free(comparison->pairs);
	memset(comparison, 0, sizeof(*comparison));
}
