#include "record/rounds.h"

#include <string.h>

bool library_is_baseline(const char *library)
{
	return !strcmp(library, "reference") || !strcmp(library, "null");
}
