#include "cli/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

void sampler_init(struct sampler *sampler, struct trial *trial,
		  struct ledger *ledger, pid_t origin_pid, char *const *records)
{
	unsigned n = trial->replica_count;

	memset(sampler, 0, sizeof(*sampler));
	sampler->trial = trial;
	sampler->ledger = ledger;
	sampler->origin_pid = origin_pid;
	sampler->records = records;
	sampler->meters = mem_array(n + 1, sizeof(*sampler->meters));
	sampler->cursors = mem_array(n, sizeof(*sampler->cursors));
	sampler->ours = mem_array(n + 1, sizeof(*sampler->ours));
	sampler->first = mem_array(n + 1, sizeof(*sampler->first));
	sampler->last = mem_array(n + 1, sizeof(*sampler->last));
	for (unsigned i = 0; ledger && i < n; i++)
		atomic_store(&ledger->row[i].hold_target,
			     trial->spec.concurrency);
}

/* Counts the records that were written since the last time. */
static void advance(struct record_cursor *cursor)
{
	while (cursor->at < cursor->capacity) {
		const struct record *record = &cursor->records[cursor->at];
		uint8_t outcome = __atomic_load_n(&record->outcome,
						  __ATOMIC_ACQUIRE);

		if (outcome == OUTCOME_NONE)
			return;
		if (outcome == OUTCOME_OK) {
			cursor->ok++;
			cursor->bytes += record->bytes;
		} else {
			cursor->failed++;
		}
		cursor->at++;
	}
}

static void sample_replica(struct sampler *s, unsigned i)
{
	struct sample sample = s->last[i];

	if (measure_read(&s->meters[i], &sample, NULL) < 0)
		return; /* gone: its last reading stands */
	advance(&s->cursors[i]);
	sample.replica = (int32_t)i;
	sample.operations_ok = s->cursors[i].ok;
	sample.operations_failed = s->cursors[i].failed;
	sample.received_bytes =
		s->ledger ? atomic_load(&s->ledger->row[i].body_bytes)
			  : s->cursors[i].bytes;
	s->last[i] = sample;
	trial_add_sample(s->trial, &sample);
}

static void sample_all(struct sampler *s)
{
	unsigned n = s->trial->replica_count;
	struct sample *origin = &s->last[n];

	for (unsigned i = 0; i < n; i++)
		sample_replica(s, i);
	if (!s->origin_pid || measure_read(&s->meters[n], origin, NULL) < 0)
		return;
	origin->replica = -1;
	trial_add_sample(s->trial, origin);
}

static void open_replica(struct sampler *s, unsigned i)
{
	struct record_cursor *cursor = &s->cursors[i];
	struct err err;

	if (run_map_all_records(s->records[i], &cursor->records,
				&cursor->capacity, &err) < 0)
		LOG(CLI, "%s", err.text);
	if (measure_open(&s->meters[i], s->trial->replica[i].pid, &err) < 0)
		LOG(CLI, "%s", err.text);
}

static void on_ready(void *context, struct trial *trial)
{
	struct sampler *s = context;
	struct err err;

	s->metering = true;
	for (unsigned i = 0; i < trial->replica_count; i++)
		s->ours[i] = trial->replica[i].pid;
	s->ours[trial->replica_count] = s->origin_pid;
	others_begin(&s->others, s->ours, trial->replica_count + 1);
	for (unsigned i = 0; i < trial->replica_count; i++)
		open_replica(s, i);
	if (s->origin_pid &&
	    measure_open(&s->meters[trial->replica_count], s->origin_pid,
			 &err) < 0)
		LOG(CLI, "%s", err.text);
	for (unsigned i = 0; s->ledger && i < trial->replica_count; i++) {
		struct ledger_row *row = &s->ledger->row[i];

		ledger_read(row, &trial->replica[i].ledger_setup);
		atomic_store(&row->hold_target, 0);
		atomic_store(&row->in_flight_peak, 0);
		atomic_store(&row->open_connections_peak,
			     atomic_load(&row->open_connections));
	}
}

/* The replicas still sleep: what is read now is what they will have at GO. */
static void on_go(void *context, struct trial *trial)
{
	struct sampler *s = context;

	sample_all(s);
	for (size_t i = 0; i < trial->sample_count; i++)
		trial->samples[i].at_ns = trial->go_ns;
	for (unsigned i = 0; i <= trial->replica_count; i++)
		s->last[i].at_ns = trial->go_ns;
	memcpy(s->first, s->last,
	       (trial->replica_count + 1) * sizeof(*s->first));
}

static void on_tick(void *context, struct trial *trial, uint64_t now_ns)
{
	(void)trial;
	(void)now_ns;
	sample_all(context);
}

static void on_window_end(void *context, struct trial *trial)
{
	struct sampler *s = context;

	sample_all(s);
	trial->others_cpu_ns = others_end(&s->others, s->ours,
					  trial->replica_count + 1);
}

static void take_ledger(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	struct ledger_counts now;

	if (!s->ledger)
		return;
	ledger_read(&s->ledger->row[i], &now);
	ledger_subtract(&now, &replica->ledger_setup, &replica->ledger);
	replica->ledger.hold_reached = replica->ledger_setup.hold_reached;
}

static void on_done(void *context, struct trial *trial, unsigned i)
{
	struct sampler *s = context;
	struct err err;

	take_ledger(s, i);
	if (measure_peak_rss(trial->replica[i].pid,
			     &trial->replica[i].peak_rss_bytes, &err) < 0)
		LOG(CLI, "%s", err.text);
}

static void on_progress(void *context, struct trial *trial, const char *stage,
			uint64_t now_ns)
{
	struct sampler *s = context;

	(void)trial;
	if (s->progress)
		s->progress(s->progress_context, s, stage, now_ns);
}

struct run_hooks sampler_hooks(void)
{
	return (struct run_hooks){
		.ready = on_ready,
		.go = on_go,
		.tick = on_tick,
		.window_end = on_window_end,
		.done = on_done,
		.progress = on_progress,
	};
}

/* The most memory that a replica was seen to have which died before it could be
 * asked for its peak. */
static uint64_t largest_sample(const struct trial *trial, unsigned replica)
{
	uint64_t most = 0;

	for (size_t i = 0; i < trial->sample_count; i++) {
		const struct sample *sample = &trial->samples[i];

		if (sample->replica == (int32_t)replica &&
		    sample->memory_bytes > most)
			most = sample->memory_bytes;
	}
	return most;
}

void sampler_finish(struct sampler *s)
{
	struct trial *trial = s->trial;
	unsigned n = trial->replica_count;

	for (unsigned i = 0; i < n; i++) {
		struct replica *replica = &trial->replica[i];

		if (!replica->done_ns)
			take_ledger(s, i);
		if (!replica->peak_rss_bytes)
			replica->peak_rss_bytes = largest_sample(trial, i);
		replica->cpu_ns = s->last[i].cpu_ns - s->first[i].cpu_ns;
		replica->cpu_user_ns =
			s->last[i].cpu_user_ns - s->first[i].cpu_user_ns;
	}
	trial->origin_cpu_ns = s->last[n].cpu_ns - s->first[n].cpu_ns;
}

void sampler_release(struct sampler *s)
{
	unsigned n = s->trial ? s->trial->replica_count : 0;

	for (unsigned i = 0; i < n; i++)
		run_unmap_records(s->cursors[i].records,
				  s->cursors[i].capacity);
	for (unsigned i = 0; s->metering && i < n + (s->origin_pid != 0); i++)
		measure_close(&s->meters[i]);
	others_release(&s->others);
	free(s->ours);
	free(s->meters);
	free(s->cursors);
	free(s->first);
	free(s->last);
	memset(s, 0, sizeof(*s));
}

uint64_t sampler_ok(const struct sampler *s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->trial->replica_count; i++)
		sum += s->cursors[i].ok;
	return sum;
}

uint64_t sampler_failed(const struct sampler *s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->trial->replica_count; i++)
		sum += s->cursors[i].failed;
	return sum;
}
