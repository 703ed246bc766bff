/*
 * A library in another version than its lock names, as a person writes it:
 *
 *	obstore@0.11.0                      a version of the package index
 *	mylib@./dist/mylib-1.2-py3-none-any.whl    a wheel
 *	mylib@./                            a folder: a Python project
 *
 * What has a slash, or is . or .., is a folder's path, unless it ends in .whl.
 *
 *	struct variant variant;
 *	struct err err;
 *
 *	if (variant_parse(&variant, "obstore@0.11.0", &err) == 0)
 *		puts(variant.name);
 *	variant_release(&variant);
 *
 * Its name stands wherever a library's does: tables, database, labels. It is the
 * same from day to day and holds no path of the machine:
 *
 *	a version           as it is written
 *	a path from here    as it is written, without ./ in front: src/mylib/; the
 *	                    folder itself is ./
 *	any other path      its last part alone: mylib/
 *	a wheel             the same, with version (and build tag) for the file's
 *	                    name: dist/1.2.whl
 *
 * Of a path only A to Z, a to z, 0 to 9 and . _ + - / stay, and _ for all else; of a
 * long one the end. Which build it is says `library_version`.
 */
#ifndef CATALOGUE_VARIANT_H
#define CATALOGUE_VARIANT_H

#include <stdbool.h>

#include "base/err.h"

enum variant_kind {
	VARIANT_VERSION,
	VARIANT_WHEEL,
	VARIANT_FOLDER,
};

struct variant {
	enum variant_kind kind;
	char *library; /* "obstore" */
	char *name;    /* "obstore@0.11.0", NAME_BYTES_MAX at most */
	char *what;    /* "0.11.0", or the path: ~/ is resolved, else as written */
	char *package; /* a wheel's, as locks write names; or NULL */
};

/* Whether a word asks for one: it has an @. */
bool variant_is(const char *word);

/* By the word alone: nothing is looked up. ERR_USAGE with the remedy; the caller
 * releases also then. */
int variant_parse(struct variant *variant, const char *word, struct err *err);
void variant_release(struct variant *variant);

/* ERR_USAGE: its wheel or its folder is not there, or is none. `what` becomes an
 * absolute path, behind all links. */
int variant_find(struct variant *variant, struct err *err);

#endif
