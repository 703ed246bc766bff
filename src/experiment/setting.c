#include "experiment/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cell/cell.h"
#include "experiment/dataset.h"
#include "experiment/record_room.h"
#include "experiment/resolve.h"
#include "origin/ledger.h"
#include "origin/origin.h"
#include "run/home.h"
#include "store/store.h"

#define GRACE_S 3.0

/* ------------------------------------------------------------ what it is --- */

/* The test's own parameters, as the protocol and the CSV show them. */
static void fill_params(struct trial *trial)
{
	snprintf(trial->params_json, sizeof(trial->params_json),
		 "{\"request_size\": %llu%s}",
		 (unsigned long long)trial->spec.request_size,
		 trial->spec.hot_key ? ", \"hot_key\": true" : "");
}

static int check_protocol(const struct job *job,
			  const struct prepared *prepared, struct err *err)
{
	if (job->library->protocol >= 2 || !plan_is_staged(&prepared->work))
		return 0;
	return err_set(err, ERR_USAGE,
		       "operations of %s have stages, and the tests of %s speak "
		       "version %u of the worker protocol: where they can do "
		       "such, write protocol = 2 into %s/library.toml",
		       job->test->workload, job->library->name,
		       job->library->protocol, job->library->folder);
}

int setting_describe(struct trial *trial, const struct job *job,
		     const struct prepared *prepared, struct err *err)
{
	struct resolved asked;

	resolve_job(&asked, job, prepared);
	trial_init(trial, &asked.spec);
	trial->baseline = job->library->kind == LIBRARY_BASELINE;
	snprintf(trial->comparison, sizeof(trial->comparison), "%s",
		 job->comparison);
	trial->block = job->block;
	trial->timeout_most_s = job->window_s;
	fill_params(trial);
	if (job->why_separate)
		trial_add_finding(trial, FINDING_SEPARATE,
				  "measured in separate trials: %s",
				  job->why_separate);
	if (!prepared)
		return 0;
	trial->widest = prepared->widest;
	trial->burst_requests = prepared->burst_requests;
	for (unsigned i = 0; i < trial->replica_count; i++)
		trial->replica[i].protocol = job->library->protocol;
	if (prepared->work.left_out)
		trial_add_finding(trial, FINDING_OBJECTS_LEFT_OUT,
				  "%s", prepared->work.left_out);
	return check_protocol(job, prepared, err);
}

static bool is_of_store(const void *context, const char *path)
{
	return store_has_file(context, path);
}

/* Whoever edits a test meanwhile makes another library of it. To open and close the
 * database would drop the locks that the run has on it. */
static void name_tests(struct setting *s)
{
	const struct catalogue_apart apart = { is_of_store,
					       s->experiment->store };
	char digest[CATALOGUE_DIGEST_BYTES];

	catalogue_digest(&s->experiment->catalogue, s->job->library, &apart,
			 digest);
	for (unsigned i = 0; i < s->trial->replica_count; i++) {
		struct replica *replica = &s->trial->replica[i];

		memcpy(replica->tests, digest, sizeof(digest));
		memcpy(replica->build, s->job->library->build,
		       sizeof(replica->build));
	}
}

void setting_find_program(struct setting *s)
{
	const struct catalogue *catalogue = &s->experiment->catalogue;
	const struct job *job = s->job;

	s->argv = catalogue_command(catalogue, job->library, job->test);
	s->environment = catalogue_environment(catalogue);
	s->reads = catalogue_reads(catalogue, job->library, job->test,
				   s->argv[0], NULL);
	name_tests(s);
}

/* ------------------------------------------------------------- the store --- */

/* If the person asked for a congestion control by name, it must be had. */
static int check_congestion(const char *wanted, const struct origin *origin,
			    struct err *err)
{
	const char *got = origin_congestion(origin);
	const char *all = origin_congestions(origin);
	size_t n = strlen(got);
	const char *at = wanted;

	while (at && (at = strstr(at, got)) != NULL) {
		if ((at == wanted || at[-1] == ',') && strchr(",", at[n]))
			return 0;
		at += n;
	}
	return !wanted ? 0
		       : err_set(err, ERR_USAGE,
				 "--congestion: '%s' cannot be used here: give "
				 "one of %s, or several with a comma between",
				 wanted, *all ? all : got);
}

int setting_start_origin(const struct experiment *experiment,
			 const struct job *job,
			 const struct prepared *prepared, unsigned replicas,
			 struct origin_process *origin, struct err *err)
{
	const char *congestion = job->spec.congestion;
	int code;

	if (job->spec.endpoint)
		return 0;
	code = origin_process_start(origin, prepared->source, replicas,
				    experiment->cells, congestion,
				    experiment->hooks->interrupt_fd, err);
	if (code == 0)
		code = check_congestion(congestion, origin->origin, err);
	if (code == 0)
		ledger_hold_bursts(origin->ledger, prepared->burst_requests);
	return code;
}

static int choose_outside(struct setting *s, struct err *err)
{
	struct trial *trial = s->trial;
	struct endpoint outside;
	int code = endpoint_parse(&outside, trial->spec.endpoint, "a store",
				  err);

	if (code < 0)
		return code;
	s->tls = outside.tls;
	for (unsigned i = 0; i < trial->replica_count; i++)
		memcpy(s->endpoints[i], outside.text, sizeof(outside.text));
	return dataset_credentials(&trial->spec, &trial->spec.credentials, err);
}

/* Our origin and its endpoints, or the one outside. */
static int choose_store(struct setting *s, struct err *err)
{
	struct trial *trial = s->trial;

	s->endpoints = mem_array(trial->replica_count, sizeof(*s->endpoints));
	if (trial->spec.endpoint)
		return choose_outside(s, err);
	trial->own_origin = true;
	snprintf(trial->congestion, sizeof(trial->congestion), "%s",
		 origin_congestion(s->origin->origin));
	for (unsigned i = 0; i < trial->replica_count; i++)
		origin_process_endpoint(s->origin, s->seats.first + i,
					s->endpoints[i]);
	return 0;
}

/* Says how it ended over whatever replicas made of it. The next trial has an
 * origin of its own. */
void setting_tell_lost(const struct setting *s, uint64_t lost_ns)
{
	struct trial *trial = s->trial;
	char when[48] = "before GO";

	if (trial->go_ns && lost_ns > trial->go_ns)
		snprintf(when, sizeof(when), "%.1f s after GO",
			 clock_seconds(lost_ns - trial->go_ns));
	origin_process_describe_end(s->origin, when, trial->text,
				    sizeof(trial->text));
}

/* ------------------------------------------------------------- its places --- */

/* A folder of its own for each replica. */
static int make_homes(struct setting *s, struct err *err)
{
	struct scratch *scratch = &s->experiment->scratch;
	int code = scratch_keep(scratch, err);

	s->homes = mem_array(s->replicas, sizeof(*s->homes));
	s->folders = mem_array(s->replicas, sizeof(*s->folders));
	for (unsigned i = 0; code == 0 && i < s->replicas; i++) {
		unsigned number = s->seats.first + i;
		const struct identity *who =
			cells_identity(s->experiment->cells, number);

		code = home_make(&s->homes[i], scratch, number, who->uid,
				 who->gid, err);
		s->folders[i] = s->homes[i].path;
	}
	return code;
}

/* Is called before the trial is judged: a finding says what stays. */
void setting_leave(struct setting *s)
{
	struct err err;

	for (unsigned i = 0; s->homes && i < s->replicas; i++)
		if (home_remove(&s->homes[i], &err) < 0)
			trial_add_finding(s->trial, FINDING_FOLDER_LEFT,
					  "replica %u left a folder "
					  "behind: %s", i, err.text);
}

static int open_sampler(struct setting *s, struct err *err)
{
	struct experiment *experiment = s->experiment;
	uint64_t room = cgroup_memory_room(), capacity;
	int code = record_room(&s->trial->spec,
			       s->sharers ? room / s->sharers : room,
			       &capacity, err);

	if (code < 0)
		return code;
	s->records = mem_array(s->replicas, sizeof(*s->records));
	for (unsigned i = 0; i < s->replicas; i++)
		s->records[i] = -1;
	sampler_init(&s->sampler, s->trial, &s->seats, s->origin->ledger,
		     s->origin->server.pid, s->records, capacity,
		     &s->prepared->work);
	s->sampler.ours[s->sampler.count] = experiment->monitoring.server.pid;
	return 0;
}

static void describe_place(struct setting *s)
{
	struct cells *cells = s->experiment->cells;
	struct trial *trial = s->trial;

	cells_describe(cells, s->seats.first, s->replicas, &trial->placement);
	if (*cells->own.why)
		trial_add_finding(trial, FINDING_USERS_SHARED,
				  "replicas ran as %s and not as users of "
				  "their own: %s", trial->placement.user,
				  cells->own.why);
}

int setting_open(struct setting *s, struct err *err)
{
	int code;

	s->replicas = s->trial->replica_count;
	code = make_homes(s, err);
	if (code == 0)
		code = choose_store(s, err);
	if (code < 0)
		return code;
	describe_place(s);
	return open_sampler(s, err);
}

void setting_request(struct setting *s, struct run_request *request)
{
	const struct trial_spec *spec = &s->trial->spec;

	s->place = cell_place_hooks(&s->seats);
	*request = (struct run_request){
		.trial = s->trial,
		.place = &s->place,
		.argv = s->argv,
		.environment = s->environment,
		.folders = s->folders,
		.endpoints = s->endpoints,
		.tls = s->tls,
		.handed = s->prepared->handed,
		.records = s->records,
		.records_capacity = s->sampler.capacity,
		.ready_timeout_s = spec->ready_timeout_s + spec->warm_up_s,
		.grace_s = GRACE_S,
		.interrupt_fd = s->experiment->hooks->interrupt_fd,
		.lost_fd = s->origin->server.ended_fd,
		.context = s,
	};
}

/* ------------------------------------------------------------- afterwards --- */

static void tell_partial(struct trial *trial)
{
	if (*trial->comparison && trial_is_partial(trial))
		trial_add_finding(trial, FINDING_REPLICA_ENDED,
				  "a block counts in no verdict on %s, as its "
				  "separate trial lost some of its %u replicas",
				  trial->spec.library, trial->replica_count);
}

void setting_analyse(struct setting *s)
{
	struct trial *trial = s->trial;

	sampler_finish(&s->sampler);
	trial_take_environment(trial, &s->experiment->run.environment);
	for (unsigned i = 0; trial->go_ns && i < trial->replica_count; i++) {
		struct record *records;
		size_t count;

		run_take_records(s->records[i], &records, &count);
		analyse_records(trial, i, records, count, &s->prepared->work,
				clock_now_ns());
		free(records);
	}
	analyse_reconcile(trial);
	tell_partial(trial);
}

void setting_close(struct setting *s)
{
	sampler_release(&s->sampler);
	for (unsigned i = 0; s->records && i < s->replicas; i++)
		if (s->records[i] >= 0)
			close(s->records[i]);
	free(s->records);
	free(s->folders);
	free(s->homes);
	free(s->endpoints);
	catalogue_free_words(s->argv);
	catalogue_free_words(s->environment);
	catalogue_free_words(s->reads);
	memset(s, 0, sizeof(*s));
}
