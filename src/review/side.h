/*
 * Inside the room: the comparisons of one run, or of several runs of one side, as far
 * as they are compared with those of another.
 */
#ifndef REVIEW_SIDE_H
#define REVIEW_SIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "analyse/between.h"
#include "base/err.h"
#include "record/comparison.h"
#include "record/result.h"

struct store;

/* A library in a comparison. Texts are owned. */
struct side_library {
	char *name, *version;
	bool has_figures;
	double failed_share; /* of its operations, in all blocks; NAN: of none */
	bool apart; /* in separate trials, where others took turns */
	unsigned rounds, marked; /* slices, and those with a mark */
	double figure[COMPARED_BY];
	struct between_run run[COMPARED_BY]; /* its pair with reference */
};

/* Two versions of one library in a comparison: `to` over `from`. */
struct side_pair {
	size_t from, to; /* of `libraries` */
	struct estimate ratio[COMPARED_BY];
	enum verdict verdict[COMPARED_BY]; /* of `to` */
	double seen[COMPARED_BY];
};

/* A comparison of a run. All is owned. */
struct side_entry {
	char *heading;
	struct result_row about; /* of its first trial: plan, place, machine */
	struct side_library *libraries;
	size_t library_count;
	struct side_pair *pairs; /* of any two that are no baselines */
	size_t pair_count;
	double level;         /* of these pairs */
	bool has_reference;
	double reference_cpu; /* us a request */
	double others_cpus, steal_cpus; /* meanwhile, in the mean; NAN */
};

struct side {
	struct side_entry *entries; /* the newest run's first */
	size_t count, capacity;
	size_t singles; /* trials that are of no comparison */
};

/* Adds the comparisons of a run. */
int side_read(struct side *side, struct store *store, const char *run_id,
	      struct err *err);
void side_release(struct side *side);

/* The comparisons of a side that did the same work, the newest run's first. They are the
 * side's, the list is the caller's. */
struct side_matches {
	const struct side_entry **list;
	size_t count;
	/* Of these left out, as they are of another machine or place or have no
	 * reference, where others are not; and the column of one of them. */
	size_t left_out;
	const struct column *differs;
};

/* Those that did the work of `like`. */
struct side_matches side_find(const struct side *side,
			      const struct side_entry *like);

/* Leaves out what cannot be compared with `like`. Where nothing can, all stay. */
void side_keep(struct side_matches *matches, const struct side_entry *like);

/* The library in the newest of them that has figures of it, or else in the newest that
 * has it; NULL: none has. */
const struct side_library *side_newest(const struct side_matches *matches,
				       const char *name);

/* NULL: there is none. */
const struct side_library *side_library(const struct side_entry *entry,
					const char *name);

/* Whether two comparisons did the same work; if not, the column in which they
 * differ. */
bool side_same_work(const struct side_entry *a, const struct side_entry *b);

/* The first column by which machine or place differ; NULL: none does. */
const struct column *side_differs(const struct side_entry *a,
				  const struct side_entry *b);

#endif
