#include "review/versions.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool versions_of_one(const char *a, const char *b)
{
	size_t n = strcspn(a, "@");

	return strcmp(a, b) && n == strcspn(b, "@") && !strncmp(a, b, n);
}

/* A wheel or a folder is what is to be released: as catalogue/variant.h names them, a
 * folder has a slash, and a wheel that lies here or far away only its end. */
static bool is_built(const char *name)
{
	const char *what = strchr(name, '@');
	size_t n = strlen(name);

	return what && (strchr(what, '/') ||
			(n > 4 && !strcmp(name + n - 4, ".whl")));
}

/* Of what follows the numbers of a version: what comes before it is released, and what
 * behind. */
static int stage_of(const char *rest)
{
	static const char *const before[] = { "dev", "a", "b", "c", "rc", "pre" };

	rest += strspn(rest, ".-_");
	if (!*rest)
		return 0;
	for (int i = 0; i < (int)(sizeof(before) / sizeof(*before)); i++)
		if (!strncmp(rest, before[i], strlen(before[i])))
			return i ? -1 : -2;
	return 1;
}

/* 2.0.dev1 < 2.0rc1 < 2.0 < 2.0.post1 < 2.1. */
static int compare_versions(const char *a, const char *b)
{
	size_t n = strspn(a, "0123456789."), m = strspn(b, "0123456789.");
	char *first, *second;
	int order;

	while (n && a[n - 1] == '.')
		n--;
	while (m && b[m - 1] == '.')
		m--;
	first = mem_dup_n(a, n);
	second = mem_dup_n(b, m);
	order = strverscmp(first, second);
	free(first);
	free(second);
	if (order)
		return order;
	order = stage_of(a + n) - stage_of(b + m);
	return order ? order : strverscmp(a + n, b + m);
}

/* What never started did not say its version, but its name may. */
static const char *version_of(const struct side_library *library)
{
	const char *asked = strchr(library->name, '@');

	if (library->version)
		return library->version;
	return asked ? asked + 1 : "";
}

bool versions_is_newer(const struct side_library *a,
		       const struct side_library *b)
{
	if (is_built(a->name) != is_built(b->name))
		return is_built(a->name);
	return compare_versions(version_of(a), version_of(b)) > 0;
}
