/* Inside of report/: the trials of one library, one of each block, as one row. */
#ifndef REPORT_MERGED_H
#define REPORT_MERGED_H

#include "report/report.h"

/* Merges the rows of `library`, of which there must be one, as report.h has it.
 * Rate, CPU a request and latencies are those of the comparison. The caller
 * releases. */
void merged_row(const struct report_group *group, const char *library,
		struct result_row *out);

/* The word of the limit that most blocks of `library` met, borrowed; NULL: none is
 * known. */
const char *merged_limit(const struct report_group *group, const char *library);

#endif
