/*
 * Queries a Prometheus over its HTTP API (v1). One request at a time, plain
 * GET; no proxy is used and no redirect followed. The sentence of a failure
 * names the URL and the remedy.
 * ERR_FAILED: no response came, or one with an error.
 * ERR_TIMEOUT: it did not come in time.
 * ERR_INVALID: it is no whole response of a Prometheus (a page, a part of the
 * data, not-a-number, too many bytes).
 */
#ifndef PROMETHEUS_PROMETHEUS_H
#define PROMETHEUS_PROMETHEUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/scraped.h"

struct prometheus;

/* The most bytes of a response. */
#define PROMETHEUS_ANSWER_BYTES (32U << 20)

/* Whether a word is meant as a URL: it begins with http:// or https://. */
bool prometheus_is_url(const char *text);

/* `url` is http(s)://HOST[:PORT][/PREFIX]; nothing is sent yet. ERR_USAGE. */
int prometheus_new(struct prometheus **out, const char *url, double timeout_s,
		   struct err *err);
void prometheus_free(struct prometheus *prometheus); /* NULL is fine */

/* The URL, without a slash at its end; borrowed. */
const char *prometheus_url(const struct prometheus *prometheus);

/* Gets the raw samples of a range selector such as "x{…}[60s]" that ends at
 * at_ms. The caller releases *out, also after a failure. */
int prometheus_samples(struct prometheus *prometheus, const char *selector,
		       int64_t at_ms, struct scraped_matrix *out,
		       struct err *err);

/* Gets an expression at start_ms, start_ms + step_ms, … up to end_ms. */
int prometheus_range(struct prometheus *prometheus, const char *expression,
		     int64_t start_ms, int64_t end_ms, int64_t step_ms,
		     struct scraped_matrix *out, struct err *err);

#endif
