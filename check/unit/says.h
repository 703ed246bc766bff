/* Text that is wrapped, held against words. */
#ifndef CHECK_UNIT_SAYS_H
#define CHECK_UNIT_SAYS_H

#include <string.h>

#include "base/str.h"

/* Lines are broken anywhere: holds words against words. */
static inline void assert_says(const char *text, const char *wanted)
{
	struct str flat = STR_INIT;

	for (; *text; text++)
		if (!strchr(" \n", *text) ||
		    (flat.len && flat.buf[flat.len - 1] != ' '))
			str_add_char(&flat, *text == '\n' ? ' ' : *text);
	if (!strstr(flat.buf, wanted))
		fail_msg("no '%s' in: %s", wanted, flat.buf);
	str_release(&flat);
}

#endif
