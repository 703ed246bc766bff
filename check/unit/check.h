/* What every unit check includes: cmocka wants these four before itself. */
#ifndef CHECK_UNIT_CHECK_H
#define CHECK_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A sentence for a person must name `part`. */
#define assert_names(err, part)                                                \
	do {                                                                   \
		if (!strstr((err).text, (part)))                               \
			fail_msg("'%s' does not name '%s'", (err).text,        \
				 (part));                                      \
	} while (0)

/* A file of the checkout, whose root check/run gives in TOP; static memory. */
static inline const char *check_file(const char *path)
{
	static char full[4096];
	const char *top = getenv("TOP");

	snprintf(full, sizeof(full), "%s/%s", top ? top : ".", path);
	return full;
}

#endif
