/*
 * Running the trials of a block together. The replicas of all trials are started
 * at once. Then the trials work in turn, one slice at a time, while the replicas
 * of all others are paused (docs/worker-protocol.md, "pause"). How a trial ends
 * is as in run_trial(); it works for as long as it gets turns.
 *
 *	struct run_request requests[2] = { 0 };
 *	struct run_block block = { .requests = requests, .count = 2 };
 *	struct err err;
 *
 *	// block.next and block.context say whose turn it is
 *	run_block(&block, &err);
 *
 * A trial that fails, whenever it does, leaves the block; the others go on. If
 * some of its replicas have not failed they finish then, and count.
 *
 * Of the hooks slice_end follows each slice_begin, and slice_close each
 * slice_open, also when all is over. A window closes early when a replica of
 * the trial works no more, as it is done or has ended, and does not open if that
 * is so before it would. Neither then, nor where one comes to its end while it
 * drains, has the slice a window (begin_ns and end_ns are 0 in slice_end): it
 * would show less than all of them do.
 * The hook `done` is called outside of all windows.
 */
#ifndef RUN_BLOCK_H
#define RUN_BLOCK_H

#include "run/run.h"

struct run_turn {
	unsigned request;   /* whose turn it is: an index, of one that may work */
	uint32_t round, position; /* for the slice */
	uint64_t fill_ns;   /* from its `go` until the window opens */
	uint64_t window_ns; /* until it closes and `pause` goes out, >= 1 */
};

struct run_block {
	/* Interrupt and lost descriptors are those of the first. Their own
	 * `hooks.context`s are theirs; `go_sent_ns` is not filled. */
	struct run_request *requests;
	unsigned count;
	/* Whose turn is next; false: no one's, the block is over. All replicas
	 * are paused meanwhile. Is called again after each turn, and until it
	 * says false or nobody may work any more. Required. */
	bool (*next)(void *context, struct run_turn *turn);
	/* All replicas are ready, or have failed; called once, before the first
	 * next(). Not required. */
	void (*ready)(void *context);
	/* A trial can take part in no slices, and is ended before its first
	 * turn. `why` is a sentence: its replicas do not say that they can be
	 * paused, or its place cannot stop them. Where a place fails in that
	 * after a turn (behind slice_end), the trial keeps what it did and gets
	 * no more. Not required. */
	void (*refused)(void *context, unsigned request, const char *why);
	void *context;
};

/* Whether a trial may still get turns: it is ready, no replica of it has failed
 * and none is done with all its work. Between two turns. */
bool run_may_work(const struct run_request *request);

/*
 * Runs the block. Each trial gets its slices (trial->slices), go_ns (of its
 * first slice), window_end_ns (the end of its last window) and what run_trial()
 * says; one that got no turn has go_ns 0. The codes are those of run_trial(). An
 * interruption ends all trials; what they did until then stays in them.
 */
int run_block(struct run_block *block, struct err *err);

#endif
