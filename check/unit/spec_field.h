/* A field of a trial's configuration by its name. */
#ifndef CHECK_UNIT_SPEC_FIELD_H
#define CHECK_UNIT_SPEC_FIELD_H

#include <string.h>

#include "record/spec.h"

static inline const struct spec_field *field_named(const char *name)
{
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

#endif
