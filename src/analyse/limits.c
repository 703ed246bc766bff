#include "analyse/limits.h"

#include <stddef.h>
#include <string.h>

#include "analyse/windows.h"
#include "base/clock.h"
#include "base/number.h"

#define LLU(n) ((unsigned long long)(n))

/* The kernel rounds to whole pages and microseconds. */
#define ROUNDED 1.01

/* A quota is enforced by ticks, and a bucket lets a burst through. */
#define USE_SHARE 1.15
#define USE_LEAST_S 0.5
#define USE_SLACK_S 0.1
#define USE_SLACK_BYTES (1024.0 * 1024)

static double most_cpus(const struct trial *trial)
{
	double most = 0, length_s = trial_seconds(trial);

	if (length_s < USE_LEAST_S)
		return 0;
	for (unsigned i = 0; i < trial->replica_count; i++) {
		double used_s = clock_seconds(trial->replica[i].cpu_ns);

		if ((used_s - USE_SLACK_S) / length_s > most)
			most = (used_s - USE_SLACK_S) / length_s;
	}
	return most;
}

/* VmHWM of several processes is no use: what they share counts in each. */
static uint64_t most_memory(const struct trial *trial)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];
		uint64_t peak = r->memory_peak_bytes != COUNT_UNKNOWN
					? r->memory_peak_bytes
					: trial_sampled_memory(trial, i);

		most = peak > most ? peak : most;
	}
	return most;
}

static uint64_t most_pids(const struct trial *trial)
{
	uint64_t most = 0;

	for (size_t i = 0; i < trial->sample_count; i++)
		if (trial->samples[i].replica >= 0 &&
		    trial->samples[i].threads > most)
			most = trial->samples[i].threads;
	return most;
}

/* Bits a second, from GO until it was done, but for pauses. */
static double most_link(const struct trial *trial)
{
	double most = 0;

	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct replica *r = &trial->replica[i];
		double bytes = (double)r->link_rx_bytes - USE_SLACK_BYTES;
		double length_s;

		if (r->link_rx_bytes == COUNT_UNKNOWN || !r->done_ns ||
		    r->done_ns == COUNT_UNKNOWN || r->done_ns <= trial->go_ns)
			continue;
		length_s = windows_working_s(trial, r->done_ns);
		if (length_s >= USE_LEAST_S && 8 * bytes / length_s > most)
			most = 8 * bytes / length_s;
	}
	return most;
}

/* Of one limit: what holds of what was asked. */
static double holding(double asked, bool known, double applied, double used)
{
	if (!(asked > 0) || used > asked * USE_SHARE ||
	    (known && !(applied > 0)))
		return 0;
	return known && applied > 0 && (applied > asked * ROUNDED ||
					applied < asked / ROUNDED)
		       ? applied
		       : asked;
}

void limits_that_hold(const struct trial *trial, struct limits *out)
{
	const struct trial_spec *spec = &trial->spec;
	const struct applied *applied = &trial->applied;
	bool known = applied->known;

	out->cpus = holding(spec->cpus_limit, known, applied->cpus,
			    most_cpus(trial));
	out->memory_bytes = (uint64_t)holding(
		(double)count_or(spec->memory_limit_bytes, 0), known,
		(double)applied->memory_bytes, (double)most_memory(trial));
	out->pids = (uint64_t)holding((double)count_or(spec->pids_limit, 0),
				      known, (double)applied->pids,
				      (double)most_pids(trial));
	out->link_broken = spec->link_bits_per_second != COUNT_UNKNOWN &&
			   (!applied->link_bits_per_second ||
			    most_link(trial) >
				    (double)spec->link_bits_per_second *
					    USE_SHARE);
}

/* One that was asked for: whether it is another, or none. */
static void check(struct trial *trial, const char *option, const char *unit,
		  double asked, double applied, double used)
{
	bool known = trial->applied.known;
	double holds = holding(asked, known, applied, used);

	if (!(asked > 0) || holds == asked)
		return;
	if (holds > 0)
		trial_add_finding(trial, FINDING_LIMIT_OTHER,
				  "%s %.10g%s was asked for, and %.10g%s "
				  "is what the replicas have",
				  option, asked, unit, holds, unit);
	else if (used > asked * USE_SHARE)
		trial_add_finding(trial, FINDING_LIMIT_BROKEN,
				  "%s %.10g%s did not hold: a replica "
				  "used %.10g%s",
				  option, asked, unit, used, unit);
	else
		trial_add_finding(trial, FINDING_LIMIT_MISSING,
				  "%s %.10g%s was not applied: the "
				  "replicas' control groups have no "
				  "such limit",
				  option, asked, unit);
}

void limits_reconcile(struct trial *trial)
{
	const struct trial_spec *spec = &trial->spec;
	const struct applied *applied = &trial->applied;
	struct limits limits;

	check(trial, "--cpus", "", spec->cpus_limit, applied->cpus,
	      most_cpus(trial));
	check(trial, "--memory", " B",
	      (double)count_or(spec->memory_limit_bytes, 0),
	      (double)applied->memory_bytes, (double)most_memory(trial));
	check(trial, "--pids", "", (double)count_or(spec->pids_limit, 0),
	      (double)applied->pids, (double)most_pids(trial));
	limits_that_hold(trial, &limits);
	if (limits.link_broken)
		trial_add_finding(trial, FINDING_LIMIT_BROKEN,
				  "--link-rate %llu bit/s did not hold: "
				  "a replica received %s bit/s",
				  LLU(spec->link_bits_per_second),
				  number_short(most_link(trial), 4).text);
}
