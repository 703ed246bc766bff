/*
 * One library's turn in a block of a sliced comparison (docs/method.md,
 * "A comparison"). A block starts the replicas of all libraries; a round gives each
 * library that takes part in it one slice. The trial of a library in a block has
 * its slices in the order in which they were made.
 *
 *	go_ns ... begin_ns ============ end_ns ... pause_ns ... paused_ns
 *	    filling        the window          |      draining
 *
 * Only what ends within the window counts. Times are CLOCK_MONOTONIC ns.
 */
#ifndef RECORD_SLICE_H
#define RECORD_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, "word", "meaning"): why a slice is doubtful. It still counts. */
#define SLICE_MARKS(X)                                                         \
	X(STEAL, "steal", "the hypervisor took CPU time away")                 \
	X(OTHERS, "others", "other programs used the CPUs")                    \
	X(WOKE, "woke", "the library used CPU while it was paused")            \
	X(FEW, "few", "fewer than ten operations ended in it")                 \
	X(UNDRAINED, "undrained", "it did not drain, and gave operations up")

enum slice_mark {
#define X(name, word, meaning) SLICE_BIT_##name,
	SLICE_MARKS(X)
#undef X
	SLICE_MARK_COUNT
};
#define SLICE_MARK(name) (1U << SLICE_BIT_##name)

struct slice {
	uint32_t round;    /* of its block, from 0 */
	uint32_t position; /* of its turn within the round, from 0 */
	uint64_t go_ns;    /* its `go` went out */
	uint64_t begin_ns, end_ns; /* the window, stamped beside the readings of
				    * CPU; 0: it was not closed */
	uint64_t pause_ns;  /* `pause` went out; 0: the work was over before */
	uint64_t paused_ns; /* the last replica had said that nothing is in
			     * flight any more; 0: not all did */
	/* What was counted within the window. COUNT_UNKNOWN: it was not. */
	uint64_t cpu_ns;        /* of all replicas of the trial */
	uint64_t origin_cpu_ns; /* 0: the store is not ours */
	uint64_t steal_ns;  /* of the machine, all CPUs, in ticks of 10 ms */
	uint64_t others_ns; /* CPU of programs that are not ours, less steal */
	uint64_t idle_cpu_ns; /* of all its replicas while they were paused,
			       * before this slice */
	/* Of the records that ended within the window (analyse fills these). */
	uint64_t operations; /* that are ok */
	uint64_t failures;
	uint64_t bytes_ok;
	uint32_t marks;     /* SLICE_MARK() of each doubt */
};

/* Seconds of the window; 0: it was not closed. */
double slice_seconds(const struct slice *slice);

/* Of the trial: what its slices can have no more of together. */
struct slices_within {
	uint64_t end_ns; /* of its last window */
	uint64_t operations, failures, bytes_ok;
};

/* What cannot be true of slices of one trial, in the order of their numbers: "its
 * windows overlap". NULL: nothing. */
const char *slices_fault(const struct slice *slices, size_t count,
			 const struct slices_within *within);

/* "steal,few" into `out`, which has room for all; "": no doubt. */
#define SLICE_MARKS_BYTES 64
const char *slice_marks_text(uint32_t marks, char out[SLICE_MARKS_BYTES]);

/* The marks of such a text; a word that is not known is left out. */
uint32_t slice_marks_parse(const char *text);

#endif
