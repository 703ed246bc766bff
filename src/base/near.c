#include "base/near.h"

#include <limits.h>
#include <string.h>

#define LONGEST 63

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned near_distance(const char *a, const char *b)
{
	unsigned d[LONGEST + 1][LONGEST + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > LONGEST || m > LONGEST)
		return UINT_MAX;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (unsigned)i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			unsigned cost = a[i - 1] != b[j - 1];

			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1);
			d[i][j] = least(d[i][j], d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

const char *near_name(const char *word, const char *const *names, size_t count)
{
	unsigned limit = (unsigned)(strlen(word) + 2) / 3;
	const char *best = NULL;

	limit = limit > 4 ? 4 : limit;
	for (size_t i = 0; i < count; i++) {
		unsigned distance = near_distance(word, names[i]);

		if (distance <= limit) {
			best = names[i];
			limit = distance ? distance - 1 : 0;
		}
	}
	return best;
}

void near_add(const char *word, const char *const *names, size_t count,
	      const char *otherwise, struct str *out)
{
	const char *near = near_name(word, names, count);

	if (near) {
		str_addf(out, "did you mean '%s'?", near);
		return;
	}
	str_add(out, otherwise);
	for (size_t i = 0; i < count; i++)
		str_addf(out, "%s%s", i ? ", " : "", names[i]);
}
