#include "catalogue/lock.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

#define LOCK_MOST (16 << 20) /* bytes */

char *lock_name(const char *text, const char **end)
{
	struct str name = STR_INIT;

	while (isalnum((unsigned char)*text) || (*text && strchr("-_.", *text))) {
		bool joint = !isalnum((unsigned char)*text);

		if (!joint || (name.len && name.buf[name.len - 1] != '-'))
			str_add_char(&name, joint ? '-' : (char)tolower(
						  (unsigned char)*text));
		text++;
	}
	*end = text;
	return str_detach(&name);
}

/* Brings spellings of one version together: 1.0 and 1.0.0, 2.0-alpha.1 and
 * 2.0a1. A local part (+cu12) only says who built it. */
static char *version_key(const char *version)
{
	struct str key = STR_INIT;
	size_t n;

	version += *version == 'v';
	n = strspn(version, "0123456789.");
	str_addf(&key, "%.*s", (int)n, version);
	while (n > 2 && key.buf[n - 1] == '0' && key.buf[n - 2] == '.')
		key.buf[n -= 2] = '\0';
	key.len = n;
	version += strspn(version, "0123456789.");
	if (*version && !strchr("+ \t\r\n;\\", *version))
		str_add_char(&key, '~');
	for (; *version && !strchr("+ \t\r\n;\\", *version); version++)
		if (isdigit((unsigned char)*version))
			str_add_char(&key, *version);
	return str_detach(&key);
}

static bool same_version(const char *a, const char *b)
{
	char *one = version_key(a), *other = version_key(b);
	bool same = !strcmp(one, other);

	free(one);
	free(other);
	return same;
}

/* "name[extras] == version", or NULL where it is anything else. */
static const char *pinned(const char *rest)
{
	if (*rest == '[')
		rest += strcspn(rest, "]") + (strchr(rest, ']') != NULL);
	rest += strspn(rest, " \t");
	if (strncmp(rest, "==", 2) || rest[2] == '=')
		return NULL;
	rest += 2 + strspn(rest + 2, " \t");
	return rest;
}

static bool holds(const char *lock, const char *name, const char *version)
{
	bool found = false;

	for (const char *line = lock; line && !found;
	     line = (line = strchr(line, '\n')) ? line + 1 : NULL) {
		const char *rest, *locked;
		char *its;

		if (*line == ' ') /* a hash: most lines */
			continue;
		its = lock_name(line, &rest);
		locked = strcmp(its, name) ? NULL : pinned(rest);
		found = locked && same_version(locked, version);
		free(its);
	}
	return found;
}

bool lock_holds(const char *lock, const struct toml_entry *packages)
{
	bool all = true;

	for (size_t i = 0; packages && all && i < packages->count; i++) {
		const char *rest, *version;
		char *name = lock_name(packages->values[i], &rest);

		version = pinned(rest);
		if (version && !strpbrk(version, "*;,"))
			all = holds(lock, name, version);
		free(name);
	}
	return all;
}

bool lock_file_holds(const char *path, const struct toml_entry *packages)
{
	struct str text = STR_INIT;
	struct err err;
	bool all = file_read_regular(path, LOCK_MOST, &text, &err) < 0 ||
		   lock_holds(text.buf, packages);

	str_release(&text);
	return all;
}
