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

/* A run that has ended is shown so long. */
#define KEEP_NS (60 * NS_PER_S)

/* The database is read again so often, and when a trial has ended. */
#define READ_NS (10 * NS_PER_S)

void watch_init(struct watch *watch, const char *database)
{
	memset(watch, 0, sizeof(*watch));
	watch->database = database;
}

static void forget(struct watch_run *run)
{
	board_close(run->board);
	free(run->path);
	memset(run, 0, sizeof(*run));
}

void watch_release(struct watch *watch)
{
	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++)
		forget(&watch->run[i]);
}

/* -------------------------------------------------------------- boards --- */

static bool is_foreign(const struct watch_run *run)
{
	return run->board && board_owner(run->board) != geteuid();
}

/* Others, by as many boards as they like, cannot keep root from its own. */
static struct watch_run *place_for(struct watch *watch, uint32_t owner)
{
	struct watch_run *foreign = NULL;

	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++) {
		struct watch_run *run = &watch->run[i];

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

static bool is_known(const struct watch *watch, const char *path)
{
	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++)
		if (watch->run[i].path && !strcmp(watch->run[i].path, path))
			return true;
	return false;
}

static int add(struct watch *watch, int folder, const char *name,
	       const char *path, struct err *err)
{
	struct watch_run *run;
	struct board *board;
	int code = board_open(&board, folder, name, err);

	if (code < 0)
		return code;
	run = place_for(watch, board_owner(board));
	if (!run) {
		board_close(board);
		return 0;
	}
	run->board = board;
	run->path = mem_dup(path);
	return 0;
}

int watch_add(struct watch *watch, const char *path, struct err *err)
{
	return add(watch, AT_FDCWD, path, path, err);
}

static void visit(void *context, int folder, const char *folder_path)
{
	char *path = mem_printf("%s/" LIVE_BOARD, folder_path);
	struct err err;

	if (!is_known(context, path) &&
	    add(context, folder, LIVE_BOARD, path, &err) < 0)
		LOG(CLI, "%s", err.text);
	free(path);
}

static bool has_died(const struct live_run *run)
{
	return run->pid > 0 && kill(run->pid, 0) < 0 && errno == ESRCH;
}

static void look_at(struct watch_run *run, uint64_t now_ns)
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
	struct watch *watch = context;
	struct live_finished *all = watch->recent;

	if (watch->recent_count == LIVE_FINISHED_MOST)
		watch->recent_count--;
	memmove(all + 1, all, watch->recent_count * sizeof(*all));
	live_describe(row, clock_parse(row->end_time), all);
	live_clean_finished(all);
	watch->recent_count++;
	return 0;
}

static void read_database(struct watch *watch)
{
	struct store *store = NULL;
	struct err err;
	int code = store_open(&store, watch->database, STORE_READ, &err);

	watch->recent_count = 0;
	if (code == 0)
		code = store_recent_results(store, LIVE_FINISHED_MOST, keep_row,
					    watch, &err);
	if (code < 0)
		LOG(CLI, "%s", err.text);
	store_close(store);
}

static void look_at_database(struct watch *watch, uint64_t seen,
			     uint64_t now_ns)
{
	if (!watch->database || (watch->read_ns && seen == watch->seen &&
				 now_ns - watch->read_ns < READ_NS))
		return;
	read_database(watch);
	watch->read_ns = now_ns;
	watch->seen = seen;
}

/* ---------------------------------------------------------------- both --- */

void watch_look(struct watch *watch, bool find, struct monitor_view *out)
{
	uint64_t now_ns = clock_now_ns(), seen = 0;

	if (find)
		scratch_each(visit, watch);
	out->run_count = 0;
	for (unsigned i = 0; i < MONITOR_RUNS_MOST; i++) {
		struct watch_run *run = &watch->run[i];

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
	look_at_database(watch, seen, now_ns);
	out->recent = watch->recent;
	out->recent_count = watch->recent_count;
}

void watch_collect_all(void *context, struct monitor_view *out)
{
	watch_look(context, true, out);
}

void watch_collect_known(void *context, struct monitor_view *out)
{
	watch_look(context, false, out);
}
