/* The memory of records before a trial; run.h reads it. */
#ifndef RUN_RECORDS_H
#define RUN_RECORDS_H

#include <stdint.h>

#include "base/err.h"

/* Makes sparse memory of that size for the records of a replica. Nobody can
 * make it shorter or longer. The caller closes the descriptor. */
int records_make(uint64_t capacity, struct err *err);

#endif
