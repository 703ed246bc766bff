/* Reads the response of a Prometheus. Pure. */
#ifndef PROMETHEUS_ANSWER_H
#define PROMETHEUS_ANSWER_H

#include <stddef.h>

#include "base/err.h"
#include "record/scraped.h"

/*
 * Reads the document of api/v1/query or query_range; any bytes are fine. The
 * caller releases *out, also after a failure, when it is empty. The sentence
 * begins with `who`.
 * ERR_FAILED: the document is an error, whose text is in the sentence.
 * ERR_INVALID: it is no whole matrix of finite numbers.
 */
int answer_parse(const char *bytes, size_t n, const char *who,
		 struct scraped_matrix *out, struct err *err);

#endif
