/* Runs in progress, and the newest results, as a page or on the terminal. */
#include "cli/command.h"

#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/database.h"
#include "cli/interrupt.h"
#include "cli/say.h"
#include "experiment/lookout.h"
#include "monitor/lines.h"
#include "store/store.h"

#define LOOK_MS 500
#define RECENT_LINES 5

/* ------------------------------------------------------------- terminal --- */

struct screen {
	struct lookout lookout;
	struct line_memory memory[MONITOR_RUNS_MOST];
	unsigned lines; /* that stand there */
	bool terminal;
};

static unsigned add_recent(const struct live_finished *row, struct str *out)
{
	char rate[32];

	str_addf(out, "  %s %s: ", row->library, row->test);
	/* A trial that failed may have none. */
	if (isfinite(row->requests_per_second)) {
		lines_rate(row->requests_per_second, rate);
		str_addf(out, "%s requests/s, %.1f MB/s, ", rate,
			 row->bytes_per_second / 1e6);
	}
	str_addf(out, "%s%s\n", row->state,
		 *row->findings ? ", with findings" : "");
	return 1;
}

/* Of another user's run nothing needs to be true. */
static unsigned add_owner(const struct live_run *run, struct str *out)
{
	if (run->owner == geteuid())
		return 0;
	str_addf(out, "of user %u, as that user's board says:\n",
		 (unsigned)run->owner);
	return 1;
}

/* A line that the terminal wrapped would be two to take back. */
static void add_cut(const struct str *text, unsigned width, struct str *out)
{
	for (const char *at = text->buf; *at;) {
		size_t n = strcspn(at, "\n");

		str_add_n(out, at, n > width ? width : n);
		str_add_char(out, '\n');
		at += n + (at[n] == '\n');
	}
}

static unsigned add_all(struct screen *screen, const struct monitor_view *view,
			struct str *out)
{
	unsigned width = say_columns(STDOUT_FILENO) - 1, lines = 0;

	for (unsigned i = 0; i < view->run_count; i++) {
		lines += add_owner(&view->run[i].run, out);
		lines += lines_show(&view->run[i], &screen->memory[i].before,
				    width, out);
		lines_remember(&screen->memory[i], &view->run[i]);
	}
	if (!view->run_count) {
		str_add(out, "no run in progress: start one with `benchmark "
			     "run-all`\n");
		lines++;
	}
	for (unsigned i = 0; i < view->recent_count && i < RECENT_LINES; i++)
		lines += add_recent(&view->recent[i], out);
	return lines;
}

/* Where nothing is rewritten, blocks stay below each other. */
static void print_time(const struct screen *screen)
{
	char text[CLOCK_TEXT_BYTES];

	printf("%s%.19s UTC\n", screen->lines ? "\n" : "",
	       clock_format(clock_wall_ns(), text));
}

static void draw(struct screen *screen)
{
	struct str text = STR_INIT, cut = STR_INIT;
	struct monitor_view view;
	unsigned lines;

	lookout_look(&screen->lookout, true, &view);
	lines = add_all(screen, &view, &text);
	add_cut(&text, screen->terminal ? say_columns(STDOUT_FILENO) - 1
					: UINT_MAX, &cut);
	if (!screen->terminal)
		print_time(screen);
	else if (screen->lines)
		printf("\033[%uA\033[J", screen->lines);
	fputs(cut.buf, stdout);
	fflush(stdout);
	screen->lines = lines;
	str_release(&text);
	str_release(&cut);
}

static int show(const char *database, int stop_fd)
{
	struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
	static struct screen screen;

	lookout_init(&screen.lookout, database);
	screen.terminal = isatty(STDOUT_FILENO);
	do
		draw(&screen);
	while (poll(&stop, 1, LOOK_MS) == 0 && !ferror(stdout));
	lookout_release(&screen.lookout);
	return 0;
}

/* --------------------------------------------------------------- server --- */

static int serve(const char *listen, const char *database, int stop_fd,
		 struct err *err)
{
	static struct lookout lookout;
	struct monitor_feed feed = { lookout_collect_all, &lookout };
	struct monitor *monitor;
	char url[96];
	int code = monitor_open(&monitor, listen, &feed, err);

	if (code < 0)
		return code;
	lookout_init(&lookout, database);
	monitor_url(monitor, url);
	say_monitor(stdout, url, monitor_is_public(monitor));
	code = monitor_serve(monitor, stop_fd, err);
	monitor_close(monitor);
	lookout_release(&lookout);
	return code;
}

/* Refuses what is no database. A database that cannot be read yet may come. */
static int look_at_database(const char *database, struct err *err)
{
	struct store *store = NULL;
	int code = store_open(&store, database, STORE_READ, err);

	store_close(store);
	if (code == ERR_USAGE)
		return code;
	if (code < 0)
		say(stderr, "benchmark: %s. Until then only runs in progress "
			    "are shown", err->text);
	return 0;
}

static int run(struct options *options, struct err *err)
{
	const char *database = database_url(options);
	int stop_fd = interrupt_open(err);
	int code = stop_fd < 0 ? stop_fd : look_at_database(database, err);

	if (code < 0)
		return code;
	if (options->tty && options->listen)
		return err_set(err, ERR_USAGE,
			       "--tty shows it here and --listen on a page: "
			       "give one of them");
	if (options->tty)
		return show(database, stop_fd);
	return serve(options->listen ? options->listen : MONITOR_DEFAULT_LISTEN,
		     database, stop_fd, err);
}

const struct command command_monitor = {
	.name = "monitor",
	.arguments = "",
	.summary = "Show the runs in progress: a live page, /metrics, or here.",
	.help = "Watches all runs of this user on this machine (root: of all "
		"users) and the newest\nresults of the database; changes "
		"nothing. Ctrl-C ends it. docs/monitoring.md says what\nis "
		"served. --monitor of the run commands does the same for one "
		"run.",
	.groups = { options_page, options_database, options_common },
	.run = run,
};
