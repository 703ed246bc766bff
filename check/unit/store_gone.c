/* A database that was removed or replaced while another program has it open: its
 * log is there yet, and nobody who opens the path may take it, or lose it. */
#include "check.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "stored_trial.h"

/* Another program, that has the database open until it is killed. */
struct other {
	pid_t pid;
	off_t log;
};

static off_t log_bytes(const struct fixture *f)
{
	char *log = mem_printf("%s-wal", f->path);
	struct stat file = { 0 };

	assert_int_equal(stat(log, &file), 0);
	free(log);
	return file.st_size;
}

static void hold(const struct fixture *f, int ready)
{
	struct summary summary;
	struct store *store;
	struct trial trial;
	struct run run;

	make_run(&run);
	make_trial(&trial, 4);
	if (store_open(&store, f->url, STORE_WRITE, &err) < 0)
		_exit(1);
	store_trial(store, &run, &trial, &summary);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void other_start(struct other *other, const struct fixture *f)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	other->pid = fork();
	assert_true(other->pid >= 0);
	if (!other->pid)
		hold(f, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	other->log = log_bytes(f);
	assert_true(other->log > 0);
}

static void other_end(struct other *other)
{
	assert_int_equal(kill(other->pid, SIGKILL), 0);
	assert_int_equal(waitpid(other->pid, NULL, 0), other->pid);
}

static void assert_refused(const struct fixture *f, enum store_mode mode,
			   const struct other *other)
{
	struct store *store = NULL;
	char holder[40];

	snprintf(holder, sizeof(holder), "(process %d)", (int)other->pid);
	assert_int_equal(store_open(&store, f->url, mode, &err), ERR_CONFLICT);
	assert_names(err, "was removed or replaced");
	assert_names(err, holder);
	assert_int_equal(log_bytes(f), other->log);
}

static void assert_opens(const struct fixture *f, enum store_mode mode)
{
	struct store *store = NULL;

	if (store_open(&store, f->url, mode, &err) < 0)
		fail_msg("%s", err.text);
	store_close(store);
}

/* Nothing is made in its place, and its log stays as it is. */
static void removed(void **state)
{
	const struct fixture *f = *state;
	struct other other;

	other_start(&other, f);
	assert_int_equal(unlink(f->path), 0);
	assert_refused(f, STORE_WRITE, &other);
	assert_false(file_exists(f->path));
	other_end(&other);
	assert_opens(f, STORE_WRITE);
}

static void replaced(void **state)
{
	const struct fixture *f = *state;
	char *next = mem_printf("%s/next.db", f->folder);
	struct other other;

	store_seed(f, 4);
	assert_int_equal(rename(f->path, next), 0);
	other_start(&other, f);
	assert_int_equal(rename(next, f->path), 0);
	assert_refused(f, STORE_WRITE, &other);
	assert_refused(f, STORE_READ, &other);
	other_end(&other);
	free(next);
}

/* Who has the same file open is no stranger. */
static void shared(void **state)
{
	const struct fixture *f = *state;
	struct other other;

	other_start(&other, f);
	assert_opens(f, STORE_READ);
	assert_opens(f, STORE_WRITE);
	other_end(&other);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(removed), CHECK(replaced), CHECK(shared),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
