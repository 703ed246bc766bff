/*
 * The origin: an HTTP/1.1 server from which a library reads as it does from S3.
 * It has one process, one thread, one loop.
 *
 * It answers GET and HEAD of objects at /BUCKET/KEY (ranges, conditions),
 * listings of both versions, ListBuckets at /, HEAD of a bucket, ?location.
 * Everything else is refused as S3 refuses it. Requests may be signed:
 * signatures are accepted and not verified, whatever they say. Bodies are never
 * compressed.
 *
 *	#include "data/data.h"
 *	#include "origin/ledger.h"
 *	struct origin_config config = { .address = "127.0.0.1", .listeners = 2 };
 *	struct ledger *ledger = ledger_new(config.listeners);
 *	struct object_source *source;
 *	struct origin *origin;
 *	struct err err;
 *
 *	data_s2_new(&source, 1000, &err);
 *	origin_open(&origin, &config, &source, 1, ledger, &err);
 *	printf("port %u\n", origin_port(origin, 0));
 *	if (fork() == 0)
 *		_exit(origin_serve(origin, STDIN_FILENO, -1, &err) < 0);
 *	origin_free(origin);
 *
 * What it saw goes into the ledger, a row a listener (record/ledger.h).
 */
#ifndef ORIGIN_ORIGIN_H
#define ORIGIN_ORIGIN_H

#include "base/err.h"
#include "record/ledger.h"
#include "objects/objects.h"

struct origin;

struct origin_config {
	const char *address;      /* numeric: "127.0.0.1", "::1"; NULL is
				   * 127.0.0.1 */
	unsigned port;            /* 0: the kernel chooses */
	unsigned listeners;       /* one a ledger row; 0 means 1; more than 1
				   * needs port 0 */
	const char *congestion;   /* "cubic,reno": the first that the kernel
				   * allows; NULL: leave the system's */
	double idle_timeout_s;    /* 0: never closes idle connections */
	double send_timeout_s;    /* 0: waits for ever; else a client that
				   * takes nothing for so long is cut off */
	unsigned max_connections; /* more wait in the kernel's queue; 0: as
				   * many as the limit of open files allows.
				   * With time-outs, a connection that has
				   * done nothing for long makes room before
				   * its time (room.h) */
};

/* Binds and listens. From now on clients can connect; they get responses when
 * origin_serve() runs. Each source is a bucket. Sources and ledger stay the
 * caller's and must outlive the origin. ERR_CONFLICT: the port is in use. */
int origin_open(struct origin **out, const struct origin_config *config,
		struct object_source *const *sources, unsigned source_count,
		struct ledger *ledger, struct err *err);

/* Replaces the sources, but not while the origin serves. An origin may be
 * opened without sources, so that clients can wait while these are made. */
void origin_set_sources(struct origin *origin,
			struct object_source *const *sources, unsigned count);

/* The port that listener 0, 1, … really has. */
unsigned origin_port(const struct origin *origin, unsigned listener);

/* The congestion control that the sockets really use. It is the system's if the
 * kernel refused the wanted one. "": the kernel does not tell. */
const char *origin_congestion(const struct origin *origin);

/* "reno, cubic": all that they might use. "": the kernel does not tell. */
const char *origin_congestions(const struct origin *origin);

/* Serves until stop_fd is readable or hung up, and returns 0. Raises this
 * process's limit of open files to its hard limit, and ignores SIGPIPE meanwhile.
 * Writes the end of a line to ready_fd (-1: nothing) once connections are
 * accepted. Slices of a source may point outside of their scratch. Those bytes
 * must not change while the source lives: the kernel may read them later. */
int origin_serve(struct origin *origin, int stop_fd, int ready_fd,
		 struct err *err);

/* Closes all sockets. NULL is fine. */
void origin_free(struct origin *origin);

#endif
