/* The keys of library.toml. README, "Your own test, your own library", says what
 * each means. */
#ifndef CATALOGUE_KEYS_H
#define CATALOGUE_KEYS_H

#include "catalogue/toml.h"

/* Key `i`, counted from 0, and in `type` what its value is, as the README
 * says it; NULL after the last. */
const char *keys_name(size_t i, const char **type);

/* ERR_INVALID where `toml`, of the file `path`, has a key that is none (with
 * the nearest name), a value of another type, or a name that is not that of the
 * library's folder, `library`. */
int keys_check(const struct toml *toml, const char *library, const char *path,
	       struct err *err);

#endif
