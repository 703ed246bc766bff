/*
 * Looks at runs from outside. Finds the boards of runs in progress, keeps
 * boards for a while after the end, and reads the newest results of the
 * database.
 */
#ifndef EXPERIMENT_LOOKOUT_H
#define EXPERIMENT_LOOKOUT_H

#include "monitor/monitor.h"

struct lookout_run {
	char *path; /* of the board; NULL: the place is free */
	struct board *board;
	struct live live; /* the last look */
	uint64_t ended_ns; /* CLOCK_MONOTONIC; 0: it goes on */
};

struct lookout {
	struct lookout_run run[MONITOR_RUNS_MOST];
	const char *database; /* URL; NULL: none is looked at. Borrowed */
	struct live_finished recent[LIVE_FINISHED_MOST]; /* newest first */
	unsigned recent_count;
	uint64_t read_ns; /* when the database was read */
	uint64_t seen;    /* finished trials on the boards at that time */
};

void lookout_init(struct lookout *lookout, const char *database);
void lookout_release(struct lookout *lookout);

/* One board alone, of a path. */
int lookout_add(struct lookout *lookout, const char *path, struct err *err);

/* Looks for new runs if `find` is set, then at the runs it knows and at the
 * database. */
void lookout_look(struct lookout *lookout, bool find, struct monitor_view *out);

/* For struct monitor_feed, with the lookout as context. _all finds runs; _known
 * looks only at boards that were added. */
void lookout_collect_all(void *context, struct monitor_view *out);
void lookout_collect_known(void *context, struct monitor_view *out);

#endif
