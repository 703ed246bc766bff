#include "store/save.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "store/blob.h"
#include "store/database.h"
#include "store/stored.h"

int save_run(const struct store *store, const struct run *run, struct err *err)
{
	static char no_command[] = "";
	struct run begun = *run;
	struct statement s;
	int code = stored_insert(&s, store, "INSERT INTO runs", "ended",
				 stored_run, err);

	if (!begun.command)
		begun.command = no_command;
	if (code == 0) {
		statement_null(&s);
		stored_bind(&s, stored_run, &begun);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

/* As stored_trial has it: what nobody knows is not 0. */
static void mark_unknown(struct trial *trial)
{
	if (!trial->own_origin)
		trial->origin_cpu_ns = COUNT_UNKNOWN;
	if (!*trial->comparison)
		trial->block = UINT_MAX;
	if (trial->applied.known)
		return;
	trial->applied.cpus = NAN;
	trial->applied.memory_bytes = trial->applied.pids = COUNT_UNKNOWN;
}

/* All that was asked for, also what has no column. */
static void bind_config(struct statement *s, const struct trial_spec *spec)
{
	json_t *config = spec_json(spec);
	char *text = json_dumps(config, JSON_COMPACT);
	char hash[SPEC_HASH_BYTES];

	spec_hash(spec, hash);
	statement_text(s, text);
	statement_text(s, hash);
	free(text);
	json_decref(config);
}

int save_trial(const struct store *store, const struct run *run,
	       const struct trial *trial, struct err *err)
{
	struct trial marked = *trial;
	struct statement s;
	int code = stored_insert(&s, store, "INSERT INTO trials",
				 "run_id, config, config_hash", stored_trial,
				 err);

	mark_unknown(&marked);
	if (code == 0) {
		statement_text(&s, run->id);
		bind_config(&s, &trial->spec);
		stored_bind(&s, stored_trial, &marked);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

/* The long say of one that did well is not kept. */
static void forget_stderr(struct replica *replica)
{
	if (replica->state == REPLICA_FINISHED &&
	    !replica->outcomes[OUTCOME_OTHER])
		replica->stderr_text = NULL;
}

int save_replicas(const struct store *store, const struct trial *trial,
		  struct err *err)
{
	struct statement s;
	int code = stored_insert(&s, store, "INSERT INTO replicas", "trial_id",
				 stored_replica, err);

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		struct replica replica = trial->replica[i];

		forget_stderr(&replica);
		statement_text(&s, trial->id);
		stored_bind(&s, stored_replica, &replica);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

int save_samples(const struct store *store, const struct trial *trial,
		 struct err *err)
{
	struct statement s;
	int code = stored_insert(&s, store, "INSERT OR REPLACE INTO samples",
				 "trial_id", stored_sample, err);

	for (size_t i = 0; code == 0 && i < trial->sample_count; i++) {
		struct sample sample = trial->samples[i];

		sample.at_ns -= trial->go_ns;
		statement_text(&s, trial->id);
		stored_bind(&s, stored_sample, &sample);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

/* Those of a trial that never began belong to no time. */
int save_machine(const struct store *store, const struct trial *trial,
		 struct err *err)
{
	struct statement s;
	int code = stored_insert(&s, store,
				 "INSERT OR REPLACE INTO machine_samples",
				 "trial_id", stored_machine, err);

	for (size_t i = 0;
	     code == 0 && trial->go_ns && i < trial->machine_count; i++) {
		struct machine_sample sample = trial->machine[i];

		sample.at_ns -= trial->go_ns;
		statement_text(&s, trial->id);
		stored_bind(&s, stored_machine, &sample);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

/* Times that there are not are 0 here, and unknown there. */
static void since_go(const struct trial *trial, struct slice *slice)
{
	uint64_t *const times[] = { &slice->go_ns, &slice->begin_ns,
				    &slice->end_ns, &slice->pause_ns,
				    &slice->paused_ns };

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		*times[i] = *times[i] ? *times[i] - trial->go_ns
				      : (uint64_t)CLOCK_UNKNOWN;
}

int save_slices(const struct store *store, const struct trial *trial,
		struct err *err)
{
	struct statement s;
	int code = stored_insert(&s, store, "INSERT INTO slices",
				 "trial_id, number", stored_slice, err);

	for (size_t i = 0; code == 0 && i < trial->slice_count; i++) {
		struct slice slice = trial->slices[i];

		since_go(trial, &slice);
		statement_text(&s, trial->id);
		statement_count(&s, i);
		stored_bind(&s, stored_slice, &slice);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}

int save_latency(const struct store *store, const struct trial *trial,
		 struct err *err)
{
	struct statement s;
	int code = statement_prepare(
		&s, store,
		"INSERT INTO latency (trial_id, replica, operations, min_ns, "
		"max_ns, sum_ns, histogram) VALUES (?,?,?,?,?,?,?)",
		err);

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		const struct histogram *h = trial->replica[i].latency;
		struct str blob = STR_INIT;

		blob_encode(h, &blob);
		statement_text(&s, trial->id);
		statement_signed(&s, i);
		statement_count(&s, trial->replica[i].outcomes[OUTCOME_OK]);
		statement_count(&s, h->min_ns);
		statement_count(&s, h->max_ns);
		statement_number(&s, h->sum_ns);
		statement_blob(&s, blob.buf, blob.len);
		code = statement_run(&s, err);
		str_release(&blob);
	}
	statement_release(&s);
	return code;
}

static int save_replica_failures(struct statement *s, const struct trial *trial,
				 const struct replica *replica, struct err *err)
{
	int code = 0;

	for (unsigned o = OUTCOME_OK + 1; code == 0 && o < OUTCOME_COUNT; o++) {
		if (!replica->outcomes[o])
			continue;
		statement_text(s, trial->id);
		statement_signed(s, replica->number);
		statement_text(s, outcome_name(o));
		statement_count(s, replica->outcomes[o]);
		statement_text(s, replica->failure_text[o]);
		code = statement_run(s, err);
	}
	return code;
}

int save_failures(const struct store *store, const struct trial *trial,
		  struct err *err)
{
	struct statement s;
	int code = statement_prepare(&s, store,
				     "INSERT INTO failures (trial_id, replica, "
				     "outcome, operations, text) VALUES "
				     "(?,?,?,?,?)",
				     err);

	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++)
		code = save_replica_failures(&s, trial, &trial->replica[i],
					     err);
	statement_release(&s);
	return code;
}

static int save_counts(struct statement *s, const struct trial *trial,
		       unsigned replica, const char *phase,
		       const struct ledger_counts *counts, struct err *err)
{
	statement_text(s, trial->id);
	statement_signed(s, replica);
	statement_text(s, phase);
	stored_bind(s, stored_counts, counts);
	return statement_run(s, err);
}

int save_ledger(const struct store *store, const struct trial *trial,
		struct err *err)
{
	struct statement s;
	int code;

	if (!trial->own_origin)
		return 0;
	code = stored_insert(&s, store, "INSERT INTO ledger",
			     "trial_id, replica, phase", stored_counts, err);
	for (unsigned i = 0; code == 0 && i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];

		code = save_counts(&s, trial, i, "setup", &r->ledger_setup,
				   err);
		if (code == 0)
			code = save_counts(&s, trial, i, "timed", &r->ledger,
					   err);
	}
	statement_release(&s);
	return code;
}

int save_findings(const struct store *store, const struct trial *trial,
		  const struct summary *summary, struct err *err)
{
	const struct findings *findings = &summary->total.findings;
	struct statement s;
	int code = statement_prepare(&s, store,
				     "INSERT INTO findings (trial_id, position, "
				     "name, text) VALUES (?,?,?,?)", err);

	for (size_t i = 0; code == 0 && i < findings->count; i++) {
		statement_text(&s, trial->id);
		statement_count(&s, i);
		statement_text(&s, findings->list[i].name);
		statement_text(&s, findings->list[i].text);
		code = statement_run(&s, err);
	}
	statement_release(&s);
	return code;
}
