/* Figures as text: pure functions of a view. */
#ifndef MONITOR_EXPOSE_H
#define MONITOR_EXPOSE_H

#include "base/str.h"
#include "monitor/monitor.h"

enum expose_format {
	EXPOSE_PROMETHEUS,  /* text/plain; version=0.0.4 */
	EXPOSE_OPENMETRICS, /* application/openmetrics-text; version=1.0.0 */
};

/* By the Accept header (RFC 9110: q values); NULL, or nothing that we know:
 * Prometheus text. Any bytes are fine. */
enum expose_format expose_negotiate(const char *accept);
const char *expose_content_type(enum expose_format format);

/* Adds the whole exposition. */
void expose_metrics(const struct monitor_view *view, enum expose_format format,
		    struct str *out);

/* Adds the document of /live.json and of each event, on one line
 * (docs/monitoring.md defines it). */
void expose_json(const struct monitor_view *view, struct str *out);

#endif
