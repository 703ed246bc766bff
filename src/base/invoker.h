/*
 * The person who asked: below sudo(8) the user of SUDO_UID and SUDO_GID, else
 * the user of this process. Files in that person's folders are made with that
 * person's rights. So they belong to the person, and no link in a folder leads
 * root to a file that the person could not write.
 *
 *	int fd;
 *
 *	invoker_begin();
 *	fd = open("report.csv", O_WRONLY | O_CREAT, 0644);
 *	invoker_end();
 *	// The person asked root for it: then as root, but through no link.
 *	if (fd < 0 && invoker_refused(errno))
 *		fd = open("report.csv", O_WRONLY | O_CREAT | O_NOFOLLOW, 0644);
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
