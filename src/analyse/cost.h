/* What a trial cost, by the prices that a person names. */
#ifndef ANALYSE_COST_H
#define ANALYSE_COST_H

#include "record/result.h"

/* Both 0: unknown. */
struct price {
	double per_hour;             /* USD, of the machine */
	double per_million_requests; /* USD, of the store */
};

/* cost_usd = duration x per_hour + requests x per_million_requests; stays as it
 * is where the price is unknown. */
void cost_fill(struct result_row *row, const struct price *price);

#endif
