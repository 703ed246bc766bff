#include "report/definitions.h"

#include <stddef.h>
#include <string.h>

/* "cpu_seconds_25%" is a part of "cpu_seconds". */
static const char *const parts[] = { "_count", "_mean", "_std", "_min",
				     "_25%",   "_50%",	"_75%", "_max" };

static const struct definition *find(const char *name, size_t n)
{
	for (const struct definition *d = definitions; d->name; d++)
		if (strlen(d->name) == n && !strncmp(d->name, name, n))
			return d;
	return NULL;
}

const struct definition *definition_of(const char *column)
{
	size_t n = strlen(column);
	const struct definition *found = find(column, n);

	for (size_t i = 0; !found && i < sizeof(parts) / sizeof(*parts); i++) {
		size_t part = strlen(parts[i]);

		if (n > part && !strcmp(column + n - part, parts[i]))
			found = find(column, n - part);
	}
	return found;
}
