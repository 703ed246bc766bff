/* What the setup packet asks for, checked. */
#ifndef WORKER_SETUP_H
#define WORKER_SETUP_H

#include <jansson.h>
#include <stdint.h>

#include "base/address.h"
#include "base/err.h"
#include "benchmark/worker.h"

/* Versions that this worker speaks. */
#define WORKER_PROTOCOL_LEAST 1
#define WORKER_PROTOCOL 2

struct setup {
	uint64_t protocol; /* what the harness speaks */
	json_t *packet; /* owned; the strings below are borrowed from it */
	const char *library, *test;
	struct benchmark_target target;
	struct benchmark_credentials credentials;
	struct endpoint endpoint; /* target.endpoint and .host */
	char *params;            /* owned, as target.params */
	uint64_t n_requests;     /* UINT64_MAX: no limit */
	double warm_up_s;
	double rate;             /* operations a second; 0: closed loop */
	const char *plan;
	const char *records_path; /* "": in memory of our own */
	uint64_t records_capacity;
	const char *proof, *proof_bytes, *burst; /* NULL: none */
};

/* Takes over `packet`. ERR_CONFLICT for another version of the protocol, else
 * ERR_INVALID. The caller releases in any case. */
int setup_read(struct setup *setup, json_t *packet, struct err *err);
void setup_release(struct setup *setup);

#endif
