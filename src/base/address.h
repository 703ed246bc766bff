/*
 * Addresses as people type them, the same in every command: of servers to talk
 * to, and of places to listen at.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>

#include "base/err.h"

#define ENDPOINT_BYTES 512     /* of a whole one, with its end */
#define ADDRESS_HOST_BYTES 256 /* a name has at most 253 bytes */

struct endpoint {
	/* "http://host:9000", "https://[::1]/path": scheme and host in small
	 * letters, no slash at the end, the port only if it is not the
	 * scheme's own. */
	char text[ENDPOINT_BYTES];
	bool tls;                      /* https */
	char host[ADDRESS_HOST_BYTES]; /* IPv6 without its brackets */
	unsigned port;                 /* 1 to 65535, the scheme's without one */
	unsigned authority_bytes;      /* of text, up to the path */
};

/* `text` is http or https, a host, and perhaps a port and a path. ERR_USAGE
 * says what is wrong. A user or password is refused and not repeated. `what` is
 * for the sentence: the thing whose address it should be ("a store"). */
int endpoint_parse(struct endpoint *out, const char *text, const char *what,
		   struct err *err);

struct listen_at {
	char host[64];  /* numeric; IPv6 without its brackets */
	bool is_v6;
	unsigned port;  /* 0: any free one */
};

/* `text` is "ADDRESS:PORT", "ADDRESS" (then `port` is the port) or ":PORT"
 * (loopback). IPv6 may be in brackets. Without them the port stands behind the
 * last colon, if the part before that colon is an address too. ERR_USAGE names
 * the text. */
int listen_at_parse(struct listen_at *out, const char *text, unsigned port,
		    struct err *err);

#endif
