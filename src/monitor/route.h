/* Chooses the response to a request: a pure function of its head. */
#ifndef MONITOR_ROUTE_H
#define MONITOR_ROUTE_H

#include <stdbool.h>

enum route_kind {
	ROUTE_REFUSED, /* with `sentence` */
	ROUTE_FILE,    /* `file`, a text that is built into the program */
	ROUTE_METRICS,
	ROUTE_LIVE,
	ROUTE_EVENTS,
};

struct route {
	enum route_kind kind;
	unsigned status;      /* of HTTP */
	const char *file;     /* the text itself; NULL */
	const char *type;     /* of the content; NULL: by negotiation */
	const char *sentence; /* with a newline; NULL */
	bool head;            /* only the head is asked for */
};

#define ROUTE_METHODS "GET, HEAD"

/* Any texts are fine. `path` has no query. `host` is the Host header, or NULL.
 * `local`: only this machine can reach us. Then a request is refused if its
 * host is a name, but localhost: a name server could point that name at us. */
void route_find(const char *method, const char *path, const char *host,
		bool local, struct route *out);

#endif
