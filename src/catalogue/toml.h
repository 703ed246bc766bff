/*
 * The part of TOML that library.toml uses: `key = "text"`, `key = true`,
 * `key = 2`, `key = ["a", "b"]` on one line or several, comments. Debian has no TOML
 * library for C; anything beyond this part is refused with its line number, so
 * that a file never means less than it says.
 */
#ifndef CATALOGUE_TOML_H
#define CATALOGUE_TOML_H

#include <stddef.h>

#include "base/err.h"

enum toml_type { TOML_TEXT, TOML_NUMBER, TOML_FLAG, TOML_LIST };

struct toml_entry {
	char *key;
	char **values; /* one, or those of a list; true, false and numbers as words */
	size_t count;
	enum toml_type type;
	unsigned line; /* where it begins, from 1 */
};

struct toml {
	struct toml_entry *entries;
	size_t count, capacity;
};

/* `name` stands in the sentences. The caller releases also after a failure. */
int toml_parse(struct toml *toml, const char *text, const char *name,
	       struct err *err);
void toml_release(struct toml *toml);

/* NULL where there is no such key. Borrowed. */
const struct toml_entry *toml_find(const struct toml *toml, const char *key);

/* The only value, or NULL where there is none or not exactly one. Borrowed. */
const char *toml_text(const struct toml *toml, const char *key);

#endif
