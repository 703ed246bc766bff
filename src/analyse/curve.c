#include "analyse/curve.h"

#include <math.h>

#include "analyse/summary_latency.h"

/* Each power of ten of what lies beyond is cut into so many: the axis on which
 * such a curve is drawn is by the logarithm of that. */
#define STEPS 8

/* The median is one of them. */
static double fraction_at(unsigned step)
{
	return step == 2 ? 0.5 : 1 - pow(10, -(double)step / STEPS);
}

size_t curve_make(const struct histogram *h, double slower,
		  struct curve_point out[CURVE_POINTS_MOST])
{
	size_t n = 0;

	for (unsigned step = 0; n < CURVE_POINTS_MOST; step++) {
		double fraction = fraction_at(step);
		double ms = latency_quantile_ms(h, slower, fraction);

		if (isnan(ms))
			break;
		out[n++] = (struct curve_point){ fraction, ms };
	}
	return n;
}
