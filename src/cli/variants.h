/* Libraries in other versions, LIBRARY@WHAT on the command line: their environments
 * are made when they are needed, as those who name them ask for it. */
#ifndef CLI_VARIANTS_H
#define CLI_VARIANTS_H

#include "catalogue/catalogue.h"

struct progress;

/* Adds those of a list to the catalogue. ERR_USAGE: one can be none, or stands there
 * twice. */
int variants_add(struct catalogue *catalogue, const char *const *words,
		 unsigned count, struct err *err);

/* Makes the environments of all that were added, and holds them (vary.h), for a
 * command with the database `url`. `progress` NULL: a signal ends the program. */
int variants_make(struct catalogue *catalogue, const char *url,
		  struct progress *progress, struct err *err);

#endif
