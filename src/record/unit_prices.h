/* What a cloud asks for one of each thing that a benchmark uses, in USD. Made by
 * prices/, used by analyse/. */
#ifndef RECORD_UNIT_PRICES_H
#define RECORD_UNIT_PRICES_H

/* NAN: unknown. 0 is a price. */
struct unit_prices {
	double machine_hour; /* of the whole machine */
	double vcpu_second;  /* machine_hour / 3600 / its vCPUs */
	double get_request;  /* one GET or HEAD */
	double egress_byte;  /* one byte that leaves the store */
};

#endif
