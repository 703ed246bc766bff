/*
 * The folder of one replica for one trial: it runs there, and HOME and TMPDIR
 * are it. Nothing of the harness is in it.
 *
 *	struct scratch scratch = { 0 }; // of the run
 *	struct home home;
 *	struct err err;
 *
 *	home_make(&home, &scratch, 0, getuid(), getgid(), &err);
 *	home_remove(&home, &err);
 */
#ifndef RUN_HOME_H
#define RUN_HOME_H

#include <sys/types.h>

#include "base/err.h"
#include "run/scratch.h"

struct home {
	char *path; /* NULL: none; owned */
	int fd;     /* the folder, open, whatever it is called by now */
};

/* Makes the folder in the scratch folder: empty, mode 0700, owned by that user.
 * The user can pass through the scratch folder, but not look into it.
 * home_remove() is fine after an error too. */
int home_make(struct home *home, const struct scratch *scratch,
	      unsigned replica, uid_t uid, gid_t gid, struct err *err);

/* Removes the folder with all that is in it, also when it was renamed, and
 * frees `home`; twice is fine. The sentence names what stays. */
int home_remove(struct home *home, struct err *err);

#endif
