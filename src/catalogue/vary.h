/*
 * Libraries of the catalogue in another version (variant.h), and the environment
 * that each has for itself.
 *
 * An environment of a variant is ENVS/LIBRARY@WHAT-HASH. tools/setup-variant makes
 * it, and says there what the hash is over: whatever decides what is installed, a
 * folder's contents too. So an edited folder is another environment.
 */
#ifndef CATALOGUE_VARY_H
#define CATALOGUE_VARY_H

#include "catalogue/catalogue.h"

/* Adds the library that `word` names if it has an @; it is not ready then. Does
 * nothing for any other word, and for one that was added before. ERR_USAGE: it can
 * be none, with the remedy. */
int vary_add(struct catalogue *catalogue, const char *word, struct err *err);

/* By its name, or as it was written. NULL: it was not added. Borrowed. */
const struct library *vary_find(const struct catalogue *catalogue,
				const char *word);

/*
 * Makes the environment of a variant, or finds it, and holds it until the catalogue
 * is released: others do not remove it. What goes on is written to the standard
 * error. What stops long work (base/work.h) ends this too. `database` is a path, or
 * NULL: that file, and what SQLite keeps beside it, is no part of a folder's project,
 * though it may lie in it.
 *
 * Call it before anything starts a thread. ERR_USAGE: there is no such version, or
 * no such wheel or project. ERR_FAILED: it could not be made.
 */
int vary_make(struct catalogue *catalogue, struct library *library,
	      const char *database, struct err *err);

#endif
