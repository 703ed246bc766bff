/*
 * Removes keys (keyrings(7)) that replicas have left. They belong to the user
 * and stay in the kernel. A replica of a later trial is the same user: it would
 * find those keys, and less of its quota.
 */
#ifndef CELL_KEYS_H
#define CELL_KEYS_H

#include <stddef.h>

#include "cell/users.h"

/* Empties the keyrings of the first `count` users. Root only, and only when no
 * process of these users is left. The kernel gives the room back a little
 * later. */
void keys_clear(const struct users *users, size_t count);

#endif
