/* Schemas: numbered steps up and down, built into the program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/database.h"
#include "store/migrate.h"
#include "store/results_columns.h"

#define STEPS_MAX 100

/* "0001_tables.up.sql" and its .down.sql are one step. */
struct step {
	int number;
	char name[64];
	const char *up, *down;
};

/* The embedded files stand in the order of their names. */
static int read_steps(struct step steps[STEPS_MAX])
{
	int count = 0;

	for (const struct embedded *e = embedded_migrations; e->name; e++) {
		int number = atoi(e->name);
		const char *dot = strchr(e->name, '.');
		struct step *step;

		if (!count || steps[count - 1].number != number) {
			memset(&steps[count], 0, sizeof(*steps));
			count++;
		}
		step = &steps[count - 1];
		step->number = number;
		snprintf(step->name, sizeof(step->name), "%.*s",
			 (int)(dot - e->name), e->name);
		if (strstr(dot, ".down."))
			step->down = e->text;
		else
			step->up = e->text;
	}
	return count;
}

/* The highest applied number; 0: none. */
static int applied(const struct store *store, int *number, struct err *err)
{
	struct statement s;
	int code;

	*number = 0;
	code = statement_prepare(&s, store,
				 "SELECT count(*) FROM sqlite_master "
				 "WHERE name = 'schema_migrations'",
				 err);
	if (code == 0)
		code = statement_step(&s, err);
	if (code > 0)
		code = sqlite3_column_int(s.handle, 0);
	statement_release(&s);
	if (code <= 0)
		return code;
	code = statement_prepare(&s, store,
				 "SELECT max(number) FROM schema_migrations",
				 err);
	if (code == 0)
		code = statement_step(&s, err);
	if (code > 0)
		*number = sqlite3_column_int(s.handle, 0);
	statement_release(&s);
	return code < 0 ? code : 0;
}

static int check_known(const struct store *store, int number,
		       const struct step *steps, int count, struct err *err)
{
	int head = count ? steps[count - 1].number : 0;

	if (number <= head)
		return 0;
	return err_set(err, ERR_CONFLICT,
		       "%s has schema %04d, and this program knows schemas up "
		       "to %04d only: use a newer version of it, or another "
		       "database with --db",
		       store->path, number, head);
}

static int note_step(const struct store *store, const struct step *step,
		     bool up, struct err *err)
{
	char now[CLOCK_TEXT_BYTES];
	struct statement s;
	int code = statement_prepare(
		&s, store,
		up ? "INSERT INTO schema_migrations (number, name, applied_at) "
		     "VALUES (?, ?, ?)"
		   : "DELETE FROM schema_migrations WHERE number = ?",
		err);

	if (code < 0)
		return code;
	statement_signed(&s, step->number);
	if (up) {
		statement_text(&s, step->name);
		statement_text(&s, clock_format(clock_wall_ns(), now));
	}
	code = statement_run(&s, err);
	statement_release(&s);
	return code;
}

static int take_step(const struct store *store, const struct step *step,
		     bool up, struct str *report, struct err *err)
{
	int code = database_run(store, up ? step->up : step->down, err);

	if (code == 0)
		code = note_step(store, step, up, err);
	if (code == 0 && report)
		str_addf(report, "%s %s\n", up ? "upgraded to" : "undone",
			 step->name);
	return code;
}

/* Whether the step to index `next` still has to be made; another program may
 * have made it while we waited for the lock. */
static int step_locked(const struct store *store, const struct step *steps,
		       int from, bool up, struct str *report, struct err *err)
{
	int now, code = database_begin(store, err);

	if (code < 0)
		return code;
	code = database_run(store,
			    "CREATE TABLE IF NOT EXISTS schema_migrations ("
			    "number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
			    "applied_at TEXT NOT NULL)",
			    err);
	if (code == 0)
		code = applied(store, &now, err);
	if (code == 0 && now == (from ? steps[from - 1].number : 0))
		code = take_step(store, &steps[up ? from : from - 1], up,
				 report, err);
	return database_end(store, code, err);
}

/* Index behind the step with this number: how many steps are applied then. */
static int index_of(const struct step *steps, int count, int number)
{
	for (int i = 0; i < count; i++) {
		if (steps[i].number == number)
			return i + 1;
	}
	return number ? -1 : 0;
}

static int walk(const struct store *store, const struct step *steps, int from,
		int to, struct str *report, struct err *err)
{
	int code = 0;

	for (; code == 0 && from < to; from++)
		code = step_locked(store, steps, from, true, report, err);
	for (; code == 0 && from > to; from--)
		code = step_locked(store, steps, from, false, report, err);
	return code;
}

int migrate_upgrade(const struct store *store, struct err *err)
{
	struct step steps[STEPS_MAX];
	int count = read_steps(steps);
	int number, code = applied(store, &number, err);

	if (code == 0)
		code = check_known(store, number, steps, count, err);
	if (code < 0)
		return code;
	return walk(store, steps, index_of(steps, count, number), count, NULL,
		    err);
}

/* 0: it has all columns, which it may have got now. 1: it cannot get them. */
static int have_columns(const struct store *store, struct err *err)
{
	int code = results_lack_columns(store, err);

	if (code > 0 && sqlite3_db_readonly(store->db, "main") == 0 &&
	    results_complete(store, NULL) == 0)
		return 0;
	return code;
}

int migrate_read(struct store *store, struct err *err)
{
	struct step steps[STEPS_MAX];
	int count = read_steps(steps);
	int number, code = applied(store, &number, err);

	if (code == 0)
		code = check_known(store, number, steps, count, err);
	if (code == 0 && number == steps[count - 1].number) {
		code = have_columns(store, err);
		if (code <= 0)
			return code;
		code = 0;
	}
	if (code == 0)
		code = readonly_copy(store, err);
	if (code == 0)
		code = migrate_upgrade(store, err);
	return code < 0 ? code : results_complete(store, err);
}

static int parse_target(const char *target, const struct step *steps,
			int count, int now, int *to, struct err *err)
{
	char *end;
	long number = strtol(target, &end, 10);

	if (!strcmp(target, "head"))
		*to = count;
	else if (!strcmp(target, "base"))
		*to = 0;
	else if (*end || end == target)
		*to = -1;
	else if (*target == '+' || *target == '-')
		*to = now + (int)number;
	else
		*to = index_of(steps, count, (int)number);
	if (*to >= 0 && *to <= count)
		return 0;
	return err_set(err, ERR_USAGE,
		       "there is no schema '%s' from here: `benchmark db "
		       "history` shows those there are; head, base, +1 and -1 "
		       "are names too",
		       target);
}

/* What is undone loses what its tables hold: nobody who upgrades means that. */
static int check_way(enum store_way way, const char *target, int now, int to,
		     struct err *err)
{
	if (way == STORE_UP && to < now)
		return err_set(err, ERR_USAGE,
			       "the database is beyond schema %s already: `db "
			       "downgrade %s` would undo it, with all that its "
			       "tables hold", target, target);
	if (way == STORE_DOWN && to > now)
		return err_set(err, ERR_USAGE,
			       "the database does not have schema %s yet: `db "
			       "upgrade %s` makes it", target, target);
	return 0;
}

/* A target of a database that does not exist yet is checked before it is made. */
static int check_new(enum store_way way, const char *target, const char *path,
		     const struct step *steps, int count, struct err *err)
{
	int to, code = parse_target(target, steps, count, 0, &to, err);

	if (code == 0 && way == STORE_DOWN)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no database at %s: give another with "
			       "--db", path);
	return code;
}

int store_migrate(const char *url, enum store_way way, const char *target,
		  struct str *report, struct err *err)
{
	struct step steps[STEPS_MAX];
	int count = read_steps(steps);
	struct store store = { 0 };
	int number = 0, now, to;
	char *path;
	int code = database_path(url, &path, err);

	if (code < 0)
		return code;
	if (!file_exists(path))
		code = check_new(way, target, path, steps, count, err);
	if (code == 0)
		code = database_open(&store, path, true, err);
	if (code == 0)
		code = applied(&store, &number, err);
	if (code == 0)
		code = check_known(&store, number, steps, count, err);
	if (code == 0) {
		now = index_of(steps, count, number);
		code = parse_target(target, steps, count, now, &to, err);
		if (code == 0)
			code = check_way(way, target, now, to, err);
		if (code == 0 && to == now)
			str_addf(report, "nothing to do: the schema is %s\n",
				 now ? steps[now - 1].name : "empty");
		if (code == 0)
			code = walk(&store, steps, now, to, report, err);
		if (code == 0 && to == count)
			code = results_complete(&store, err);
	}
	database_close(&store);
	free(path);
	return code;
}

int store_current(const char *url, struct str *report, struct err *err)
{
	struct step steps[STEPS_MAX];
	int count = read_steps(steps);
	struct store store = { 0 };
	int number, at;
	char *path;
	int code = database_path(url, &path, err);

	if (code < 0)
		return code;
	if (!file_exists(path)) {
		str_addf(report, "no database yet at %s\n", path);
		free(path);
		return 0;
	}
	code = database_open(&store, path, false, err);
	if (code == 0)
		code = applied(&store, &number, err);
	if (code == 0)
		code = check_known(&store, number, steps, count, err);
	if (code == 0) {
		at = index_of(steps, count, number);
		str_addf(report, "%s%s\n", at ? steps[at - 1].name : "empty",
			 at == count ? " (head)" : "");
	}
	database_close(&store);
	free(path);
	return code;
}

int store_history(const char *url, struct str *report, struct err *err)
{
	struct step steps[STEPS_MAX];
	int count = read_steps(steps);
	struct str current = STR_INIT;
	int code = store_current(url, &current, err);

	for (int i = 0; code == 0 && i < count; i++) {
		size_t n = strlen(steps[i].name);
		bool here = !strncmp(current.buf, steps[i].name, n);

		str_addf(report, "%s%s%s\n", steps[i].name,
			 i + 1 == count ? " (head)" : "",
			 here ? " <- the database" : "");
	}
	str_release(&current);
	return code;
}
