/* A scratch folder, a run and a trial with something in every table. */
#ifndef CHECK_UNIT_STORE_FIXTURE_H
#define CHECK_UNIT_STORE_FIXTURE_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "record/result.h"
#include "record/trial.h"
#include "store/store.h"

struct fixture {
	char folder[64];
	char *path, *url;
};

static inline int fixture_make(void **state)
{
	static struct fixture f;

	strcpy(f.folder, "/tmp/geoio-check-XXXXXX");
	if (!mkdtemp(f.folder))
		return -1;
	f.path = mem_printf("%s/t.db", f.folder);
	f.url = mem_printf("sqlite:///%s", f.path);
	*state = &f;
	return 0;
}

static inline int fixture_remove(void **state)
{
	struct fixture *f = *state;

	file_remove_tree(f->folder, NULL);
	free(f->path);
	free(f->url);
	return 0;
}

/* A golden database of that schema. */
static inline void make_golden(const struct fixture *f, const char *schema)
{
	char *path = mem_printf("check/golden/db/%s.sql", schema);
	struct str text = STR_INIT;
	struct err err;
	sqlite3 *db;

	assert_int_equal(file_read(check_file(path), 1 << 20, &text, &err), 0);
	unlink(f->path);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL,
				      NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text.buf, NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	str_release(&text);
	free(path);
}

static inline void fixture_run(struct run *run)
{
	memset(run, 0, sizeof(*run));
	uuid_make(run->id);
	run->start_wall_ns = 1745395695938238000ULL;
	run->command = mem_dup("run-all");
	strcpy(run->environment.harness_version, "0.1.0");
	strcpy(run->environment.isolation, "process");
}

static inline void fixture_trial(struct trial *trial, unsigned replicas)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "aiohttp";
	spec.test = "fetch_range";
	spec.replicas = replicas;
	spec.concurrency = 5;
	spec.pool_size = 5;
	spec.timeout_s = 2;
	spec.dataset = "s2";
	spec.bucket = "bench";
	trial_init(trial, &spec);
	trial->own_origin = true;
	trial->go_ns = 1000;
	trial->window_end_ns = 2000001000;
	for (unsigned i = 0; i < replicas; i++) {
		struct replica *r = &trial->replica[i];
		struct sample sample = { .at_ns = 1000 + i, .replica = (int)i,
					 .cpu_ns = 7 };

		r->state = REPLICA_FINISHED;
		r->outcomes[OUTCOME_OK] = 3;
		r->outcomes[OUTCOME_RESET] = 1;
		r->ledger.requests = 4;
		histogram_add(r->latency, 1000000);
		histogram_add(r->latency, 77777777);
		histogram_add(r->latency, 5);
		trial_add_sample(trial, &sample);
	}
}

static inline void fixture_summary(struct summary *summary, const struct trial *trial,
			    const struct run *run)
{
	unsigned n = trial->replica_count;

	summary->replica_count = n;
	summary->replica = mem_array(n, sizeof(*summary->replica));
	for (unsigned i = 0; i <= n; i++) {
		struct result_row *row = i < n ? &summary->replica[i]
					       : &summary->total;

		result_row_init(row);
		row->library_name = mem_dup("aiohttp");
		row->test_name = mem_dup("fetch_range");
		row->start_time = mem_dup("2025-04-23 08:08:15.938238");
		row->run_id = mem_dup(run->id);
		row->requests_per_second = i < n ? 1.5 : 1.5 * n;
		row->number_requests = 4;
		row->keep_alive = true;
		row->replicas = n;
	}
}

/* One finished trial in the database. */
static inline int fixture_store(struct store *store, const struct run *run,
			 unsigned replicas, struct err *err)
{
	struct summary summary = { 0 };
	struct trial trial;
	int code;

	fixture_trial(&trial, replicas);
	fixture_summary(&summary, &trial, run);
	code = store_add_trial(store, run, &trial, &summary, err);
	summary_release(&summary);
	trial_release(&trial);
	return code;
}

#endif
