/* What was found in a trial: its sentences, "; " between; "" for none. */
#ifndef CHECK_UNIT_SAID_H
#define CHECK_UNIT_SAID_H

#include <stdio.h>
#include <stdlib.h>

#include "record/finding.h"

static inline const char *said(const struct findings *findings)
{
	static char text[8192];
	char *all = findings_texts(findings);

	snprintf(text, sizeof(text), "%s", all ? all : "");
	free(all);
	return text;
}

#endif
