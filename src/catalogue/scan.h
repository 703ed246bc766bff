/* Reads folders of libraries; what the catalogue finds is made of it. */
#ifndef CATALOGUE_SCAN_H
#define CATALOGUE_SCAN_H

#include "catalogue/catalogue.h"
#include "catalogue/toml.h"

/* Adds the libraries and tests below `root`. What looks like one and is none
 * goes to `skipped`. Fails if `root` cannot be read. */
int scan_root(struct catalogue *catalogue, const char *root, struct err *err);

/* In verbs.c: protocol, verbs and workload of library.toml, `path`. */
int verbs_read(const struct catalogue *catalogue, struct library *library,
	       const struct toml *toml, const char *path, struct err *err);

/* What a test does: by its name, or else as library.toml says; ERR_USAGE with
 * the nearest name. */
int verbs_find_workload(const struct catalogue *catalogue,
			const struct library *library, const char *test,
			const struct workload_about **out, struct err *err);

/* Adds a test for each workload of which the library has all verbs and no file.
 * All its tests are sorted then. */
void verbs_add_tests(struct catalogue *catalogue, struct library *library);

bool library_has_test(const struct library *library, const char *name);

void library_release(struct library *library);

/* `test` may be NULL: the whole library, of this name in the file system. */
void catalogue_skip(struct catalogue *catalogue, const char *path,
		    const char *library, const char *test, int code,
		    const char *why);

#endif
