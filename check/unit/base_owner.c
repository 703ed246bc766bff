/* The name of a running program. */
#include "check.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/owner.h"

static void self_is_alive(void **state)
{
	struct owner self, other;
	char text[OWNER_BYTES];

	(void)state;
	owner_self(&self);
	assert_int_equal(self.uid, geteuid());
	assert_int_equal(self.pid, getpid());
	assert_true(self.start > 0);
	assert_true(owner_is_alive(&self));
	owner_format(&self, text);
	assert_true(owner_parse(text, &other));
	assert_int_equal(other.uid, self.uid);
	assert_int_equal(other.pid, self.pid);
	assert_int_equal(other.start, self.start);
}

/* The number was given out again. */
static void an_older_process_is_dead(void **state)
{
	struct owner self;

	(void)state;
	owner_self(&self);
	self.start--;
	assert_false(owner_is_alive(&self));
}

/* Waits until the child has ended, without taking it away. */
static void await_end(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static pid_t start_child(struct owner *out)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		/* Its name must not mislead who reads its stat. */
		prctl(PR_SET_NAME, "a) Z 1 2 (b");
		owner_self(out);
		if (write(ends[1], out, sizeof(*out)) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ends[0], out, sizeof(*out)), sizeof(*out));
	close(ends[0]);
	close(ends[1]);
	return pid;
}

static void a_zombie_is_dead(void **state)
{
	struct owner child;
	pid_t pid = start_child(&child);

	(void)state;
	assert_int_equal(child.pid, pid);
	assert_true(owner_is_alive(&child));
	kill(pid, SIGKILL);
	await_end(pid);
	assert_false(owner_is_alive(&child));
	waitpid(pid, NULL, 0);
	assert_false(owner_is_alive(&child));
}

static void whole_names_only(void **state)
{
	static const char *const bad[] = {
		"", "-", "--", "0-1", "0-1-", "0--1-1", "-1-1-1", "0-1-1x",
		"0-1-1-1", " 0-1-1", "0- 1-1", "+0-1-1", "x0-1-1", "0-0-1",
		"4294967296-1-1", "0-2147483648-1",
		"0-99999999999999999999999-1", "0-1-99999999999999999999999",
	};
	struct owner owner;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (owner_parse(bad[i], &owner))
			fail_msg("'%s' is taken for a name", bad[i]);
	assert_true(owner_parse("4294967295-2147483647-18446744073709551615",
				&owner));
	assert_int_equal(owner.uid, UINT32_MAX);
	assert_int_equal(owner.pid, INT32_MAX);
	assert_true(owner.start == UINT64_MAX);
}

static void longest_name_fits(void **state)
{
	struct owner owner = { UINT32_MAX, INT32_MAX, UINT64_MAX };
	char text[OWNER_BYTES];

	(void)state;
	owner_format(&owner, text);
	assert_string_equal(text, "4294967295-2147483647-18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(self_is_alive),
		cmocka_unit_test(an_older_process_is_dead),
		cmocka_unit_test(a_zombie_is_dead),
		cmocka_unit_test(whole_names_only),
		cmocka_unit_test(longest_name_fits),
	};

	return cmocka_run_group_tests_name("base_owner", checks, NULL, NULL);
}
