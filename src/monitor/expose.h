/* Writes figures as text. Pure functions of a view. */
#ifndef MONITOR_EXPOSE_H
#define MONITOR_EXPOSE_H

#include "base/str.h"
#include "monitor/monitor.h"

enum expose_format {
	EXPOSE_PROMETHEUS,  /* text/plain; version=0.0.4 */
	EXPOSE_OPENMETRICS, /* application/openmetrics-text; version=1.0.0 */
};

/* Chooses by the Accept header (RFC 9110, q values), of any bytes. Prometheus
 * text if the header is NULL or has no format that we know. */
enum expose_format expose_negotiate(const char *accept);
const char *expose_content_type(enum expose_format format);

/* Adds the whole exposition. */
void expose_metrics(const struct monitor_view *view, enum expose_format format,
		    struct str *out);

/* Adds the document of /live.json and of each event, on one line
 * (docs/monitoring.md defines it). */
void expose_json(const struct monitor_view *view, struct str *out);

#endif
