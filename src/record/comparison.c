#include "record/comparison.h"

#include <stdlib.h>
#include <string.h>

const char *verdict_name(enum verdict verdict)
{
	static const char *const words[] = {
#define X(name, text) text,
		VERDICTS(X)
#undef X
	};

	return words[verdict];
}

void comparison_release(struct comparison *comparison)
{
	free(comparison->rows);
	free(comparison->pairs);
	memset(comparison, 0, sizeof(*comparison));
}
