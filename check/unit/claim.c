/* One process holds a name, until it ends. */
#include "check.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/claim.h"
#include "base/mem.h"

static char name[60];

/* A process that holds the name. */
static pid_t start_holder(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct err err;
		int fd;

		byte = claim_name(name, &fd, &err) == 0 ? 'y' : 'n';
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void held_by_another(void **state)
{
	struct err err;
	pid_t holder;
	int fd;

	(void)state;
	holder = start_holder();
	assert_int_equal(claim_name(name, &fd, &err), ERR_CONFLICT);
	assert_non_null(strstr(err.text, name));
	assert_int_equal(fd, -1);
	kill(holder, SIGKILL);
	assert_int_equal(claim_name(name, &fd, &err), 0);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
	close(fd);
	assert_int_equal(claim_name(name, &fd, &err), 0);
	close(fd);
}

static void no_name(void **state)
{
	char *longer = mem_array(200, 1);
	struct err err;
	int fd;

	(void)state;
	assert_int_equal(claim_name("", &fd, &err), ERR_SYSTEM);
	memset(longer, 'x', 199);
	assert_int_equal(claim_name(longer, &fd, &err), ERR_SYSTEM);
	assert_int_equal(fd, -1);
	free(longer);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(held_by_another),
		cmocka_unit_test(no_name),
	};

	snprintf(name, sizeof(name), "geoio-benchmark-check-%d", (int)getpid());
	return cmocka_run_group_tests(checks, NULL, NULL);
}
