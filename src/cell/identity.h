/*
 * Whom replicas run as: the person who invoked the program, without
 * capabilities and without a way to get any back.
 *
 * Below sudo(8) that is SUDO_UID and SUDO_GID, if that user can read what a
 * replica needs; an environment below /root cannot be reached by anybody but
 * root, and then replicas are root's without capabilities. Who runs the program
 * as root directly is root.
 */
#ifndef CELL_IDENTITY_H
#define CELL_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

struct identity {
	uid_t uid;
	gid_t gid;
	bool changes; /* uid and gid are not those of this process */
};

/* Reads the environment; changes nothing. */
void identity_invoker(struct identity *out);

/* Whether that user can execute the file `program` (and so pass through all
 * folders above it). Tries it in a child. */
bool identity_reaches(const struct identity *identity, const char *program);

/*
 * Takes on the identity for good: groups, gid, uid, the bounding set, all
 * capability sets, no_new_privs. Clears PR_SET_PDEATHSIG. Async-signal-safe.
 * 0, or -1 with errno.
 */
int identity_take(const struct identity *identity);

#endif
