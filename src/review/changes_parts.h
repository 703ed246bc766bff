/* Inside the room: what comparisons of two runs and of two versions share. */
#ifndef REVIEW_CHANGES_PARTS_H
#define REVIEW_CHANGES_PARTS_H

#include <stdbool.h>

#include "review/changes.h"

/* What all comparisons of one document share. */
struct making {
	const struct changes_wish *wish;
	json_t *list; /* of comparisons */
	double alpha; /* of each verdict */
	bool failed;
};

/* What is known of a figure on both sides. */
struct figure {
	double from, to, seen;
	double from_ratio, to_ratio; /* to reference; NAN within a run */
	struct estimate ratio;
	enum verdict verdict;
	bool within;
};

/* "rate", "cpu" */
extern const char *const changes_by[COMPARED_BY];

/* All are the caller's. */
json_t *changes_figure(struct making *making, const struct figure *figure,
		       enum compared_by by);
json_t *changes_library(struct making *making, const struct side_library *from,
			const struct side_library *to);
json_t *changes_about(const struct side_entry *entry);
json_t *changes_runs(const struct side_matches *matches);
json_t *changes_document(const struct making *making, const char *why);

#endif
