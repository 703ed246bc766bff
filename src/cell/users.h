/*
 * Users for replicas that nobody else is: of a range that no distribution gives
 * to people or services, or, where a container's user namespace has no such
 * users (most have 0 to 65535), of one below 60000 without those of
 * /etc/passwd. They need no entry anywhere.
 *
 * What a run has taken no other run in the same network namespace takes; it is
 * free again when the run's process ends, however it does. In other ones two
 * runs meet by chance alone: where a run begins is drawn by lot.
 */
#ifndef CELL_USERS_H
#define CELL_USERS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct users {
	struct users_block {
		uid_t first;
		int fd; /* that it is taken */
	} *block;
	size_t count, capacity;
};

/* Takes users until there are `count`; keeps those that it has. ERR_NOT_FOUND:
 * this machine has none to give. */
int users_take(struct users *users, size_t count, struct err *err);

/* The user, and group, of number `at` < count. */
uid_t users_at(const struct users *users, size_t at);

void users_release(struct users *users);

#endif
