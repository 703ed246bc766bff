/* Writes finished trials as Prometheus text without time stamps, for
 * node_exporter's textfile collector or a Pushgateway. Pure. */
#ifndef MONITOR_TEXTFILE_H
#define MONITOR_TEXTFILE_H

#include "base/str.h"
#include "record/live.h"

/* Adds all families. The label `trial` tells trials apart: their number from
 * 1. So no series is there twice, however many blocks a library has. */
void textfile_add(const struct live_finished *finished, unsigned count,
		  struct str *out);

#endif
