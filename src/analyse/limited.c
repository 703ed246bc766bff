#include "analyse/limited.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/due.h"
#include "analyse/judge.h"
#include "analyse/limits.h"
#include "analyse/windows.h"
#include "base/clock.h"

#define BUSY 0.9       /* of what it may use: it was at its limit */
#define THROTTLED 0.1  /* of the time */
#define WAITED 0.5     /* of a quota that is not all theirs */
#define MISSED 0.01    /* of the operations that a rate asked for */
#define TAKEN 0.1      /* of the machine's CPU time, by others and steal */
#define SQUEEZED 0.05  /* of a CPU, by others and steal */
#define IDLE 0.5       /* of what it may use: its own CPU was not the limit */
#define OWN_WORK 0.1   /* of a latency: it waited for all the rest */
#define ONE_THREAD 1.1 /* CPUs: who uses no more may be a single one */

/* CPUs in the list after `name` in "origin 1, replicas 0,2-3"; 0: unknown. */
static unsigned pinned(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	unsigned count = 0;

	if (!at)
		return 0;
	at += strlen(name);
	while (*at >= '0' && *at <= '9') {
		char *end;
		unsigned long first = strtoul(at, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		count += last >= first ? (unsigned)(last - first + 1) : 1;
		if (*end != ',' || end[1] == ' ')
			return *end && *end != ',' ? 0 : count;
		at = end + 1;
	}
	return 0; /* the list is cut */
}

/* The origin and the replicas may be on the same CPUs. */
static bool is_shared(const char *pinning)
{
	const char *store = strstr(pinning, "origin ");
	const char *end = store ? strstr(store, ", replicas ") : NULL;

	if (!end)
		return true;
	store += strlen("origin ");
	return !strncmp(store, end + strlen(", replicas "),
			(size_t)(end - store)) &&
	       !end[strlen(", replicas ") + (size_t)(end - store)];
}

static bool is_python(const struct replica *replica)
{
	return strstr(replica->runtime, "Python") ||
	       strstr(replica->runtime, "PyPy");
}

static uint32_t most_threads(const struct trial *trial, unsigned number)
{
	uint32_t most = 0;

	for (size_t i = 0; i < trial->sample_count; i++)
		if (trial->samples[i].replica == (int32_t)number &&
		    trial->samples[i].threads > most)
			most = trial->samples[i].threads;
	return most;
}

/* CPUs that one replica may use. One thread runs Python at a time. */
static double may_use(const struct trial *trial, unsigned number, double used,
		      double cpus)
{
	struct limits limits;

	limits_that_hold(trial, &limits);
	if (limits.cpus > 0 && limits.cpus < cpus)
		cpus = limits.cpus;
	if (cpus > 1 && used <= ONE_THREAD &&
	    (is_python(&trial->replica[number]) ||
	     most_threads(trial, number) == 1))
		return 1;
	return cpus;
}

struct use {
	double seconds;
	unsigned cpus;
	double used;    /* CPUs, all replicas together */
	double library; /* of what its replicas may use, 0 to 1 */
	double store, shared;
};

static void find_use(const struct trial *trial, unsigned cpus, struct use *out)
{
	unsigned set = pinned(trial->placement.pinning, "replicas ");
	double of = set ? set : cpus ? cpus : 1, sum = 0, single = 0;

	out->seconds = trial_seconds(trial);
	out->cpus = cpus;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		double used = clock_seconds(trial->replica[i].cpu_ns) /
			      out->seconds;

		sum += used;
		single += used / may_use(trial, i, used, of);
	}
	single /= trial->replica_count;
	out->used = sum;
	out->library = single > sum / of ? single : sum / of;
	out->store = trial->own_origin ? clock_seconds(trial->origin_cpu_ns) /
						 out->seconds
				       : 0;
	out->shared = trial->own_origin && is_shared(trial->placement.pinning)
			      ? (sum + out->store) / of
			      : 0;
}

static bool failed(const struct trial *trial)
{
	for (unsigned i = 0; i < trial->replica_count; i++)
		if (trial->replica[i].outcomes[OUTCOME_OK])
			return judge_failed_share(trial) > JUDGE_PARTLY_FAILED;
	return true;
}

static bool throttled(const struct trial *trial, double seconds)
{
	double sum = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		sum += clock_seconds(
			count_or(trial->replica[i].throttled_ns, 0));
	return sum >= THROTTLED * seconds * trial->replica_count;
}

/* The harness has its part of the quota of all of the run, and what a CPU has left
 * of it when a period ends is lost. Where they waited for it no more was to be had,
 * though they used less. */
static bool quota_used(const struct trial *trial, const struct use *use)
{
	bool waited = findings_have(&trial->findings, FINDING_THROTTLED);

	return trial->cpu_quota > 0 &&
	       use->used + use->store >=
		       (waited ? WAITED : BUSY) * trial->cpu_quota;
}

/* Of one replica, the fuller way of its link. */
static double link_bytes(const struct replica *replica)
{
	uint64_t rx = count_or(replica->link_rx_bytes, 0);
	uint64_t tx = count_or(replica->link_tx_bytes, 0);

	return (double)(rx > tx ? rx : tx);
}

static bool link_full(const struct trial *trial, double seconds)
{
	uint64_t bits = trial->spec.link_bits_per_second;
	struct limits limits;
	double sum = 0;

	limits_that_hold(trial, &limits);
	if (bits == COUNT_UNKNOWN || !bits || limits.link_broken)
		return false;
	for (unsigned i = 0; i < trial->replica_count; i++)
		sum += 8 * link_bytes(&trial->replica[i]);
	return sum >= BUSY * (double)bits * seconds * trial->replica_count;
}

static bool rate_reached(const struct trial *trial)
{
	uint64_t due = 0, never = 0;

	if (!(trial->spec.rate > 0))
		return false;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		count_add(&due, due_of_replica(&trial->spec));
		count_add(&never, due_never_started(&trial->spec,
						    &trial->replica[i]));
	}
	return due != COUNT_UNKNOWN && never != COUNT_UNKNOWN &&
	       (double)never <= MISSED * (double)due;
}

/* No CPU was left, and others had a part of them. */
static bool taken(const struct trial *trial)
{
	double idle = windows_machine(trial, offsetof(struct machine_sample,
						      idle_ns));
	double all, used;

	if (isnan(idle) || trial->busy_ns == COUNT_UNKNOWN ||
	    trial->steal_ns == COUNT_UNKNOWN ||
	    trial->others_cpu_ns == COUNT_UNKNOWN)
		return false;
	used = (double)trial->busy_ns + (double)trial->steal_ns;
	all = used + idle;
	return used >= BUSY * all &&
	       (double)trial->others_cpu_ns + (double)trial->steal_ns >=
		       TAKEN * all;
}

/* Of each CPU on average, by other programs: they may run on any. */
static double others_share(const struct trial *trial, const struct use *use)
{
	double others_s = clock_seconds(count_or(trial->others_cpu_ns, 0));
	double idle = windows_machine(trial, offsetof(struct machine_sample,
						      idle_ns));
	double all_s = (idle + (double)count_or(trial->busy_ns, 0) +
			(double)count_or(trial->steal_ns, 0)) / NS_PER_S;
	double least_s = use->seconds * (use->cpus ? use->cpus : 1);

	return others_s / (all_s > least_s ? all_s : least_s);
}

/* Of a CPU that was busy for `share` of the time, by the hypervisor: it takes
 * from those that work. */
static double steal_share(const struct trial *trial, const struct use *use,
			  double share)
{
	double steal_s = clock_seconds(count_or(trial->steal_ns, 0));
	double busy_s = clock_seconds(count_or(trial->busy_ns, 0));
	double ours_s = use->seconds * (use->used + use->store);

	return steal_s > 0 ? share * steal_s / fmax(busy_s, ours_s) : 0;
}

/* What others took may have been of the CPU that was nearly busy. */
static bool squeezed(const struct trial *trial, const struct use *use)
{
	double most = use->library > use->store ? use->library : use->store;
	double taken = others_share(trial, use) + steal_share(trial, use, most);

	return taken >= SQUEEZED && most + taken >= BUSY;
}

/* How fast it is was not its own doing: little of an operation's time, waits for
 * its CPU included, was its own work. */
static bool is_idle(const struct trial *trial, const struct use *use)
{
	double places = (double)trial->spec.concurrency * trial->replica_count;

	return use->library < IDLE && use->used <= OWN_WORK * places;
}

static bool pool_full(const struct trial *trial)
{
	const struct trial_spec *spec = &trial->spec;
	bool full = trial->own_origin && spec->pool_size != COUNT_UNKNOWN &&
		    spec->pool_size &&
		    spec->pool_size < spec->concurrency * trial->widest;

	for (unsigned i = 0; full && i < trial->replica_count; i++)
		full = trial->replica[i].ledger.open_connections_peak ==
		       spec->pool_size;
	return full;
}

/* Little's law: the sum of all latencies is the time times those in flight. */
static bool waits(const struct trial *trial, double seconds)
{
	double sum_ns = 0;

	for (unsigned i = 0; i < trial->replica_count; i++)
		sum_ns += trial->replica[i].latency->sum_ns;
	return !(trial->spec.rate > 0) &&
	       sum_ns / NS_PER_S >= BUSY * seconds *
					    (double)trial->spec.concurrency *
					    trial->replica_count;
}

/* Links count from the first GO on, also while slices fill and drain. */
static double working_s(const struct trial *trial)
{
	uint64_t done_ns = trial->window_end_ns;

	for (unsigned i = 0; i < trial->replica_count; i++)
		if (count_or(trial->replica[i].done_ns, 0) > done_ns)
			done_ns = trial->replica[i].done_ns;
	return trial->slice_count ? windows_working_s(trial, done_ns)
				  : trial_seconds(trial);
}

static enum limited_by by_cpu(const struct use *use)
{
	if (use->library >= BUSY && use->library >= use->store)
		return LIMITED_BY_CPU;
	if (use->store >= BUSY)
		return LIMITED_BY_STORE_CPU;
	if (use->shared >= BUSY)
		return use->used >= use->store ? LIMITED_BY_CPU
					       : LIMITED_BY_SHARED_CPU;
	return LIMITED_BY_UNKNOWN;
}

enum limited_by limited_of(const struct trial *trial, unsigned cpus)
{
	enum limited_by by;
	struct use use;

	find_use(trial, cpus, &use);
	if (failed(trial))
		return LIMITED_BY_FAILURES;
	if (throttled(trial, use.seconds) || quota_used(trial, &use))
		return LIMITED_BY_THROTTLED;
	if (link_full(trial, working_s(trial)))
		return LIMITED_BY_LINK;
	if (rate_reached(trial))
		return LIMITED_BY_RATE;
	by = by_cpu(&use);
	if (by != LIMITED_BY_UNKNOWN)
		return by;
	if (taken(trial) || squeezed(trial, &use))
		return LIMITED_BY_MACHINE;
	if (!is_idle(trial, &use))
		return LIMITED_BY_UNKNOWN;
	if (pool_full(trial))
		return LIMITED_BY_POOL;
	return waits(trial, use.seconds) ? LIMITED_BY_IN_FLIGHT
					 : LIMITED_BY_UNKNOWN;
}
