/*
 * Where CPU and memory of a replica, or the origin, are read: its control group
 * where there is one, otherwise its process.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include <time.h>

#include "cell/cgroup.h"
#include "measure/measure.h"

/* How much is read. With a group, SOURCE_BRIEF is its CPU time alone, by the
 * clock of its first process: at the next reading it is the group's again, with
 * what other processes in it used. */
enum source_what { SOURCE_BRIEF, SOURCE_OFTEN, SOURCE_SELDOM };

struct source {
	struct cgroup *group; /* borrowed from the cells, or &container; NULL:
			       * the process */
	struct cgroup container; /* a container's, opened by its process */
	struct meter meter;
	struct cgroup_counts counts; /* of the group: the newest */
	clockid_t clock;          /* of the process; 0: it has none */
	uint64_t clock_ns;        /* then, at the group's newest reading */
};

/* `group` NULL or closed: the process itself. In a container: its own group.
 * Where neither can be read the source stays closed and source_read() fails. */
void source_open(struct source *source, struct cgroup *group, pid_t pid,
		 bool in_container);

/* Fills CPU, memory, threads and what a group knows besides, as far as `what`
 * goes (cgroup.h); the rest of `sample` stays. -1: it has ended. */
int source_read(struct source *source, enum source_what what,
		struct sample *sample);

void source_close(struct source *source);

#endif
