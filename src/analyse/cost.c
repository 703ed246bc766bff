#include "analyse/cost.h"

void cost_fill(struct result_row *row, const struct price *price)
{
	if (price->per_hour <= 0 && price->per_million_requests <= 0)
		return;
	row->cost_usd = row->duration_seconds / 3600 * price->per_hour +
			(double)row->number_requests / 1e6 *
				price->per_million_requests;
}
