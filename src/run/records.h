/* The memory of records before a trial; run.h reads it. */
#ifndef RUN_RECORDS_H
#define RUN_RECORDS_H

#include <stdint.h>

#include "base/err.h"

/* Memory of that size for a replica's records, sparse, which nobody can make
 * shorter or longer; a descriptor of the caller's. */
int records_make(uint64_t capacity, struct err *err);

#endif
