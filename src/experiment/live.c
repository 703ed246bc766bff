#include "experiment/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "experiment/sampler.h"
#include "experiment/experiment.h"

#define COPY(to, from) snprintf((to), sizeof(to), "%s", (from) ? (from) : "")

/* ------------------------------------------------------------- the run --- */

static uint64_t cpu_of_harness(void)
{
	struct timespec used;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) < 0)
		return 0;
	return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

static void fill_run(struct live_run *run, const struct experiment *experiment)
{
	COPY(run->id, experiment->run.id);
	COPY(run->version, experiment->run.environment.harness_version);
	COPY(run->command, experiment->run.command);
	COPY(run->database, experiment->settings->database);
	COPY(run->kernel, experiment->run.environment.kernel);
	COPY(run->cpu_model, experiment->run.environment.cpu_model);
	run->pid = getpid();
	run->start_wall_ns = experiment->run.start_wall_ns;
	run->updated_wall_ns = clock_wall_ns();
	run->trial_count = (uint32_t)experiment->job_count;
}

/* Writes what changes. board_begin() has been called. */
static void touch_run(struct live_writer *live, struct live_run *run)
{
	run->updated_wall_ns = clock_wall_ns();
	run->harness_cpu_ns = cpu_of_harness();
	run->trial_number = (uint32_t)live->experiment->schedule.number;
}

static uint32_t most_replicas(const struct experiment *experiment)
{
	uint64_t most = 1;

	for (size_t i = 0; i < experiment->job_count; i++)
		if (experiment->jobs[i].spec.replicas > most)
			most = experiment->jobs[i].spec.replicas;
	return (uint32_t)most;
}

int live_open(struct live_writer *live, const struct experiment *experiment,
	      struct err *err)
{
	char *path = mem_printf("%s/" LIVE_BOARD, experiment->scratch.path);
	int code;

	*live = (struct live_writer){ .experiment = experiment };
	live->wall_offset_ns = clock_wall_ns() - clock_now_ns();
	code = board_create(&live->board, path, (uint32_t)experiment->job_count,
			    most_replicas(experiment), err);
	free(path);
	if (code < 0)
		return code;
	fill_run(board_begin(live->board)->run, experiment);
	board_end(live->board);
	return 0;
}

void live_close(struct live_writer *live)
{
	struct live_run *run;

	free(live->befores);
	live->befores = NULL;
	live->before_count = live->before_capacity = 0;
	if (!live->board)
		return;
	run = board_begin(live->board)->run;
	run->ended = 1;
	run->left_s = 0;
	board_end(live->board);
	board_close(live->board);
	live->board = NULL;
}

/* ------------------------------------------------------ a trial begins --- */

/* Where the totals of such trials are, or a new place. There is one for each job,
 * so that it never ends. */
static uint32_t find_test(struct board_pages *pages,
			  const struct live_trial *trial)
{
	struct live_test *test = pages->test;
	uint32_t i = 0;

	while (i < *pages->test_count &&
	       (strcmp(test[i].library, trial->library) ||
		strcmp(test[i].test, trial->test) ||
		strcmp(test[i].config_hash, trial->config_hash)))
		i++;
	if (i == *pages->test_count) {
		memset(&test[i], 0, sizeof(test[i]));
		COPY(test[i].library, trial->library);
		COPY(test[i].test, trial->test);
		COPY(test[i].config_hash, trial->config_hash);
		++*pages->test_count;
	}
	return i;
}

static void fill_trial(struct live_trial *trial, const struct trial_spec *spec)
{
	*trial = (struct live_trial){
		.n_requests = count_or(spec->n_requests, 0),
		.timeout_s = spec->timeout_s,
		.replicas = (uint32_t)spec->replicas,
		.concurrency = (uint32_t)spec->concurrency,
	};
	COPY(trial->library, spec->library);
	COPY(trial->test, spec->test);
	spec_hash(spec, trial->config_hash);
	COPY(trial->stage, "preparing");
}

void live_begin(struct live_writer *live, const struct trial_spec *spec)
{
	struct board_pages *pages;

	if (!live->board)
		return;
	pages = board_begin(live->board);
	touch_run(live, pages->run);
	fill_trial(&pages->run->trial, spec);
	live->test = find_test(pages, &pages->run->trial);
	live->before = pages->test[live->test];
	live->origin_before = pages->run->origin;
	*pages->cell_count = 0;
	memset(pages->origin, 0, sizeof(*pages->origin));
	board_end(live->board);
}

/* The trials of a block live at once: each has totals from before the block. */
void live_begin_block(struct live_writer *live)
{
	live->before_count = 0;
	live->origin_before = live->board
				      ? board_pages(live->board)->run->origin
				      : (struct ledger_counts){ 0 };
}

unsigned live_add(struct live_writer *live, const struct trial_spec *spec)
{
	struct board_pages *pages;
	struct live_trial trial;

	MEM_ROOM(live->befores, live->before_count, live->before_capacity);
	memset(&live->befores[live->before_count], 0, sizeof(*live->befores));
	if (!live->board)
		return live->before_count++;
	fill_trial(&trial, spec);
	pages = board_begin(live->board);
	live->befores[live->before_count] =
		pages->test[find_test(pages, &trial)];
	board_end(live->board);
	return live->before_count++;
}

void live_turn(struct live_writer *live, const struct trial_spec *spec,
	       unsigned place)
{
	struct board_pages *pages;

	if (!live->board)
		return;
	pages = board_begin(live->board);
	fill_trial(&pages->run->trial, spec);
	live->test = find_test(pages, &pages->run->trial);
	live->before = live->befores[place];
	*pages->cell_count = 0;
	board_end(live->board);
}

/* ----------------------------------------------------------- its cells --- */

static void name_cell(struct live_cell *cell, const struct sampler *s,
		      const struct experiment *experiment, unsigned number)
{
	const struct trial *trial = s->trial;
	char who[16] = "origin";

	memset(cell, 0, sizeof(*cell));
	cell->number = (int32_t)number - 1;
	if (number != CELL_ORIGIN)
		snprintf(who, sizeof(who), "%u", number - 1);
	snprintf(cell->name, sizeof(cell->name), "geoio-%s-%s-%.8s-%s",
		 trial->spec.library, trial->spec.test, experiment->run.id, who);
	/* Without a group of its own the path would be that of others, or
	 * "/". */
	if (s->cells->group[sampler_cell(s, number)].ops ||
	    s->cells->isolation == ISOLATION_DOCKER)
		cgroup_path_of(s->ours[number], cell->id, sizeof(cell->id));
	if (number != CELL_ORIGIN && s->cells->isolation == ISOLATION_DOCKER &&
	    experiment->containers.container.image)
		COPY(cell->image, experiment->containers.container.image);
}

static uint64_t working_set(const struct gauge *gauge,
			    const struct sample *sample)
{
	uint64_t inactive = gauge->counts.memory_inactive_file_bytes;

	if (!gauge->group || inactive == COUNT_UNKNOWN)
		return COUNT_UNKNOWN;
	return sample->memory_bytes > inactive ? sample->memory_bytes - inactive
					       : 0;
}

static void fill_cell(struct live_cell *cell, const struct live_writer *live,
		      const struct sampler *s, unsigned number)
{
	cell->last = s->last[number];
	cell->at_wall_ns = cell->last.at_ns
				   ? cell->last.at_ns + live->wall_offset_ns
				   : 0;
	cell->working_set_bytes = working_set(&s->gauges[number],
					      &cell->last);
}

/* Counts operations that were asked for since GO and have no record yet. What
 * the origin still has to answer would be less: most of the wait may be in the
 * replica. */
static uint32_t in_flight(const struct sampler *s, unsigned i)
{
	const struct replica *replica = &s->trial->replica[i];
	const struct record_cursor *cursor = &s->cursors[i];
	uint64_t asked = atomic_load(&sampler_row(s, i)->requests) -
			 replica->ledger_setup.requests;
	uint64_t open = asked > cursor->requests ? asked - cursor->requests : 0;
	uint64_t most = s->trial->spec.concurrency * s->trial->widest;

	if (replica->done_ns || *replica->text)
		return 0;
	return (uint32_t)(open < most ? open : most);
}

static void fill_replica(struct live_cell *cell, const struct sampler *s,
			 unsigned i)
{
	const struct record_cursor *cursor = &s->cursors[i];
	const struct replica *replica = &s->trial->replica[i];

	memcpy(cell->outcomes, cursor->outcomes, sizeof(cell->outcomes));
	cell->bytes_ok = cursor->bytes;
	if (*replica->text)
		COPY(cell->state, replica_state_name(replica->state));
	if (!s->ledger)
		return;
	cell->in_flight = in_flight(s, i);
	cell->open_connections =
		atomic_load(&sampler_row(s, i)->open_connections);
}

/* The figures of the origin are sums over its rows. */
static void fill_origin(struct live_cell *cell, const struct ledger *ledger)
{
	cell->in_flight = 0;
	cell->open_connections = 0;
	for (unsigned i = 0; i < ledger->rows; i++) {
		const struct ledger_row *row = &ledger->row[i];

		cell->in_flight += (uint32_t)atomic_load(&row->in_flight);
		cell->open_connections += atomic_load(&row->open_connections);
	}
}

static void fill_cells(struct live_writer *live, struct board_pages *pages,
		       const struct sampler *s)
{
	uint32_t count = s->count - 1;

	if (!*pages->cell_count) {
		for (unsigned i = 0; i < count; i++)
			name_cell(&pages->cell[i], s, live->experiment,
				  CELL_OF(i));
		if (s->origin_pid)
			name_cell(pages->origin, s, live->experiment, CELL_ORIGIN);
		*pages->cell_count = count;
	}
	for (unsigned i = 0; i < count; i++) {
		fill_cell(&pages->cell[i], live, s, CELL_OF(i));
		fill_replica(&pages->cell[i], s, i);
	}
	if (!s->origin_pid)
		return;
	fill_cell(pages->origin, live, s, CELL_ORIGIN);
	fill_origin(pages->origin, s->ledger);
}

/* --------------------------------------------------- totals of the run --- */

static void add_cursor(struct live_test *test,
		       const struct record_cursor *cursor)
{
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		test->outcomes[i] += cursor->outcomes[i];
	for (unsigned i = 0; i < LIVE_BUCKETS; i++)
		test->bucket[i] += cursor->bucket[i];
	test->bytes_ok += cursor->bytes;
	test->latency_sum_ns += cursor->latency_sum_ns;
}

/* The counters of the run, and the peaks of the trial now. */
static void add_ledger(struct ledger_counts *origin,
		       const struct ledger *ledger)
{
	const struct ledger_all *all = &ledger->all;
	struct ledger_counts row;

	for (unsigned i = 0; i < ledger->rows; i++) {
		ledger_read(&ledger->row[i], &row);
		ledger_add(&row, origin);
	}
	origin->in_flight_peak = atomic_load(&all->in_flight_peak);
	origin->open_connections_peak =
		atomic_load(&all->open_connections_peak);
}

static void fill_totals(struct live_writer *live, struct board_pages *pages,
			const struct sampler *s)
{
	struct live_test *test = &pages->test[live->test];

	*test = live->before;
	pages->run->origin = live->origin_before;
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		add_cursor(test, &s->cursors[i]);
	if (s->ledger)
		add_ledger(&pages->run->origin, s->ledger);
}

static void touch_trial(struct live_trial *live, const struct sampler *s,
			const struct live_writer *writer, const char *stage)
{
	const struct trial *trial = s->trial;
	uint64_t now_ns = clock_now_ns();

	COPY(live->id, trial->id);
	COPY(live->params_json, trial->params_json);
	COPY(live->isolation, isolation_name(trial->placement.isolation));
	COPY(live->cgroup, trial->placement.cgroup);
	COPY(live->network, trial->placement.network);
	COPY(live->stage, stage);
	live->go_wall_ns = trial->go_ns ? trial->go_ns + writer->wall_offset_ns
					: 0;
	live->elapsed_s = trial->go_ns && now_ns > trial->go_ns
				  ? clock_seconds(now_ns - trial->go_ns)
				  : 0;
}

void live_update(struct live_writer *live, const struct sampler *sampler,
		 const char *stage, double left_s)
{
	struct board_pages *pages;

	if (!live->board)
		return;
	live->wall_offset_ns = clock_wall_ns() - clock_now_ns();
	pages = board_begin(live->board);
	touch_run(live, pages->run);
	pages->run->left_s = left_s;
	touch_trial(&pages->run->trial, sampler, live, stage);
	if (sampler->metering) {
		fill_cells(live, pages, sampler);
		fill_totals(live, pages, sampler);
	}
	board_end(live->board);
}

/* ----------------------------------------------------- a trial is over --- */

void live_describe(const struct result_row *row, uint64_t end_wall_ns,
		   struct live_finished *out)
{
	char *findings;

	*out = (struct live_finished){
		.replicas = (uint32_t)count_or(row->replicas, 0),
		.concurrency = (uint32_t)count_or(row->concurrency, 0),
		.end_wall_ns = end_wall_ns,
		.duration_s = row->duration_seconds,
		.successes = count_or(row->number_successes, 0),
		.failures = count_or(row->number_failures, 0),
		.requests_per_second = row->requests_per_second,
		.bytes_per_second = row->bytes_per_second,
		.p50_ms = row->latency_p50_ms,
		.p99_ms = row->latency_p99_ms,
		.cpu_s = row->cpu_total_seconds,
		.cpu_us_per_request = row->cpu_seconds_per_1000_requests * 1e3,
		.memory_peak_bytes = count_or(row->peak_rss_bytes, 0),
	};
	COPY(out->trial_id, row->trial_id);
	COPY(out->run_id, row->run_id);
	COPY(out->library, row->library_name);
	COPY(out->test, row->test_name);
	COPY(out->library_version, row->library_version);
	COPY(out->params_json, row->test_params);
	COPY(out->state, row->state);
	COPY(out->isolation, row->isolation);
	findings = findings_texts(&row->findings);
	COPY(out->findings, findings);
	free(findings);
}

static void add_finished(struct board_pages *pages,
			 const struct result_row *row)
{
	struct live_finished *all = pages->finished;

	if (*pages->finished_count == LIVE_FINISHED_MOST)
		memmove(all, all + 1,
			(--*pages->finished_count) * sizeof(*all));
	live_describe(row, clock_wall_ns(),
		      &all[(*pages->finished_count)++]);
}

void live_end(struct live_writer *live, const struct result_row *row)
{
	struct board_pages *pages;

	if (!live->board)
		return;
	pages = board_begin(live->board);
	touch_run(live, pages->run);
	COPY(pages->run->trial.stage, "over");
	if (!row || strcmp(row->state, "ok"))
		pages->run->trials_failed++;
	if (row)
		add_finished(pages, row);
	board_end(live->board);
}

bool live_look(const struct live_writer *live, struct live *out)
{
	const struct board_pages *pages;

	if (!live->board)
		return false;
	pages = board_pages(live->board);
	*out = (struct live){
		.run = *pages->run,
		.origin = *pages->origin,
		.cell = pages->cell,
		.cell_count = *pages->cell_count,
		.test = pages->test,
		.test_count = *pages->test_count,
		.finished = pages->finished,
		.finished_count = *pages->finished_count,
	};
	return true;
}
