/*
 * --monitor: the monitor's server in a process of its own beside the run, so
 * that no scraper, however slow, many or broken, is in the run's way. It reads
 * the run's board and ends with the run.
 */
#ifndef EXPERIMENT_MONITORING_H
#define EXPERIMENT_MONITORING_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct monitoring {
	pid_t pid;   /* 0: not running */
	int stop_fd; /* closing it ends the server */
};

/* `listen` "": the default address. `board`: path of the run's. Says on stderr
 * where it is; a warning where others can reach it. */
int monitoring_start(struct monitoring *monitoring, const char *listen,
		     const char *board, const char *database, struct err *err);

/* false: none was started, or it has ended. */
bool monitoring_lives(const struct monitoring *monitoring);

/* Waits so long, or until `stop_fd` can be read or the server has ended. */
void monitoring_linger(const struct monitoring *monitoring, int stop_fd,
		       int ms);

/* Also fine when start failed, or never was. */
void monitoring_stop(struct monitoring *monitoring);

#endif
