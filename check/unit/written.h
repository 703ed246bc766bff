/* What a call writes to `out`, as text, which the caller frees. */
#ifndef CHECK_UNIT_WRITTEN_H
#define CHECK_UNIT_WRITTEN_H

#include <stdio.h>

#define WRITTEN(text, call)                                                    \
	do {                                                                   \
		size_t n_;                                                     \
		FILE *out = open_memstream(&(text), &n_);                      \
		call;                                                          \
		fclose(out);                                                   \
	} while (0)

#endif
