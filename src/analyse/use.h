/*
 * What a trial used of the CPUs that it may use, and what others kept of them from
 * it. Pure.
 *
 *	struct trial trial = { 0 };
 *	struct use use;
 *
 *	use_find(&trial, 4, &use);
 *	printf("%.2f CPUs\n", use.used);
 */
#ifndef ANALYSE_USE_H
#define ANALYSE_USE_H

#include <stdbool.h>

#include "record/trial.h"

/* Of what it may use: its own CPU was not the limit. */
#define USE_IDLE 0.5

struct use {
	double seconds;
	unsigned cpus;
	double used;    /* CPUs, all replicas together */
	double busiest; /* CPUs, the replica that used most */
	double may;     /* CPUs that they may use together */
	double library; /* of what its replicas may use, 0 to 1 */
	double store, shared;
	double room, store_room; /* CPUs that were left of theirs, and of the
				  * origin's; the same where they share them */
};

/* `cpus`: that the run might use; 0: unknown. */
void use_find(const struct trial *trial, unsigned cpus, struct use *out);

/* How fast it is was not its own doing: little of an operation's time, waits for
 * its CPU included, was its own work, and no thread of it can have been busy. */
bool use_is_idle(const struct trial *trial, const struct use *use);

/*
 * Says that others kept CPUs from the replicas, or from the origin, where that may
 * have decided the rate (finding `starved`). While a thread waits that could run,
 * another one of the same replica runs, or one of others. So what others took is
 * no more than what its threads waited, nor than what others and steal used, nor
 * than what is left of its CPUs. A part of analyse_reconcile().
 */
void use_reconcile(struct trial *trial);

/* The same of a trial of which nobody counted how long its threads waited, or too
 * short to tell, by the waits of all of the machine (PSI): whether it may have been
 * so. */
bool use_may_be_starved(const struct trial *trial, const struct use *use);

#endif
