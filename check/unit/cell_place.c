/* check: deadline 120 */
/* Trials that share cells: each has seats of its own, and pauses what sits
 * there, in each grade that this machine has. */
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/owner.h"
#include "experiment/cell_place.h"

#define REPLICAS 3

static volatile uint64_t *done; /* [REPLICAS], shared */
static struct cells *cells;
static char scratch[4096];
static struct err err;

struct seat {
	const struct place *place;
	unsigned replica;
	volatile uint64_t *done;
};

static void work_for_ever(void *context)
{
	const struct seat *seat = context;

	setsid();
	if (seat->place->enter(seat->place->context, seat->replica, NULL))
		_exit(100);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		++*seat->done;
}

static void await_work(unsigned number)
{
	uint64_t before = done[number];

	while (done[number] == before)
		usleep(1000);
}

static bool runs(unsigned number)
{
	uint64_t before = done[number];

	usleep(200000);
	return done[number] != before;
}

static pid_t start(const struct place *place, unsigned replica, unsigned number)
{
	struct seat seat = { place, replica, &done[number] };
	sigset_t all, none;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &none);
	pid = place->fork(place->context, replica, work_for_ever, &seat);
	sigprocmask(SIG_SETMASK, &none, NULL);
	assert_true(pid > 0);
	await_work(number);
	return pid;
}

static void begin(enum isolation best, enum isolation worst)
{
	struct cell_need need = { .replicas = REPLICAS };
	char name[OWNER_BYTES];
	struct owner owner;

	owner_self(&owner);
	owner_format(&owner, name);
	if (cells_open(&cells, best, worst, name, scratch, &err) < 0 ||
	    cells_begin(cells, &need, &err) < 0) {
		cells_free(cells);
		cells = NULL;
		printf("%s\n", err.text);
		skip();
	}
}

/* Two trials: one of one replica, one of two. */
static void pause_by_seats(void)
{
	struct seats one = { cells, 0 }, two = { cells, 1 };
	struct place alone = cell_place_hooks(&one),
		     pair = cell_place_hooks(&two);
	pid_t pid[REPLICAS] = { start(&alone, 0, 0), start(&pair, 0, 1),
				start(&pair, 1, 2) };

	assert_int_equal(pair.pause(pair.context, 1, true), 0);
	assert_false(runs(2));
	await_work(0);
	await_work(1);
	assert_int_equal(pair.pause(pair.context, 1, false), 0);
	await_work(2);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pair.pause(pair.context, i, true), 0);
	assert_false(runs(1));
	await_work(0);
	pair.kill(pair.context, 0); /* as it is */
	kill(pid[1], SIGKILL);
	assert_int_equal(waitpid(pid[1], NULL, 0), pid[1]);
	await_work(0);
	for (unsigned i = 0; i < REPLICAS; i += 2) {
		kill(pid[i], SIGKILL);
		alone.kill(alone.context, i);
		assert_int_equal(waitpid(pid[i], NULL, 0), pid[i]);
	}
}

static void in_cells(void **state)
{
	(void)state;
	begin(ISOLATION_CELL, ISOLATION_CELL);
	pause_by_seats();
}

static void in_processes(void **state)
{
	(void)state;
	begin(ISOLATION_PROCESS, ISOLATION_PROCESS);
	pause_by_seats();
}

/* What killed nobody, cells_end() ends, frozen as it is. */
static void end_while_paused(void **state)
{
	struct seats seats = { .cells = NULL };
	struct place place;
	int status;
	pid_t pid;

	(void)state;
	begin(ISOLATION_CELL, ISOLATION_CELL);
	seats.cells = cells;
	place = cell_place_hooks(&seats);
	pid = start(&place, 0, 0);
	assert_int_equal(place.pause(place.context, 0, true), 0);
	cells_end(cells);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void users_of_each(void **state)
{
	struct placement all, part;
	unsigned low, high, alone;

	(void)state;
	begin(ISOLATION_CELL, ISOLATION_PROCESS);
	if (!cells->own.has_users)
		skip();
	cells_describe(cells, 0, REPLICAS, &all);
	cells_describe(cells, 1, 1, &part);
	assert_int_equal(sscanf(all.user, "uid %u to %u", &low, &high), 2);
	assert_int_equal(sscanf(part.user, "uid %u", &alone), 1);
	assert_null(strstr(part.user, " to "));
	assert_int_equal(alone, cells_identity(cells, 1)->uid);
	assert_true(low != alone && alone != high);
}

/* Before a trial it is known where its replicas will be. */
static void what_is_foreseen(void **state)
{
	static const struct cell_need others[] = {
		{ .replicas = 1, .pin = "none" },
		{ .replicas = 1, .pin = "auto" },
		{ .replicas = 1, .outside = true },
	};
	struct placement seen, foreseen;

	(void)state;
	begin(ISOLATION_CELL, ISOLATION_PROCESS);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		cells_end(cells);
		assert_int_equal(cells_foresee(cells, &others[i], &foreseen,
					       &err), 0);
		assert_int_equal(cells_begin(cells, &others[i], &err), 0);
		cells_describe(cells, 0, 1, &seen);
		assert_int_equal(foreseen.isolation, seen.isolation);
		assert_string_equal(foreseen.cgroup, seen.cgroup);
		assert_string_equal(foreseen.network, seen.network);
		assert_string_equal(foreseen.pinning, seen.pinning);
	}
}

static void not_in_containers(void **state)
{
	struct seats seats;

	(void)state;
	begin(ISOLATION_DOCKER, ISOLATION_DOCKER);
	seats = (struct seats){ .cells = cells };
	assert_null(cell_place_hooks(&seats).pause);
	assert_int_equal(cells_pause(cells, 0, true), -1);
	assert_int_equal(errno, ENOTSUP);
}

static int end(void **state)
{
	(void)state;
	cells_free(cells);
	cells = NULL;
	return 0;
}

#define CHECK(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(in_cells),
		CHECK(in_processes),
		CHECK(end_while_paused),
		CHECK(users_of_each), CHECK(what_is_foreseen),
		CHECK(not_in_containers),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	done = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (done == MAP_FAILED || mkdir("scratch", 0755) < 0 ||
	    !realpath("scratch", scratch))
		return 1;
	return cmocka_run_group_tests(checks, NULL, NULL);
}
