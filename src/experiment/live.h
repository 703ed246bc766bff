/*
 * Writes the live figures of a run on its board (monitor/board.h). The board is
 * a file in the scratch folder of the run, where `--monitor` and `benchmark
 * monitor` read it.
 *
 * live_open() and live_close() stand around a run, live_begin() and live_end()
 * around a trial. In between, call live_update() a few times a second. The trials
 * of a block live at once: after live_begin_block() each is added by live_add(),
 * and live_update_block() writes the figures of all.
 */
#ifndef EXPERIMENT_LIVE_H
#define EXPERIMENT_LIVE_H

#include "experiment/schedule.h"
#include "monitor/board.h"
#include "record/result.h"

struct sampler;
struct experiment;

/* The board's name in the scratch folder. */
#define LIVE_BOARD "board"

/* A trial on the board. */
struct live_place {
	struct live_trial trial; /* as it began */
	uint32_t test;           /* its totals on the board */
	struct live_test before; /* what its earlier trials had */
	uint32_t first, count;   /* of its cells on the board */
};

struct live_writer {
	struct board *board; /* NULL: none */
	const struct experiment *experiment; /* borrowed */
	struct live_place *place; /* the trial now, or those of its block */
	unsigned place_count, place_capacity;
	uint32_t cell_count;      /* of all places */
	unsigned block;           /* from 1 */
	struct ledger_counts origin_before;
	uint64_t wall_offset_ns; /* wall time - CLOCK_MONOTONIC */
};

/* A trial of a block. */
struct live_part {
	const struct sampler *sampler;
	unsigned place;     /* by live_add() */
	uint64_t worked_ns; /* in all of its turns */
};

struct live_turn {
	const struct live_part *part;
	unsigned count;
	unsigned now;   /* whose turn it is: an index */
	uint32_t round; /* from 1; 0: before the first */
};

/* Room for all jobs of the experiment. */
int live_open(struct live_writer *live, const struct experiment *experiment,
	      struct err *err);

/* A trial begins. */
void live_begin(struct live_writer *live, const struct trial_spec *spec);

/* A block begins, `number` from 0; then each of its trials, of which live_add()
 * returns the place. */
void live_begin_block(struct live_writer *live, unsigned number);
unsigned live_add(struct live_writer *live, const struct trial_spec *spec);

/* `stage` as the run room's. */
void live_update(struct live_writer *live, const struct sampler *sampler,
		 const char *stage, struct schedule_left left);

/* The same of a block. Call it between two turns: it takes some 50 us, and reads
 * no counter. */
void live_update_block(struct live_writer *live, const struct live_turn *turn,
		       const char *stage, struct schedule_left left);

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
