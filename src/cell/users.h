/*
 * Users for replicas alone. They are of a range that no distribution gives to
 * people or services. In a container whose user namespace lacks that range
 * (most have 0 to 65535) they are below 60000, without those of /etc/passwd.
 * They need no entry anywhere.
 *
 * Two runs in the same network namespace never take the same user. A user is
 * free again when the run's process ends, in whatever way. Runs in different
 * network namespaces may take the same user, but only by chance: each begins at
 * a random place of the range.
 */
#ifndef CELL_USERS_H
#define CELL_USERS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct users {
	struct users_block {
		uid_t first;
		int fd; /* keeps it taken */
	} *block;
	size_t count, capacity;
};

/* Takes users until there are `count`. ERR_NOT_FOUND: this machine has none to
 * give. */
int users_take(struct users *users, size_t count, struct err *err);

/* The user, and group, of number `at` < count. */
uid_t users_at(const struct users *users, size_t at);

void users_release(struct users *users);

#endif
