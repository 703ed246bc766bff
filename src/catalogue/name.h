/*
 * The one rule for names of folders of libraries, and of tests: a to z first, then
 * a to z, 0 to 9 and _, in a library's name also -, 63 bytes at most. tools/new-test
 * has it too, and check/e2e/newtest.py holds the two against each other. `@` never
 * stands in one: behind it is what makes a variant of a library (variant.h), whose
 * whole name has 63 bytes at most too.
 */
#ifndef CATALOGUE_NAME_H
#define CATALOGUE_NAME_H

#include <stddef.h>

#include "base/err.h"

#define NAME_BYTES_MAX 63

enum name_kind {
	NAME_LIBRARY,
	NAME_TEST, /* a function's name too: no - */
};

/* 0, or ERR_USAGE with the rule and a name near it that keeps it. */
int name_check(enum name_kind kind, const char *name, struct err *err);

#endif
