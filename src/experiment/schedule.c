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
	if (++schedule->number > schedule->total)
		schedule->total = schedule->number;
	schedule->block = false;
	schedule->trial_s = expected_s;
	schedule->trial_start_ns = clock_now_ns();
	snprintf(schedule->name, sizeof(schedule->name), "%s", name);
}

void schedule_begin_block(struct schedule *schedule, const char *name,
			  double expected_s)
{
	schedule_begin(schedule, name, expected_s);
	schedule->block = true;
}

void schedule_end(struct schedule *schedule)
{
	schedule->expected_done_s += schedule->trial_s;
	schedule->trial_s = 0;
}

void schedule_limit(struct schedule *schedule, uint64_t limit_ns,
		    double later_most_s)
{
	schedule->limit_ns = limit_ns;
	schedule->later_most_s = later_most_s;
}

static double most_left_s(const struct schedule *schedule, uint64_t now_ns)
{
	double now_s = schedule->limit_ns > now_ns
			       ? clock_seconds(schedule->limit_ns - now_ns)
			       : 0;

	return now_s + schedule->later_most_s;
}

/* A trial takes longer than its window. How much longer, those before tell. */
static double now_left_s(const struct schedule *schedule, double window_s,
			 double factor, uint64_t now_ns)
{
	double passed_s = clock_seconds(now_ns - schedule->trial_start_ns);

	if (schedule->block)
		return schedule->trial_s - passed_s;
	return isnan(window_s) ? schedule->trial_s * factor - passed_s
			       : window_s;
}

/* Takes the trials' own settings, and corrects them by how much longer the
 * trials so far took than their settings said. */
struct schedule_left schedule_left(const struct schedule *schedule,
				   double window_s, uint64_t now_ns)
{
	double behind = schedule->expected_done_s;
	double passed = clock_seconds(schedule->trial_start_ns -
				      schedule->start_ns);
	double factor = behind > 0 ? passed / behind : 1;
	double later = schedule->expected_s - behind - schedule->trial_s;
	double now = now_left_s(schedule, window_s, factor, now_ns);
	struct schedule_left left = { .s = fmax(later * factor, 0) +
					   fmax(now, 0) };
	double most = schedule->limit_ns ? most_left_s(schedule, now_ns) : 0;

	/* The steps that are made in any case may take longer than the limit. */
	left.is_most = most > left.s;
	left.s = fmax(left.s, most);
	return left;
}
