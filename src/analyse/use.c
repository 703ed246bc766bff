#include "analyse/use.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/limits.h"
#include "analyse/windows.h"
#include "base/clock.h"

#define OWN_WORK 0.1   /* of a latency: it waited for all the rest */
#define ONE_THREAD 1.1 /* CPUs: who uses no more may be a single one */
#define STARVED 0.1    /* of what it may use, which others had */

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
	     trial_sampled_threads(trial, number) == 1))
		return 1;
	return cpus;
}

void use_find(const struct trial *trial, unsigned cpus, struct use *out)
{
	unsigned set = pinned(trial->placement.pinning, "replicas ");
	double of = set ? set : cpus ? cpus : 1, sum = 0, single = 0, may = 0;
	bool shared;

	out->seconds = trial_seconds(trial);
	out->cpus = cpus;
	out->busiest = 0;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		double used = clock_seconds(trial->replica[i].cpu_ns) /
			      out->seconds;
		double one = may_use(trial, i, used, of);

		sum += used;
		out->busiest = fmax(out->busiest, used);
		may += one;
		single += used / one;
	}
	single /= trial->replica_count;
	out->used = sum;
	out->may = fmin(may, of);
	out->library = single > sum / of ? single : sum / of;
	out->store = trial->own_origin ? clock_seconds(trial->origin_cpu_ns) /
						 out->seconds
				       : 0;
	shared = trial->own_origin && is_shared(trial->placement.pinning);
	out->room = of - sum - (shared ? out->store : 0);
	out->store_room = shared ? out->room : 1 - out->store;
	out->shared = shared ? (sum + out->store) / of : 0;
}

/* `share`: of the CPUs that it may use; `busy`: CPUs; `busiest`: of one replica. How
 * busy each thread was is not known: half a CPU may be one that is nearly full. */
static bool is_idle(const struct trial *trial, double share, double busy,
		    double busiest)
{
	double places = (double)trial->spec.concurrency * trial->replica_count;

	return share < USE_IDLE && busiest < USE_IDLE &&
	       busy <= OWN_WORK * places;
}

bool use_is_idle(const struct trial *trial, const struct use *use)
{
	return is_idle(trial, use->library, use->used, use->busiest);
}

/* --------------------------------------------------------------- starved --- */

/* What others kept of its CPUs. */
struct kept {
	double others; /* CPUs that others and steal used: no more is kept */
	double share, cpus; /* from replicas: of what they may use; CPUs */
	double most;        /* from one of them: CPUs */
	double store;       /* from the origin: CPUs */
};

static double least(double a, double b, double c)
{
	return fmax(0, fmin(a, fmin(b, c)));
}

/* `waited`: CPUs for which each replica, and the origin, waited; NAN: that which
 * was counted of each. */
static void find_kept(const struct trial *trial, const struct use *use,
		      double waited, struct kept *out)
{
	bool each = isnan(waited);

	*out = (struct kept){ 0 };
	out->others = clock_seconds(count_or(trial->others_cpu_ns, 0) +
				    count_or(trial->steal_ns, 0)) /
		      use->seconds;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		double one = least(each ? trial->replica[i].waited : waited,
				   out->others, use->room);

		out->cpus += one;
		out->most = fmax(out->most, one);
	}
	/* Each may have been kept from all that others used, not all of them. */
	out->cpus = least(out->cpus, out->others, use->room);
	out->share = out->cpus / use->may;
	out->store = !trial->own_origin ? 0
		     : least(each ? trial->origin_waited : waited, out->others,
			     use->store_room);
}

static bool starves_library(const struct trial *trial, const struct use *use,
			    const struct kept *kept)
{
	return kept->share >= STARVED &&
	       !is_idle(trial, use->library + kept->share,
			use->used + kept->cpus, use->busiest + kept->most);
}

static bool starves_store(const struct trial *trial, const struct use *use,
			  const struct kept *kept)
{
	return kept->store >= STARVED &&
	       !is_idle(trial, use->store + kept->store,
			use->store + kept->store, use->store + kept->store);
}

static void say_starved(struct trial *trial, const char *who, double used,
			double kept)
{
	bool stolen = count_or(trial->steal_ns, 0) >
		      count_or(trial->others_cpu_ns, 0);

	trial_add_finding(trial, FINDING_STARVED,
			  "%s used %.2f CPUs, and waited for up to %.2f more, "
			  "which %s had: rates and times are in doubt; "
			  "%s",
			  who, used, kept,
			  stolen ? "other machines of the host (steal)"
				 : "other programs",
			  stolen ? "measure at another hour"
				 : "end them, or keep them off its CPUs");
}

void use_reconcile(struct trial *trial)
{
	struct kept kept;
	struct use use;

	/* What waits for a quota waits for nobody else. */
	if (trial_seconds(trial) < FINDING_LEAST_S ||
	    findings_have(&trial->findings, FINDING_THROTTLED))
		return;
	use_find(trial, trial->cpus, &use);
	find_kept(trial, &use, NAN, &kept);
	if (starves_library(trial, &use, &kept))
		say_starved(trial, trial->spec.library, use.used, kept.cpus);
	if (starves_store(trial, &use, &kept))
		say_starved(trial, "the origin", use.store, kept.store);
}

bool use_may_be_starved(const struct trial *trial, const struct use *use)
{
	double stalled_us = windows_machine(trial,
					    offsetof(struct machine_sample,
						     stalled_cpu_us));
	struct kept kept;

	if ((trial->waits_counted && use->seconds >= FINDING_LEAST_S) ||
	    isnan(stalled_us))
		return false;
	find_kept(trial, use, stalled_us / 1e6 / use->seconds, &kept);
	return starves_library(trial, use, &kept) ||
	       starves_store(trial, use, &kept);
}
