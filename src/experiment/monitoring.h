/*
 * --monitor: a server in a process of its own beside the run. However slow,
 * many or broken the scrapers are, they do not disturb the run. The server
 * reads the board of the run and ends with the run.
 */
#ifndef EXPERIMENT_MONITORING_H
#define EXPERIMENT_MONITORING_H

#include "experiment/server.h"

struct monitoring {
	struct server server;
	char url[96];   /* where it is */
	bool is_public; /* other machines can reach it */
};

/* `listen` "": the default address. `board`: path of the run's. `interrupt_fd`
 * as server_start()'s. */
int monitoring_start(struct monitoring *monitoring, const char *listen,
		     const char *board, const char *database,
		     int interrupt_fd, struct err *err);

/* Whether one that was started has ended: writes a sentence that says so. */
bool monitoring_has_died(const struct monitoring *monitoring, char *out,
			 size_t size);

/* Waits so long, or until `stop_fd` can be read or the server has ended. */
void monitoring_linger(const struct monitoring *monitoring, int stop_fd,
		       int ms);

/* Also fine when start failed, or never was. */
void monitoring_stop(struct monitoring *monitoring);

#endif
