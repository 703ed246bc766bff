/* One process holds a name, until it ends. */
#include "check.h"
#include "child.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/claim.h"
#include "base/mem.h"

static char name[60];

static bool hold(const char *held)
{
	struct err err;
	int fd;

	return claim_name(held, &fd, &err) == 0;
}

static void held_by_another(void **state)
{
	struct err err;
	pid_t holder;
	int fd;

	(void)state;
	holder = child_start(hold, name);
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
