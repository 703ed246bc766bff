#include "record/record.h"

#include <string.h>

const char *outcome_name(unsigned outcome)
{
	switch (outcome) {
#define X(name, number, text)                                                  \
	case number:                                                           \
		return text;
		OUTCOME_MAP(X)
#undef X
	default:
		return "none";
	}
}

unsigned outcome_number(const char *name)
{
	for (unsigned i = OUTCOME_NONE + 1; i < OUTCOME_COUNT; i++)
		if (!strcmp(outcome_name(i), name))
			return i;
	return OUTCOME_NONE;
}
