/* What is said of runs, of the trial now, and of what the origin saw. */
#include <string.h>

#include "base/clock.h"
#include "monitor/expose_family.h"

typedef void (*add_run_fn)(struct page *page, const struct live *live);

struct run_family {
	struct family family;
	add_run_fn add;
};

static void begin(struct page *page, const struct live *live)
{
	sample_begin(page, "");
	sample_label(page, "run_id", live->run.id);
}

static void add_u64(struct page *page, const struct live *live, uint64_t value)
{
	begin(page, live);
	sample_u64(page, value, 0);
}

static void add_info(struct page *page, const struct live *live)
{
	begin(page, live);
	sample_label(page, "version", live->run.version);
	sample_label(page, "kernel", live->run.kernel);
	sample_label(page, "cpu_model", live->run.cpu_model);
	sample_label(page, "database", live->run.database);
	sample_u64(page, 1, 0);
}

static void add_start(struct page *page, const struct live *live)
{
	begin(page, live);
	sample_seconds(page, live->run.start_wall_ns, 0);
}

static void add_updated(struct page *page, const struct live *live)
{
	begin(page, live);
	sample_seconds(page, live->run.updated_wall_ns, 0);
}

static void add_ended(struct page *page, const struct live *live)
{
	add_u64(page, live, live->run.ended == 1);
}

static void add_planned(struct page *page, const struct live *live)
{
	add_u64(page, live, live->run.trial_count);
}

static void add_begun(struct page *page, const struct live *live)
{
	add_u64(page, live, live->run.trial_number);
}

static void add_failed(struct page *page, const struct live *live)
{
	add_u64(page, live, live->run.trials_failed);
}

static void add_harness_cpu(struct page *page, const struct live *live)
{
	begin(page, live);
	sample_seconds(page, live->run.harness_cpu_ns, 0);
}

static bool has_trial(const struct live *live)
{
	return !live->run.ended && live->run.trial.library[0];
}

static void begin_trial(struct page *page, const struct live *live,
			const char *library, const char *test)
{
	begin(page, live);
	sample_label(page, "library", library);
	sample_label(page, "test", test);
}

static void add_info_of(struct page *page, const struct live *live,
			const char *library, const char *test, const char *id)
{
	const struct live_trial *trial = &live->run.trial;

	begin_trial(page, live, library, test);
	sample_label(page, "trial_id", id);
	sample_label(page, "config_hash", trial->config_hash);
	sample_label(page, "params", trial->params_json);
	sample_label(page, "isolation", trial->isolation);
	sample_label(page, "cgroup", trial->cgroup);
	sample_label(page, "network", trial->network);
	sample_label_u64(page, "replicas", trial->replicas);
	sample_label_u64(page, "concurrency", trial->concurrency);
	sample_u64(page, 1, 0);
}

/* A replica whose place holds no other one's number: no series twice. */
static const struct live_cell *replica_at(const struct live *live, uint32_t i)
{
	const struct live_cell *cell = &live->cell[i];

	for (uint32_t j = 0; j < i; j++)
		if (live->cell[j].number == cell->number &&
		    !strcmp(live->cell[j].library, cell->library) &&
		    !strcmp(live->cell[j].test, cell->test))
			return NULL;
	return cell->number >= 0 ? cell : NULL;
}

/* The trials of a block are under way together. */
static void add_trial(struct page *page, const struct live *live)
{
	const struct live_trial *trial = &live->run.trial;
	bool any = false;

	if (!has_trial(live))
		return;
	for (uint32_t i = 0; i < live->cell_count; i++) {
		const struct live_cell *cell = replica_at(live, i);

		if (!cell || cell->number || !*cell->library)
			continue;
		add_info_of(page, live, cell->library, cell->test,
			    cell->trial_id);
		any = true;
	}
	if (!any)
		add_info_of(page, live, trial->library, trial->test, trial->id);
}

static bool has_origin(const struct live *live)
{
	return live->origin.name[0];
}

/* Its counters are of the run, and stay while the next trial's starts. */
static bool had_origin(const struct live *live)
{
	return has_origin(live) || live->run.origin.requests;
}

static void begin_replica(struct page *page, const struct live *live,
			  const struct live_cell *cell)
{
	begin_trial(page, live, cell->library, cell->test);
	sample_label_u64(page, "replica", (uint64_t)cell->number);
}

static void add_in_flight(struct page *page, const struct live *live)
{
	bool known = has_trial(live) && has_origin(live);

	for (uint32_t i = 0; known && i < live->cell_count; i++) {
		const struct live_cell *cell = replica_at(live, i);

		if (!cell)
			continue;
		begin_replica(page, live, cell);
		sample_u64(page, cell->in_flight, 0);
	}
}

/* Classes of failures that a replica had none of are left out. */
static void add_outcomes(struct page *page, const struct live *live,
			 const struct live_cell *cell)
{
	for (unsigned o = OUTCOME_OK; o < OUTCOME_COUNT; o++) {
		if (o != OUTCOME_OK && !cell->outcomes[o])
			continue;
		begin_replica(page, live, cell);
		sample_label(page, "outcome", outcome_name(o));
		sample_u64(page, cell->outcomes[o], 0);
	}
}

static void add_replica_operations(struct page *page, const struct live *live)
{
	for (uint32_t i = 0; has_trial(live) && i < live->cell_count; i++) {
		const struct live_cell *cell = replica_at(live, i);

		if (cell)
			add_outcomes(page, live, cell);
	}
}

/* In a block others work meanwhile: a rate is of this time. */
static void add_worked(struct page *page, const struct live *live)
{
	for (uint32_t i = 0; has_trial(live) && i < live->cell_count; i++) {
		const struct live_cell *cell = replica_at(live, i);

		if (!cell || !live->run.trial.block)
			continue;
		begin_replica(page, live, cell);
		sample_seconds(page, cell->worked_ns, 0);
	}
}

static void add_turn(struct page *page, const struct live *live)
{
	if (!has_trial(live) || !live->run.trial.block)
		return;
	add_u64(page, live, live->run.trial.round);
}

static void add_families(struct page *page, const struct run_family *all,
			 size_t count)
{
	const struct monitor_view *view = page->view;

	for (size_t f = 0; f < count; f++) {
		family_begin(page, &all[f].family);
		for (unsigned i = 0; i < view->run_count; i++)
			if (!page_is_repeated(page, i))
				all[f].add(page, &view->run[i]);
	}
}

void page_add_runs(struct page *page)
{
	static const struct run_family families[] = {
		{ { "geoio_run", FAMILY_INFO, "",
		    "A run: its harness, its machine and its database; always "
		    "1." },
		  add_info },
		{ { "geoio_run_start_timestamp_seconds", FAMILY_GAUGE,
		    "seconds", "When the run began, since 1970." },
		  add_start },
		{ { "geoio_run_updated_timestamp_seconds", FAMILY_GAUGE,
		    "seconds",
		    "When the figures of the run were written down, since "
		    "1970." },
		  add_updated },
		{ { "geoio_run_ended", FAMILY_GAUGE, "",
		    "1 for a run that is over, else 0." },
		  add_ended },
		{ { "geoio_run_trials", FAMILY_GAUGE, "",
		    "Steps that the run is to make: separate trials, or blocks "
		    "of trials." },
		  add_planned },
		{ { "geoio_trials_begun", FAMILY_COUNTER, "",
		    "Steps of the run that have begun: separate trials, or "
		    "blocks of trials." },
		  add_begun },
		{ { "geoio_trials_failed", FAMILY_COUNTER, "",
		    "Trials of the run whose state is not ok." },
		  add_failed },
		{ { "geoio_harness_cpu_seconds", FAMILY_COUNTER, "seconds",
		    "CPU time of the harness itself, without its origin." },
		  add_harness_cpu },
		{ { "geoio_trial", FAMILY_INFO, "",
		    "A trial that is under way, or one of a block of trials; "
		    "always 1." },
		  add_trial },
		{ { "geoio_in_flight", FAMILY_GAUGE, "",
		    "Requests that a replica of the trial under way waits "
		    "for." },
		  add_in_flight },
		{ { "geoio_replica_operations", FAMILY_COUNTER, "",
		    "Operations of a replica of the trial under way that have "
		    "ended, by what became of them." },
		  add_replica_operations },
		{ { "geoio_replica_worked_seconds", FAMILY_COUNTER, "seconds",
		    "For how long a replica of the block under way had its "
		    "turn." },
		  add_worked },
		{ { "geoio_block_round", FAMILY_GAUGE, "",
		    "The round of the block under way, from 1; 0 before the "
		    "first." },
		  add_turn },
	};

	add_families(page, families, sizeof(families) / sizeof(families[0]));
}

static void add_responses(struct page *page, const struct live *live)
{
	const struct ledger_counts *origin = &live->run.origin;
	const struct {
		const char *status;
		uint64_t count;
	} all[] = {
		{ "200", origin->status_200 }, { "206", origin->status_206 },
		{ "304", origin->status_304 }, { "4xx", origin->status_4xx },
		{ "5xx", origin->status_5xx },
	};

	if (!had_origin(live))
		return;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		begin(page, live);
		sample_label(page, "status", all[i].status);
		sample_u64(page, all[i].count, 0);
	}
}

static void add_origin_now(struct page *page, const struct live *live)
{
	if (has_origin(live) && !live->run.ended)
		add_u64(page, live, live->origin.in_flight);
}

static void add_origin_open(struct page *page, const struct live *live)
{
	if (has_origin(live) && !live->run.ended)
		add_u64(page, live, live->origin.open_connections);
}

/* X(member of the ledger's counts, kind, family, unit, help) */
#define ORIGIN_FAMILIES(X)                                                     \
	X(connections, COUNTER, "connections", "", "Connections accepted.")    \
	X(requests, COUNTER, "requests", "",                                   \
	  "Heads of requests read, valid or not.")                             \
	X(requests_get, COUNTER, "get_requests", "",                           \
	  "GET requests of objects.")                                          \
	X(requests_head, COUNTER, "head_requests", "", "HEAD requests.")       \
	X(requests_list, COUNTER, "list_requests", "",                         \
	  "Listings of a bucket.")                                             \
	X(bad_heads, COUNTER, "bad_heads", "",                                 \
	  "Heads of requests that were refused.")                              \
	X(received_bytes, COUNTER, "received_bytes", "bytes",                  \
	  "Bytes of requests.")                                                \
	X(body_bytes, COUNTER, "sent_body_bytes", "bytes",                     \
	  "Bytes of response bodies that the kernel took.")                    \
	X(head_bytes, COUNTER, "sent_head_bytes", "bytes",                     \
	  "Bytes of response heads that the kernel took.")                     \
	X(completed, COUNTER, "responses_completed", "",                       \
	  "Responses sent whole.")                                             \
	X(aborted, COUNTER, "responses_aborted", "",                           \
	  "Responses that the client or the network cut.")                     \
	X(repeated, COUNTER, "requests_repeated", "",                          \
	  "Requests for a range whose answer before was cut, failed, or is "   \
	  "still being sent.")                                                 \
	X(in_flight_peak, GAUGE, "in_flight_peak", "",                         \
	  "Most requests in flight at a time, of all replicas, in the "         \
	  "trial now.")              \
	X(open_connections_peak, GAUGE, "open_connections_peak", "",           \
	  "Most connections at a time, of all replicas, in the trial now.")

#define ADD_COUNT(member, kind, name, unit, help)                              \
	static void add_origin_##member(struct page *page,                     \
					const struct live *live)               \
	{                                                                      \
		if (had_origin(live))                                          \
			add_u64(page, live, live->run.origin.member);          \
	}
ORIGIN_FAMILIES(ADD_COUNT)

#define ORIGIN_FAMILY(member, kind, name, unit, help)                          \
	{ { "geoio_origin_" name, FAMILY_##kind, unit, help },                 \
	  add_origin_##member },

void page_add_origin(struct page *page)
{
	static const struct run_family families[] = {
		ORIGIN_FAMILIES(ORIGIN_FAMILY)
		{ { "geoio_origin_responses", FAMILY_COUNTER, "",
		    "Responses begun, by status." },
		  add_responses },
		{ { "geoio_origin_in_flight", FAMILY_GAUGE, "",
		    "Requests that the origin is answering." },
		  add_origin_now },
		{ { "geoio_origin_open_connections", FAMILY_GAUGE, "",
		    "Connections that are open." },
		  add_origin_open },
	};

	add_families(page, families, sizeof(families) / sizeof(families[0]));
}
