/*
 * Where CPU and memory of a replica, or the origin, are read: its control group
 * where there is one, otherwise its process.
 */
#ifndef EXPERIMENT_GAUGE_H
#define EXPERIMENT_GAUGE_H

#include <time.h>

#include "cell/cgroup.h"
#include "measure/measure.h"

/* How much is read. With a group, GAUGE_BRIEF is its CPU time alone, by the
 * clock of its first process: at the next reading it is the group's again, with
 * what other processes in it used. */
enum gauge_what { GAUGE_BRIEF, GAUGE_OFTEN, GAUGE_SELDOM };

struct gauge {
	struct cgroup *group; /* borrowed from the cells, or &container; NULL:
			       * the process */
	struct cgroup container; /* a container's, opened by its process */
	struct meter meter;
	struct cgroup_counts counts; /* of the group: the newest */
	clockid_t clock;          /* of the process; 0: it has none */
	uint64_t clock_ns;        /* then, at the group's newest reading */
};

/* `group` NULL or closed: the process itself. In a container: its own group.
 * Where neither can be read the gauge stays closed and gauge_read() fails. */
void gauge_open(struct gauge *gauge, struct cgroup *group, pid_t pid,
		 bool in_container);

/* Fills CPU, memory, threads and what a group knows besides, as far as `what`
 * goes (cgroup.h); the rest of `sample` stays. -1: it has ended. */
int gauge_read(struct gauge *gauge, enum gauge_what what,
		struct sample *sample);

void gauge_close(struct gauge *gauge);

#endif
