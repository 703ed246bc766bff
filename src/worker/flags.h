/* The flags of a test that is run by hand; docs/worker-protocol.md. */
#ifndef WORKER_FLAGS_H
#define WORKER_FLAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define FLAGS_SETUP_MOST 64

struct flags {
	/* Texts are borrowed from argv; NULL: not given. */
	const char *test, *endpoint, *bucket, *region, *ca_file, *plan, *key,
		*proof, *proof_bytes, *burst;
	uint64_t object_size, request_size, concurrency, n_requests, pool_size,
		replica, replicas, seed; /* n_requests 0: no limit */
	double timeout_s, operation_timeout_s, warm_up_s, rate,
		keep_alive_timeout_s;
	bool is_signed, keep_alive, use_dns_cache, json, help;
	const char *setup[FLAGS_SETUP_MOST]; /* "NAME=VALUE" */
	unsigned setup_count;
};

/* ERR_USAGE with a sentence. */
int flags_parse(struct flags *flags, int argc, char **argv, struct err *err);

/* The text of --help on stdout. */
void flags_print_help(const char *program);

#endif
