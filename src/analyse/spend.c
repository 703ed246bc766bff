#include "analyse/spend.h"

#include <math.h>

/* NAN for what nobody counted. */
static double counted(uint64_t count)
{
	return count == COUNT_UNKNOWN ? NAN : (double)count;
}

/* The store counts from GO until the replicas are done, and so what ended after
 * the window too: by operations that were started. Of those some failed, and
 * had to be paid all the same: by successes. */
static double by_success(const struct result_row *row, uint64_t count)
{
	return counted(count) / counted(row->operations_started) *
	       counted(row->number_requests) / counted(row->number_successes);
}

void spend_use_of(const struct result_row *row, struct spend_use *out)
{
	bool any = row->number_successes && row->operations_started;

	*out = (struct spend_use){ NAN, NAN, NAN, NAN };
	if (!any)
		return;
	out->cpu_seconds = row->cpu_seconds_per_1000_requests / 1000;
	out->requests = by_success(row, row->origin_requests);
	out->sent_bytes = by_success(row, row->origin_body_bytes);
	out->payload_bytes = row->bytes_per_second / row->requests_per_second;
}

/* Nothing costs nothing, whatever its price, and what is free costs nothing,
 * however much of it there is. */
static double priced(double amount, double price)
{
	return amount == 0 || price == 0 ? 0 : amount * price;
}

void spend_operations(const struct spend_use *use,
		      const struct unit_prices *prices, double operations,
		      struct cost *out)
{
	out->compute_usd = operations * priced(use->cpu_seconds,
					       prices->vcpu_second);
	out->requests_usd = operations * priced(use->requests,
						prices->get_request);
	out->egress_usd = operations * priced(use->sent_bytes,
					      prices->egress_byte);
	out->total_usd = out->compute_usd + out->requests_usd +
			 out->egress_usd;
}

void spend_terabyte(const struct spend_use *use,
		    const struct unit_prices *prices, struct cost *out)
{
	double bytes = use->payload_bytes;

	spend_operations(use, prices,
			 bytes > 0 ? SPEND_TERABYTE_BYTES / bytes : NAN, out);
}
