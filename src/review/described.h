/* Inside the room: the members of a report's document (docs/report.md). All are the
 * caller's. */
#ifndef REVIEW_DESCRIBED_H
#define REVIEW_DESCRIBED_H

#include <jansson.h>

#include "analyse/timeline.h"
#include "record/unit_prices.h"
#include "record/trial.h"
#include "review/groups.h"

/* So many slices are drawn as dots at the most, in all comparisons together. */
#define DESCRIBED_SLICES_MOST 60000

/* Room for what is drawn, and what all share. */
struct described_room {
	size_t slices;   /* that are left */
	size_t left_out; /* comparisons that found no room for theirs */
	const struct unit_prices *prices; /* NULL: unknown */
};

json_t *described_run(const struct run *run, const char *ended);
json_t *described_setting(const char *run_id, const char *library,
			  const char *not_applied, const char *notes);

/* report_json_comparison(), and of each row what is merged over its blocks, the
 * curve of its latencies, its blocks and its rounds; and the words of the table. */
json_t *described_comparison(const struct review_group *group,
			     struct described_room *room);

/* A trial that is of no comparison: its id, and the curve of its latencies. */
json_t *described_single(const struct finished *one);

json_t *described_timeline(const char *trial_id,
			   const struct timeline *timeline);

/* "1 trial is …" or "7 trials are …". */
json_t *described_count(size_t count, const char *one, const char *several);

#endif
