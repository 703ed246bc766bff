/*
 * Figures of a trial as a Prometheus scraped them, on their way from the
 * prometheus room to the analyse room. Times are ms since 1970, UTC, as
 * Prometheus keeps them.
 */
#ifndef RECORD_SCRAPED_H
#define RECORD_SCRAPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scraped_point {
	int64_t at_ms;
	double value; /* finite */
};

/* What one replica's series says; points ascend in time. */
struct scraped_series {
	int32_t replica; /* -1: its labels do not say which */
	char *job, *instance; /* the labels of these names, "" absent */
	struct scraped_point *point;
	size_t count, capacity;
};

struct scraped_matrix {
	struct scraped_series *series;
	size_t count, capacity;
};

/* Nothing is lost by a release twice. */
void scraped_matrix_release(struct scraped_matrix *matrix);

/*
 * The series of one trial. The first moment is go_ms + rate_ms, and then there
 * is one each step_ms. The value at a moment is the rate over the rate_ms
 * before it. It exists only if that window has enough samples, the first and
 * the last of them within edge_ms of its ends. If a scrape was missed there,
 * Prometheus' rate would be too low.
 */
struct scraped_trial {
	uint32_t replicas;
	bool sliced;           /* it worked in turn with others: no window of it
				* is long enough */
	int64_t go_ms, end_ms; /* the trial's window */
	int64_t interval_ms;   /* median distance of raw samples, 0: there are
				* not two of any replica */
	int64_t rate_ms, step_ms, edge_ms;
	int64_t least_rate_ms; /* of rate_ms, as asked for; 0: of no matter */
	uint32_t moments;      /* 0: the trial is shorter than rate_ms */
	size_t raw_series;  /* with the labels of the trial, in its window */
	size_t raw_samples; /* of the replica that has most */
	struct scraped_matrix bytes, cpu; /* B/s, CPU s/s */
	struct scraped_matrix memory;     /* B */
};

void scraped_trial_release(struct scraped_trial *trial);

#endif
