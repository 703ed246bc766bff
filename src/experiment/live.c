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
}

/* Writes what changes. board_begin() has been called. */
static void touch_run(struct live_writer *live, struct live_run *run)
{
	run->updated_wall_ns = clock_wall_ns();
	run->harness_cpu_ns = cpu_of_harness();
	run->trial_number = (uint32_t)live->experiment->schedule.number;
	run->trial_count = (uint32_t)live->experiment->schedule.total;
}

/* A trial's replicas, or in a block those of a trial of each library. */
static uint32_t most_cells(const struct experiment *experiment)
{
	uint64_t most = 1, sum = 0;

	for (size_t i = 0; i < experiment->job_count; i++) {
		uint64_t of_library = 0;

		for (size_t j = 0; j < experiment->job_count; j++) {
			const struct job *job = &experiment->jobs[j];

			if (job->library != experiment->jobs[i].library)
				continue;
			if (j < i)
				break; /* its sum is taken */
			if (job->spec.replicas > of_library)
				of_library = job->spec.replicas;
		}
		sum += of_library;
		if (of_library > most)
			most = of_library;
	}
	if (!experiment->settings->slices || sum < most)
		return (uint32_t)most;
	return (uint32_t)(sum < BOARD_CELLS_MOST ? sum : BOARD_CELLS_MOST);
}

int live_open(struct live_writer *live, const struct experiment *experiment,
	      struct err *err)
{
	char *path = mem_printf("%s/" LIVE_BOARD, experiment->scratch.path);
	int code;

	*live = (struct live_writer){ .experiment = experiment };
	live->wall_offset_ns = clock_wall_ns() - clock_now_ns();
	code = board_create(&live->board, path, (uint32_t)experiment->job_count,
			    most_cells(experiment), err);
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

	free(live->place);
	live->place = NULL;
	live->place_count = live->place_capacity = 0;
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

/* Who was there before leaves the board. */
static void begin_places(struct live_writer *live, struct board_pages *pages)
{
	live->place_count = 0;
	live->cell_count = 0;
	live->origin_before = pages->run->origin;
	*pages->cell_count = 0;
	memset(pages->origin, 0, sizeof(*pages->origin));
}

/* With totals from before. Replicas for which the board has no room are not on
 * it. */
static struct live_place *add_place(struct live_writer *live,
				    struct board_pages *pages,
				    const struct trial_spec *spec)
{
	uint32_t left = pages->cell_most - live->cell_count;
	struct live_place *place;

	MEM_ROOM(live->place, live->place_count, live->place_capacity);
	place = &live->place[live->place_count++];
	fill_trial(&place->trial, spec);
	place->test = find_test(pages, &place->trial);
	place->before = pages->test[place->test];
	place->first = live->cell_count;
	place->count = place->trial.replicas < left ? place->trial.replicas
						    : left;
	live->cell_count += place->count;
	memset(&pages->cell[place->first], 0,
	       place->count * sizeof(*pages->cell));
	return place;
}

void live_begin(struct live_writer *live, const struct trial_spec *spec)
{
	struct board_pages *pages;

	if (!live->board)
		return;
	pages = board_begin(live->board);
	touch_run(live, pages->run);
	begin_places(live, pages);
	pages->run->trial = add_place(live, pages, spec)->trial;
	board_end(live->board);
}

void live_begin_block(struct live_writer *live, unsigned number)
{
	struct board_pages *pages;

	live->block = number + 1;
	if (!live->board)
		return;
	pages = board_begin(live->board);
	touch_run(live, pages->run);
	begin_places(live, pages);
	board_end(live->board);
}

static void fill_block(struct live_trial *trial, const struct live_writer *live)
{
	const struct schedule *schedule = &live->experiment->schedule;
	unsigned count = live->experiment->settings->blocks;

	trial->block = live->block;
	trial->block_count = count > live->block ? count : live->block;
	trial->timeout_s = schedule->trial_s;
	trial->elapsed_s =
		clock_seconds(clock_now_ns() - schedule->trial_start_ns);
}

unsigned live_add(struct live_writer *live, const struct trial_spec *spec)
{
	struct board_pages *pages;
	struct live_place *place;

	if (!live->board)
		return 0;
	pages = board_begin(live->board);
	place = add_place(live, pages, spec);
	pages->run->trial = place->trial;
	fill_block(&pages->run->trial, live);
	board_end(live->board);
	return live->place_count - 1;
}

/* ----------------------------------------------------------- its cells --- */

static void name_cell(struct live_cell *cell, const struct sampler *s,
		      const struct experiment *experiment, unsigned number)
{
	const struct trial *trial = s->trial;
	char who[16] = "origin", again[16] = "";

	memset(cell, 0, sizeof(*cell));
	COPY(cell->library, trial->spec.library);
	COPY(cell->test, trial->spec.test);
	COPY(cell->trial_id, trial->id);
	cell->number = (int32_t)number - 1;
	if (number != CELL_ORIGIN)
		snprintf(who, sizeof(who), "%u", number - 1);
	/* A library has a trial in each block, or repeat. */
	if (trial->block)
		snprintf(again, sizeof(again), "%u-", trial->block);
	snprintf(cell->name, sizeof(cell->name), "geoio-%s-%s-%.8s-%s%s",
		 trial->spec.library, trial->spec.test, experiment->run.id,
		 again, who);
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
	cell->in_flight = (uint32_t)sampler_in_flight(s, i);
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

/* All trials of a block read the same origin: the newest reading counts. */
static void fill_origin_cell(struct live_writer *live,
			     struct live_cell *origin, const struct sampler *s)
{
	if (!s->origin_pid)
		return;
	if (!*origin->name)
		name_cell(origin, s, live->experiment, CELL_ORIGIN);
	if (s->last[CELL_ORIGIN].at_ns >= origin->last.at_ns)
		fill_cell(origin, live, s, CELL_ORIGIN);
}

static void fill_cells(struct live_writer *live, struct board_pages *pages,
		       const struct live_place *place,
		       const struct live_part *part)
{
	const struct sampler *s = part->sampler;

	for (unsigned i = 0; i < place->count; i++) {
		struct live_cell *cell = &pages->cell[place->first + i];

		if (!*cell->name)
			name_cell(cell, s, live->experiment, CELL_OF(i));
		fill_cell(cell, live, s, CELL_OF(i));
		fill_replica(cell, s, i);
		cell->worked_ns = part->worked_ns;
	}
	*pages->cell_count = live->cell_count;
	fill_origin_cell(live, pages->origin, s);
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

static void fill_totals(const struct live_place *place,
			struct board_pages *pages, const struct sampler *s)
{
	struct live_test *test = &pages->test[place->test];

	*test = place->before;
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		add_cursor(test, &s->cursors[i]);
}

static void fill_part(struct live_writer *live, struct board_pages *pages,
		      const struct live_part *part)
{
	const struct live_place *place = &live->place[part->place];

	if (!part->sampler->metering)
		return;
	fill_cells(live, pages, place, part);
	fill_totals(place, pages, part->sampler);
}

/* Of all replicas of a block: once is enough. */
static void fill_ledger(struct live_writer *live, struct board_pages *pages,
			const struct sampler *s)
{
	if (!s->ledger || !s->metering)
		return;
	fill_origin(pages->origin, s->ledger);
	pages->run->origin = live->origin_before;
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

static struct board_pages *begin_update(struct live_writer *live,
					struct schedule_left left)
{
	struct board_pages *pages = board_begin(live->board);

	live->wall_offset_ns = clock_wall_ns() - clock_now_ns();
	touch_run(live, pages->run);
	pages->run->left_s = left.s;
	pages->run->left_is_most = left.is_most;
	return pages;
}

void live_update(struct live_writer *live, const struct sampler *sampler,
		 const char *stage, struct schedule_left left)
{
	struct live_part part = { .sampler = sampler };
	struct board_pages *pages;

	if (!live->board || !live->place_count)
		return;
	pages = begin_update(live, left);
	touch_trial(&pages->run->trial, sampler, live, stage);
	fill_part(live, pages, &part);
	fill_ledger(live, pages, sampler);
	board_end(live->board);
}

void live_update_block(struct live_writer *live, const struct live_turn *turn,
		       const char *stage, struct schedule_left left)
{
	const struct live_part *now = &turn->part[turn->now];
	struct live_trial *trial;
	struct board_pages *pages;

	if (!live->board || !live->place_count)
		return;
	pages = begin_update(live, left);
	trial = &pages->run->trial;
	*trial = live->place[now->place].trial;
	touch_trial(trial, now->sampler, live, stage);
	fill_block(trial, live);
	trial->round = turn->round;
	for (unsigned i = 0; i < turn->count; i++)
		fill_part(live, pages, &turn->part[i]);
	fill_ledger(live, pages, now->sampler);
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
		.block = row->comparison ? (uint32_t)count_or(row->block, 0) + 1
					 : 0,
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
	if (!row || !result_is_ok(row))
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
