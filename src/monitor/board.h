/*
 * The board: one run's live figures in a file that the harness writes and
 * monitors read. One writer, any number of readers, no lock: a sequence number
 * is odd while the writer is at work, and a reader that saw it change looks
 * again. The writer fills memory of its own and reads nothing back.
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
 * A reader trusts nothing, as root reads the boards of all users: sizes are held
 * against the file, which may change or be cut at any time; texts are ended and
 * cleaned (base/text.h).
 */
#ifndef MONITOR_BOARD_H
#define MONITOR_BOARD_H

#include <stdbool.h>

#include "base/err.h"
#include "record/live.h"

struct board;

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

/* A new file, mode 0600, of the size that so many need. ERR_SYSTEM. */
int board_create(struct board **out, const char *path, uint32_t tests,
		 uint32_t cells, struct err *err);

struct board_pages *board_begin(struct board *board);
void board_end(struct board *board); /* shows what was filled */

/* The same for the writer to read. */
const struct board_pages *board_pages(const struct board *board);

/* `path` in an open folder. ERR_NOT_FOUND: there is none. ERR_INVALID: it is of
 * another version, or not a board; the sentence says which. */
int board_open(struct board **out, int folder, const char *path,
	       struct err *err);

/* Uid of the file's owner, when it was opened. */
uint32_t board_owner(const struct board *board);

/* A copy that is consistent, valid until the next look or close. False: the
 * writer was at work each of many times (it was killed in the middle), or the file
 * is no whole board any more; the copy is then the last good one, or empty. */
bool board_look(struct board *board, struct live *out);

void board_close(struct board *board); /* NULL is fine */

#endif
