/*
 * The reader of a Prometheus' answers, and what a row is made of by them, on
 * any bytes.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/from_series.h"
#include "prometheus/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* All that the reader promises of a matrix. */
static void hold(const struct scraped_matrix *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct scraped_series *s = &m->series[i];

		if (s->replica < -1 || !s->job || !s->instance)
			abort();
		for (size_t k = 0; k < s->count; k++)
			if (!isfinite(s->point[k].value) ||
			    (k && s->point[k].at_ms <= s->point[k - 1].at_ms))
				abort();
	}
}

/* The same answer as raw samples and as every figure, of a window that the
 * corpus lies in. */
static void use(const struct scraped_matrix *m)
{
	struct scraped_trial trial = { .replicas = 2, .go_ms = 1700000000000,
				       .end_ms = 1700000030000 };
	const struct scraped_series *best;
	struct result_row row;

	scraped_plan(&trial, m, &best);
	trial.bytes = trial.cpu = trial.memory = *m;
	for (int replica = -1; replica < 3; replica++) {
		result_row_init(&row);
		if (scraped_to_row(&trial, replica, "it", &row) !=
		    !isnan(row.cpu_seconds.mean))
			abort();
		if (row.findings.count != 1 || !*row.findings.list[0].text ||
		    strchr(row.findings.list[0].text, '\n'))
			abort();
		findings_release(&row.findings);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct scraped_matrix m;
	struct err err = { "" };
	int code = answer_parse((const char *)bytes, n, "it", &m, &err);

	if (code < 0 && ((code != ERR_INVALID && code != ERR_FAILED) ||
			 !err.text[0] || strchr(err.text, '\n') || m.count))
		abort();
	hold(&m);
	if (code == 0)
		use(&m);
	scraped_matrix_release(&m);
	return 0;
}

#include "replay.h"
