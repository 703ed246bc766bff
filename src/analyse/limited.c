#include "analyse/limited.h"

#include <math.h>
#include <stddef.h>

#include "analyse/due.h"
#include "analyse/judge.h"
#include "analyse/limits.h"
#include "analyse/use.h"
#include "analyse/windows.h"
#include "base/clock.h"

#define BUSY 0.9       /* of what it may use: it was at its limit */
#define THROTTLED 0.1  /* of the time */
#define WAITED 0.5     /* of a quota that is not all theirs */
#define MISSED 0.01    /* of the operations that a rate asked for */
#define TAKEN 0.1      /* of the machine's CPU time, by others and steal */
#define SQUEEZED 0.05  /* of a CPU, by others and steal */

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

/* How full --link-rate was, one way; 0: there is none that held. */
static double link_use(const struct trial *trial)
{
	uint64_t bits = trial->spec.link_bits_per_second;
	struct limits limits;
	double sum = 0;

	limits_that_hold(trial, &limits);
	if (bits == COUNT_UNKNOWN || !bits || limits.link_broken)
		return 0;
	for (unsigned i = 0; i < trial->replica_count; i++)
		sum += 8 * link_bytes(&trial->replica[i]);
	return sum / ((double)bits * working_s(trial) * trial->replica_count);
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

/* Our own origin works, and holds nothing back. So where no link was busy, it or the
 * library works for a place that waits for it, for half of the time at least. Else
 * the library waits by itself: it sleeps, polls, or waits for a lock. */
static bool store_holds(const struct trial *trial, const struct use *use,
			double places)
{
	return !trial->own_origin || link_use(trial) >= USE_IDLE ||
	       use->used + use->store >= USE_IDLE * places;
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

static enum limited_by by_waiting(const struct trial *trial,
				  const struct use *use)
{
	const struct trial_spec *spec = &trial->spec;
	double replicas = trial->replica_count;

	if (pool_full(trial))
		return store_holds(trial, use, (double)spec->pool_size * replicas)
			       ? LIMITED_BY_POOL
			       : LIMITED_BY_UNKNOWN;
	return waits(trial, use->seconds) &&
			       store_holds(trial, use,
					   (double)spec->concurrency * replicas)
		       ? LIMITED_BY_IN_FLIGHT
		       : LIMITED_BY_UNKNOWN;
}

enum limited_by limited_of(const struct trial *trial, unsigned cpus)
{
	enum limited_by by;
	struct use use;

	use_find(trial, cpus, &use);
	if (failed(trial))
		return LIMITED_BY_FAILURES;
	if (throttled(trial, use.seconds) || quota_used(trial, &use))
		return LIMITED_BY_THROTTLED;
	if (link_use(trial) >= BUSY)
		return LIMITED_BY_LINK;
	if (rate_reached(trial))
		return LIMITED_BY_RATE;
	by = by_cpu(&use);
	if (by != LIMITED_BY_UNKNOWN)
		return by;
	if (findings_have(&trial->findings, FINDING_STARVED) || taken(trial) ||
	    squeezed(trial, &use))
		return LIMITED_BY_MACHINE;
	if (!use_is_idle(trial, &use) || use_may_be_starved(trial, &use))
		return LIMITED_BY_UNKNOWN;
	return by_waiting(trial, &use);
}
