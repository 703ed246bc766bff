/* A trial in slices a second apart, for the checks of what is made of it. Each
 * has 10 ms to fill, a window of 200 ms, and ends 20 ms after it. */
#ifndef CHECK_UNIT_SLICED_TRIAL_H
#define CHECK_UNIT_SLICED_TRIAL_H

#include <math.h>

#include "base/clock.h"
#include "check.h"
#include "record/trial.h"

#define GO 1000000000ULL
#define MS NS_PER_MS
#define APART (1000 * MS) /* from one GO to the next */
#define LATER (GO + 90000 * MS)

enum { SLICES = 3 };

static inline void add_slice(struct trial *trial, unsigned number)
{
	struct slice *slice = trial_add_slice(trial);

	slice->round = number;
	slice->go_ns = GO + number * APART;
	slice->begin_ns = slice->go_ns + 10 * MS;
	slice->end_ns = slice->go_ns + 210 * MS;
	slice->pause_ns = slice->end_ns + MS;
	slice->paused_ns = slice->end_ns + 20 * MS;
}

/* The caller releases. */
static inline void make_sliced(struct trial *trial,
			       const struct trial_spec *spec)
{
	trial_init(trial, spec);
	trial->go_ns = GO;
	trial->window_end_ns = GO + (SLICES - 1) * APART + 210 * MS;
	for (unsigned i = 0; i < SLICES; i++)
		add_slice(trial, i);
}

static inline void near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * (1 + fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

#endif
