/*
 * The person who asked: below sudo(8) SUDO_UID and SUDO_GID, else the user of
 * this process. What is made in that person's places is made as that person. So
 * it belongs to them, and no link in a folder of theirs leads root to a file that
 * they could not write.
 *
 *	invoker_begin();
 *	fd = open(…);
 *	invoker_end();
 *	if (fd < 0 && invoker_refused(errno))
 *		fd = open(… O_NOFOLLOW), as root, which was asked for
 */
#ifndef BASE_INVOKER_H
#define BASE_INVOKER_H

#include <stdbool.h>
#include <sys/types.h>

struct invoker {
	uid_t uid;
	gid_t gid;
	bool changes; /* they are not those of this process */
};

/* Reads the environment; changes nothing. */
void invoker_find(struct invoker *out);

/* Between the two this thread opens and makes files with the rights of the
 * person, its groups included. Not nested. errno stays. */
void invoker_begin(void);
void invoker_end(void);

/* Whether root may do what this error of a call kept the person from. */
bool invoker_refused(int error);

/* The whole process becomes the person, for good, with HOME set, where `folder`
 * is that person's; otherwise nothing changes. 0, or -1 with errno. */
int invoker_become(const char *folder);

/* The person's home folder; NULL: not known. Static memory. */
const char *invoker_home(void);

#endif
