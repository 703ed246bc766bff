/* Checks of what cells counted, a part of analyse_reconcile(): each adds a
 * finding where two sources differ, or a limit was met. */
#ifndef ANALYSE_RECONCILE_CELL_H
#define ANALYSE_RECONCILE_CELL_H

#include "record/trial.h"

/* CPU: the control group's sum against rusage, within 0.5% + 5 ms. */
void reconcile_cpu(struct trial *trial);

/* Bytes: what the link carried against what the origin says that it sent and
 * received, headers accounted, within 1% + 64 KiB. */
void reconcile_link(struct trial *trial);

/* Limits that were met: memory, processes, the CPU quota. */
void reconcile_limits(struct trial *trial);

/* Network input that was charged to no replica: more than this part of what the
 * replicas used is a finding. */
#define KSOFTIRQD_SHARE 0.05
void reconcile_ksoftirqd(struct trial *trial);

#endif
