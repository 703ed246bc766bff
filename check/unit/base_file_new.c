/* New files in place of old ones, and those who clear what was left of some. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static char base[128];
static int folder;
static bool clears; /* just before a file gets its name */

static bool any(const char *name)
{
	return *name != '\0';
}

/* A lock is no obstacle to the process that has it. */
static void clear_elsewhere(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		file_clear_new(folder, any);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The library's call comes here first, so that a race is no matter of luck. */
int rename(const char *from, const char *to)
{
	if (clears)
		clear_elsewhere();
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int begin(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(base, sizeof(base), "%.80s/new-check-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(base))
		return -1;
	folder = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	clears = false;
	return folder < 0 ? -1 : 0;
}

static int end(void **state)
{
	(void)state;
	close(folder);
	return file_remove_tree(base, NULL);
}

static char *in_base(const char *name)
{
	return mem_printf("%s/%s", base, name);
}

static void held_until_it_has_its_name(void **state)
{
	char *path = in_base("result");
	struct err err;

	(void)state;
	clears = true;
	if (file_write(path, "x", 1, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(file_exists(path));
	free(path);
}

static void make(const char *path, uid_t owner)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	if (owner != geteuid())
		assert_int_equal(fchown(fd, owner, (gid_t)-1), 0);
	close(fd);
}

static void only_ours_is_cleared(void **state)
{
	char *ours = in_base("result.0123456789abcdef.tmp");
	char *others = in_base("other.0123456789abcdef.tmp");
	char *near = in_base("result.0123456789abcde.tmp");

	(void)state;
	make(ours, geteuid());
	make(near, geteuid());
	if (geteuid() == 0)
		make(others, 65534);
	file_clear_new(folder, any);
	assert_false(file_exists(ours));
	assert_true(file_exists(near));
	assert_int_equal(file_exists(others), geteuid() == 0);
	free(ours);
	free(others);
	free(near);
}

static int lock_elsewhere(const char *path, int fd)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(file_lock(fd, AT_FDCWD, path) == ERR_CONFLICT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void locks(void **state)
{
	char *path = in_base("locked"), *away = in_base("away");
	int fd;

	(void)state;
	make(path, geteuid());
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(file_lock(fd, AT_FDCWD, path), 0);
	assert_int_equal(file_lock(fd, folder, "locked"), 0);
	assert_true(lock_elsewhere(path, fd));
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(file_lock(fd, AT_FDCWD, path), ERR_NOT_FOUND);
	make(path, geteuid());
	assert_int_equal(file_lock(fd, AT_FDCWD, path), ERR_NOT_FOUND);
	assert_int_equal(file_lock(fd, AT_FDCWD, away), 0);
	close(fd);
	free(path);
	free(away);
}

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, begin, end)
	static const struct CMUnitTest tests[] = {
		EACH(held_until_it_has_its_name), EACH(only_ours_is_cleared),
		EACH(locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
