#include "experiment/lookout.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "experiment/live.h"
#include "monitor/board.h"
#include "run/scratch.h"
#include "store/store.h"

/* Shows a run for so long after its end. */
#define KEEP_NS (60 * NS_PER_S)

/* Reads the database so often, and when a trial has ended. */
#define READ_NS (10 * NS_PER_S)

void lookout_init(struct lookout *lookout, const char *database)
{
	memset(lookout, 0, sizeof(*lookout));
	lookout->database = database;
}

static void forget(struct lookout_run *run)
{
	board_close(run->board);
	free(run->path);
	memset(run, 0, sizeof(*run));
}

void lookout_release(struct lookout *lookout)
{
	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++)
		forget(&lookout->run[i]);
}

/* -------------------------------------------------------------- boards --- */

static bool is_foreign(const struct lookout_run *run)
{
	return run->board && board_owner(run->board) != geteuid();
}

/* Other users cannot keep root from its own runs, however many boards they
 * have. */
static struct lookout_run *place_for(struct lookout *lookout, uint32_t owner)
{
	struct lookout_run *foreign = NULL;

	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++) {
		struct lookout_run *run = &lookout->run[i];

		if (!run->path)
			return run;
		if (is_foreign(run))
			foreign = run;
	}
	if (foreign && owner == geteuid())
		forget(foreign);
	else
		foreign = NULL;
	return foreign;
}

static bool is_known(const struct lookout *lookout, const char *path)
{
	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++)
		if (lookout->run[i].path && !strcmp(lookout->run[i].path, path))
			return true;
	return false;
}

static int add(struct lookout *lookout, int folder, const char *name,
	       const char *path, struct err *err)
{
	struct lookout_run *run;
	struct board *board;
	int code = board_open(&board, folder, name, err);

	if (code < 0)
		return code;
	run = place_for(lookout, board_owner(board));
	if (!run) {
		board_close(board);
		return 0;
	}
	run->board = board;
	run->path = mem_dup(path);
	return 0;
}

int lookout_add(struct lookout *lookout, const char *path, struct err *err)
{
	return add(lookout, AT_FDCWD, path, path, err);
}

static void visit(void *context, int folder, const char *folder_path)
{
	char *path = mem_printf("%s/" LIVE_BOARD, folder_path);
	struct err err;

	if (!is_known(context, path) &&
	    add(context, folder, LIVE_BOARD, path, &err) < 0)
		LOG(EXPERIMENT, "%s", err.text);
	free(path);
}

static bool has_died(const struct live_run *run)
{
	return run->pid > 0 && kill(run->pid, 0) < 0 && errno == ESRCH;
}

static void look_at(struct lookout_run *run, uint64_t now_ns)
{
	board_look(run->board, &run->live);
	if (!run->live.run.ended && has_died(&run->live.run))
		run->live.run.ended = LIVE_KILLED;
	if (run->live.run.ended && !run->ended_ns)
		run->ended_ns = now_ns;
}

/* ------------------------------------------------------------ database --- */

static int keep_row(void *context, const struct result_row *row)
{
	struct lookout *lookout = context;
	struct live_finished *all = lookout->recent;

	if (lookout->recent_count == LIVE_FINISHED_MOST)
		lookout->recent_count--;
	memmove(all + 1, all, lookout->recent_count * sizeof(*all));
	live_describe(row, clock_parse(row->end_time), all);
	live_clean_finished(all);
	lookout->recent_count++;
	return 0;
}

static void read_database(struct lookout *lookout)
{
	struct store *store = NULL;
	struct err err;
	int code = store_open(&store, lookout->database, STORE_READ, &err);

	lookout->recent_count = 0;
	if (code == 0)
		code = store_recent_results(store, LIVE_FINISHED_MOST, keep_row,
					    lookout, &err);
	if (code < 0)
		LOG(EXPERIMENT, "%s", err.text);
	store_close(store);
}

static void look_at_database(struct lookout *lookout, uint64_t seen,
			     uint64_t now_ns)
{
	if (!lookout->database || (lookout->read_ns && seen == lookout->seen &&
				 now_ns - lookout->read_ns < READ_NS))
		return;
	read_database(lookout);
	lookout->read_ns = now_ns;
	lookout->seen = seen;
}

/* ---------------------------------------------------------------- both --- */

void lookout_look(struct lookout *lookout, bool find, struct monitor_view *out)
{
	uint64_t now_ns = clock_now_ns(), seen = 0;

	if (find)
		scratch_each(visit, lookout);
	out->run_count = 0;
	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++) {
		struct lookout_run *run = &lookout->run[i];

		if (!run->path)
			continue;
		look_at(run, now_ns);
		if (find && run->ended_ns && now_ns - run->ended_ns > KEEP_NS) {
			forget(run);
			continue;
		}
		out->run[out->run_count++] = run->live;
		seen += run->live.finished_count + run->live.run.trial_number;
	}
	look_at_database(lookout, seen, now_ns);
	out->recent = lookout->recent;
	out->recent_count = lookout->recent_count;
}

void lookout_collect_all(void *context, struct monitor_view *out)
{
	lookout_look(context, true, out);
}

void lookout_collect_known(void *context, struct monitor_view *out)
{
	lookout_look(context, false, out);
}
