/*
 * Our origin in a process of its own, with a port and a ledger row for each
 * client. It ends when origin_process_stop() is called or when we die.
 */
#ifndef EXPERIMENT_ORIGIN_PROCESS_H
#define EXPERIMENT_ORIGIN_PROCESS_H

#include "base/err.h"
#include "experiment/server.h"
#include "record/ledger.h"
#include "objects/objects.h"

#define ORIGIN_PROCESS_NONE { .server = SERVER_NONE }

struct cells;
struct origin;

struct origin_process {
	struct origin *origin;
	struct ledger *ledger;
	struct server server;
	const struct cells *cells; /* borrowed */
};

/* Returns once the origin accepts connections, in its cell. It has `clients`
 * rows and ports. `congestion` NULL: SPEC_CONGESTION. `interrupt_fd`: see
 * server_start(). */
int origin_process_start(struct origin_process *process,
			 struct object_source *source, unsigned clients,
			 struct cells *cells, const char *congestion,
			 int interrupt_fd, struct err *err);

/* The endpoint of one client: "http://origin.geoio.test:PORT". Without a hosts
 * file it has the address instead of the name; on loopback it is
 * "http://127.0.0.1:PORT". */
void origin_process_endpoint(const struct origin_process *process,
			     unsigned client, char out[256]);

/* Says how an origin ended whose `server.ended_fd` is readable: a sentence with
 * the remedy. `when` goes into it: "2.0 s after GO". */
void origin_process_describe_end(const struct origin_process *process,
				 const char *when, char *out, size_t size);

/* Also fine when start failed. */
void origin_process_stop(struct origin_process *process);

#endif
