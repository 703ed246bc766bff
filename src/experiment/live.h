/*
 * Writes the live figures of a run on its board (monitor/board.h). The board is
 * a file in the scratch folder of the run, where `--monitor` and `benchmark
 * monitor` read it.
 *
 * live_open() and live_close() stand around a run, live_begin() and live_end()
 * around a trial. In between, call live_update() a few times a second.
 */
#ifndef EXPERIMENT_LIVE_H
#define EXPERIMENT_LIVE_H

#include "monitor/board.h"
#include "record/result.h"

struct sampler;
struct experiment;

/* The board's name in the scratch folder. */
#define LIVE_BOARD "board"

struct live_writer {
	struct board *board; /* NULL: none */
	const struct experiment *experiment; /* borrowed */
	uint32_t test;           /* of the trial now, on the board */
	struct live_test before; /* what its earlier trials had */
	struct live_test *befores; /* of the trials of a block, by live_add() */
	unsigned before_count, before_capacity;
	struct ledger_counts origin_before;
	uint64_t wall_offset_ns; /* wall time - CLOCK_MONOTONIC */
};

/* Room for all jobs of the experiment. */
int live_open(struct live_writer *live, const struct experiment *experiment,
	      struct err *err);

/* A trial begins. */
void live_begin(struct live_writer *live, const struct trial_spec *spec);

/* A block begins, then each of its trials, of which live_add() returns the place;
 * live_turn() says whose turn it is: the board shows that one. */
void live_begin_block(struct live_writer *live);
unsigned live_add(struct live_writer *live, const struct trial_spec *spec);
void live_turn(struct live_writer *live, const struct trial_spec *spec,
	       unsigned place);

/* `stage` as the run room's. */
void live_update(struct live_writer *live, const struct sampler *sampler,
		 const char *stage, double left_s);

/* The trial is over. It stays on the board until the next one begins. NULL: it
 * could not be made at all. */
void live_end(struct live_writer *live, const struct result_row *row);

/* The board as it stands, not copied; false: there is none. */
bool live_look(const struct live_writer *live, struct live *out);

/* A row of results in the form of the board. */
void live_describe(const struct result_row *row, uint64_t end_wall_ns,
		   struct live_finished *out);

/* The run is over: says so on the board, and unmaps it. */
void live_close(struct live_writer *live);

#endif
