/*
 * get-results --from prometheus. The window of each trial comes from the
 * database. The four distributions of its row come from what a Prometheus
 * scraped (docs/metrics.md, "From a Prometheus").
 */
#ifndef CLI_FROM_PROMETHEUS_H
#define CLI_FROM_PROMETHEUS_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/option.h"
#include "record/result.h"

struct from_prometheus;

/* --timeout and --sampling-interval are taken from the options. */
int from_prometheus_new(struct from_prometheus **out, const char *url,
			const struct options *options, struct err *err);
void from_prometheus_free(struct from_prometheus *from); /* NULL is fine */

/*
 * Puts the figures into a row of the store: of a trial, or of its next replica,
 * from 0 on. `findings` says what was done. It lives until the next call, or
 * from_prometheus_free().
 */
int from_prometheus_fill(struct from_prometheus *from, bool per_replica,
			 struct result_row *row, struct err *err);

/* Rows of which Prometheus had too few samples, so far. */
unsigned long long from_prometheus_empty(const struct from_prometheus *from);

/* Of these, those of which the Prometheus has no series at all. */
unsigned long long from_prometheus_absent(const struct from_prometheus *from);

#endif
