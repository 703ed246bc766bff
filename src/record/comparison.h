/*
 * What a comparison of libraries comes to: a row for each library, a verdict for
 * each pair. src/analyse makes it (compare.h), src/report shows it.
 *
 * Everything rests on blocks: in each of them all libraries were started anew
 * and worked in turn, or, without slices, made a separate trial each. A block
 * gives one number a library and one a pair; blocks are what intervals are made
 * of.
 */
#ifndef RECORD_COMPARISON_H
#define RECORD_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "record/histogram.h"
#include "record/slice.h"

/* ------------------------------------------------------------- what goes in */

/* One library in one block. All is borrowed. */
struct block_trial {
	const char *library;
	unsigned block;   /* from 0; may be missing, none is twice */
	bool failed;      /* it has no figures */
	bool baseline;    /* reference or null */
	const struct slice *slices; /* NULL: a separate trial, whose totals
				     * follow */
	size_t slice_count;
	/* Totals over the windows. */
	double seconds;
	uint64_t operations; /* ok */
	double cpu_seconds;
	const struct histogram *latency; /* of these operations; NULL: unknown */
	uint64_t slower; /* operations that are slower than all in it: they
			  * failed, or were due and never started */
};

/* ------------------------------------------------------------ what comes out */

/* So many rounds that a pair has in common give it a number for a block; with
 * fewer it is the ratio of the totals. */
#define COMPARISON_ROUNDS_LEAST 3

/* A median over blocks, and of a pair the centre of signed ranks (statistics.h).
 * NAN: unknown. low and high are NAN where the blocks allow no interval at that
 * level. */
struct estimate {
	double value, low, high;
};

/* Of all operations of all blocks; NAN: unknown. */
struct latency_quantiles {
	double p50_ms, p90_ms, p99_ms, p99_9_ms;
	double max_ms; /* of those that succeeded */
};

/* X(NAME, "words"): of the first of a pair. */
#define VERDICTS(X)                                                            \
	X(NONE, "no verdict")        /* too few blocks, or no figures */       \
	X(NOT_APART, "not told apart")                                         \
	X(BETTER, "better")          /* faster, or cheaper */                  \
	X(WORSE, "worse")

enum verdict {
#define X(name, words) VERDICT_##name,
	VERDICTS(X)
#undef X
};

const char *verdict_name(enum verdict verdict);

/* The two figures that libraries are compared by. */
enum compared_by { BY_RATE, BY_CPU, COMPARED_BY };

struct compared {
	const char *library; /* borrowed, as in block_trial */
	bool baseline;
	unsigned blocks;     /* in which it has figures */
	unsigned rounds;     /* slices with a window, in all; 0: separate
			      * trials */
	unsigned marked;     /* of these, with a mark */
	unsigned marks[SLICE_MARK_COUNT]; /* of these, with this one */
	/* [BY_RATE]: operations a second; [BY_CPU]: CPU us an operation. Each
	 * interval is at 95% by itself. */
	struct estimate figure[COMPARED_BY];
	struct latency_quantiles latency;
	/* 1 + how many libraries are proven better; 0: no figures, a baseline,
	 * or too few blocks for any verdict. Libraries that are not told apart
	 * from each other may share one. */
	unsigned rank[COMPARED_BY];
};

struct compared_pair {
	unsigned a, b; /* indices of rows */
	unsigned blocks; /* in which both have figures */
	unsigned paired; /* of these, in which the ratio of rates came of common
			  * rounds, not of totals */
	unsigned few;    /* of these, in which rounds, or slices with operations,
			  * were too few for that */
	struct {
		/* a's figure over b's, a ratio. The interval is corrected for
		 * all verdicts of the comparison. */
		struct estimate ratio;
		enum verdict verdict; /* of a */
		/* The smallest difference that could have been seen, as a part
		 * of 1: 0.04 for 4%. NAN: none could. */
		double seen;
		/* Of the blocks that have a ratio: how many, and the standard
		 * deviation of its ln, NAN for fewer than two. */
		unsigned count;
		double sd_ln;
	} by[COMPARED_BY];
};

struct comparison {
	struct compared *rows;
	size_t row_count;
	struct compared_pair *pairs; /* each two libraries that are no baselines,
				      * and each with reference; none with null */
	size_t pair_count;
	unsigned blocks;        /* the most of any row */
	unsigned verdicts;      /* that the level is corrected for */
	unsigned blocks_needed; /* the least with which each pair can have an
				 * interval */
	double level;           /* of the intervals of pairs: 1 - 0.05 / verdicts
				 * or more */
	bool sliced;            /* some rows are */
};

/* NULL: there is no row of this library. */
const struct compared *comparison_row(const struct comparison *comparison,
				      const char *library);

/* The pair of two libraries; `turned`: the first of it is `b`. NULL: there is
 * none. */
const struct compared_pair *comparison_pair(const struct comparison *comparison,
					    const char *a, const char *b,
					    bool *turned);

/* Of b over a, where it was of a over b. */
struct estimate estimate_turned(const struct estimate *e);

/* The figure of `a` over that of `b`. All is NAN where there is no such pair. */
struct estimate comparison_ratio(const struct comparison *comparison,
				 const char *a, const char *b,
				 enum compared_by by);

/* CPU us an operation of `library` less that of `null`: what is left when what
 * the harness's worker in Python costs is taken off. Means something for workers
 * in Python alone. NAN: one of both is unknown. A difference of two medians
 * that has no interval. */
double comparison_cpu_without_harness(const struct comparison *comparison,
				      const char *library);

void comparison_release(struct comparison *comparison);

#endif
