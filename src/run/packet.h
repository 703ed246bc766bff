/*
 * The packets of the worker protocol, versions 1 and 2
 * (docs/worker-protocol.md), as the harness writes and reads them. Pure: no
 * socket here.
 */
#ifndef RUN_PACKET_H
#define RUN_PACKET_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "record/trial.h"
#include "run/run.h"

#define PACKET_MAX_BYTES 65536

/* Return the text of a packet for one replica, which the caller frees.
 * packet_setup() returns ERR_USAGE if something asked does not fit the
 * protocol, and sets *out to NULL then; the others cannot fail. */
int packet_setup(const struct run_request *request, unsigned replica,
		 char **out, struct err *err);
char *packet_go(uint64_t at_ns);
char *packet_pause(void);
char *packet_finish(void);
char *packet_bye(void);

/* Reads a packet. The caller decrefs the object, from which *type is borrowed.
 * ERR_INVALID: the sentence goes on after "it sent". */
int packet_parse(const char *bytes, size_t n, json_t **out, const char **type,
		 struct err *err);

/* Fill their members of `replica`, and free what was there. After a failure
 * some may be filled. ERR_INVALID; ERR_CONFLICT: it speaks another protocol. */
int packet_read_ready(const json_t *packet, struct replica *replica,
		      struct err *err);
int packet_read_done(const json_t *packet, struct replica *replica,
		     struct err *err);

/* What a replica has done until now. */
struct packet_counts {
	uint64_t started, finished, unfinished;
};

int packet_read_paused(const json_t *packet, struct packet_counts *out,
		       struct err *err);

/* Borrowed from the packet. */
int packet_read_error(const json_t *packet, const char **stage,
		      const char **message, struct err *err);

#endif
