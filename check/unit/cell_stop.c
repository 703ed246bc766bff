/* check: deadline 120 */
/* Processes that are stopped by signals: all of a replica, and none but they. */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/space.h"
#include "cell/stop.h"

/* Each counts as long as it runs. */
enum worker { FIRST, THREAD, CHILD, GRANDCHILD, ORPHAN, STORM, WORKERS };

static volatile uint64_t (*done)[WORKERS]; /* [replica], shared */
static pid_t first[2];

static _Noreturn void work_for_ever(unsigned replica, enum worker worker)
{
	for (;;)
		++done[replica][worker];
}

static void *be_thread(void *replica)
{
	work_for_ever(*(unsigned *)replica, THREAD);
}

static void start_grandchild(unsigned replica)
{
	if (fork() > 0)
		return;
	setsid();
	work_for_ever(replica, GRANDCHILD);
}

static void start_orphan(unsigned replica)
{
	pid_t between = fork();

	if (between == 0) {
		setsid();
		if (fork() > 0)
			_exit(0);
		work_for_ever(replica, ORPHAN);
	}
	waitpid(between, NULL, 0);
}

/* Each generation forks the next and ends. */
static void start_storm(unsigned replica)
{
	if (fork() > 0)
		return;
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
		++done[replica][STORM];
	}
}

static _Noreturn void be_replica(unsigned replica, bool with_orphan)
{
	pthread_t thread;

	setsid();
	if (with_orphan)
		start_orphan(replica);
	start_storm(replica);
	if (fork() == 0) {
		start_grandchild(replica);
		work_for_ever(replica, CHILD);
	}
	pthread_create(&thread, NULL, be_thread, &replica);
	work_for_ever(replica, FIRST);
}

static void await_work(unsigned replica, bool with_orphan)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		uint64_t before = done[replica][i];

		while (done[replica][i] == before &&
		       (i != ORPHAN || with_orphan))
			usleep(1000);
	}
}

static void start(unsigned replica, bool with_orphan)
{
	first[replica] = fork();
	if (first[replica] == 0)
		be_replica(replica, with_orphan);
	assert_true(first[replica] > 0);
	await_work(replica, with_orphan);
}

static bool runs(unsigned replica)
{
	uint64_t before = 0, after = 0;

	for (unsigned i = 0; i < WORKERS; i++)
		before += done[replica][i];
	usleep(200000);
	for (unsigned i = 0; i < WORKERS; i++)
		after += done[replica][i];
	return after != before;
}

static bool kill_children(void)
{
	char path[64], text[4096] = "";
	FILE *file;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	file = fopen(path, "re");
	if (file && !fgets(text, sizeof(text), file))
		*text = '\0';
	if (file)
		fclose(file);
	for (char *at = text, *end; (pid = (pid_t)strtol(at, &end, 10));
	     at = end)
		kill(pid, SIGKILL);
	return *text;
}

/* The children of what ends become ours. */
static int end_all(void **state)
{
	(void)state;
	while (kill_children()) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		usleep(1000);
	}
	for (unsigned i = 0; i < WORKERS; i++)
		done[0][i] = done[1][i] = 0;
	first[0] = first[1] = 0;
	return 0;
}

static void stop(const struct stop_who *who)
{
	if (stop_replica(who, true) < 0)
		fail_msg("not stopped: %s", strerror(errno));
}

static void all_of_one(void **state)
{
	struct stop_who who = { .first = first, .count = 1 };

	(void)state;
	start(0, true);
	for (int i = 0; i < 5; i++) {
		stop(&who);
		assert_false(runs(0));
		assert_int_equal(stop_replica(&who, false), 0);
		await_work(0, true);
	}
	stop(&who);
	stop(&who);
	assert_false(runs(0));
	assert_int_equal(kill(first[0], SIGKILL), 0); /* ends it as it is */
	assert_int_equal(waitpid(first[0], NULL, 0), first[0]);
	assert_int_equal(stop_replica(&who, true), -1);
	assert_int_equal(errno, ESRCH);
}

static void one_of_two(void **state)
{
	struct stop_who who = { .first = first, .count = 2 };

	(void)state;
	start(0, false);
	start(1, false);
	stop(&who);
	assert_false(runs(0));
	await_work(1, false);
	assert_int_equal(stop_replica(&who, false), 0);
	await_work(0, false);
}

/* Nobody knows which of two an orphan is of: then neither is left stopped. */
static void orphan_of_one_of_two(void **state)
{
	struct stop_who who = { .first = first, .count = 2 };

	(void)state;
	start(0, false);
	start(1, true);
	assert_int_equal(stop_replica(&who, true), -1);
	assert_int_equal(errno, ECHILD);
	await_work(0, false);
	who.number = 1;
	assert_int_equal(stop_replica(&who, true), -1);
	await_work(1, true);
	assert_int_equal(stop_replica(&who, false), 0); /* was not stopped */
}

/* Users tell: this one shares no user with the orphan, that one does. */
static void user_of_an_orphan(void **state)
{
	struct stop_who who = { .first = first, .count = 2, .has_user = true,
				.user = geteuid() + 1 };

	(void)state;
	start(0, false);
	start(1, true);
	stop(&who);
	assert_false(runs(0));
	await_work(1, true);
	who.number = 1;
	who.user = geteuid();
	stop(&who);
	assert_false(runs(1));
}

static void be_inside(void *context)
{
	(void)context;
	be_replica(0, true);
}

static void in_a_namespace(void **state)
{
	struct stop_who who = { .first = first, .count = 2 };
	struct space space;
	struct err err;

	(void)state;
	if (space_open(&space, &err) < 0)
		skip();
	first[0] = space_fork(&space, be_inside, NULL);
	assert_true(first[0] > 0);
	await_work(0, true);
	start(1, false);
	who.init = space.init;
	stop(&who);
	assert_false(runs(0));
	await_work(1, false);
	assert_int_equal(stop_replica(&who, false), 0);
	await_work(0, true);
	stop(&who);
	space_kill(&space);
	assert_int_equal(waitpid(first[0], NULL, 0), first[0]);
	space_close(&space);
}

#define CHECK(name) cmocka_unit_test_teardown(name, end_all)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(all_of_one),
		CHECK(one_of_two),
		CHECK(orphan_of_one_of_two),
		CHECK(user_of_an_orphan),
		CHECK(in_a_namespace),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (done == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(checks, NULL, NULL);
}
