#include "cli/database.h"

#include <stdlib.h>

#include "analyse/analyse.h"
#include "cli/progress.h"

const char *database_url(const struct options *options)
{
	const char *url = options->db ? options->db : getenv("db_url");

	return url && *url ? url : "sqlite:///sqlite.db";
}

static int recover(const char *url, struct progress *progress)
{
	struct recovered found;
	struct err err;
	int code = store_recover(url, &found, &err);
	unsigned waiting = store_spooled(url);

	if (found.trials)
		progress_say(progress,
			     "benchmark: %u trial%s that could not be stored "
			     "earlier %s in the database now", found.trials,
			     found.trials == 1 ? "" : "s",
			     found.trials == 1 ? "is" : "are");
	if (code < 0 && code != ERR_INTERRUPTED)
		progress_say(progress,
			     "benchmark: results of earlier trials, in %u "
			     "file%s, are not in the database yet: %s",
			     waiting, waiting == 1 ? "" : "s", err.text);
	return code;
}

/* Rows that an older program made are better than none. */
static int renew(struct store *store, struct progress *progress)
{
	static const struct store_analysis analysis = { ANALYSIS_NUMBER,
							analyse_summary };
	struct err err;
	int code = store_renew(store, &analysis, &err);

	if (code > 0)
		progress_say(progress,
			     "benchmark: %d trial%s cannot be computed again, "
			     "and keep%s the results of an older program: %s",
			     code, code == 1 ? "" : "s", code == 1 ? "s" : "",
			     err.text);
	if (code < 0 && code != ERR_INTERRUPTED)
		progress_say(progress,
			     "benchmark: results of earlier trials could not "
			     "be computed again: %s", err.text);
	return code;
}

int database_use(struct store **out, const char *url, enum store_mode mode,
		 struct progress *progress, struct err *err)
{
	int code;

	if (store_spooled(url) && recover(url, progress) == ERR_INTERRUPTED)
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	code = store_open(out, url, mode, err);
	if (code == 0 && renew(*out, progress) == ERR_INTERRUPTED) {
		store_close(*out);
		*out = NULL;
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	}
	return code;
}
