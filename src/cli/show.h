/* Results on the standard output: the table, or with --json one document. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "experiment/experiment.h"

void show_summaries(const struct experiment *experiment);

#endif
