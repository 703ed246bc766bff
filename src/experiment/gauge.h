/*
 * Reads CPU and memory of a replica, or of the origin: from its control group
 * if it has one, otherwise from its process.
 */
#ifndef EXPERIMENT_GAUGE_H
#define EXPERIMENT_GAUGE_H

#include <time.h>

#include "cell/cgroup.h"
#include "measure/measure.h"

/* How much to read. With a group GAUGE_BRIEF reads its CPU time alone, by the
 * clock of its first process. The next full reading takes the time of the group
 * again, which includes its other processes. */
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

/* Reads the process itself if `group` is NULL or closed. In a container it
 * reads the group of the container. If neither can be read, the gauge stays
 * closed and gauge_read() fails. */
void gauge_open(struct gauge *gauge, struct cgroup *group, pid_t pid,
		bool in_container);

/* Fills CPU, memory, threads and what else a group knows, as far as `what` goes
 * (cgroup.h). Leaves the rest of `sample`. -1: the process has ended. */
int gauge_read(struct gauge *gauge, enum gauge_what what,
	       struct sample *sample);

void gauge_close(struct gauge *gauge);

#endif
