#include "analyse/cost.h"

#include <math.h>

/* Unknown where nobody counted, but for what is free. */
static double priced(uint64_t amount, double price)
{
	if (price == 0)
		return 0;
	return amount == COUNT_UNKNOWN ? (double)NAN : (double)amount * price;
}

void cost_fill(struct result_row *row, const struct price *price)
{
	if (price->per_hour <= 0 && price->per_million_requests <= 0)
		return;
	row->cost_usd = row->duration_seconds / 3600 * price->per_hour +
			priced(row->number_requests,
			       price->per_million_requests) / 1e6;
}

void cost_fill_by_table(struct result_row *row,
			const struct unit_prices *prices, bool egress)
{
	row->cost_usd = row->duration_seconds / 3600 * prices->machine_hour +
			priced(row->number_requests, prices->get_request);
	if (egress)
		row->cost_usd += priced(row->origin_body_bytes,
					prices->egress_byte);
}
