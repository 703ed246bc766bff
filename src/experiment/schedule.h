/* How far a run has come through its trials, and how long the rest may take. */
#ifndef EXPERIMENT_SCHEDULE_H
#define EXPERIMENT_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

struct schedule {
	size_t number, total;    /* of the trial, from 1 */
	char name[160];          /* of the trial: "aiohttp fetch_range", and
				  * behind it what a sweep varies */
	uint64_t start_ns;       /* of the first trial */
	uint64_t trial_start_ns;
	double expected_s;       /* of all trials, before any was run */
	double expected_done_s;  /* the part of it that lies behind */
	double trial_s;          /* that of the trial now */
};

void schedule_init(struct schedule *schedule, size_t total, double expected_s);

/* A trial begins, and ends. */
void schedule_begin(struct schedule *schedule, const char *name,
		    double expected_s);
void schedule_end(struct schedule *schedule);

/* Says how long all trials still take. `window_s` is what is left of the window
 * of the trial now; NAN: it has not begun. */
double schedule_left_s(const struct schedule *schedule, double window_s,
		       uint64_t now_ns);

#endif
