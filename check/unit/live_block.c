/* A block on the board: all of its trials at once, whose turn it is, counters
 * that never go down. */
#include "check.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/cell.h"
#include "experiment/experiment.h"
#include "experiment/sampler.h"
#include "origin/ledger.h"

#define LIBRARIES 2
#define REPLICAS 2
#define ROWS (LIBRARIES * REPLICAS)
#define BOARD "./board"

static const char *const names[LIBRARIES] = { "quick", "slow" };

/* One library in one block. */
struct worker {
	struct trial trial;
	struct seats seats;
	struct sampler sampler;
};

static struct library libraries[LIBRARIES];
static struct job jobs[LIBRARIES];
static struct experiment_settings settings;
static struct experiment experiment;
static struct cgroup groups[ROWS + 1];
static struct cells cells;
static struct ledger *ledger;
static struct plan plan;
static struct worker workers[LIBRARIES];
static struct live_part parts[LIBRARIES];
static struct board *reader;
static struct live live;
static struct err err;

static void fill_spec(struct trial_spec *spec, unsigned i)
{
	spec_init(spec);
	spec->library = names[i];
	spec->test = "fetch_range";
	spec->replicas = REPLICAS;
	spec->concurrency = 50;
}

static int begin(void **state)
{
	(void)state;
	unlink(BOARD);
	memset(&experiment, 0, sizeof(experiment));
	settings = (struct experiment_settings){ .slices = true, .blocks = 12 };
	experiment.settings = &settings;
	experiment.jobs = jobs;
	experiment.job_count = LIBRARIES;
	experiment.scratch.path = (char[]){ "." };
	strcpy(experiment.run.id, "12345678-run");
	for (unsigned i = 0; i < LIBRARIES; i++) {
		jobs[i].library = &libraries[i];
		fill_spec(&jobs[i].spec, i);
	}
	cells = (struct cells){ .isolation = ISOLATION_PROCESS,
				.group = groups, .count = ROWS + 1 };
	schedule_init(&experiment.schedule, 24, 600);
	if (live_open(&experiment.live, &experiment, &err) < 0 ||
	    board_open(&reader, AT_FDCWD, BOARD, &err) < 0)
		fail_msg("%s", err.text);
	return 0;
}

static int end(void **state)
{
	(void)state;
	live_close(&experiment.live);
	board_close(reader);
	unlink(BOARD);
	return 0;
}

/* Replicas are ready, and nobody has worked. */
static void begin_block(unsigned number)
{
	static const int records[REPLICAS] = { -1, -1 };

	ledger = ledger_new(ROWS);
	schedule_begin_block(&experiment.schedule, "fetch_range", 25);
	live_begin_block(&experiment.live, number);
	for (unsigned i = 0; i < LIBRARIES; i++) {
		struct worker *w = &workers[i];
		struct trial_spec spec;

		memset(w, 0, sizeof(*w));
		fill_spec(&spec, i);
		trial_init(&w->trial, &spec);
		w->trial.block = number;
		snprintf(w->trial.id, sizeof(w->trial.id), "trial-%u-%u", i,
			 number);
		w->seats = (struct seats){ &cells, i * REPLICAS };
		sampler_init(&w->sampler, &w->trial, &w->seats, ledger,
			     getpid(), records, 1, &plan);
		w->sampler.metering = true;
		parts[i] = (struct live_part){
			&w->sampler, live_add(&experiment.live, &spec), 0
		};
	}
}

static void end_block(void)
{
	for (unsigned i = 0; i < LIBRARIES; i++) {
		workers[i].sampler.metering = false;
		sampler_release(&workers[i].sampler);
		trial_release(&workers[i].trial);
	}
	ledger_free(ledger);
	schedule_end(&experiment.schedule);
}

/* A turn of 0.1 s: the first replica does all. The origin's reading of this
 * moment is in this sampler alone. */
static void work(unsigned i, uint64_t at_ns)
{
	struct sampler *s = &workers[i].sampler;

	s->cursors[0].outcomes[OUTCOME_OK] += 100;
	s->last[CELL_OF(0)].cpu_ns += 50 * NS_PER_MS;
	s->last[CELL_OF(0)].at_ns = at_ns;
	s->last[CELL_ORIGIN].at_ns = at_ns;
	s->last[CELL_ORIGIN].cpu_ns = at_ns / 10;
	atomic_fetch_add(&ledger->row[i * REPLICAS].requests, 100);
	parts[i].worked_ns += 100 * NS_PER_MS;
}

static void look(unsigned now, uint32_t round)
{
	struct live_turn turn = { parts, LIBRARIES, now, round };

	live_update_block(&experiment.live, &turn, "running",
			  (struct schedule_left){ .s = 300 });
	assert_true(board_look(reader, &live));
}

static void shows_all_of_a_block(void **state)
{
	(void)state;
	begin_block(0);
	work(0, NS_PER_S);
	look(1, 7);
	assert_int_equal(live.run.trial_number, 1);
	assert_int_equal(live.run.trial_count, 24);
	assert_string_equal(live.run.trial.library, "slow");
	assert_string_equal(live.run.trial.id, "trial-1-0");
	assert_int_equal(live.run.trial.block, 1);
	assert_int_equal(live.run.trial.block_count, 12);
	assert_int_equal(live.run.trial.round, 7);
	assert_true(live.run.trial.timeout_s > 24.9);
	assert_true(live.run.trial.elapsed_s < 24.9);
	assert_int_equal(live.cell_count, ROWS);
	for (unsigned i = 0; i < ROWS; i++) {
		assert_string_equal(live.cell[i].library, names[i / REPLICAS]);
		assert_string_equal(live.cell[i].trial_id,
				    i < REPLICAS ? "trial-0-0" : "trial-1-0");
		assert_int_equal(live.cell[i].number, i % REPLICAS);
	}
	assert_int_equal(live.cell[0].outcomes[OUTCOME_OK], 100);
	assert_int_equal(live.cell[0].worked_ns, 100 * NS_PER_MS);
	assert_int_equal(live.cell[REPLICAS].worked_ns, 0);
	end_block();
}

/* Whoever is paused stays as it is, and an older reading of the origin counts
 * no more. */
static void nothing_goes_down(void **state)
{
	uint64_t ok = 0, origin_ns = 0, requests = 0;

	(void)state;
	for (unsigned block = 0; block < 2; block++) {
		begin_block(block);
		for (unsigned n = 1; n <= 10; n++) {
			work(n % 2, n * NS_PER_S);
			look((n + 1) % 2, n);
			assert_int_equal(live.cell_count, ROWS);
			assert_true(live.origin.last.cpu_ns ==
				    n * NS_PER_S / 10);
			assert_int_equal(live.test_count, LIBRARIES);
			ok += 100;
			requests += 100;
			assert_int_equal(live.test[0].outcomes[OUTCOME_OK] +
						 live.test[1].outcomes[OUTCOME_OK],
					 ok);
			assert_int_equal(live.run.origin.requests, requests);
			origin_ns = live.origin.last.cpu_ns;
		}
		assert_true(origin_ns > 0);
		end_block();
	}
}

/* Series of two blocks are not one. */
static void names_are_unique_in_the_run(void **state)
{
	(void)state;
	begin_block(0);
	look(0, 1);
	assert_string_equal(live.cell[1].name,
			    "geoio-quick-fetch_range-12345678-1");
	end_block();
	begin_block(2);
	look(0, 1);
	assert_string_equal(live.cell[1].name,
			    "geoio-quick-fetch_range-12345678-2-1");
	end_block();
}

/* A separate trial takes the place of the block. */
static void a_trial_follows(void **state)
{
	struct trial_spec spec;

	(void)state;
	begin_block(0);
	work(1, NS_PER_S);
	look(0, 1);
	end_block();
	fill_spec(&spec, 1);
	live_begin(&experiment.live, &spec);
	assert_true(board_look(reader, &live));
	assert_int_equal(live.cell_count, 0);
	assert_int_equal(live.run.trial.block, 0);
	assert_string_equal(live.run.trial.library, "slow");
	assert_int_equal(live.test_count, LIBRARIES);
	assert_int_equal(live.test[1].outcomes[OUTCOME_OK], 100);
	assert_int_equal(live.run.origin.requests, 100);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(shows_all_of_a_block),
		CHECK(nothing_goes_down),
		CHECK(names_are_unique_in_the_run),
		CHECK(a_trial_follows),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
