#include "cell/keys.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

/* A user with no more keys than this has keyrings only: that of the session,
 * which goes a little after its processes, the user's, and that of the user's
 * sessions. */
#define EMPTY_KEYS 3

static bool is_one_of(const struct users *users, size_t count, uid_t user)
{
	for (size_t i = 0; i < count; i++)
		if (users_at(users, i) == user)
			return true;
	return false;
}

/* Those of our users that the kernel counts keys of. */
static size_t with_keys(const struct users *users, size_t count, uid_t *out)
{
	FILE *file = fopen("/proc/key-users", "re");
	unsigned user, keys;
	char line[256];
	size_t found = 0;

	while (file && found < count && fgets(line, sizeof(line), file))
		if (sscanf(line, "%u: %*d %*d/%*d %u/", &user, &keys) == 2 &&
		    keys > EMPTY_KEYS && is_one_of(users, count, user))
			out[found++] = user;
	if (file)
		fclose(file);
	return found;
}

/* In a child, whose saved user is root's all the time. */
static void clear_as(uid_t user)
{
	long persistent;

	if (setresuid(user, user, 0) < 0)
		return;
	syscall(SYS_keyctl, KEYCTL_CLEAR, KEY_SPEC_USER_KEYRING);
	syscall(SYS_keyctl, KEYCTL_CLEAR, KEY_SPEC_USER_SESSION_KEYRING);
	persistent = syscall(SYS_keyctl, KEYCTL_GET_PERSISTENT, user,
			     KEY_SPEC_PROCESS_KEYRING);
	if (persistent > 0)
		syscall(SYS_keyctl, KEYCTL_CLEAR, persistent);
	if (setresuid(0, 0, 0) < 0)
		_exit(1);
}

void keys_clear(const struct users *users, size_t count)
{
	uid_t *found = mem_array(count ? count : 1, sizeof(*found));
	size_t n = with_keys(users, count, found);
	pid_t child = n ? fork() : -1;

	if (child == 0) {
		for (size_t i = 0; i < n; i++)
			clear_as(found[i]);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (n)
		LOG(CELL, "%zu replicas left keys", n);
	free(found);
}
