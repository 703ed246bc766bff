#include "cli/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/interrupt.h"
#include "cli/say.h"

void progress_init(struct progress *progress)
{
	memset(progress, 0, sizeof(*progress));
	progress->terminal = isatty(STDERR_FILENO);
}

void progress_init_plain(struct progress *progress)
{
	progress_init(progress);
	progress->terminal &= !isatty(STDOUT_FILENO);
}

static void clear_lines(struct progress *progress)
{
	if (progress->lines)
		fprintf(stderr, "\033[%uA\033[J", progress->lines);
	progress->lines = 0;
}

void progress_begin(struct progress *progress, const struct schedule *schedule)
{
	struct schedule_left left;
	char time[32];

	if (progress->terminal)
		return;
	left = schedule_left(schedule, NAN, schedule->trial_start_ns);
	lines_duration(left.s, time);
	say(stderr, "[%zu/%zu] %s, %s %s left", schedule->number,
	    schedule->total, schedule->name,
	    left.is_most ? "at most" : "about", time);
}

void progress_show(struct progress *progress, const struct live *live)
{
	struct str text = STR_INIT;
	unsigned lines;

	if (!progress->terminal)
		return;
	lines = lines_show(live, &progress->memory.before,
			   say_columns(STDERR_FILENO) - 1, &text);
	lines_remember(&progress->memory, live);
	clear_lines(progress);
	fputs(text.buf, stderr);
	fflush(stderr);
	progress->lines = lines;
	str_release(&text);
}

/* Adds "preparing: reading headers of bench: 12 of 512 objects,
 * 192.0 KiB". */
static void add_work(const struct work *work, struct str *out)
{
	str_addf(out, "%s%s", work->unit ? "preparing: " : "", work->what);
	if (work->done || work->total)
		str_addf(out, ": %llu", (unsigned long long)work->done);
	if (work->total)
		str_addf(out, " of %llu", (unsigned long long)work->total);
	if (work->done || work->total)
		str_addf(out, " %s", work->unit);
	if (work->bytes >= 1 << 30)
		str_addf(out, ", %.2f GiB", (double)work->bytes / (1 << 30));
	else if (work->bytes >= 1 << 20)
		str_addf(out, ", %.1f MiB", (double)work->bytes / (1 << 20));
	else if (work->bytes)
		str_addf(out, ", %.1f KiB", (double)work->bytes / (1 << 10));
}

#define WORK_SILENT_NS NS_PER_S       /* what is short says nothing */
#define WORK_LINES_NS (10 * NS_PER_S) /* where lines stay, they are few */

static void show_work(void *context, const struct work *work)
{
	struct progress *progress = context;
	uint64_t now_ns = clock_now_ns();
	struct str text = STR_INIT;

	if (now_ns - progress->work_start_ns < WORK_SILENT_NS ||
	    (!progress->terminal && progress->work_shown_ns &&
	     now_ns - progress->work_shown_ns < WORK_LINES_NS))
		return;
	progress->work_shown_ns = now_ns;
	add_work(work, &text);
	clear_lines(progress);
	say(stderr, "%.*s",
	    progress->terminal ? (int)say_columns(STDERR_FILENO) - 1
			       : (int)text.len,
	    text.buf);
	fflush(stderr);
	progress->lines = progress->terminal;
	str_release(&text);
}

int progress_work_begin(struct progress *progress, struct err *err)
{
	static struct work_observer observer;
	int stop_fd = interrupt_open(err);

	if (stop_fd < 0)
		return stop_fd;
	progress->work_start_ns = clock_now_ns();
	progress->work_shown_ns = 0;
	observer = (struct work_observer){ interrupt_seen, stop_fd, show_work,
					 progress };
	work_observe(&observer);
	return 0;
}

void progress_work_end(struct progress *progress)
{
	work_observe(NULL);
	clear_lines(progress);
}

void progress_end(struct progress *progress, const struct schedule *schedule,
		  const char *outcome)
{
	char *line = mem_printf("[%zu/%zu] %s: %s", schedule->number,
				schedule->total, schedule->name, outcome);

	clear_lines(progress);
	/* A reason may be long. Without a terminal it is as wide as the notes of
	 * the table. */
	say_wrapped(stderr, line,
		    progress->terminal ? say_columns(STDERR_FILENO) : 100, 2);
	free(line);
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list args;

	clear_lines(progress);
	va_start(args, format);
	say_args(stderr, format, args);
	va_end(args);
}
