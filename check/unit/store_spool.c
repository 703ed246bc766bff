/* Trials that the database did not take: kept, taken in, and never twice. */
#include "check.h"
#include "child.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/database.h"
#include "store_fixture.h"

static struct err err;
static char *state_folder, *tmp_folder;

static int begin(void **state)
{
	struct fixture *f;

	if (fixture_make(state) < 0)
		return -1;
	f = *state;
	state_folder = mem_printf("%s/state", f->folder);
	tmp_folder = mem_printf("%s/tmp", f->folder);
	setenv("XDG_STATE_HOME", state_folder, 1);
	setenv("TMPDIR", tmp_folder, 1);
	return mkdir(tmp_folder, 0700);
}

static int end(void **state)
{
	int code = fixture_remove(state);

	free(state_folder);
	free(tmp_folder);
	return code;
}

static void fill_tables(struct trial *trial)
{
	struct machine_sample sample = { .at_ns = 5000, .ksoftirqd_ns = 3 };

	trial_add_machine(trial, &sample);
	trial->replica[0].failure_text[OUTCOME_RESET] = mem_dup("peer's");
}

/* A run with a trial, in the database and in the spool. */
static char *spool_one(struct fixture *f, struct run *run, bool store_too)
{
	struct summary summary = { 0 };
	struct store *store = NULL;
	struct trial trial;
	char *file = NULL;

	fixture_run(run);
	fixture_trial(&trial, 2);
	fill_tables(&trial);
	fixture_summary(&summary, &trial, run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	if (store_too) {
		assert_int_equal(store_begin_run(store, run, &err), 0);
		assert_int_equal(store_add_trial(store, run, &trial, &summary,
						 &err), 0);
	}
	if (store_spool_trial(store, run, &trial, &summary, &file, &err) < 0)
		fail_msg("%s", err.text);
	store_close(store);
	summary_release(&summary);
	trial_release(&trial);
	return file;
}

static long count(const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	long n = -1;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			 SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		n = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return n;
}

static void recover(const struct fixture *f, unsigned trials, unsigned left)
{
	struct recovered found;
	int code = store_recover(f->url, &found, &err);

	if (code < 0 && !left)
		fail_msg("%s", err.text);
	assert_int_equal(found.trials, trials);
	assert_int_equal(found.left, left);
}

static const char *const tables[] = { "runs",	 "trials",  "replicas",
				      "samples", "machine_samples",
				      "latency", "failures", "ledger",
				      "results" };

/* All that storing would have saved, in every table and column. */
static void the_whole_trial_comes_back(void **state)
{
	struct fixture *f = *state, stored = *f;
	struct run run;
	char *file, *attach;
	sqlite3 *db;

	file = spool_one(f, &run, true);
	assert_non_null(strstr(file, state_folder));
	assert_int_equal(store_spooled(f->url), 1);
	stored.path = mem_printf("%s/stored.db", f->folder);
	assert_int_equal(rename(f->path, stored.path), 0);
	recover(f, 1, 0);
	assert_false(file_exists(file));
	assert_int_equal(store_spooled(f->url), 0);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	attach = mem_printf("ATTACH '%s' AS stored", stored.path);
	assert_int_equal(sqlite3_exec(db, attach, NULL, NULL, NULL),
			 SQLITE_OK);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char *sql = mem_printf(
			"SELECT (SELECT count(*) FROM %1$s) > 0 AND (SELECT "
			"count(*) FROM (SELECT * FROM %1$s EXCEPT SELECT * "
			"FROM stored.%1$s)) + (SELECT count(*) FROM (SELECT * "
			"FROM stored.%1$s EXCEPT SELECT * FROM %1$s)) = 0",
			tables[i]);
		sqlite3_stmt *statement;

		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement,
						    NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
		if (!sqlite3_column_int(statement, 0))
			fail_msg("%s is not the same", tables[i]);
		sqlite3_finalize(statement);
		free(sql);
	}
	sqlite3_close(db);
	free(attach);
	free(stored.path);
	free(file);
	run_release(&run);
}

/* Killed after the rows were written and before the file was gone. */
static void none_comes_twice(void **state)
{
	struct fixture *f = *state;
	struct str bytes = STR_INIT;
	struct run run;
	char *file = spool_one(f, &run, false);

	assert_int_equal(file_read(file, 1 << 24, &bytes, &err), 0);
	recover(f, 1, 0);
	assert_int_equal(file_write(file, bytes.buf, bytes.len, &err), 0);
	recover(f, 0, 0);
	assert_false(file_exists(file));
	assert_int_equal(count(f->path, "SELECT count(*) FROM trials"), 1);
	assert_int_equal(count(f->path, "SELECT count(*) FROM samples"), 2);
	assert_int_equal(count(f->path, "SELECT count(*) FROM failures"), 2);
	str_release(&bytes);
	free(file);
	run_release(&run);
}

static void the_end_of_a_run_comes_back(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct run run;
	char *file;

	fixture_run(&run);
	run.end_wall_ns = run.start_wall_ns + NS_PER_S;
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	assert_int_equal(store_spool_end(store, &run, RUN_INTERRUPTED, &file,
					 &err), 0);
	store_close(store);
	recover(f, 0, 0);
	assert_false(file_exists(file));
	assert_int_equal(count(f->path, "SELECT count(*) FROM runs WHERE ended "
					"= 'interrupted' AND end_time IS NOT "
					"NULL"), 1);
	free(file);
	run_release(&run);
}

/* The first folder that can be written. */
static void places(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct run run;
	char *file;

	assert_int_equal(file_write(state_folder, "x", 1, &err), 0);
	file = spool_one(f, &run, false);
	assert_non_null(strstr(file, tmp_folder));
	free(file);
	run_release(&run);
	recover(f, 1, 0);
	assert_int_equal(file_remove_tree(tmp_folder, &err), 0);
	assert_int_equal(file_write(tmp_folder, "x", 1, &err), 0);
	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_spool_end(store, &run, RUN_FINISHED, &file,
					 &err), ERR_SYSTEM);
	assert_names(err, state_folder);
	assert_names(err, tmp_folder);
	store_close(store);
	run_release(&run);
}

/* Of another database, of another user, a link, and one that is damaged. */
static void others_are_left(void **state)
{
	struct fixture *f = *state, other = *f;
	char *names[3], *file, *folder;
	struct str bytes = STR_INIT;
	struct run run;

	other.path = mem_printf("%s/other.db", f->folder);
	other.url = other.path;
	free(spool_one(&other, &run, false));
	run_release(&run);
	file = spool_one(f, &run, false);
	folder = file_folder(file);
	for (int i = 0; i < 3; i++)
		names[i] = mem_printf("%s/%.16s-%d.db", folder, file_name(file),
				      i);
	assert_int_equal(file_read(file, 1 << 24, &bytes, &err), 0);
	assert_int_equal(file_write(names[0], bytes.buf, bytes.len / 3, &err),
			 0);
	assert_int_equal(symlink(file, names[1]), 0);
	assert_int_equal(file_write(names[2], bytes.buf, bytes.len, &err), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(names[2], 65534, 65534), 0);
	recover(f, 1, 1);
	assert_names(err, names[0]);
	assert_false(file_exists(file));
	assert_true(file_exists(names[0]));
	if (geteuid() == 0)
		assert_true(file_exists(names[2]));
	assert_int_equal(store_spooled(other.url), 1);
	for (int i = 0; i < 3; i++)
		free(names[i]);
	str_release(&bytes);
	free(other.path);
	free(folder);
	free(file);
	run_release(&run);
}

/* What a disk may make of a file is named, with what to do, and left. */
static void what_is_damaged_is_named(void **state)
{
	struct fixture *f = *state;
	struct str bytes = STR_INIT;
	struct run run;
	char *file = spool_one(f, &run, false);
	size_t kept[4];

	assert_int_equal(file_read(file, 1 << 24, &bytes, &err), 0);
	kept[0] = 0;
	kept[1] = 1000;
	kept[2] = bytes.len - 4096;
	kept[3] = bytes.len - 1;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(file_write(file, bytes.buf, kept[i], &err), 0);
		recover(f, 0, 1);
		assert_names(err, file);
		assert_names(err, "damaged");
		assert_names(err, "remove it");
	}
	memset(bytes.buf + 4096, 0, 4096);
	assert_int_equal(file_write(file, bytes.buf, bytes.len, &err), 0);
	recover(f, 0, 1);
	assert_names(err, "damaged");
	str_release(&bytes);
	free(file);
	run_release(&run);
}

/* Of a program that was upgraded since. */
static void an_older_schema(void **state)
{
	struct fixture *f = *state;
	struct str text = STR_INIT;
	struct run run;
	char *file = spool_one(f, &run, false);
	sqlite3 *db;

	assert_int_equal(file_read(check_file("check/golden/db/0003.sql"),
				   1 << 20, &text, &err), 0);
	str_addf(&text, "CREATE TABLE spool (database TEXT);"
			"INSERT INTO spool VALUES ('%s')", f->path);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text.buf, NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	recover(f, 1, 0);
	assert_int_equal(count(f->path, "SELECT count(*) FROM ledger"), 4);
	str_release(&text);
	free(file);
	run_release(&run);
}

/* Kill -9 at any moment of taking in: nothing is lost, nothing is double. */
static void killed_at_any_moment(void **state)
{
	struct fixture *f = *state;
	struct rng rng;
	uint64_t most_us = 3000;
	long trials = 0, stored = 0, before;

	rng_init(&rng, 7);
	for (int i = 0; i < 12; i++) {
		struct run run;

		free(spool_one(f, &run, false));
		run_release(&run);
		trials++;
	}
	while (store_spooled(f->url)) {
		pid_t pid = fork();

		if (pid == 0) {
			struct recovered found;

			store_recover(f->url, &found, NULL);
			_exit(0);
		}
		usleep((useconds_t)rng_below(&rng, most_us));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		before = stored;
		stored = count(f->path, "SELECT count(*) FROM trials");
		assert_true(stored + (long)store_spooled(f->url) >= trials);
		most_us += stored == before ? most_us / 4 : 0;
		assert_true(most_us < 60 * 1000 * 1000);
	}
	assert_int_equal(count(f->path, "SELECT count(*) FROM trials"), trials);
	assert_int_equal(count(f->path, "SELECT count(*) FROM samples"),
			 2 * trials);
	assert_int_equal(count(f->path, "SELECT count(*) FROM ledger"),
			 4 * trials);
}

static bool begin_file(const char *path)
{
	struct file_new new;

	return file_new_open(&new, path, NULL) == 0 &&
	       write(new.fd, "SQLite", 6) == 6;
}

static int files_in(const char *path)
{
	DIR *folder = opendir(path);
	int n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n - 2;
}

/* Of a program of the same schema, with results that are not known here. */
static void a_newer_column(void **state)
{
	struct fixture *f = *state;
	struct run run;
	char *file = spool_one(f, &run, false);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "ALTER TABLE results ADD COLUMN "
					  "tomorrow REAL; UPDATE results SET "
					  "tomorrow = 3", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	recover(f, 1, 0);
	assert_int_equal(count(f->path, "SELECT sum(tomorrow) FROM results"),
			 9);
	free(file);
	run_release(&run);
}

/* A writer that lives keeps its file, whoever looks; another's name stays. */
static void what_the_killed_began_is_removed(void **state)
{
	struct fixture *f = *state;
	struct run run;
	char *file = spool_one(f, &run, false), *folder = file_folder(file);
	char *path = mem_printf("%s/%.16s-1.db", folder, file_name(file));
	char *other = mem_printf("%s/mine.db.0123456789abcdef.tmp", folder);
	pid_t pid = child_start(begin_file, path);

	assert_int_equal(file_write(other, "x", 1, &err), 0);
	assert_int_equal(files_in(folder), 3);
	for (int i = 0; i < 2; i++)
		assert_int_equal(store_spooled(f->url), 1);
	assert_int_equal(files_in(folder), 3);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(store_spooled(f->url), 1);
	assert_int_equal(files_in(folder), 2);
	assert_true(file_exists(other));
	assert_true(file_exists(file));
	free(other);
	free(path);
	free(folder);
	free(file);
	run_release(&run);
}

/* Blocks of the file system. */
static uint64_t kept(const struct store *store)
{
	struct stat file;

	if (store->room <= 0)
		return 0;
	assert_int_equal(fstat(store->room, &file), 0);
	return (uint64_t)file.st_blocks;
}

/* Room that is kept is nobody else's, and is given back. */
static void room(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	uint64_t one;

	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_reserve(store, 1, 1, 10, &err), 0);
	one = kept(store);
	assert_true(one > 0);
	assert_int_equal(store_reserve(store, 3, 3, 30, &err), 0);
	assert_in_range(kept(store), 3 * one - 16, 3 * one + 16);
	assert_int_equal(store_reserve(store, 0, 0, 0, &err), 0);
	assert_int_equal(kept(store), 0);
	assert_int_equal(store_reserve(store, 1, 1, UINT64_MAX / 4000, &err),
			 ERR_FAILED);
	assert_names(err, f->folder);
	assert_names(err, "--db");
	store_close(store);
}

int main(void)
{
#define CHECK(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest checks[] = {
		CHECK(the_whole_trial_comes_back), CHECK(none_comes_twice),
		CHECK(the_end_of_a_run_comes_back), CHECK(places),
		CHECK(others_are_left), CHECK(what_is_damaged_is_named),
		CHECK(an_older_schema), CHECK(a_newer_column),
		CHECK(what_the_killed_began_is_removed),
		CHECK(killed_at_any_moment), CHECK(room),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
