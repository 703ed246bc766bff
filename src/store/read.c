#include "store/read.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/blob.h"
#include "store/database.h"
#include "store/stored.h"

static int fail_trial(const struct store *store, const char *id,
		      struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "%s: the trial %s is not whole: keep a copy, and remove "
		       "it with " STORE_REMOVE, store->path, id, id);
}

/* By what was found in it. */
__attribute__((format(printf, 4, 5)))
static int fail_value(const struct store *store, const char *id,
		      struct err *err, const char *format, ...)
{
	char fault[80];
	va_list args;

	va_start(args, format);
	vsnprintf(fault, sizeof(fault), format, args);
	va_end(args);
	return err_set(err, ERR_INVALID,
		       "%s: the trial %s is damaged (%s): keep a copy, and "
		       "remove it with " STORE_REMOVE, store->path, id, fault,
		       id);
}

/* By the column that has no value of its kind; NULL: none. */
static int check_column(const struct store *store, const char *id,
			const char *column, struct err *err)
{
	return column ? fail_value(store, id, err, "its %s cannot be right",
				   column)
		      : 0;
}

/* A statement about one trial, which is bound. */
static int select_of(struct statement *s, const struct store *store,
		     const struct stored *list, const char *from,
		     const char *id, struct err *err)
{
	int code = stored_select(s, store, list, from, err);

	if (code == 0)
		statement_text(s, id);
	return code;
}

/* `wrong`: of the row, as stored_read() has it. */
static int read_row(const struct store *store, const struct stored *list,
		    const char *from, const char *id, void *to,
		    const char **wrong, struct err *err)
{
	struct statement s;
	int more = 0, code = select_of(&s, store, list, from, id, err);

	if (code == 0)
		code = more = statement_step(&s, err);
	if (more > 0)
		*wrong = stored_read(&s, list, to);
	statement_release(&s);
	if (code < 0)
		return code;
	return more ? 0 : err_set(err, ERR_NOT_FOUND, "%s has no trial %s",
				  store->path, id);
}

static int read_one(const struct store *store, const struct stored *list,
		    const char *from, const char *id, void *to,
		    struct err *err)
{
	const char *wrong = NULL;
	int code = read_row(store, list, from, id, to, &wrong, err);

	return code < 0 ? code : check_column(store, id, wrong, err);
}

/* What is wrong with it is none of the trial's. */
static int read_run(const struct store *store, const char *trial_id,
		    struct run *out, struct err *err)
{
	const char *wrong = NULL;
	int code = read_row(store, stored_run,
			    "runs WHERE id = (SELECT run_id FROM trials WHERE "
			    "id = ?)", trial_id, out, &wrong, err);

	return code < 0 ? code : run_check(store, out, wrong, err);
}

/* As the program has it: what save.c marked as unknown. */
static void unmark(struct trial *trial)
{
	struct applied *a = &trial->applied;

	trial->own_origin = trial->origin_cpu_ns != COUNT_UNKNOWN;
	trial->origin_cpu_ns = count_or(trial->origin_cpu_ns, 0);
	if (trial->block == UINT_MAX)
		trial->block = 0;
	a->known = !isnan(a->cpus) || a->memory_bytes != COUNT_UNKNOWN ||
		   a->pids != COUNT_UNKNOWN;
	a->cpus = isnan(a->cpus) ? 0 : a->cpus;
	a->memory_bytes = count_or(a->memory_bytes, 0);
	a->pids = count_or(a->pids, 0);
}

static const char *add_replica(struct trial *trial, const struct statement *s,
			       size_t *capacity)
{
	size_t count = trial->replica_count;
	const char *wrong;

	MEM_ROOM(trial->replica, count, *capacity);
	memset(&trial->replica[count], 0, sizeof(*trial->replica));
	trial->replica[count].instructions = COUNT_UNKNOWN;
	trial->replica[count].cycles = COUNT_UNKNOWN;
	wrong = stored_read(s, stored_replica, &trial->replica[count]);
	trial->replica[count].latency = mem_new(sizeof(struct histogram));
	trial->replica_count++;
	return wrong;
}

/* The newest. What was recorded is what was received in windows, and besides. */
static int check_replica(const struct store *store, const struct trial *trial,
			 struct err *err)
{
	const struct replica *r = &trial->replica[trial->replica_count - 1];

	if (r->number + 1 != trial->replica_count)
		return fail_trial(store, trial->id, err);
	return check_column(store, trial->id,
			    r->bytes_ok > r->bytes_recorded ? "bytes_ok" : NULL,
			    err);
}

static int read_replicas(const struct store *store, struct trial *trial,
			 struct err *err)
{
	struct statement s;
	size_t capacity = 0;
	int more = 0, code = select_of(&s, store, stored_replica,
				       "replicas WHERE trial_id = ? ORDER BY "
				       "replica", trial->id, err);

	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		code = check_column(store, trial->id,
				    add_replica(trial, &s, &capacity), err);
		if (code == 0)
			code = check_replica(store, trial, err);
	}
	statement_release(&s);
	if (code == 0 && more == 0 &&
	    trial->replica_count != trial->spec.replicas)
		code = fail_trial(store, trial->id, err);
	return more < 0 ? more : code;
}

/* What stands beside the histogram is known all the same: who can do without it
 * need not remove the trial. */
static int take_damaged(const struct store *store, const char *trial_id,
			unsigned replica, unsigned *damaged, struct err *err)
{
	if (!damaged)
		return fail_value(store, trial_id, err,
				  "the latency histogram of its replica %u",
				  replica);
	++*damaged;
	err_set(err, ERR_INVALID,
		"%s: the latency histogram of replica %u of trial %s is damaged",
		store->path, replica, trial_id);
	return 0;
}

/* A sum is rounded as often as there are operations. */
#define SUM_ROUNDED 1e-6

/* The column beside a histogram that has no value of its kind, or none that
 * operations can have. NULL: all have. */
static const char *latency_fault(const struct statement *s)
{
	static const char *const name[] = { "min_ns", "max_ns", "sum_ns",
					    "histogram", "operations" };
	double n = sqlite3_column_double(s->handle, 4);
	double min_ns = sqlite3_column_double(s->handle, 0);
	double max_ns = sqlite3_column_double(s->handle, 1);
	double sum_ns = sqlite3_column_double(s->handle, 2);

	for (int i = 0; i < 5; i++)
		if (i == 2 ? !stored_is_number(s->handle, i)
			   : i != 3 && !stored_is_count(s->handle, i))
			return name[i];
	if (min_ns > max_ns)
		return "max_ns";
	return sum_ns < n * min_ns * (1 - SUM_ROUNDED) ||
			       sum_ns > n * max_ns * (1 + SUM_ROUNDED)
		       ? "sum_ns"
		       : NULL;
}

static int take_latency(const struct store *store, const struct statement *s,
			const char *trial_id, unsigned replica,
			struct histogram *out, uint64_t *ok, unsigned *damaged,
			struct err *err)
{
	const char *fault = latency_fault(s);

	if (fault)
		return check_column(store, trial_id, fault, err);
	histogram_init(out);
	out->min_ns = (uint64_t)sqlite3_column_int64(s->handle, 0);
	out->max_ns = (uint64_t)sqlite3_column_int64(s->handle, 1);
	out->sum_ns = sqlite3_column_double(s->handle, 2);
	*ok = (uint64_t)sqlite3_column_int64(s->handle, 4);
	/* Where a blob was cut between two buckets its sum alone tells. */
	if (blob_decode(sqlite3_column_blob(s->handle, 3),
			(size_t)sqlite3_column_bytes(s->handle, 3), out) &&
	    out->total == *ok)
		return 0;
	memset(out->count, 0, sizeof(out->count));
	out->total = 0;
	return take_damaged(store, trial_id, replica, damaged, err);
}

static int read_latency(const struct store *store, const char *trial_id,
			unsigned replica, struct histogram *out, uint64_t *ok,
			unsigned *damaged, struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store,
				     "SELECT min_ns, max_ns, sum_ns, histogram, "
				     "operations FROM latency WHERE trial_id = "
				     "? AND replica = ?", err);

	if (code == 0) {
		statement_text(&s, trial_id);
		statement_signed(&s, replica);
		code = statement_step(&s, err);
		if (code == 0)
			code = fail_value(store, trial_id, err,
					  "the latencies of its replica %u are "
					  "lost", replica);
		else if (code > 0)
			code = take_latency(store, &s, trial_id, replica, out,
					    ok, damaged, err);
	}
	statement_release(&s);
	return code;
}

int read_merged_latency(const struct store *store, const char *trial_id,
			struct histogram *out, struct err *err)
{
	struct histogram *one = mem_new(sizeof(*one));
	struct statement s;
	uint64_t ok;
	unsigned n = 0;
	int more = 0, code = statement_prepare(
		&s, store,
		"SELECT min_ns, max_ns, sum_ns, histogram, operations FROM "
		"replicas r LEFT JOIN latency l ON l.trial_id = r.trial_id AND "
		"l.replica = r.replica WHERE r.trial_id = ? ORDER BY r.replica",
		err);

	if (code == 0)
		statement_text(&s, trial_id);
	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		code = take_latency(store, &s, trial_id, n,
				    n ? one : out, &ok, NULL, err);
		if (code == 0 && n++)
			histogram_merge(out, one);
	}
	statement_release(&s);
	free(one);
	return more < 0 ? more : code;
}

static int read_latencies(const struct store *store, struct trial *trial,
			  unsigned *damaged, struct err *err)
{
	int code = 0;

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++)
		code = read_latency(store, trial->id, i,
				    trial->replica[i].latency,
				    &trial->replica[i].outcomes[OUTCOME_OK],
				    damaged, err);
	return code;
}

/* The replica that a row's column `at` is of; NULL: there is none. */
static struct replica *replica_at(const struct trial *trial,
				  const struct statement *s, int at)
{
	int64_t number = sqlite3_column_int64(s->handle, at);

	return number >= 0 && number < (int64_t)trial->replica_count
		       ? &trial->replica[number]
		       : NULL;
}

static const char *take_failure(struct replica *replica,
				const struct statement *s)
{
	const char *word = (const char *)sqlite3_column_text(s->handle, 1);
	const char *text = (const char *)sqlite3_column_text(s->handle, 3);
	unsigned outcome = outcome_number(word);

	/* That of a newer program: it failed. */
	if (outcome == OUTCOME_NONE || outcome == OUTCOME_OK)
		outcome = OUTCOME_OTHER;
	if (!stored_is_count(s->handle, 2))
		return "operations";
	replica->outcomes[outcome] +=
		(uint64_t)sqlite3_column_int64(s->handle, 2);
	if (text && !replica->failure_text[outcome])
		replica->failure_text[outcome] = mem_dup(text);
	return NULL;
}

static int read_failures(const struct store *store, struct trial *trial,
			 struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store,
		"SELECT replica, outcome, operations, text FROM failures "
		"WHERE trial_id = ?", err);

	if (code == 0)
		statement_text(&s, trial->id);
	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		struct replica *replica = replica_at(trial, &s, 0);

		code = replica ? check_column(store, trial->id,
					      take_failure(replica, &s), err)
			       : fail_trial(store, trial->id, err);
	}
	statement_release(&s);
	return more < 0 ? more : code;
}

static int read_counts(const struct store *store, const char *phase,
		       const struct trial *trial, struct replica *replica,
		       struct ledger_counts *out, struct err *err)
{
	char *from = mem_printf("ledger WHERE trial_id = ? AND replica = %u "
				"AND phase = '%s'", replica->number, phase);
	int code = read_one(store, stored_counts, from, trial->id, out, err);

	free(from);
	if (code != ERR_NOT_FOUND)
		return code;
	return fail_value(store, trial->id, err,
			  "what the origin saw of its replica %u is lost",
			  replica->number);
}

static int read_ledger(const struct store *store, struct trial *trial,
		       struct err *err)
{
	int code = 0;

	for (unsigned i = 0; trial->own_origin && code == 0 &&
			     i < trial->replica_count; i++) {
		struct replica *r = &trial->replica[i];

		code = read_counts(store, "setup", trial, r, &r->ledger_setup,
				   err);
		if (code == 0)
			code = read_counts(store, "timed", trial, r,
					   &r->ledger, err);
	}
	return code;
}

/* In the order in which they were read. */
static int read_samples(const struct store *store, struct trial *trial,
			struct err *err)
{
	struct statement s;
	int more = 0, code = select_of(&s, store, stored_sample,
				       "samples WHERE trial_id = ? ORDER BY "
				       "at_ns, replica", trial->id, err);

	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		struct sample sample;

		code = check_column(store, trial->id,
				    stored_read(&s, stored_sample, &sample),
				    err);
		sample.at_ns += trial->go_ns;
		if (code == 0 && sample.replica < (int64_t)trial->replica_count)
			trial_add_sample(trial, &sample);
		else if (code == 0)
			code = fail_trial(store, trial->id, err);
	}
	statement_release(&s);
	return more < 0 ? more : code;
}

static int read_machine(const struct store *store, struct trial *trial,
			struct err *err)
{
	struct statement s;
	int more = 0, code = select_of(&s, store, stored_machine,
				       "machine_samples WHERE trial_id = ? "
				       "ORDER BY at_ns", trial->id, err);

	while (code == 0 && (more = statement_step(&s, err)) > 0) {
		struct machine_sample sample;

		code = check_column(store, trial->id,
				    stored_read(&s, stored_machine, &sample),
				    err);
		sample.at_ns += trial->go_ns;
		trial_add_machine(trial, &sample);
	}
	statement_release(&s);
	return more < 0 ? more : code;
}

/* The rates of what is left would be those of no trial. */
static int check_slices(const struct store *store, const struct trial *trial,
			struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store, "SELECT " STORED_SLICES_LOST("?1"), err);

	if (code == 0)
		statement_text(&s, trial->id);
	if (code == 0 && (more = statement_step(&s, err)) > 0 &&
	    sqlite3_column_int64(s.handle, 0) != 0)
		code = fail_trial(store, trial->id, err);
	statement_release(&s);
	return more < 0 ? more : code;
}

static int read_slices(const struct store *store, struct trial *trial,
		       struct err *err)
{
	struct statement s;
	int more = 0, code = check_slices(store, trial, err);

	if (code < 0)
		return code;
	code = select_of(&s, store, stored_slice,
			 "slices WHERE trial_id = ? ORDER BY number",
			 trial->id, err);
	while (code == 0 && (more = statement_step(&s, err)) > 0)
		code = check_column(store, trial->id,
				    stored_read_slice(&s, trial->go_ns,
						      trial_add_slice(trial)),
				    err);
	statement_release(&s);
	return more < 0 ? more : code;
}

/* When the operations and failures of all replicas are known. */
static int check_turns(const struct store *store, const struct trial *trial,
		       struct err *err)
{
	struct slices_within within = { .end_ns = trial->window_end_ns };
	const char *fault;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];

		within.operations += r->outcomes[OUTCOME_OK];
		for (unsigned o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++)
			within.failures += r->outcomes[o];
		within.bytes_ok += r->bytes_ok;
	}
	fault = slices_fault(trial->slices, trial->slice_count, &within);
	return fault ? fail_value(store, trial->id, err, "%s", fault) : 0;
}

/* Why it failed is the row's first finding, and the trial's text. */
static int read_trial_findings(const struct store *store, struct trial *trial,
			       struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store,
		"SELECT name, text FROM findings WHERE trial_id = ? AND "
		"position >= ? ORDER BY position", err);

	if (code == 0) {
		statement_text(&s, trial->id);
		statement_signed(&s, *trial->text ? 1 : 0);
	}
	while (code == 0 && (more = statement_step(&s, err)) > 0)
		findings_add(&trial->findings,
			     (const char *)sqlite3_column_text(s.handle, 0),
			     (const char *)sqlite3_column_text(s.handle, 1));
	statement_release(&s);
	return more < 0 ? more : code;
}

static int read_columns(const struct store *store, struct trial *trial,
			const char *id, struct err *err)
{
	int code = read_one(store, stored_trial, "trials WHERE id = ?", id,
			    trial, err);

	if (code == 0)
		unmark(trial);
	return code;
}

/* False: it is no object. */
static bool take_config(const struct statement *s, struct trial_spec *spec)
{
	const char *text = (const char *)sqlite3_column_text(s->handle, 0);
	json_t *config = json_loads(text, 0, NULL);
	bool whole = json_is_object(config);

	if (whole)
		spec_from_json(spec, config);
	json_decref(config);
	return whole;
}

/* All that was asked for, also what has no column. A trial of before 0005 has
 * its columns alone. */
static int read_config(const struct store *store, struct trial *trial,
		       struct err *err)
{
	struct statement s;
	int more = 0, code = statement_prepare(
		&s, store,
		"SELECT config FROM trials WHERE id = ? AND config IS NOT NULL",
		err);

	if (code == 0)
		statement_text(&s, trial->id);
	if (code == 0 && (more = statement_step(&s, err)) > 0 &&
	    !take_config(&s, &trial->spec))
		code = fail_trial(store, trial->id, err);
	statement_release(&s);
	return more < 0 ? more : code;
}

int read_trial(const struct store *store, const char *id, struct trial *out,
	       struct run *run, unsigned *damaged, struct err *err)
{
	static int (*const parts[])(const struct store *, struct trial *,
				    struct err *) = {
		read_config, read_replicas, read_failures, read_ledger,
		read_samples, read_machine, read_slices, read_trial_findings,
	};
	int code;

	memset(out, 0, sizeof(*out));
	memset(run, 0, sizeof(*run));
	spec_init_unknown(&out->spec);
	out->busy_ns = out->steal_ns = COUNT_UNKNOWN;
	code = read_columns(store, out, id, err);
	for (size_t i = 0; code == 0 && i < sizeof(parts) / sizeof(*parts); i++)
		code = parts[i](store, out, err);
	if (code == 0)
		code = read_latencies(store, out, damaged, err);
	if (code == 0)
		code = check_turns(store, out, err);
	if (code == 0)
		code = read_run(store, id, run, err);
	if (code == 0)
		trial_take_environment(out, &run->environment);
	if (code < 0) {
		trial_release(out);
		run_release(run);
	}
	return code;
}

/* No writer's trial is half there, but one may be removed meanwhile. */
int store_read_trial(struct store *store, const char *id, struct trial *out,
		     struct run *run, unsigned *damaged, struct err *err)
{
	int code = database_run(store, "BEGIN", err);

	if (code < 0)
		return code;
	code = read_trial(store, id, out, run, damaged, err);
	database_run(store, "COMMIT", NULL);
	return code;
}
