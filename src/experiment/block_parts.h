/*
 * Inside of a block: its parts, one a rival that takes turns. block.c makes the
 * block, block_parts.c its parts and their ends, block_turns.c says whose turn it
 * is and reads the counters, block_probe.c settles how long slices are.
 */
#ifndef EXPERIMENT_BLOCK_PARTS_H
#define EXPERIMENT_BLOCK_PARTS_H

#include "experiment/keep.h"
#include "experiment/rivals.h"
#include "experiment/setting.h"
#include "run/block.h"

struct part {
	struct block *block;
	struct rival *rival;
	struct setting setting;
	struct trial trial;
	unsigned request;   /* index; only when `code` is 0 */
	int code;           /* < 0: it could not be begun, `why` */
	struct err why;
	unsigned live;      /* its place on the board */
	uint64_t worked_ns; /* from each `go` until it was paused */
	unsigned windows;   /* slices that have one */
	bool seen;          /* an operation ended in one of them */
	unsigned probes;    /* of this block, that told something */
	bool scarce;        /* in the newest too little ended */
	unsigned still;     /* probes in which the origin stood still */
	unsigned late;      /* ... in which it was away for a moment */
	bool unsettled;     /* no block before has settled its slices */
	bool out;           /* of this block alone: rival->why */
	bool lied;          /* it recorded what cannot be true: it gets no more
			     * turns, and its trial fails */
	struct keep_need need; /* room that is kept for it */
};

struct block {
	struct experiment *experiment;
	struct rivals *rivals;
	unsigned number;
	char *name;            /* of the comparison, for people */
	const struct prepared *prepared;
	struct origin_process origin;
	struct part *part;     /* one a rival that takes turns */
	unsigned count;
	unsigned replicas;     /* of all parts */
	const char **reads;    /* of all parts */
	struct run_request *request;
	unsigned requests;
	struct turns turns;
	struct turns_part *turn; /* of the parts, for `turns` */
	uint64_t ready_ns;     /* when the first probe could begin */
	bool turning;          /* no longer probing */
	uint64_t whole_ns;     /* when all of it should be over */
	uint64_t deadline_ns;  /* no round begins that would end later: what
				* comes behind the rounds has its time */
	bool *was_separate;    /* before it, of each rival */
	struct part *now;      /* whose turn it is */
	uint64_t shown_ns;     /* when it was last written on the board */
	struct keep_need need; /* of all parts that are not yet stored */
	unsigned ended, failed; /* trials, for people */
	uint32_t rounds;       /* in which somebody worked */
	bool counted;          /* the present one is in it */
};

/* What is left of its working time, in seconds; < 0: none. */
double part_left_s(const struct part *part);

/* Says that the part's rival takes no turns, and why: from then on it is measured
 * in separate trials. One that has had turns is left out of this block alone. */
void part_separate(struct part *part, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The origin stood still while it worked: leaves the part out of this block, and
 * says so. That tells nothing of its rival. */
void part_stood_still(struct part *part);

/* block.c: sets deadline_ns by who is measured separately. */
void block_set_deadline(struct block *block);

/* block.c: whether the rival is not started again, and the sentence for it; and
 * stores its trial, failed with that sentence. */
bool block_gives_up(const struct rival *rival, struct err *why);
void block_end_failed(struct block *block, struct rival *rival,
		      const struct err *why);

/* block_parts.c: begins the parts, and their cells and origin; runs them; stores
 * their trials. */
int block_run_parts(struct block *block, struct err *err);

/* block_turns.c: for run_block(). */
extern const struct run_hooks block_hooks;
bool block_next_turn(void *context, struct run_turn *turn);
void block_all_ready(void *context);
void block_refused(void *context, unsigned request, const char *why);

/* block_probe.c: the next turn that settles how long a part's slices are; false:
 * all are settled. probe_judge() is called when it is over, with how long the
 * origin stood still in it, and whether it was away for a moment at least. */
bool probe_next(struct block *block, struct run_turn *turn);
void probe_judge(struct part *part, uint64_t still_ns, bool is_late);

#endif
