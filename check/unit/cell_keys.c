/* Keys that a replica's user leaves are cleared, and nobody else's. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/keys.h"

#define KEYS 20
#define USER_KEYRING (-4)
#define PATIENCE_NS (20 * NS_PER_S) /* the kernel does it when it has time */

/* In a child: adds keys as `user`; the status is errno. */
static int add_keys(uid_t user)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setresuid(user, user, user) < 0)
			_exit(EPERM);
		for (int i = 0; i < KEYS; i++) {
			char name[16];

			snprintf(name, sizeof(name), "key %d", i);
			if (syscall(SYS_add_key, "user", name, "x", 1UL,
				    USER_KEYRING) < 0)
				_exit(errno);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static unsigned keys_of(uid_t user)
{
	FILE *file = fopen("/proc/key-users", "re");
	unsigned its, keys, found = 0;
	char line[256];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%u: %*d %*d/%*d %u/", &its, &keys) == 2 &&
		    its == user)
			found = keys;
	fclose(file);
	return found;
}

static void left_keys_are_cleared(void **state)
{
	struct users users = { 0 };
	uint64_t until = clock_now_ns() + PATIENCE_NS;
	struct err err;
	int code;

	(void)state;
	if (geteuid() != 0 || users_take(&users, 3, &err) < 0)
		skip();
	code = add_keys(users_at(&users, 1));
	if (code == EPERM || code == ENOSYS)
		skip(); /* a sandbox without keys */
	assert_int_equal(code, 0);
	assert_int_equal(add_keys(users_at(&users, 2)), 0);
	assert_true(keys_of(users_at(&users, 1)) >= KEYS);
	keys_clear(&users, 2);
	while (keys_of(users_at(&users, 1)) >= KEYS && clock_now_ns() < until)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	assert_true(keys_of(users_at(&users, 1)) < KEYS);
	assert_true(keys_of(users_at(&users, 2)) >= KEYS);
	keys_clear(&users, 3);
	assert_int_equal(geteuid(), 0);
	users_release(&users);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(left_keys_are_cleared),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
