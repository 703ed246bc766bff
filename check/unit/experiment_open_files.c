/* The limit of open files, and what a trial needs. */
#include "check.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiment/open_files.h"

/* In a child, as a hard limit cannot be raised again. */
static int raised(rlim_t soft, rlim_t hard)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct rlimit files = { soft, hard };

		if (setrlimit(RLIMIT_NOFILE, &files) < 0)
			_exit(99);
		_exit(open_files_limit() == hard && open_files_raise() == hard
			      ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void check_raise(void **state)
{
	(void)state;
	assert_int_equal(raised(64, 200), 0);
	assert_int_equal(raised(200, 200), 0);
}

static void check_need(void **state)
{
	struct trial_spec o;
	struct err err;

	(void)state;
	spec_init(&o);
	o.replicas = 2;
	o.concurrency = 300;
	assert_int_equal(open_files_check(&o, 1, 1024, &err), 0);
	assert_int_equal(open_files_check(&o, 1, 363, &err), ERR_INVALID);
	assert_names(err, "each replica needs about 364 open files, and the "
			  "limit is 363");
	assert_names(err, "`ulimit -Hn 364`");
	assert_int_equal(open_files_check(&o, 1, 665, &err), ERR_INVALID);
	assert_names(err, "the origin needs about 666");
	o.endpoint = "http://store.test"; /* which is not our origin */
	assert_int_equal(open_files_check(&o, 1, 665, &err), 0);
	/* Each operation makes five requests at once. */
	assert_int_equal(open_files_check(&o, 5, 1564, &err), 0);
	assert_int_equal(open_files_check(&o, 5, 1563, &err), ERR_INVALID);
	assert_names(err, "each replica needs about 1564 open files");
	o.pool_size = 700;
	assert_int_equal(open_files_check(&o, 1, 665, &err), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_raise),
		cmocka_unit_test(check_need),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
