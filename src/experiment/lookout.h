/*
 * Who looks at runs from outside: finds the boards of those in progress, keeps
 * the ones that ended a while, and reads the newest results of the database.
 */
#ifndef EXPERIMENT_LOOKOUT_H
#define EXPERIMENT_LOOKOUT_H

#include "monitor/monitor.h"

struct watch_run {
	char *path; /* of the board; NULL: the place is free */
	struct board *board;
	struct live live; /* the last look */
	uint64_t ended_ns; /* CLOCK_MONOTONIC; 0: it goes on */
};

struct watch {
	struct watch_run run[MONITOR_RUNS_MOST];
	const char *database; /* URL; NULL: none is looked at. Borrowed */
	struct live_finished recent[LIVE_FINISHED_MOST]; /* newest first */
	unsigned recent_count;
	uint64_t read_ns; /* when the database was read */
	uint64_t seen;    /* finished trials on the boards at that time */
};

void watch_init(struct watch *watch, const char *database);
void watch_release(struct watch *watch);

/* One board alone, of a path. */
int watch_add(struct watch *watch, const char *path, struct err *err);

/* Looks for new runs, at those that are known, and at the database. */
void watch_look(struct watch *watch, bool find, struct monitor_view *out);

/* For struct monitor_source: the context is the watch. _all finds runs, _known
 * looks at those that were added. */
void watch_collect_all(void *context, struct monitor_view *out);
void watch_collect_known(void *context, struct monitor_view *out);

#endif
