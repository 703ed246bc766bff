/* The verbs of benchmark/worker.h, by their names in a plan. */
#ifndef WORKER_VERB_H
#define WORKER_VERB_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "benchmark/worker.h"

#define VERB_COUNT (BENCHMARK_READ_VALUES + 1)

/* The verb of that name. ERR_INVALID; the sentence begins with `what`. */
int verb_find(const char *name, enum benchmark_verb *out, const char *what,
	      struct err *err);

/* Appends the names of the verbs that are in the mask: "get, head". */
void verb_add_names(struct str *to, unsigned verbs);

/* Whether its answer is bytes of the object. */
static inline bool verb_has_body(enum benchmark_verb verb)
{
	return verb < BENCHMARK_HEAD;
}

/* Whether it chooses its own requests, and its answer is values. */
static inline bool verb_is_reader(enum benchmark_verb verb)
{
	return verb >= BENCHMARK_READ_VALUES;
}

#endif
