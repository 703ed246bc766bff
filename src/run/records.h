/* The records files before a trial; run.h maps them afterwards. */
#ifndef RUN_RECORDS_H
#define RUN_RECORDS_H

#include <stdint.h>

#include "base/err.h"

/* Makes or empties `path` at full, sparse size. */
int records_make(const char *path, uint64_t capacity, struct err *err);

#endif
