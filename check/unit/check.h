/* What every unit check includes: cmocka wants these four before itself. */
#ifndef CHECK_UNIT_CHECK_H
#define CHECK_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A sentence for a person must name `part`. */
#define assert_names(err, part)                                                \
	do {                                                                   \
		if (!strstr((err).text, (part)))                               \
			fail_msg("'%s' does not name '%s'", (err).text,        \
				 (part));                                      \
	} while (0)

#endif
