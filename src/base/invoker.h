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
	bool changes; /* uid and gid are not those of this process */
};

/* Reads the environment; changes nothing. */
void invoker_find(struct invoker *out);

/* Between these two calls this thread opens and makes files with the rights of
 * the person, groups included. They do not nest, and keep errno. */
void invoker_begin(void);
void invoker_end(void);

/* Whether this errno says that the person lacks a right that root has. */
bool invoker_refused(int error);

/* If `folder` belongs to the person, the whole process becomes that person for
 * good, and HOME is set. Otherwise nothing changes. 0, or -1 with errno. */
int invoker_become(const char *folder);

/* The person's home folder, in static memory. NULL: it is not known. */
const char *invoker_home(void);

#endif
