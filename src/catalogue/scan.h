/* Reads folders of libraries; what the catalogue finds is made of it. */
#ifndef CATALOGUE_SCAN_H
#define CATALOGUE_SCAN_H

#include "catalogue/catalogue.h"

/* Adds the libraries and tests below `root`; what is none of them, and looks as
 * if it should be, goes to `skipped`. Fails where `root` cannot be read. */
int scan_root(struct catalogue *catalogue, const char *root, struct err *err);

bool library_has_test(const struct library *library, const char *name);

void library_release(struct library *library);

/* `test` may be NULL: the whole library, of this name in the file system. */
void catalogue_skip(struct catalogue *catalogue, const char *path,
		    const char *library, const char *test, int code,
		    const char *why);

#endif
