#include "experiment/schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void schedule_init(struct schedule *schedule, size_t total, double expected_s)
{
	memset(schedule, 0, sizeof(*schedule));
	schedule->total = total;
	schedule->expected_s = expected_s;
	schedule->start_ns = clock_now_ns();
}

void schedule_begin(struct schedule *schedule, const char *name,
		    double expected_s)
{
	schedule->number++;
	schedule->trial_s = expected_s;
	schedule->trial_start_ns = clock_now_ns();
	snprintf(schedule->name, sizeof(schedule->name), "%s", name);
}

void schedule_end(struct schedule *schedule)
{
	schedule->expected_done_s += schedule->trial_s;
	schedule->trial_s = 0;
}

/* Takes the trials' own settings, and corrects them by how much longer the
 * trials so far took than their settings said. */
double schedule_left_s(const struct schedule *schedule, double window_s,
		       uint64_t now_ns)
{
	double behind = schedule->expected_done_s;
	double passed = clock_seconds(schedule->trial_start_ns -
				      schedule->start_ns);
	double factor = behind > 0 ? passed / behind : 1;
	double later = schedule->expected_s - behind - schedule->trial_s;
	double now = window_s;

	if (isnan(window_s))
		now = schedule->trial_s * factor -
		      clock_seconds(now_ns - schedule->trial_start_ns);
	return fmax(later * factor, 0) + fmax(now, 0);
}
