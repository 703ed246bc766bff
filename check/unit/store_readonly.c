/* Databases that are read where nothing can be written, or of older schemas; and
 * those that another program has locked. */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/work.h"
#include "store_fixture.h"

static struct err err;

static int count_row(void *context, const struct result_row *row)
{
	assert_string_equal(row->library_name, "aiohttp");
	++*(int *)context;
	return 0;
}

static int read_rows(const struct fixture *f, int *rows)
{
	struct store *store = NULL;
	int code = store_open(&store, f->url, STORE_READ, &err);

	*rows = 0;
	if (code == 0)
		code = store_each_result(store, false, count_row, rows, &err);
	store_close(store);
	return code;
}

static int files_in(const char *path)
{
	DIR *folder = opendir(path);
	int count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 2;
}

static void older_schemas(void **state)
{
	static const char *const schemas[] = { "0001", "0002", "0003",
					       "0004", "0005" };
	struct fixture *f = *state;

	for (size_t i = 0; i < 5; i++) {
		struct str before = STR_INIT, after = STR_INIT;
		int rows;

		make_golden(f, schemas[i]);
		file_read(f->path, 1 << 24, &before, &err);
		if (read_rows(f, &rows) < 0)
			fail_msg("%s", err.text);
		/* The first had no results. */
		assert_int_equal(rows, i > 0);
		file_read(f->path, 1 << 24, &after, &err);
		assert_int_equal(before.len, after.len);
		assert_memory_equal(before.buf, after.buf, after.len);
		str_release(&before);
		str_release(&after);
	}
}

static void begin_user(const struct fixture *f)
{
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(chmod(f->folder, 0555), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
}

static void end_user(const struct fixture *f)
{
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(f->folder, 0755), 0);
}

/* Files beside it would have its mode, and be in the way when that is changed. */
static void what_is_refused_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	char *log = mem_printf("%s-wal", f->path);
	char *index = mem_printf("%s-shm", f->path);
	struct store *store = NULL;
	int code;

	make_golden(f, "0006");
	assert_int_equal(chmod(f->path, 0444), 0);
	assert_int_equal(chmod(f->folder, 0777), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	code = store_open(&store, f->url, STORE_WRITE, &err);
	end_user(f);
	assert_int_equal(code, ERR_SYSTEM);
	assert_names(err, "change its permissions");
	assert_false(file_exists(log));
	assert_false(file_exists(index));
	free(index);
	free(log);
}

static void where_nothing_can_be_written(void **state)
{
	static const char *const schemas[] = { "0002", "0004" };
	struct fixture *f = *state;
	struct str report = STR_INIT;
	int rows, code;

	for (size_t i = 0; i < 2; i++) {
		make_golden(f, schemas[i]);
		begin_user(f);
		code = read_rows(f, &rows);
		if (code == 0)
			code = store_current(f->url, &report, &err);
		end_user(f);
		if (code < 0)
			fail_msg("%s", err.text);
		assert_int_equal(rows, 1);
		assert_non_null(strstr(report.buf, schemas[i]));
		assert_int_equal(files_in(f->folder), 1);
	}
	str_release(&report);
}

/* What counts is the folder that it leads to. */
static void link_to_where_nothing_can_be_written(void **state)
{
	struct fixture *f = *state, link = *f;
	struct store *store;
	int rows, code;
	char *log = mem_printf("%s-wal", f->path);

	strcat(link.folder, "x");
	assert_int_equal(mkdir(link.folder, 0755), 0);
	assert_int_equal(chmod(link.folder, 0777), 0);
	link.path = link.url = mem_printf("%s/l.db", link.folder);
	assert_int_equal(symlink(f->path, link.path), 0);
	make_golden(f, "0004");
	begin_user(f);
	code = read_rows(&link, &rows);
	end_user(f);
	if (code < 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows, 1);
	assert_int_equal(files_in(f->folder), 1);
	assert_int_equal(store_open(&store, link.url, STORE_WRITE, &err), 0);
	assert_true(store_has_file(store, log));
	store_close(store);
	assert_int_equal(file_remove_tree(link.folder, &err), 0);
	free(link.path);
	free(log);
}

static int check_as_user(const struct fixture *f, mode_t file, mode_t folder)
{
	int code;

	assert_int_equal(chmod(f->path, file), 0);
	assert_int_equal(chmod(f->folder, folder), 0);
	if (geteuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	code = store_check_writable(f->url, &err);
	end_user(f);
	return code;
}

/* Said before there are results, and nothing is made. */
static void whether_it_can_be_written(void **state)
{
	struct fixture *f = *state;
	char *log = mem_printf("%s-wal", f->path);
	char *nowhere = mem_printf("%s/none/t.db", f->folder);

	assert_int_equal(store_check_writable(f->url, &err), 0);
	assert_int_equal(files_in(f->folder), 0);
	make_golden(f, "0004");
	assert_int_equal(check_as_user(f, 0666, 0777), 0);
	assert_int_equal(check_as_user(f, 0444, 0777), ERR_SYSTEM);
	assert_names(err, f->path);
	assert_names(err, ": change that, or give another database with --db");
	assert_int_equal(check_as_user(f, 0666, 0555), ERR_SYSTEM);
	assert_names(err, "folder");
	assert_int_equal(files_in(f->folder), 1);
	assert_int_equal(file_write(log, "", 0, &err), 0);
	assert_int_equal(chmod(log, 0444), 0);
	assert_int_equal(check_as_user(f, 0666, 0777), ERR_SYSTEM);
	assert_names(err, log);
	assert_int_equal(store_check_writable(nowhere, &err), ERR_SYSTEM);
	assert_names(err, "no folder");
	free(nowhere);
	free(log);
}

static int store_one(const struct fixture *f)
{
	struct store *store = NULL;
	struct run run;
	int code = store_open(&store, f->url, STORE_WRITE, &err);

	fixture_run(&run);
	if (code == 0)
		code = store_begin_run(store, &run, &err);
	store_close(store);
	run_release(&run);
	return code;
}

/* What lies where SQLite wants a file of its own is named, before a run and when
 * it fails. */
static void folders_beside_it(void **state)
{
	static const char *const ends[] = { "-wal", "-shm", "-journal" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		char *folder = mem_printf("%s%s", f->path, ends[i]);

		assert_int_equal(file_remove_tree(f->folder, &err), 0);
		assert_int_equal(mkdir(f->folder, 0755), 0);
		make_golden(f, "0004");
		assert_int_equal(mkdir(folder, 0755), 0);
		assert_int_equal(store_check_writable(f->url, &err), ERR_SYSTEM);
		assert_names(err, folder);
		assert_names(err, "is a folder: move it away, or");
		assert_int_equal(store_one(f), ERR_SYSTEM);
		assert_names(err, folder);
		assert_names(err, "is a folder: move it away, or");
		free(folder);
	}
}

/* A link to a file that a run makes is fine, if it can be made. */
static void links_to_nothing(void **state)
{
	struct fixture *f = *state;
	struct store *store;

	assert_int_equal(symlink("none/there.db", f->path), 0);
	assert_int_equal(store_check_writable(f->url, &err), ERR_SYSTEM);
	assert_names(err, f->path);
	assert_names(err, "none/there.db, which does not exist");
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
			 ERR_SYSTEM);
	assert_names(err, "none/there.db, which does not exist");
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink("there.db", f->path), 0);
	assert_int_equal(store_check_writable(f->url, &err), 0);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	store_close(store);
}

static void no_regular_files(void **state)
{
	struct fixture *f = *state;
	struct str report = STR_INIT;
	struct store *store;

	assert_int_equal(mkfifo(f->path, 0644), 0);
	for (int i = 0; i < 2; i++) {
		const char *name = i ? f->path : "/dev/null";

		for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
			assert_int_equal(store_open(&store, name,
						    (enum store_mode)mode,
						    &err), ERR_USAGE);
			assert_names(err, "is no regular file");
		}
		assert_int_equal(store_current(name, &report, &err), ERR_USAGE);
		assert_int_equal(store_check_writable(name, &err), ERR_SYSTEM);
		assert_names(err, name);
	}
	str_release(&report);
}

/* A folder whose name is no plain URL, and a file of ours in it. */
static void odd_names(void **state)
{
	struct fixture *f = *state;
	struct fixture odd = *f;
	int rows, code;

	odd.path = mem_printf("%s/a%%20?b#c.db", f->folder);
	odd.url = odd.path;
	make_golden(&odd, "0004");
	begin_user(&odd);
	code = read_rows(&odd, &rows);
	end_user(&odd);
	if (code < 0)
		fail_msg("%s", err.text);
	assert_int_equal(rows, 1);
	free(odd.path);
}

static void copy_file(const char *from, const char *to)
{
	struct str bytes = STR_INIT;

	assert_int_equal(file_read(from, 1 << 24, &bytes, &err), 0);
	assert_int_equal(file_write(to, bytes.buf, bytes.len, &err), 0);
	str_release(&bytes);
}

/* Rows that are in the log alone are never left out in silence. */
static void log_that_cannot_be_read(void **state)
{
	struct fixture *f = *state, copy = *f;
	char *log = mem_printf("%s-wal", f->path), *to;
	int rows, code;
	sqlite3 *db;

	make_golden(f, "0004");
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM failures", NULL, NULL,
				      NULL), SQLITE_OK);
	strcat(copy.folder, "x");
	assert_int_equal(mkdir(copy.folder, 0755), 0);
	copy.path = mem_printf("%s/t.db", copy.folder);
	copy.url = copy.path;
	to = mem_printf("%s-wal", copy.path);
	copy_file(f->path, copy.path);
	copy_file(log, to);
	sqlite3_close(db);
	begin_user(&copy);
	code = read_rows(&copy, &rows);
	end_user(&copy);
	assert_int_equal(code, ERR_SYSTEM);
	assert_names(err, "-wal");
	assert_names(err, "--db");
	assert_int_equal(file_remove_tree(copy.folder, &err), 0);
	free(copy.path);
	free(log);
	free(to);
}

static int touch_file(void *context, const struct result_row *row)
{
	const struct timespec times[] = { { 1, 0 }, { 1, 0 } };

	(void)row;
	return utimensat(AT_FDCWD, context, times, 0);
}

static void changed_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	int code;

	make_golden(f, "0004");
	begin_user(f);
	code = store_open(&store, f->url, STORE_READ, &err);
	end_user(f);
	if (code < 0)
		fail_msg("%s", err.text);
	assert_int_equal(store_each_result(store, false, touch_file, f->path,
					   &err), ERR_CONFLICT);
	assert_names(err, "while it was read");
	store_close(store);
}

/* Another process that holds the lock, until it is told to end. */
static pid_t lock_database(const struct fixture *f, int *until)
{
	int ready[2], end[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(end), 0);
	pid = fork();
	if (pid == 0) {
		sqlite3 *db;

		close(end[1]);
		if (sqlite3_open(f->path, &db) != SQLITE_OK ||
		    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
			    SQLITE_OK || write(ready[1], "", 1) != 1)
			_exit(1);
		(void)!read(end[0], &byte, 1);
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	close(end[0]);
	*until = end[1];
	return pid;
}

static int lock_fd, looks;
static char shown[300];
static bool end_by_signal;

static bool stopped(void)
{
	return end_by_signal && *shown;
}

/* The lock is released once the person has been told of it. */
static void show(void *context, const struct work *work)
{
	(void)context;
	snprintf(shown, sizeof(shown), "%s", work->what);
	if (++looks == 1 && !end_by_signal)
		close(lock_fd);
}

static int add_while_locked(const struct fixture *f, bool by_signal)
{
	static const struct work_observer observer = { stopped, -1, show, NULL };
	struct store *store;
	struct run run;
	pid_t pid;
	int code;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	looks = 0;
	*shown = '\0';
	end_by_signal = by_signal;
	pid = lock_database(f, &lock_fd);
	work_observe(&observer);
	code = store_begin_run(store, &run, &err);
	work_observe(NULL);
	if (by_signal)
		close(lock_fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (!strstr(shown, f->path))
		fail_msg("'%s' does not name %s", shown, f->path);
	if (!strstr(shown, "(process"))
		fail_msg("'%s' names no process", shown);
	store_close(store);
	run_release(&run);
	return code;
}

static void locked_for_a_while(void **state)
{
	if (add_while_locked(*state, false) < 0)
		fail_msg("%s", err.text);
}

static void locked_until_ctrl_c(void **state)
{
	assert_int_equal(add_while_locked(*state, true), ERR_INTERRUPTED);
	assert_names(err, "while waiting for the database");
}

int main(void)
{
#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)
	const struct CMUnitTest checks[] = {
		CHECK(older_schemas), CHECK(where_nothing_can_be_written),
		CHECK(link_to_where_nothing_can_be_written),
		CHECK(whether_it_can_be_written), CHECK(folders_beside_it),
		CHECK(what_is_refused_leaves_nothing),
		CHECK(links_to_nothing), CHECK(no_regular_files), CHECK(odd_names),
		CHECK(log_that_cannot_be_read),
		CHECK(changed_meanwhile), CHECK(locked_for_a_while),
		CHECK(locked_until_ctrl_c),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
