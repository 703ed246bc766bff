/* What a Prometheus answers, from bytes: pure. */
#ifndef PROMETHEUS_ANSWER_H
#define PROMETHEUS_ANSWER_H

#include <stddef.h>

#include "base/err.h"
#include "record/scraped.h"

/*
 * Reads a document of api/v1/query or query_range, any bytes. *out is to be
 * released by the caller, also after a failure (then it is empty). ERR_FAILED:
 * it says an error of its own, whose text is in the sentence; ERR_INVALID: it
 * is no whole matrix of finite numbers. The sentence begins with `who`.
 */
int answer_parse(const char *bytes, size_t n, const char *who,
		 struct scraped_matrix *out, struct err *err);

#endif
