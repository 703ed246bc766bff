#include "record/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

#define DRAIN_S 2.0

const char *replica_state_name(enum replica_state state)
{
	static const char *const words[] = {
#define X(name, word, text) word,
		REPLICA_STATES(X)
#undef X
	};

	return (size_t)state < sizeof(words) / sizeof(*words) ? words[state]
							      : "unknown";
}

const char *isolation_name(enum isolation isolation)
{
	static const char *const words[] = {
#define X(name, word, text) word,
		ISOLATIONS(X)
#undef X
	};

	return (size_t)isolation < sizeof(words) / sizeof(*words)
		       ? words[isolation]
		       : "unknown";
}

const char *cpu_scope_name(enum cpu_scope scope)
{
	static const char *const words[] = {
#define X(name, word, text) word,
		CPU_SCOPES(X)
#undef X
	};

	return (size_t)scope < sizeof(words) / sizeof(*words) ? words[scope]
							      : "unknown";
}

const char *run_end_name(enum run_end end)
{
	static const char *const words[] = {
#define X(name, word) word,
		RUN_ENDS(X)
#undef X
	};

	return (size_t)end < sizeof(words) / sizeof(*words) ? words[end]
							    : "unknown";
}

/* Counters that nobody has read are unknown, not 0. */
static void replica_init(struct replica *replica, unsigned number)
{
	replica->number = number;
	replica->protocol = 1;
	replica->state = REPLICA_NOT_STARTED;
	replica->exit_status = -1;
	replica->latency = mem_new(sizeof(struct histogram));
	replica->clock_offset_ns = CLOCK_UNKNOWN;
	replica->processes = replica->seen_cpu_ns = COUNT_UNKNOWN;
	replica->started_late_ns = COUNT_UNKNOWN;
	replica->instructions = replica->cycles = COUNT_UNKNOWN;
	replica->throttled_ns = replica->group_cpu_ns = COUNT_UNKNOWN;
	replica->link_rx_bytes = replica->link_tx_bytes = COUNT_UNKNOWN;
	replica->link_rx_packets = replica->link_tx_packets = COUNT_UNKNOWN;
	replica->tcp_segments_in = replica->tcp_segments_out = COUNT_UNKNOWN;
	replica->tcp_retransmitted = COUNT_UNKNOWN;
	replica->memory_peak_bytes = COUNT_UNKNOWN;
	replica->memory_kills = replica->pids_refused = COUNT_UNKNOWN;
}

bool library_is_baseline(const char *library)
{
	return !strcmp(library, "reference") || !strcmp(library, "null");
}

void trial_init(struct trial *trial, const struct trial_spec *spec)
{
	memset(trial, 0, sizeof(*trial));
	uuid_make(trial->id);
	spec_copy(&trial->spec, spec);
	trial->baseline = spec->library && library_is_baseline(spec->library);
	trial->replica_count = (unsigned)spec->replicas;
	trial->widest = 1;
	trial->burst_requests = (unsigned)spec->concurrency;
	trial->replica = mem_array(trial->replica_count,
				   sizeof(*trial->replica));
	for (unsigned i = 0; i < trial->replica_count; i++)
		replica_init(&trial->replica[i], i);
	trial->placement = (struct placement){ ISOLATION_PROCESS, "none",
					       "loopback", "none", "" };
	trial->applied.link_bits_per_second = COUNT_UNKNOWN;
	trial->busy_ns = trial->steal_ns = COUNT_UNKNOWN;
}

static void replica_release(struct replica *replica)
{
	free(replica->versions_json);
	free(replica->not_applied);
	free(replica->notes);
	free(replica->stderr_text);
	free(replica->latency);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		free(replica->failure_text[i]);
}

void trial_release(struct trial *trial)
{
	for (unsigned i = 0; i < trial->replica_count; i++)
		replica_release(&trial->replica[i]);
	free(trial->replica);
	free(trial->samples);
	free(trial->machine);
	free(trial->others_text);
	free(trial->slices);
	findings_release(&trial->findings);
	spec_release(&trial->spec);
	memset(trial, 0, sizeof(*trial));
}

void trial_add_sample(struct trial *trial, const struct sample *sample)
{
	MEM_ROOM(trial->samples, trial->sample_count, trial->sample_capacity);
	trial->samples[trial->sample_count++] = *sample;
}

void trial_add_machine(struct trial *trial, const struct machine_sample *sample)
{
	MEM_ROOM(trial->machine, trial->machine_count, trial->machine_capacity);
	trial->machine[trial->machine_count++] = *sample;
}

struct slice *trial_add_slice(struct trial *trial)
{
	MEM_ROOM(trial->slices, trial->slice_count, trial->slice_capacity);
	trial->slices[trial->slice_count] = (struct slice){
		.cpu_ns = COUNT_UNKNOWN,
		.origin_cpu_ns = COUNT_UNKNOWN,
		.steal_ns = COUNT_UNKNOWN,
		.others_ns = COUNT_UNKNOWN,
		.idle_cpu_ns = COUNT_UNKNOWN,
	};
	return &trial->slices[trial->slice_count++];
}

uint64_t trial_sampled_memory(const struct trial *trial, unsigned replica)
{
	uint64_t most = 0;

	for (size_t i = 0; i < trial->sample_count; i++)
		if (trial->samples[i].replica == (int32_t)replica &&
		    trial->samples[i].memory_bytes > most)
			most = trial->samples[i].memory_bytes;
	return most;
}

uint32_t trial_sampled_threads(const struct trial *trial, unsigned replica)
{
	uint32_t most = 0;

	for (size_t i = 0; i < trial->sample_count; i++)
		if (trial->samples[i].replica == (int32_t)replica &&
		    trial->samples[i].threads > most)
			most = trial->samples[i].threads;
	return most;
}

double trial_timeout_s(const struct trial *trial)
{
	double most_s = trial->timeout_most_s;

	return most_s > 0 && most_s < trial->spec.timeout_s
		       ? most_s
		       : trial->spec.timeout_s;
}

double trial_seconds(const struct trial *trial)
{
	double seconds = 0;

	for (size_t i = 0; i < trial->slice_count; i++)
		seconds += slice_seconds(&trial->slices[i]);
	if (!trial->slice_count && trial->window_end_ns > trial->go_ns)
		seconds = clock_seconds(trial->window_end_ns - trial->go_ns);
	return seconds;
}

double trial_drain_s(const struct trial *trial)
{
	double operation_s = trial->spec.operation_timeout_s;

	return operation_s > 0 && operation_s < DRAIN_S ? operation_s : DRAIN_S;
}

bool trial_is_partial(const struct trial *trial)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		bad += trial->replica[i].state != REPLICA_FINISHED;
	return bad && !trial->failed && !trial->slice_count;
}

bool trial_was_late(const struct trial *trial)
{
	for (unsigned i = 0; i < trial->replica_count; i++)
		if (trial->replica[i].state == REPLICA_NEVER_READY)
			return true;
	return false;
}

void trial_add_finding(struct trial *trial, enum finding_kind kind,
		       const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	findings_add(&trial->findings, finding_name(kind), text);
	free(text);
}

void trial_take_environment(struct trial *trial,
			    const struct environment *environment)
{
	const char *text = environment->more_json;
	json_t *more = text ? json_loads(text, 0, NULL) : NULL;
	const char *tick = json_string_value(json_object_get(more, "tick_ns"));
	const char *irq = json_string_value(json_object_get(more, "irq_time"));
	const char *waits = json_string_value(
		json_object_get(more, "cpu_waits"));
	const char *quota = json_string_value(
		json_object_get(more, ENVIRONMENT_CPU_QUOTA));

	trial->tick_ns = tick ? strtoull(tick, NULL, 10) : 0;
	trial->irq_apart = irq && strcmp(irq, IRQ_TIME_APART) == 0;
	trial->waits_counted = waits && strcmp(waits, CPU_WAITS_COUNTED) == 0;
	trial->cpus = environment->cpus;
	trial->cpu_quota = quota ? strtod(quota, NULL) : 0;
	json_decref(more);
}

void run_release(struct run *run)
{
	free(run->command);
	free(run->environment.more_json);
	run->command = run->environment.more_json = NULL;
}

void uuid_make(char out[37])
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		abort();
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(out, 37,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
		 b[10], b[11], b[12], b[13], b[14], b[15]);
}
