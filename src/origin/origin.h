/*
 * The origin: an HTTP/1.1 server that behaves as S3 does for reading, as far as
 * the libraries that are measured can tell. One process, one thread, one loop.
 *
 * It answers GET and HEAD of objects at /BUCKET/KEY (ranges, conditions),
 * listings of both versions, ListBuckets at /, HEAD of a bucket, ?location.
 * Everything else is refused as S3 refuses it. Requests may be signed:
 * signatures are accepted and not verified, whatever they say. Bodies are never
 * compressed.
 *
 *	#include "data/data.h"
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
 *		_exit(origin_serve(origin, STDIN_FILENO, &err) < 0);
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
				   * Where there are time-outs, those that
				   * have done nothing for longest make room
				   * before their time (room.h) */
};

/* Binds and listens: from now on clients can connect, and are answered when
 * origin_serve() runs. Each source is a bucket; sources and ledger stay the
 * caller's and must outlive the origin. ERR_CONFLICT: the port is in use. */
int origin_open(struct origin **out, const struct origin_config *config,
		struct object_source *const *sources, unsigned source_count,
		struct ledger *ledger, struct err *err);

/* Replaces the sources: for one that opens with none, so that clients can wait
 * while they are made. Not while it serves. */
void origin_set_sources(struct origin *origin,
			struct object_source *const *sources, unsigned count);

/* The port that listener 0, 1, … really has. */
unsigned origin_port(const struct origin *origin, unsigned listener);

/* The congestion control that the sockets really use: the one asked for, or
 * the system's where the kernel refused it. "" where it does not tell. */
const char *origin_congestion(const struct origin *origin);

/* Serves until stop_fd is readable or hung up; 0 then. Raises this process's
 * limit of open files to its hard limit, ignores SIGPIPE meanwhile, and sets
 * ledger->ready. What a source's slices point to outside of their scratch must
 * not change as long as the source lives: the kernel may read it later. */
int origin_serve(struct origin *origin, int stop_fd, struct err *err);

/* Closes all sockets. NULL is fine. */
void origin_free(struct origin *origin);

#endif
