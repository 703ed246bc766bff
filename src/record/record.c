#include "record/record.h"

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
