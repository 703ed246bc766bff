/* One origin for all checks of a file. */
#ifndef CHECK_UNIT_ORIGIN_SHARED_H
#define CHECK_UNIT_ORIGIN_SHARED_H

#include "origin_fixture.h"

static struct fx fx;

static inline int fx_setup(void **state)
{
	static const struct origin_config config = { .listeners = 1 };

	(void)state;
	fx_start(&fx, &config);
	return 0;
}

static inline int fx_teardown(void **state)
{
	(void)state;
	fx_stop(&fx);
	return 0;
}

#endif
