/* What a trial cost, by the prices that a person names. */
#ifndef ANALYSE_COST_H
#define ANALYSE_COST_H

#include <stdbool.h>

#include "record/result.h"
#include "record/unit_prices.h"

/* Both 0: unknown. */
struct price {
	double per_hour;             /* USD, of the machine */
	double per_million_requests; /* USD, of the store */
};

/* cost_usd = duration x per_hour + requests x per_million_requests; stays as it
 * is where the price is unknown. */
void cost_fill(struct result_row *row, const struct price *price);

/* The same by a price table, whose prices may be 0: unknown where a price is.
 * With `egress` what the store sent is paid too. */
void cost_fill_by_table(struct result_row *row,
			const struct unit_prices *prices, bool egress);

#endif
