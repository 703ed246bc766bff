#include "cli/keep.h"

#include <stdlib.h>

#include "store/store.h"

/* Readings a second of each replica, of the origin and the machine: sampler.c
 * takes ten. */
#define SAMPLES_PER_SECOND 10

/* Of a trial whose end is not known: a guess. */
#define GUESS_S 10

int keep_room(struct session *session, const struct job *job, struct err *err)
{
	const struct options *options = &job->options;
	double timed_s = options->timeout < TIMEOUT_MOST_S ? options->timeout
							   : GUESS_S;
	double samples = (timed_s + 1) * SAMPLES_PER_SECOND *
			 ((double)options->replicas + 2);

	return store_reserve(session->store, (unsigned)options->replicas,
			     (uint64_t)samples, err);
}

/* Ctrl-C ends the wait for a database, and the run with it. */
static void note_failure(struct session *session, int code)
{
	session->failed = true;
	session->interrupted |= code == ERR_INTERRUPTED;
}

static void tell_spooled(struct session *session, const char *what,
			 const char *why, char *file)
{
	progress_say(&session->progress,
		     "benchmark: %s. %s is kept in %s: the next command with "
		     "this database takes it in, or `benchmark db recover`",
		     why, what, file);
	free(file);
}

void keep_trial(struct session *session, const struct trial *trial,
		const struct summary *summary)
{
	struct err why, err;
	char *file;
	int code = progress_work_begin(&session->progress, &why);

	if (code == 0)
		code = store_add_trial(session->store, &session->run, trial,
				       summary, &why);
	progress_work_end(&session->progress);
	session->made += code == 0;
	if (code == 0)
		return;
	note_failure(session, code);
	if (store_spool_trial(session->store, &session->run, trial, summary,
			      &file, &err) == 0) {
		session->made++;
		tell_spooled(session, "The trial", why.text, file);
	} else {
		progress_say(&session->progress,
			     "benchmark: %s. The trial cannot be kept "
			     "elsewhere either: %s. Its row is shown and then "
			     "lost", why.text, err.text);
	}
}

void keep_end(struct session *session, enum run_end how)
{
	struct err why, err;
	char *file;
	int code = progress_work_begin(&session->progress, &why);

	if (code == 0)
		code = store_end_run(session->store, &session->run, how, &why);
	progress_work_end(&session->progress);
	if (code == 0)
		return;
	note_failure(session, code);
	if (store_spool_end(session->store, &session->run, how, &file, &err) ==
	    0)
		tell_spooled(session, "That the run has ended", why.text, file);
	else
		progress_say(&session->progress,
			     "benchmark: that the run has ended is not in the "
			     "database: %s", why.text);
}
