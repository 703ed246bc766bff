#include "analyse/curve.h"

#include <math.h>

/* So many operations lie beyond each point. */
#define BEYOND 10

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
	double all = h ? (double)h->total + slower : 0;
	size_t n = 0;

	for (unsigned step = 0; n < CURVE_POINTS_MOST && all > 0; step++) {
		double fraction = fraction_at(step);
		double of_known = fraction * all / (double)h->total;

		if (all * (1 - fraction) < BEYOND || of_known > 1)
			break;
		out[n++] = (struct curve_point){
			fraction, histogram_quantile_ns(h, of_known) / 1e6
		};
	}
	return n;
}
