/* How far a run has come through its steps, and how long the rest may take. A step
 * is a separate trial, or a block of trials, which ends when its time is over. */
#ifndef EXPERIMENT_SCHEDULE_H
#define EXPERIMENT_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schedule {
	size_t number, total;    /* of the step, from 1 */
	char name[160];          /* of the step: "aiohttp fetch_range", and
				  * behind it what a sweep varies; of a block
				  * without the library */
	uint64_t start_ns;       /* schedule_init(), just before the first step */
	uint64_t trial_start_ns; /* of the step now */
	double expected_s;       /* of all steps, before any was run */
	double expected_done_s;  /* the part of it that lies behind */
	double trial_s;          /* that of the step now */
	bool block;              /* the step now is one */
	/* Where steps are added until something is reached. */
	uint64_t limit_ns;       /* of the steps that belong together now; 0:
				  * none are added in this run */
	double later_most_s;     /* all others behind them take, at most */
};

struct schedule_left {
	double s;
	bool is_most; /* no estimate, but the most that it can be */
};

void schedule_init(struct schedule *schedule, size_t total, double expected_s);

/* A step begins, and ends. Where steps are added behind the last one, the total
 * grows. */
void schedule_begin(struct schedule *schedule, const char *name,
		    double expected_s);
void schedule_begin_block(struct schedule *schedule, const char *name,
			  double expected_s);
void schedule_end(struct schedule *schedule);

/* From now on steps are added until then, at most. */
void schedule_limit(struct schedule *schedule, uint64_t limit_ns,
		    double later_most_s);

/* Says how long all steps still take. `window_s` is what is left of the window of
 * the trial now; NAN: it has not begun. Of a block it says nothing. */
struct schedule_left schedule_left(const struct schedule *schedule,
				   double window_s, uint64_t now_ns);

#endif
