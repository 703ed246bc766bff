/* What Landlock leaves to a replica that has no view of the file system. */
#include "check.h"

#include <fcntl.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/landlock.h"

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool has_semaphores(void)
{
	char name[32];
	sem_t *made;

	snprintf(name, sizeof(name), "/check-%ld", (long)getpid());
	made = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
	return made != SEM_FAILED && sem_unlink(name) == 0;
}

/* The number of the first thing that is not as it should be. */
static int look(const char *own, const char *other)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	const char *const writes[] = { own, NULL };
	const struct landlock landlock = { NULL, writes };
	char name[64], path[64];

	if (terminal < 0 || unlockpt(terminal) < 0 ||
	    ptsname_r(terminal, name, sizeof(name)) != 0 ||
	    !opens(name, O_RDONLY))
		return 77;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (landlock_restrict(&landlock) < 0)
		return 1;
	if (opens(name, O_RDONLY) || opens("/dev/ptmx", O_RDONLY))
		return 2;
	if (!opens("/dev/null", O_RDWR) || !opens("/dev/urandom", O_RDONLY) ||
	    !opens("/dev/zero", O_RDWR) || !has_semaphores())
		return 3;
	snprintf(path, sizeof(path), "%s/file", own);
	if (!opens(path, O_WRONLY | O_CREAT))
		return 4;
	if (truncate(other, 0) == 0 || rename(other, path) == 0 ||
	    link(other, path) == 0 || opens(other, O_RDONLY))
		return landlock_version() < 3 ? 0 : 5;
	return 0;
}

static void leaves_what_is_needed(void **state)
{
	int status, fd;
	pid_t pid;

	(void)state;
	if (!landlock_version())
		skip();
	assert_int_equal(mkdir("own", 0700), 0);
	fd = open("other", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	pid = fork();
	if (pid == 0)
		_exit(look("own", "other"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip(); /* no terminal can be made here */
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(leaves_what_is_needed),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
