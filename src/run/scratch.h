/*
 * The scratch folder of a run: the board, what cells need, and during a trial a
 * folder of each replica (home.h). It belongs to the harness. No replica of
 * another user can write to it or look into it.
 *
 * Its name holds user, process and start time of the process, so that a later
 * run can tell whether a killed run left it behind. A file in it is locked
 * (fcntl) while it is in use; the lock also holds across PID namespaces that
 * share a /dev/shm.
 */
#ifndef RUN_SCRATCH_H
#define RUN_SCRATCH_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct scratch {
	char *path; /* without a trailing slash; owned */
	int fd;	     /* the folder; -1: not open */
	int lock_fd; /* the file in it that is locked */
};

#define SCRATCH_NONE ((struct scratch){ NULL, -1, -1 })

/* Where the folder is made. For root this is /dev/shm, if that is a tmpfs with
 * need_bytes free; otherwise $TMPDIR or /tmp. Static, or of the environment. */
const char *scratch_place(uint64_t need_bytes);

/*
 * Makes the folder there, mode 0700. One a process at a time: ERR_CONFLICT names
 * a folder that is there already. After an error scratch_remove() is still
 * fine.
 */
int scratch_make(struct scratch *scratch, uint64_t need_bytes, struct err *err);

/* The same in a folder of the caller's choice. */
int scratch_make_in(struct scratch *scratch, const char *base, struct err *err);

/* Is called before each trial. A replica of our own user may have closed or
 * renamed the folder: this is undone, or the path follows. If it was removed,
 * it is made anew. */
int scratch_keep(struct scratch *scratch, struct err *err);

/* Removes it with all that is in it, also when it was renamed, and frees; twice
 * is fine. The sentence names what stays. */
int scratch_remove(struct scratch *scratch, struct err *err);

/* The same of a folder in it that is open; `path` is what it was called. */
int scratch_remove_open(int folder, const char *path, struct err *err);

/* Calls `visit` with the folder, open, of each run in progress of this user; of
 * all users for root, who must then not trust what is in it. */
void scratch_each(void (*visit)(void *context, int folder, const char *path),
		  void *context);

/*
 * Removes the folders of runs of this user that ended and left them, also if
 * they were renamed, wherever scratch_make() may put them. Leaves those of
 * other users, those of runs that live, and what merely looks similar.
 * Negative: one stays, and the sentence names it.
 */
int scratch_clear_stale(struct err *err);

/* Counts them in *removed. */
int scratch_clear_stale_in(const char *base, unsigned *removed,
			   struct err *err);

#endif
