/* Which limit a trial met, from what was measured over its window(s). */
#ifndef ANALYSE_LIMITED_H
#define ANALYSE_LIMITED_H

#include "record/limited.h"
#include "record/trial.h"

/*
 * `cpus`: that the run might use. Limits are tried in the order of LIMITED_BY,
 * and the first that was met is told. Of two CPUs that were both busy it is the
 * busier. docs/metrics.md, "Which limit a row met", has the numbers.
 */
enum limited_by limited_of(const struct trial *trial, unsigned cpus);

#endif
