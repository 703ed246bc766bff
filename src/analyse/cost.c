#include "analyse/cost.h"

#include <math.h>

void cost_fill(struct result_row *row, const struct price *price)
{
	if (price->per_hour <= 0 && price->per_million_requests <= 0)
		return;
	row->cost_usd = row->duration_seconds / 3600 * price->per_hour +
			(double)row->number_requests / 1e6 *
				price->per_million_requests;
}

/* Unknown where nobody counted, but for what is free. */
static double egress_of(const struct result_row *row, double price)
{
	if (price == 0)
		return 0;
	return row->origin_body_bytes == COUNT_UNKNOWN
		       ? NAN
		       : (double)row->origin_body_bytes * price;
}

void cost_fill_by_table(struct result_row *row,
			const struct unit_prices *prices, bool egress)
{
	row->cost_usd = row->duration_seconds / 3600 * prices->machine_hour +
			(double)row->number_requests * prices->get_request;
	if (egress)
		row->cost_usd += egress_of(row, prices->egress_byte);
}
