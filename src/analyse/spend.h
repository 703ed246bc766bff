/*
 * What a library's work costs in a cloud: compute, requests and egress for so
 * many operations, by the prices that a person chose. docs/prices.md defines
 * each, and has an example. Pure.
 *
 *	const struct spend_use use = { .cpu_seconds = 150e-6, .requests = 1,
 *				       .sent_bytes = 16384,
 *				       .payload_bytes = 16384 };
 *	const struct unit_prices prices = { .vcpu_second = 1e-5,
 *					    .get_request = 4e-7 };
 *	struct cost cost;
 *
 *	spend_operations(&use, &prices, SPEND_MILLION, &cost);
 *	printf("%g USD\n", cost.total_usd);
 */
#ifndef ANALYSE_SPEND_H
#define ANALYSE_SPEND_H

#include "record/result.h"
#include "record/unit_prices.h"

#define SPEND_MILLION 1e6
#define SPEND_TERABYTE_BYTES 1e12

/* What one operation that succeeded used, with its share of what failed. NAN:
 * unknown. */
struct spend_use {
	double cpu_seconds;   /* user + system, of the client */
	double requests;      /* that the store saw, repeats too */
	double sent_bytes;    /* of bodies that the store sent, repeats too */
	double payload_bytes; /* that the test asked for */
};

/* In USD. NAN: unknown; the total is where one part of it is. */
struct cost {
	double compute_usd, requests_usd, egress_usd, total_usd;
};

/* Of a trial, or of several blocks in one row (report/merged.h). All unknown
 * where nothing succeeded. */
void spend_use_of(const struct result_row *row, struct spend_use *out);

/* Of so many operations. */
void spend_operations(const struct spend_use *use,
		      const struct unit_prices *prices, double operations,
		      struct cost *out);

/* Of so many operations as have SPEND_TERABYTE_BYTES of payload. */
void spend_terabyte(const struct spend_use *use,
		    const struct unit_prices *prices, struct cost *out);

#endif
