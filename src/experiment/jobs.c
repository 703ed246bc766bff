#include "experiment/jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "experiment/keep.h"
#include "experiment/open_files.h"
#include "experiment/resolve.h"
#include "experiment/resume.h"
#include "experiment/varied.h"
#include "monitor/lines.h"
#include "monitor/textfile.h"

/* A trial takes about so long beside its window: for the start of replicas, the
 * proof and the origin. */
#define OVERHEAD_S 1.5

double job_expected_s(const struct job *job)
{
	double timed_s = job->window_s > 0 ? job->window_s
					   : resolve_timed_s(&job->spec);

	return timed_s + job->spec.warm_up_s + OVERHEAD_S;
}

void job_name(const struct experiment *experiment, const struct job *job,
	      bool library, struct str *out)
{
	if (library)
		str_addf(out, "%s ", job->library->name);
	str_add(out, job->test->name);
	varied_add(experiment->jobs, experiment->job_count, job, out);
}

/* --------------------------------------------------------------- its end --- */

void job_keep(struct experiment *experiment, struct trial *trial,
	      const struct summary *summary, const struct library *library)
{
	MEM_ROOM(experiment->finished, experiment->finished_count,
		 experiment->finished_capacity);
	finished_take(&experiment->finished[experiment->finished_count++],
		      trial, summary,
		      library && !strcmp(library->language, "c"));
	if (!versions_note(&experiment->versions, trial))
		experiment_say(experiment,
			       "%s: its files were changed while the run went "
			       "on, so that its figures are of two programs: "
			       "begin a new run", trial->spec.library);
}

/* --textfile: writes all results so far, and replaces the whole file. */
static void write_textfile(struct experiment *experiment)
{
	const char *path = experiment->settings->textfile;
	struct live_finished *rows;
	struct str text = STR_INIT;
	struct err err;
	int code;

	if (!path)
		return;
	rows = mem_array(experiment->finished_count, sizeof(*rows));
	for (size_t i = 0; i < experiment->finished_count; i++) {
		const struct result_row *row =
			&experiment->finished[i].summary.total;

		live_describe(row, clock_parse(row->end_time), &rows[i]);
	}
	textfile_add(rows, (unsigned)experiment->finished_count, &text);
	code = experiment->hooks->write_file(experiment->hooks->context, path,
					     text.buf, &err);
	if (code < 0)
		experiment_say(experiment, "%s", err.text);
	experiment->failed |= code < 0;
	str_release(&text);
	free(rows);
}

void job_end(struct experiment *experiment, const struct job *job,
	     struct trial *trial, struct summary *summary)
{
	keep_trial(experiment, trial, summary);
	if (!result_is_ok(&summary->total))
		experiment->failed = true;
	live_end(&experiment->live, &summary->total);
	job_keep(experiment, trial, summary, job->library);
	write_textfile(experiment);
}

void job_end_failed(struct experiment *experiment, const struct job *job,
		    struct trial *trial, const struct err *why)
{
	struct summary summary = { 0 };

	experiment_fail_trial(experiment, job, trial, &summary, why);
	job_end(experiment, job, trial, &summary);
}

static void end_shown(struct experiment *experiment, bool shown,
		      const char *outcome)
{
	if (!shown)
		return;
	experiment->hooks->trial_end(experiment->hooks->context,
				     &experiment->schedule, outcome);
	schedule_end(&experiment->schedule);
}

/* The words behind a trial's name when it is over. */
static char *outcome_of(const struct trial *trial,
			const struct result_row *row)
{
	bool fine = result_is_ok(row);
	const char *more = *trial->text || fine ? trial->text : row->state;
	char rate[32];

	if (trial->failed)
		return mem_printf("FAILED: %s", trial->text);
	lines_rate(row->requests_per_second, rate);
	return mem_printf("%s requests/s, %llu ok, %llu failed%s%s", rate,
			  (unsigned long long)row->number_successes,
			  (unsigned long long)row->number_failures,
			  *more ? "; " : "", more);
}

static void end_made(struct experiment *experiment, const struct job *job,
		     bool shown, struct trial *trial, struct summary *summary)
{
	char *outcome = outcome_of(trial, &summary->total);

	job_end(experiment, job, trial, summary);
	end_shown(experiment, shown, outcome);
	free(outcome);
}

/* For a job of which nothing is stored: it stands alone and cannot be tried, its
 * library is not installed, or there is no room for its results. */
static int end_untried(struct experiment *experiment, bool shown, int code,
		       const struct err *why)
{
	experiment->failed = true;
	live_end(&experiment->live, NULL);
	if (experiment->job_count == 1)
		return code;
	end_shown(experiment, shown, why->text);
	return 0;
}

/* A trial that could not be made ends alone, whatever the reason. It is stored
 * as a failed one, with its sentence. */
static int end_failed(struct experiment *experiment, const struct job *job,
		      bool shown, int code, struct trial *trial,
		      const struct err *why)
{
	struct summary summary = { 0 };

	experiment_fail_trial(experiment, job, trial, &summary, why);
	if (experiment->job_count > 1) {
		end_made(experiment, job, shown, trial, &summary);
		return 0;
	}
	keep_trial(experiment, trial, &summary);
	summary_release(&summary);
	live_end(&experiment->live, NULL);
	return code;
}

/* ---------------------------------------------------------- its beginning --- */

int job_check(const struct job *job, struct err *err)
{
	if (!job->library->ready)
		return err_set(err, ERR_NOT_FOUND, "%s is not ready to run: %s",
			       job->library->name, job->library->remedy);
	return open_files_check(&job->spec, 1, open_files_limit(), err);
}

int job_prepare(struct experiment *experiment, const struct job *job,
		const struct prepared **prepared, struct err *err)
{
	int code = experiment_work_begin(experiment, err);

	if (code == 0)
		code = experiment_prepare(experiment, job, prepared, err);
	experiment_work_end(experiment);
	if (code == 0)
		code = open_files_check(&job->spec, (*prepared)->widest,
					open_files_limit(), err);
	return code;
}

static void show_name(struct experiment *experiment, const struct job *job,
		      bool shown)
{
	struct str name = STR_INIT;

	if (!shown)
		return;
	job_name(experiment, job, true, &name);
	schedule_begin(&experiment->schedule, name.buf, job_expected_s(job));
	experiment->hooks->trial_begin(experiment->hooks->context,
				       &experiment->schedule);
	str_release(&name);
}

static int try_job(struct experiment *experiment, const struct job *job,
		   bool shown, struct trial *trial, struct summary *summary,
		   struct err *err)
{
	const struct prepared *prepared;
	int code = job_prepare(experiment, job, &prepared, err);

	if (code == 0 || experiment->job_count > 1)
		show_name(experiment, job, shown);
	if (code < 0)
		return code;
	code = experiment_trial(experiment, job, prepared, trial, summary, err);
	if (code == 0 && resume_refuses(experiment, trial)) {
		summary_release(summary);
		return ERR_INTERRUPTED;
	}
	return code;
}

int job_run(struct experiment *experiment, const struct job *job, bool shown,
	    struct err *err)
{
	struct summary summary = { 0 };
	struct trial trial = { 0 };
	bool alone = experiment->job_count == 1;
	const struct keep_need need = keep_need_of(job, INFINITY);
	int code = keep_room(experiment, &need, err);
	bool has_room = code == 0, tried;

	if (has_room)
		code = job_check(job, err);
	tried = code == 0;
	if (tried)
		code = try_job(experiment, job, shown, &trial, &summary, err);
	else if (!alone)
		show_name(experiment, job, shown);
	experiment->refused += code == ERR_USAGE;
	if (code == 0)
		end_made(experiment, job, shown, &trial, &summary);
	else if (code == ERR_INTERRUPTED)
		live_end(&experiment->live, NULL);
	else if ((!has_room && !*job->comparison) || !job->library->ready ||
		 (alone && (!tried || code == ERR_USAGE)))
		code = end_untried(experiment, shown, code, err);
	else
		code = end_failed(experiment, job, shown, code, &trial, err);
	trial_release(&trial);
	return code;
}
