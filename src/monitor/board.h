/*
 * The board: a file with the live figures of one run. The harness writes it,
 * and monitors read it. It has one writer, any number of readers, and no lock.
 * A sequence number is odd while the writer is at work. A reader that saw it
 * change looks again. The writer fills memory of its own and reads nothing
 * back.
 *
 * The writer:
 *
 *	struct board *board;
 *	struct err err;
 *
 *	board_create(&board, "/run/scratch/board", 1, 2, &err);
 *	board_begin(board)->run->trial_count = 7;
 *	board_end(board);
 *	board_close(board); // the file stays
 *
 * A reader:
 *
 *	struct board *board;
 *	struct live live;
 *	struct err err;
 *
 *	board_open(&board, AT_FDCWD, "/run/scratch/board", &err);
 *	board_look(board, &live);
 *	board_close(board);
 *
 * A reader trusts nothing, as root reads the boards of all users. It checks
 * sizes against the file, which may change or be cut at any time, and ends and
 * cleans all texts (base/text.h).
 */
#ifndef MONITOR_BOARD_H
#define MONITOR_BOARD_H

#include <stdbool.h>

#include "base/err.h"
#include "record/live.h"

struct board;

/* Tests and replicas of a board, at most. A file says how many it has. */
#define BOARD_TESTS_MOST 4096
#define BOARD_CELLS_MOST 4096

/* What the writer fills between board_begin() and board_end(). */
struct board_pages {
	struct live_run *run;
	struct live_cell *origin;
	struct live_cell *cell;      /* cell_most of them */
	uint32_t cell_most, *cell_count;
	struct live_test *test;      /* test_most of them */
	uint32_t test_most, *test_count;
	struct live_finished *finished; /* LIVE_FINISHED_MOST; newest last */
	uint32_t *finished_count;
};

/* Makes a new file, mode 0600, with room for so many. ERR_SYSTEM. */
int board_create(struct board **out, const char *path, uint32_t tests,
		 uint32_t cells, struct err *err);

struct board_pages *board_begin(struct board *board);
void board_end(struct board *board); /* shows what was filled */

/* What the writer wrote, for the writer itself to read. */
const struct board_pages *board_pages(const struct board *board);

/* Opens `path` in an open folder. ERR_NOT_FOUND: there is none. ERR_INVALID: it
 * is no board, or of another version; the sentence says which. */
int board_open(struct board **out, int folder, const char *path,
	       struct err *err);

/* The uid that owned the file when it was opened. */
uint32_t board_owner(const struct board *board);

/* Takes a consistent copy, which is valid until the next look or close. False:
 * the writer was at work at each of many tries (it was killed in the middle),
 * or the file is no longer a whole board. Then the copy is the last good one,
 * or empty. */
bool board_look(struct board *board, struct live *out);

void board_close(struct board *board); /* NULL is fine */

#endif
