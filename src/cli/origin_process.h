/*
 * Our origin in a process of its own, with a port and a ledger row for each
 * client. It ends when origin_process_stop() is called or when we die.
 */
#ifndef CLI_ORIGIN_PROCESS_H
#define CLI_ORIGIN_PROCESS_H

#include <sys/types.h>

#include "base/err.h"
#include "record/ledger.h"
#include "record/objects.h"

struct origin;

struct origin_process {
	struct origin *origin;
	struct ledger *ledger;
	pid_t pid;   /* 0: not running */
	int stop_fd; /* closing it ends the origin */
};

/* Returns once it accepts connections. `clients` rows and ports. */
int origin_process_start(struct origin_process *process,
			 struct object_source *source, unsigned clients,
			 struct err *err);

/* "http://127.0.0.1:PORT" of one client. */
void origin_process_endpoint(const struct origin_process *process,
			     unsigned client, char out[256]);

/* Also fine when start failed. */
void origin_process_stop(struct origin_process *process);

#endif
