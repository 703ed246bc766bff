/*
 * Keys (keyrings(7)) that replicas have left with their users: they would stay in
 * the kernel, and a later trial's replica, which is the same user, would find
 * them, and its quota used up.
 */
#ifndef CELL_KEYS_H
#define CELL_KEYS_H

#include <stddef.h>

#include "cell/users.h"

/* Root only, when no process of these users is left. Empties the keyrings of the
 * first `count` users where there is anything in them; the kernel gives the room
 * back a little later. */
void keys_clear(const struct users *users, size_t count);

#endif
