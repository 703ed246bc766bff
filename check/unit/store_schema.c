/* Migrations, golden databases of past schemas, and what is no database. */
#include "check.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "store/stored.h"
#include "store_fixture.h"

static char *run_sql(const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	char *answer = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
			 SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		answer = mem_dup((const char *)sqlite3_column_text(statement,
								   0));
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

static void assert_answer(const char *path, const char *sql,
			  const char *expected)
{
	char *answer = run_sql(path, sql);

	assert_non_null(answer);
	assert_string_equal(answer, expected);
	free(answer);
}

static void migrate(const struct fixture *f, const char *target,
		    const char *says)
{
	struct str report = STR_INIT;
	struct err err = { "" };
	enum store_way way = strstr(says, "undone") ? STORE_DOWN : STORE_UP;

	if (store_migrate(f->url, way, target, &report, &err) < 0)
		fail_msg("%s: %s", target, err.text);
	if (!strstr(report.buf, says))
		fail_msg("'%s' does not say '%s'", report.buf, says);
	str_release(&report);
}

static void check_up_and_down(void **state)
{
	struct fixture *f = *state;
	struct str report = STR_INIT;
	struct err err;

	assert_int_equal(store_current(f->url, &report, &err), 0);
	assert_non_null(strstr(report.buf, "no database yet"));
	assert_false(file_exists(f->path)); /* asking makes nothing */
	migrate(f, "+1", "upgraded to 0001_tables");
	assert_answer(f->path,
		      "SELECT count(*) FROM sqlite_master WHERE name = "
		      "'results'",
		      "0");
	migrate(f, "0002", "upgraded to 0002_results");
	migrate(f, "0003", "upgraded to 0003_cells");
	migrate(f, "0004", "upgraded to 0004_truth");
	migrate(f, "0005", "upgraded to 0005_raw");
	migrate(f, "head", "upgraded to 0007_report");
	migrate(f, "head", "nothing to do");
	assert_int_equal(store_migrate(f->url, STORE_UP, "0002", &report, &err),
			 ERR_USAGE);
	assert_names(err, "db downgrade 0002");
	assert_int_equal(store_migrate(f->url, STORE_UP, "base", &report, &err),
			 ERR_USAGE);
	migrate(f, "-1", "undone 0007_report");
	migrate(f, "-1", "undone 0006_comparisons");
	assert_answer(f->path,
		      "SELECT count(*) FROM sqlite_master WHERE name = "
		      "'slices'",
		      "0");
	migrate(f, "-1", "undone 0005_raw");
	assert_answer(f->path,
		      "SELECT count(*) FROM pragma_table_info('results') WHERE "
		      "name = 'analysis'",
		      "0");
	migrate(f, "-1", "undone 0004_truth");
	assert_int_equal(store_migrate(f->url, STORE_DOWN, "head", &report,
				       &err), ERR_USAGE);
	assert_answer(f->path,
		      "SELECT count(*) FROM pragma_table_info('runs') WHERE "
		      "name = 'ended'",
		      "0");
	migrate(f, "-1", "undone 0003_cells");
	assert_answer(f->path,
		      "SELECT count(*) FROM pragma_table_info('results') WHERE "
		      "name = 'cgroup'",
		      "0");
	migrate(f, "-1", "undone 0002_results");
	migrate(f, "0002", "upgraded to 0002_results");
	migrate(f, "base", "undone 0001_tables");
	assert_answer(f->path,
		      "SELECT group_concat(name) FROM sqlite_master WHERE "
		      "type IN ('table', 'view')",
		      "schema_migrations");
	migrate(f, "head", "upgraded to 0001_tables");
	str_reset(&report);
	assert_int_equal(store_history(f->url, &report, &err), 0);
	assert_non_null(strstr(report.buf, "(head) <- the database"));
	str_release(&report);
}

static void check_bad_targets(void **state)
{
	static const char *const bad[] = { "0099", "latest", "-1", "+9", "",
					   "1x" };
	struct fixture *f = *state;
	struct str report = STR_INIT;
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(store_migrate(f->url, STORE_UP, bad[i],
					       &report, &err),
				 ERR_USAGE);
	assert_int_equal(store_migrate(f->url, STORE_DOWN, "base", &report,
				       &err), ERR_NOT_FOUND);
	assert_false(file_exists(f->path));
	str_release(&report);
}

/* What is stored has a column in the newest schema: a counter of the origin is a
 * line in ledger.h, and one in a migration. */
static void check_stored_columns(void **state)
{
	static const struct {
		const char *table;
		const struct stored *list;
	} all[] = {
		{ "runs", stored_run },		{ "trials", stored_trial },
		{ "replicas", stored_replica }, { "samples", stored_sample },
		{ "slices", stored_slice },	{ "ledger", stored_counts },
		{ "machine_samples", stored_machine },
	};
	struct fixture *f = *state;

	migrate(f, "head", "0007_report");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (const struct stored *c = all[i].list; c->column; c++) {
			char *sql = mem_printf(
				"SELECT count(*) || ' \"%s\" of %s' FROM "
				"pragma_table_info('%s') WHERE name = '%s'",
				c->column, all[i].table, all[i].table,
				c->column);
			char *one = mem_printf("1 \"%s\" of %s", c->column,
					       all[i].table);

			assert_answer(f->path, sql, one);
			free(one);
			free(sql);
		}
}

/* The tables of `results` and result_columns are the same list. */
static void check_columns(void **state)
{
	struct fixture *f = *state;
	unsigned n = 0;
	char number[16];

	migrate(f, "head", "0007_report");
	for (const struct column *c = result_columns; c->name; c++, n++) {
		const char *type = c->kind == COLUMN_NUMBER ? "REAL"
				   : c->kind == COLUMN_COUNT ||
						   c->kind == COLUMN_FLAG
					   ? "INTEGER" : "TEXT";
		char *sql = mem_printf("SELECT type FROM "
				       "pragma_table_info('results') WHERE "
				       "name = '%s'",
				       c->name);

		assert_answer(f->path, sql, type);
		free(sql);
	}
	snprintf(number, sizeof(number), "%u", n + 3);
	assert_answer(f->path,
		      "SELECT count(*) FROM pragma_table_info('results')",
		      number);
	assert_answer(f->path,
		      "SELECT group_concat(name) FROM "
		      "pragma_table_info('workers')",
		      "library_name,test_name,start_time,end_time,"
		      "number_requests,number_failures,number_successes,"
		      "container_id,run_id,pool_size,keep_alive,"
		      "keep_alive_timeout_seconds,use_dns_cache,test_params");
}

static void run_all(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Any column that no migration made is added; `tomorrow` is a newer program's. */
static void check_columns_are_added(void **state)
{
	static const char count[] = "SELECT count(*) FROM "
				    "pragma_table_info('results') WHERE name "
				    "IN ('finding_names', 'tomorrow')";
	struct fixture *f = *state;
	struct store *store;
	struct err err;

	migrate(f, "head", "0007_report");
	run_all(f->path, "ALTER TABLE results DROP COLUMN finding_names;"
			 "ALTER TABLE results ADD COLUMN tomorrow TEXT");
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err), 0);
	store_close(store);
	assert_answer(f->path, count, "2"); /* also by who reads, if he may */
	run_all(f->path, "ALTER TABLE results DROP COLUMN finding_names");
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	store_close(store);
	assert_answer(f->path, count, "2");
}

/* What an older program wrote is there, and read by it, after a step back. */
static void check_findings_go_back(void **state)
{
	static const char lines[] = "SELECT findings FROM trials";
	struct fixture *f = *state;
	char *before;

	make_golden(f, "0003");
	before = run_sql(f->path, lines);
	migrate(f, "head", "upgraded to 0005_raw");
	assert_answer(f->path,
		      "SELECT group_concat(position || name) FROM (SELECT * "
		      "FROM findings ORDER BY position)",
		      "0few_operations,1others");
	migrate(f, "0004", "undone 0005_raw");
	assert_answer(f->path, lines, before);
	migrate(f, "head", "upgraded to 0005_raw");
	free(before);
}

/* Each table and column stands in docs/schema.md (those of results: in
 * docs/metrics.md). */
static void check_documented(void **state)
{
	struct fixture *f = *state;
	struct str text = STR_INIT;
	sqlite3_stmt *statement;
	struct err err;
	sqlite3 *db;

	assert_int_equal(file_read(check_file("docs/schema.md"), 1 << 20, &text,
				   &err),
			 0);
	migrate(f, "head", "0007_report");
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT m.name, c.name FROM sqlite_master m, "
				   "pragma_table_info(m.name) c WHERE m.type = "
				   "'table' AND m.name <> 'results'",
				   -1, &statement, NULL),
		SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < 2; i++) {
			char *name = mem_printf(
				"`%s`", (const char *)sqlite3_column_text(
						statement, i));

			if (!strstr(text.buf, name))
				fail_msg("docs/schema.md lacks %s", name);
			free(name);
		}
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	str_release(&text);
}

/* A database that this program made with each past schema can be upgraded. */
static void check_golden(void **state)
{
	static const char *const past[] = { "0001", "0002", "0003", "0004",
					    "0005" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(past) / sizeof(*past); i++) {
		make_golden(f, past[i]);
		migrate(f, "head", "upgraded to 0007_report");
		assert_answer(f->path, "SELECT library FROM trials", "aiohttp");
		assert_answer(f->path, "SELECT count(*) FROM ledger", "4");
	}
}

static void check_newer(void **state)
{
	struct fixture *f = *state;
	struct str report = STR_INIT;
	struct store *store;
	struct err err;

	migrate(f, "head", "0007_report");
	free(run_sql(f->path, "INSERT INTO schema_migrations VALUES (9000, "
			      "'9000_future', '')"));
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
			 ERR_CONFLICT);
	assert_names(err, "9000");
	assert_names(err, "0007");
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err),
			 ERR_CONFLICT);
	assert_int_equal(store_migrate(f->url, STORE_DOWN, "base",
				       &report, &err),
			 ERR_CONFLICT);
	assert_int_equal(store_current(f->url, &report, &err), ERR_CONFLICT);
	str_release(&report);
}

static void check_urls(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	char *missing = mem_printf("%s/none/t.db", f->folder);
	struct err err;

	assert_int_equal(store_open(&store, "postgresql://h/d", STORE_WRITE,
				    &err),
			 ERR_USAGE);
	assert_names(err, "sqlite:///FILE");
	assert_int_equal(store_open(&store, "sqlite://", STORE_WRITE, &err),
			 ERR_USAGE);
	assert_int_equal(store_open(&store, ":memory:", STORE_WRITE, &err),
			 ERR_USAGE);
	assert_int_equal(store_open(&store, "sqlite:///", STORE_WRITE, &err),
			 ERR_USAGE);
	assert_int_equal(store_open(&store, "sqlite:", STORE_WRITE, &err),
			 ERR_USAGE);
	assert_int_equal(store_open(&store, "sqlite:t.db", STORE_WRITE, &err),
			 ERR_USAGE);
	assert_names(err, "as sqlite:///FILE");
	assert_int_equal(store_open(&store, "", STORE_WRITE, &err), ERR_USAGE);
	assert_int_equal(store_open(&store, f->folder, STORE_WRITE, &err),
			 ERR_USAGE);
	assert_names(err, "is a folder");
	assert_int_equal(store_open(&store, missing, STORE_WRITE, &err),
			 ERR_SYSTEM);
	assert_names(err, missing);
	assert_int_equal(store_open(&store, f->path, STORE_READ, &err),
			 ERR_NOT_FOUND);
	assert_names(err, "benchmark run-all");
	assert_false(file_exists(f->path));
	assert_int_equal(store_open(&store, f->path, STORE_WRITE, &err), 0);
	store_close(store); /* a plain path is fine */
	free(missing);
}

/* SQLite knows names that are no files; here each names the file that it says. What
 * looks like a URL's parameters is none of its name. */
static void check_names(void **state)
{
	static const char *const names[] = { "file:t.db?mode=memory",
					     "file:t.db", "file::memory:",
					     ":odd:", "file:" };
	struct fixture *f = *state;
	char *here = getcwd(NULL, 0);
	struct store *store;
	struct err err;

	assert_int_equal(chdir(f->folder), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *url = mem_printf("sqlite:///%s", names[i]);
		bool asks = strchr(url, '?');

		if (asks) {
			assert_int_equal(store_open(&store, url, STORE_WRITE,
						    &err), ERR_USAGE);
			assert_names(err, "takes no parameters");
		}
		assert_int_equal(store_open(&store, asks ? names[i] : url,
					    STORE_WRITE, &err), 0);
		store_close(store);
		assert_true(file_exists(names[i]));
		assert_int_equal(store_open(&store, names[i], STORE_READ, &err),
				 0);
		store_close(store);
		free(url);
	}
	assert_false(file_exists("t.db"));
	assert_int_equal(chdir(here), 0);
	free(here);
}

static void check_not_a_database(void **state)
{
	static const char text[] = "this is somebody's letter, "
				   "not a database, and must not be touched";
	struct fixture *f = *state;
	struct str after = STR_INIT;
	struct store *store;
	struct err err;

	assert_int_equal(file_write(f->path, text, sizeof(text), &err), 0);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
			 ERR_INVALID);
	assert_names(err, "is not a database");
	assert_int_equal(file_read(f->path, 1000, &after, &err), 0);
	assert_memory_equal(after.buf, text, sizeof(text));
	str_release(&after);
}

/* Not a byte of another program's is changed, not even how it is kept. */
static void check_another_program(void **state)
{
	static const char *const theirs[] = {
		"CREATE TABLE bookmarks (url TEXT)",
		"CREATE TABLE runs (a)",
		"CREATE TABLE schema_migrations (version TEXT)",
	};
	struct fixture *f = *state;
	struct str before = STR_INIT, after = STR_INIT;
	struct store *store;
	struct err err;

	for (size_t i = 0; i < sizeof(theirs) / sizeof(*theirs); i++) {
		free(run_sql(f->path, theirs[i]));
		assert_int_equal(file_read(f->path, 1 << 20, &before, &err), 0);
		for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
			assert_int_equal(store_open(&store, f->url,
						    (enum store_mode)mode,
						    &err), ERR_INVALID);
			assert_names(err, "is not a database of this program");
		}
		assert_int_equal(file_read(f->path, 1 << 20, &after, &err), 0);
		assert_int_equal(before.len, after.len);
		assert_memory_equal(before.buf, after.buf, after.len);
		assert_int_equal(unlink(f->path), 0);
	}
	str_release(&before);
	str_release(&after);
}

static void damage(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA writable_schema = ON", NULL,
				      NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	sqlite3_close(db);
}

/* As a disk can do it: one byte of a table's text, so that a column, a table, or
 * what a row refers to has another name. */
static void check_damaged_tables(void **state)
{
	static const struct {
		const char *damage, *names;
	} cases[] = {
		{ "UPDATE sqlite_master SET sql = replace(sql, 'cgroup', "
		  "'cgroux') WHERE name = 'results'", "cgroup" },
		{ "UPDATE sqlite_master SET sql = replace(sql, 'exit_status', "
		  "'exit_statuz') WHERE name = 'replicas'", "exit_status" },
		{ "UPDATE sqlite_master SET sql = replace(sql, 'REFERENCES "
		  "trials', 'REFERENCES triaks') WHERE name = 'ledger'",
		  "triaks" },
	};
	struct fixture *f = *state;
	struct store *store;
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		migrate(f, "head", "0007_report");
		assert_int_equal(store_check_whole(f->url, &err), 0);
		damage(f->path, cases[i].damage);
		assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err),
				 ERR_INVALID);
		assert_names(err, "is damaged");
		assert_names(err, cases[i].names);
		assert_int_equal(store_check_whole(f->url, &err), ERR_INVALID);
		assert_names(err, "is damaged");
		assert_names(err, cases[i].names);
		assert_int_equal(unlink(f->path), 0);
	}
	assert_int_equal(store_check_whole(f->url, &err), 0);
}

/* Nobody is shown the column's name as its value. */
static void check_column_to_read(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct err err;

	migrate(f, "head", "0007_report");
	damage(f->path, "UPDATE sqlite_master SET sql = replace(sql, 'cgroup', "
			"'cgroux') WHERE name = 'results'");
	assert_int_equal(store_open(&store, f->url, STORE_READ, &err),
			 ERR_INVALID);
	assert_names(err, "is damaged");
	assert_names(err, "cgroup");
}

/* A page that nothing reads at the start of a run. */
static void check_damaged_pages(void **state)
{
	struct fixture *f = *state;
	struct str bytes = STR_INIT;
	struct err err;
	char *page, *size;

	migrate(f, "head", "0007_report");
	page = run_sql(f->path, "SELECT rootpage FROM sqlite_master WHERE name "
				"= 'ledger'");
	size = run_sql(f->path, "PRAGMA page_size");
	assert_int_equal(file_read(f->path, 1 << 24, &bytes, &err), 0);
	memset(bytes.buf + atoi(size) * (atoi(page) - 1), 0x55, 512);
	assert_int_equal(file_write(f->path, bytes.buf, bytes.len, &err), 0);
	assert_int_equal(store_check_whole(f->url, &err), ERR_INVALID);
	assert_names(err, "is damaged: keep a copy");
	str_release(&bytes);
	free(size);
	free(page);
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(check_up_and_down), CHECK(check_bad_targets),
		CHECK(check_stored_columns),
		CHECK(check_columns),	  CHECK(check_columns_are_added),
		CHECK(check_findings_go_back), CHECK(check_documented),
		CHECK(check_golden),	  CHECK(check_newer),
		CHECK(check_urls),	  CHECK(check_names),
		CHECK(check_not_a_database), CHECK(check_another_program),
		CHECK(check_damaged_tables), CHECK(check_column_to_read),
		CHECK(check_damaged_pages),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
