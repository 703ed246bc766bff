/* Trials with their slices, as tables of rounds and a run's resumption want
 * them. */
#include "check.h"

#include "base/clock.h"
#include "record/rounds.h"
#include "store_fixture.h"

static struct err err;

static void add_slices(struct trial *trial, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct slice *slice = trial_add_slice(trial);

		slice->round = i;
		slice->position = 2 * i;
		slice->go_ns = trial->go_ns + i * NS_PER_S;
		slice->begin_ns = slice->go_ns;
		slice->end_ns = slice->go_ns + 200 * NS_PER_MS;
		slice->cpu_ns = 7 + i;
		slice->marks = SLICE_MARK(FEW);
	}
}

/* A library of which a replica dies. */
#define LOST "lost"

/* One trial of two replicas; `block` < 0: of no comparison. */
static void add_trial(struct store *store, const struct run *run,
		      const char *library, int block, unsigned slices)
{
	struct summary summary = { 0 };
	struct trial trial;
	const char *own;

	fixture_trial(&trial, 2);
	fixture_summary(&summary, &trial, run);
	own = trial.spec.library;
	trial.spec.library = library;
	trial.start_wall_ns = run->start_wall_ns + (unsigned)(block + 1);
	if (block >= 0) {
		memcpy(trial.comparison, run->id, sizeof(trial.comparison));
		trial.block = (unsigned)block;
	}
	trial.failed = slices == 1;
	if (!strcmp(library, LOST))
		trial.replica[1].state = REPLICA_KILLED;
	for (unsigned i = 0; i < 2; i++) {
		trial.replica[i].cpu_ns = 250 * NS_PER_MS;
		trial.replica[i].bytes_ok = 100;
	}
	add_slices(&trial, slices);
	if (store_add_trial(store, run, &trial, &summary, &err) < 0)
		fail_msg("%s", err.text);
	trial.spec.library = own;
	summary_release(&summary);
	trial_release(&trial);
}

/* What of each trial is looked at, a line each. */
static int tell(void *context, const struct trial_rounds *t)
{
	str_addf(context, "%s %u%s%s %zu: %g s, %d ok, %d failed, %d B, "
		 "%g CPU s\n", t->library, t->block,
		 t->comparison ? "" : " alone", t->failed ? " failed" : "",
		 t->slice_count, t->seconds, (int)t->operations,
		 (int)t->failures, (int)t->bytes_ok, t->cpu_seconds);
	assert_true((t->slices != NULL) == (t->slice_count > 0));
	for (size_t i = 0; i < t->slice_count; i++) {
		assert_int_equal(t->slices[i].round, i);
		assert_int_equal(t->slices[i].position, 2 * i);
		assert_int_equal(t->slices[i].go_ns, 1000 + i * NS_PER_S);
		assert_int_equal(t->slices[i].pause_ns, 0);
		assert_int_equal(t->slices[i].cpu_ns, 7 + i);
		assert_true(t->slices[i].idle_cpu_ns == COUNT_UNKNOWN);
		assert_int_equal(t->slices[i].marks, SLICE_MARK(FEW));
	}
	return 0;
}

static void assert_trials(struct store *store, const char *run_id,
			  const char *expected)
{
	struct str found = STR_INIT;

	if (store_each_rounds(store, run_id, tell, &found, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(found.len ? found.buf : "", expected);
	str_release(&found);
}

#define FIRST                                                                  \
	"reference 0 alone 0: 2 s, 6 ok, 2 failed, 200 B, 0.5 CPU s\n"
#define SECOND                                                                 \
	"aiohttp 0 3: 0.6 s, 6 ok, 2 failed, 200 B, 0.5 CPU s\n"               \
	"null 0 failed 1: 0.2 s, 6 ok, 2 failed, 200 B, 0.5 CPU s\n"  \
	"aiohttp 1 0: 2 s, 6 ok, 2 failed, 200 B, 0.5 CPU s\n"

static void trials_with_their_slices(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct run first, second;

	fixture_run(&first);
	fixture_run(&second);
	second.start_wall_ns += NS_PER_S;
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &first, &err), 0);
	assert_int_equal(store_begin_run(store, &second, &err), 0);
	add_trial(store, &second, "aiohttp", 1, 0);
	add_trial(store, &second, "null", 0, 1);
	add_trial(store, &second, "aiohttp", 0, 3);
	add_trial(store, &first, "reference", -1, 0);
	assert_trials(store, NULL, FIRST SECOND);
	assert_trials(store, first.id, FIRST);
	assert_trials(store, second.id, SECOND);
	assert_trials(store, "another", "");
	store_close(store);
	run_release(&first);
	run_release(&second);
}

/* A run that was cut goes on where it was. */
static void runs_that_go_on(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct run first, second, read;

	fixture_run(&first);
	fixture_run(&second);
	second.start_wall_ns += NS_PER_S;
	first.environment.more_json = mem_dup("{\"governor\": \"performance\"}");
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_read_run(store, NULL, &read, &err),
			 ERR_NOT_FOUND);
	assert_names(err, "has no run");
	assert_int_equal(store_begin_run(store, &second, &err), 0);
	assert_int_equal(store_begin_run(store, &first, &err), 0);
	assert_int_equal(store_end_run(store, &first, RUN_INTERRUPTED, &err),
			 0);
	assert_int_equal(store_read_run(store, NULL, &read, &err), 0);
	assert_string_equal(read.id, second.id);
	assert_null(read.environment.more_json);
	run_release(&read);
	assert_int_equal(store_resume_run(store, first.id, &err), 0);
	assert_int_equal(store_read_run(store, first.id, &read, &err), 0);
	assert_string_equal(read.environment.more_json,
			    "{\"governor\": \"performance\"}");
	assert_int_equal(read.end_wall_ns, 0);
	run_release(&read);
	assert_int_equal(store_resume_run(store, "another", &err),
			 ERR_NOT_FOUND);
	assert_names(err, "has no run another");
	store_close(store);
	run_release(&first);
	run_release(&second);
}

static int add_environment(void *context, const char *run_id, const char *json)
{
	struct str *seen = context;

	assert_int_equal(strlen(run_id), 36);
	str_add(seen, json);
	return 0;
}

/* Of runs that have trials; one is as unknown as those before schema 0006. */
static void environments(void **state)
{
	static const char *const known[] = { "{\"a\": \"1\"}", NULL,
					     "{\"b\": \"2\"}", "{}" };
	struct fixture *f = *state;
	struct str seen = STR_INIT;
	struct store *store;

	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	for (unsigned i = 0; i < 4; i++) {
		struct run run;

		fixture_run(&run);
		run.start_wall_ns += i * NS_PER_S;
		if (known[i])
			run.environment.more_json = mem_dup(known[i]);
		assert_int_equal(store_begin_run(store, &run, &err), 0);
		if (i < 3)
			add_trial(store, &run, "aiohttp", 0, 2);
		run_release(&run);
	}
	assert_int_equal(store_each_environment(store, add_environment, &seen,
						&err), 0);
	assert_string_equal(seen.buf, "{\"a\": \"1\"}{\"b\": \"2\"}");
	str_release(&seen);
	store_close(store);
}

/* "0 1x 2": the blocks of the trials, and x for those that are dropped. */
static int tell_block(void *context, const struct trial_rounds *trial)
{
	str_addf(context, "%u%s ", trial->block,
		 trial->dropped ? "x" : "");
	return 0;
}

/* Which libraries have a trial in which block; a blank ends a block. */
static void assert_dropped(const struct fixture *f, const char *made,
			   const char *expected)
{
	struct str found = STR_INIT;
	struct store *store;
	struct run run;
	int block = 0;

	fixture_run(&run);
	unlink(f->path);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	for (; *made; made++) {
		const char name[] = { *made, '\0' };

		if (*made == ' ')
			block++;
		else
			add_trial(store, &run, name, *made == '-' ? -1 : block,
				  *made == 'a' ? 0 : 2);
	}
	if (store_each_rounds(store, run.id, tell_block, &found, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(found.buf, expected);
	str_release(&found);
	store_close(store);
	run_release(&run);
}

/* What is dropped was made anew; what was cut last may still be all there is. */
static void half_blocks(void **state)
{
	const struct fixture *f = *state;

	assert_dropped(f, "abc abc", "0 0 0 1 1 1 ");
	assert_dropped(f, "abc ab abc", "0 0 0 1x 1x 2 2 2 ");
	assert_dropped(f, "ab a abc ab", "0x 0x 1x 2 2 2 3 3 ");
	assert_dropped(f, "abc ab", "0 0 0 1 1 ");
	assert_dropped(f, "ab", "0 0 ");
	/* What one library was given twice is no other library's. */
	assert_dropped(f, "aab abc", "0x 0x 0x 1 1 1 ");
	assert_dropped(f, "-- ab", "0 0 1 1 ");
}

/* Of those that the program leaves out too. */
static int tell_partial(void *context, const struct trial_rounds *trial)
{
	str_addf(context, "%s %zu%s\n", trial->library, trial->slice_count,
		 trial->partial ? " partial" : "");
	return 0;
}

static void partial_trials(void **state)
{
	struct fixture *f = *state;
	struct str found = STR_INIT;
	struct store *store;
	struct run run;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	add_trial(store, &run, "aiohttp", 0, 0);
	add_trial(store, &run, LOST, 1, 0);
	add_trial(store, &run, LOST, 2, 2);
	add_trial(store, &run, LOST, 3, 1);
	if (store_each_rounds(store, NULL, tell_partial, &found, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(found.buf, "aiohttp 0\n" LOST " 0 partial\n"
				       LOST " 2\n" LOST " 1\n");
	str_release(&found);
	store_close(store);
	run_release(&run);
}

static int refuse(void *context, const struct trial_rounds *trial)
{
	(void)trial;
	++*(int *)context;
	return ERR_INTERRUPTED;
}

static void a_reader_can_stop(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct run run;
	int seen = 0;

	fixture_run(&run);
	assert_int_equal(store_open(&store, f->url, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin_run(store, &run, &err), 0);
	add_trial(store, &run, "aiohttp", 0, 2);
	add_trial(store, &run, "aiohttp", 1, 2);
	assert_int_equal(store_each_rounds(store, NULL, refuse, &seen, &err),
			 ERR_INTERRUPTED);
	assert_int_equal(seen, 1);
	store_close(store);
	run_release(&run);
}

/* Each schema is read by this program, the first without results too. */
static void trials_of_older_schemas(void **state)
{
	static const char *const schemas[] = { "0001", "0003", "0005" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		struct store *store;
		int seen = 0;

		make_golden(f, schemas[i]);
		assert_int_equal(store_open(&store, f->url, STORE_READ, &err),
				 0);
		assert_int_equal(store_each_rounds(store, NULL, refuse, &seen,
						   &err), ERR_INTERRUPTED);
		assert_int_equal(seen, 1);
		store_close(store);
	}
}

#define CHECK(name)                                                            \
	cmocka_unit_test_setup_teardown(name, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(trials_with_their_slices),
		CHECK(a_reader_can_stop),
		CHECK(environments),
		CHECK(half_blocks),
		CHECK(partial_trials),
		CHECK(runs_that_go_on),
		CHECK(trials_of_older_schemas),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
