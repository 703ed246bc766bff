/* Whom replicas run as: no capabilities, and none to be had back. */
#include "check.h"

#include <grp.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cell/identity.h"

#define NOBODY 65534

/* Runs `work` in a child; its exit status. */
static int in_child(int (*work)(const struct identity *identity),
		    const struct identity *identity)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(work(identity));
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool status_says(const char *line)
{
	struct str text = STR_INIT;
	bool found;

	file_read("/proc/self/status", 65536, &text, NULL);
	found = strstr(text.buf, line) != NULL;
	str_release(&text);
	return found;
}

/* Also after an execve(), which gives root's programs everything that is left
 * in the bounding set. */
static int take_and_look(const struct identity *identity)
{
	if (identity_take(identity) < 0)
		return 1;
	if (getuid() != identity->uid || getgid() != identity->gid)
		return 2;
	if (!status_says("CapEff:\t0000000000000000") ||
	    !status_says("CapPrm:\t0000000000000000"))
		return 3;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 4;
	if (identity->uid && (setuid(0) == 0 || getgroups(0, NULL) != 0))
		return 5;
	execl("/bin/sh", "sh", "-c",
	      "grep -q '^CapEff:.0000000000000000$' /proc/self/status || exit 6",
	      (char *)NULL);
	return 7;
}

static void keeps_no_capability(void **state)
{
	struct identity self = { getuid(), getgid(), false };
	struct identity nobody = { NOBODY, NOBODY, true };

	(void)state;
	assert_int_equal(in_child(take_and_look, &self), 0);
	if (geteuid() == 0)
		assert_int_equal(in_child(take_and_look, &nobody), 0);
}

#define KEY_NAME "geoio-check"

static long find_key(void)
{
	return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING,
		       "user", KEY_NAME, 0);
}

static int make_key_and_look(const struct identity *identity)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
	    syscall(SYS_add_key, "user", KEY_NAME, "x", (size_t)1,
		    KEY_SPEC_SESSION_KEYRING) < 0 || find_key() < 0)
		return 77;
	if (identity_take(identity) < 0)
		return 1;
	return find_key() < 0 ? 0 : 2;
}

static void has_no_keys_of_the_session(void **state)
{
	struct identity self = { getuid(), getgid(), false };
	struct identity nobody = { NOBODY, NOBODY, true };
	int status = in_child(make_key_and_look, &self);

	(void)state;
	if (status == 77)
		skip(); /* no keys in this kernel, or in this container */
	assert_int_equal(status, 0);
	if (geteuid() == 0)
		assert_int_equal(in_child(make_key_and_look, &nobody), 0);
}

static void follows_sudo(void **state)
{
	struct identity identity;

	(void)state;
	setenv("SUDO_UID", "1234", 1);
	setenv("SUDO_GID", "567", 1);
	identity_invoker(&identity);
	if (geteuid() == 0) {
		assert_int_equal(identity.uid, 1234);
		assert_int_equal(identity.gid, 567);
		assert_true(identity.changes);
	} else {
		assert_int_equal(identity.uid, getuid());
		assert_false(identity.changes);
	}
}

/* An odd value must not make anybody root, or user -1. */
static void does_not_trust_what_is_no_number(void **state)
{
	static const char *const odd[] = { "", "-1", "0", "12x", "4294967295",
					   "99999999999", " 5", "+5" };
	struct identity identity;

	(void)state;
	setenv("SUDO_GID", "567", 1);
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		setenv("SUDO_UID", odd[i], 1);
		identity_invoker(&identity);
		assert_int_equal(identity.uid, getuid());
		assert_false(identity.changes);
	}
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(keeps_no_capability),
		cmocka_unit_test(has_no_keys_of_the_session),
		cmocka_unit_test(follows_sudo),
		cmocka_unit_test(does_not_trust_what_is_no_number),
	};

	return cmocka_run_group_tests_name("cell_identity", checks, NULL,
					   NULL);
}
