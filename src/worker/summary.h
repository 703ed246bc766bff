/* What a test that is run by hand says in the end; the same words and JSON
 * members as benchmark/_standalone.py. */
#ifndef WORKER_SUMMARY_H
#define WORKER_SUMMARY_H

#include <jansson.h>
#include <stdint.h>

#include "worker/records.h"

struct summary_input {
	const char *program;
	const struct records *records;
	const json_t *ready, *done; /* the packets */
	uint64_t at_ns;             /* GO */
	double cpu_s;               /* from `ready` to `done` */
};

/* CPU of this process until now, user and system. */
double summary_cpu_s(void);

void summary_print(const struct summary_input *input);
void summary_print_json(const struct summary_input *input);

#endif
