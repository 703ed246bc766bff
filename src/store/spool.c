#include "store/spool.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/migrate.h"
#include "store/results_columns.h"

int spool_begin(struct store *spool, const char *target, const struct run *run,
		struct err *err)
{
	struct statement s;
	int code;

	*spool = (struct store){ .path = mem_dup("the spool") };
	code = database_attach(spool, ":memory:", SQLITE_OPEN_READWRITE, err);
	if (code == 0)
		code = migrate_upgrade(spool, err);
	if (code == 0)
		code = results_complete(spool, err);
	if (code == 0)
		code = database_run(spool,
				    "CREATE TABLE spool (database TEXT)", err);
	if (code < 0)
		return code;
	code = statement_prepare(&s, spool, "INSERT INTO spool VALUES (?)",
				 err);
	if (code == 0) {
		statement_text(&s, target);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code == 0 ? store_begin_run(spool, run, err) : code;
}

int spool_end(struct store *spool, const char *target, const char *id, int code,
	      char **file, struct err *err)
{
	unsigned char *bytes = NULL;
	sqlite3_int64 n = 0;

	if (code == 0) {
		bytes = sqlite3_serialize(spool->db, "main", &n, 0);
		if (bytes)
			code = spool_write(target, id, bytes, (size_t)n, file,
					   err);
		else
			code = err_set(err, ERR_SYSTEM,
				       "there is no memory for the spool");
	}
	sqlite3_free(bytes);
	database_close(spool);
	return code;
}

int store_spool_trial(const struct store *store, const struct run *run,
		      const struct trial *trial, const struct summary *summary,
		      char **file, struct err *err)
{
	struct store spool;
	int code = spool_begin(&spool, store->target, run, err);

	if (code == 0)
		code = store_add_trial(&spool, run, trial, summary, err);
	return spool_end(&spool, store->target, trial->id, code, file, err);
}

int store_spool_end(const struct store *store, const struct run *run,
		    enum run_end how, char **file, struct err *err)
{
	struct store spool;
	int code = spool_begin(&spool, store->target, run, err);

	if (code == 0)
		code = store_end_run(&spool, run, how, err);
	return spool_end(&spool, store->target, run->id, code, file, err);
}
