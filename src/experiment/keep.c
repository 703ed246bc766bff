#include "experiment/keep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "experiment/resolve.h"
#include "store/store.h"

/* Readings of each replica, of the origin and of the machine: sampler.c takes
 * ten a second. */
#define SAMPLES_PER_SECOND 10

struct keep_need keep_need_of(const struct job *job, double most_s)
{
	const struct trial_spec *spec = &job->spec;
	double samples = (fmin(resolve_timed_s(spec), most_s) + 1) *
			 SAMPLES_PER_SECOND * ((double)spec->replicas + 2);

	return (struct keep_need){ 1, (unsigned)spec->replicas,
				   (uint64_t)samples };
}

void keep_need_add(struct keep_need *need, const struct keep_need *more)
{
	need->trials += more->trials;
	need->replicas += more->replicas;
	need->samples += more->samples;
}

void keep_need_take(struct keep_need *need, const struct keep_need *less)
{
	need->trials -= less->trials;
	need->replicas -= less->replicas;
	need->samples -= less->samples;
}

int keep_room(struct experiment *experiment, const struct keep_need *need,
	      struct err *err)
{
	return store_reserve(experiment->store, need->trials, need->replicas,
			     need->samples, err);
}

/* Ctrl-C ends the wait for a database, and the run with it. */
static void note_failure(struct experiment *experiment, int code)
{
	experiment->failed = true;
	experiment->interrupted |= code == ERR_INTERRUPTED;
}

static void tell_lost(const struct experiment *experiment, unsigned lost,
		      const char *why)
{
	experiment_say(experiment, "%u trial%s of this run could not be taken "
		       "from it any more, and %s lost: %s", lost,
		       lost == 1 ? "" : "s", lost == 1 ? "is" : "are", why);
}

/* Said once, and again where the spool goes on in another folder. */
static void tell_gone(struct experiment *experiment, const char *why,
		      char *folder)
{
	if (!experiment->kept_in || strcmp(experiment->kept_in, folder) != 0)
		experiment_say(experiment,
			       "%s: the results of this run, also of trials "
			       "before, are kept in %s: the next command with "
			       "a database at that path takes them in, or "
			       "`benchmark db recover` with --db", why, folder);
	free(experiment->kept_in);
	experiment->kept_in = folder;
}

/* The database was removed, moved or replaced: what it has of the run is taken
 * out of it while it is still open. */
static void leave_database(struct experiment *experiment, const char *why,
			   const char *file)
{
	struct rescued found;
	struct err err;
	int code = store_rescue(experiment->store, &experiment->run, &found,
				&err);

	if (file)
		tell_gone(experiment, why, file_folder(file));
	else if (found.folder)
		tell_gone(experiment, why, mem_dup(found.folder));
	if (code < 0)
		tell_lost(experiment, found.lost, err.text);
	free(found.folder);
}

/* `file` has it; NULL: nothing has. */
static void tell_spooled(struct experiment *experiment, int code,
			 const char *what, const char *why, const char *file)
{
	if (code == ERR_NOT_FOUND)
		leave_database(experiment, why, file);
	else if (file)
		experiment_say(experiment, "%s. %s is kept in %s: the next "
			       "command with this database takes it in, or "
			       "`benchmark db recover`", why, what, file);
}

void keep_trial(struct experiment *experiment, const struct trial *trial,
		const struct summary *summary)
{
	struct err why, err;
	char *file = NULL;
	int code = experiment_work_begin(experiment, &why);

	if (code == 0)
		code = store_add_trial(experiment->store, &experiment->run, trial,
				       summary, &why);
	experiment_work_end(experiment);
	experiment->made += code == 0;
	if (code == 0)
		return;
	note_failure(experiment, code);
	if (store_spool_trial(experiment->store, &experiment->run, trial, summary,
			      &file, &err) == 0)
		experiment->made++;
	else
		experiment_say(experiment, "%s. The trial cannot be kept "
			     "elsewhere either: %s. Its row is shown and then "
			     "lost", why.text, err.text);
	tell_spooled(experiment, code, "The trial", why.text, file);
	free(file);
}

void keep_end(struct experiment *experiment, enum run_end how)
{
	struct err why, err;
	char *file = NULL;
	int code = experiment_work_begin(experiment, &why);

	if (code == 0)
		code = store_end_run(experiment->store, &experiment->run, how, &why);
	experiment_work_end(experiment);
	if (code == 0)
		return;
	note_failure(experiment, code);
	if (store_spool_end(experiment->store, &experiment->run, how, &file, &err) !=
	    0)
		experiment_say(experiment,
			       "that the run has ended is not in the database: "
			       "%s", why.text);
	tell_spooled(experiment, code, "That the run has ended", why.text, file);
	free(file);
}
