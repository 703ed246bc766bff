#include "store/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "store/database.h"
#include "store/migrate.h"
#include "store/results_columns.h"
#include "store/save.h"
#include "store/spool.h"
#include "store/tables.h"

int store_open(struct store **out, const char *url, enum store_mode mode,
	       struct err *err)
{
	struct store *store;
	char *path;
	int code = database_path(url, &path, err);

	if (code < 0)
		return code;
	store = mem_new(sizeof(*store));
	store->reading = mode == STORE_READ;
	code = database_open(store, path, mode == STORE_WRITE, err);
	free(path);
	if (code == 0 && mode == STORE_WRITE)
		store->target = spool_target(store->path);
	if (code == 0)
		code = mode == STORE_WRITE ? migrate_upgrade(store, err)
					   : migrate_read(store, err);
	/* Better now than when the first trial has been measured. */
	if (code == 0 && mode == STORE_WRITE)
		code = tables_check(store, err);
	if (code == 0 && mode == STORE_WRITE)
		code = results_complete(store, err);
	if (code < 0)
		store_close(store);
	else
		*out = store;
	return code;
}

char *store_file(const char *url)
{
	char *path, *folder, *whole;
	struct err ignored;

	if (database_path(url, &path, &ignored) < 0)
		return NULL;
	folder = *path == '/' ? NULL : getcwd(NULL, 0);
	if (!folder)
		return path;
	whole = mem_printf("%s/%s", folder,
			   strncmp(path, "./", 2) ? path : path + 2);
	free(folder);
	free(path);
	return whole;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	database_close(store);
	free(store);
}

bool store_has_file(const struct store *store, const char *path)
{
	bool found = false;

	for (size_t i = 0; !found && i < FILES_COUNT; i++) {
		char *file = files_beside(store->path, files_ends[i]);

		found = file_is_same(file, path);
		free(file);
	}
	return found;
}

int store_begin_run(struct store *store, const struct run *run,
		    struct err *err)
{
	return save_run(store, run, err);
}

int store_end_run(struct store *store, const struct run *run, enum run_end end,
		  struct err *err)
{
	char text[CLOCK_TEXT_BYTES];
	struct statement s;
	int code = gone_check(store, err);

	if (code == 0)
		code = statement_prepare(
			&s, store,
			"UPDATE runs SET end_time = ?, ended = ? WHERE id = ?",
			err);
	if (code < 0)
		return code;
	statement_text(&s, clock_format(run->end_wall_ns, text));
	statement_text(&s, run_end_name(end));
	statement_text(&s, run->id);
	code = statement_run(&s, err);
	statement_release(&s);
	return code;
}

int store_add_trial(struct store *store, const struct run *run,
		    const struct trial *trial, const struct summary *summary,
		    struct err *err)
{
	int code;

	room_release(store);
	code = gone_check(store, err);
	if (code == 0)
		code = database_begin(store, err);
	if (code < 0)
		return code;
	code = save_trial(store, run, trial, err);
	if (code == 0)
		code = save_replicas(store, trial, err);
	if (code == 0)
		code = save_samples(store, trial, err);
	if (code == 0)
		code = save_machine(store, trial, err);
	if (code == 0)
		code = save_slices(store, trial, err);
	if (code == 0)
		code = save_latency(store, trial, err);
	if (code == 0)
		code = save_failures(store, trial, err);
	if (code == 0)
		code = save_ledger(store, trial, err);
	if (code == 0)
		code = save_findings(store, trial, summary, err);
	if (code == 0)
		code = save_results(store, trial, summary, err);
	return database_end(store, code, err);
}
