#include "cli/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

void progress_init(struct progress *progress, size_t total, double expected_s)
{
	memset(progress, 0, sizeof(*progress));
	progress->terminal = isatty(STDERR_FILENO);
	progress->total = total;
	progress->expected_s = expected_s;
	progress->start_ns = clock_now_ns();
}

static void clear_lines(struct progress *progress)
{
	if (progress->lines)
		fprintf(stderr, "\033[%uA\033[J", progress->lines);
	progress->lines = 0;
}

/* What is left by the trials' own settings, corrected by how much longer those
 * that are over took than their settings said. */
double progress_left_s(const struct progress *progress, double window_s,
		       uint64_t now_ns)
{
	double behind = progress->expected_done_s;
	double passed = clock_seconds(progress->trial_start_ns -
				      progress->start_ns);
	double factor = behind > 0 ? passed / behind : 1;
	double later = progress->expected_s - behind - progress->trial_s;
	double now = window_s;

	if (isnan(window_s))
		now = progress->trial_s * factor -
		      clock_seconds(now_ns - progress->trial_start_ns);
	return fmax(later * factor, 0) + fmax(now, 0);
}

void progress_begin(struct progress *progress, const char *name,
		    double expected_s)
{
	char left[32];

	progress->number++;
	progress->trial_s = expected_s;
	progress->trial_start_ns = clock_now_ns();
	snprintf(progress->name, sizeof(progress->name), "%s", name);
	if (progress->terminal)
		return;
	lines_duration(progress_left_s(progress, NAN,
				       progress->trial_start_ns),
		       left);
	fprintf(stderr, "[%zu/%zu] %s, about %s left\n", progress->number,
		progress->total, name, left);
}

static unsigned columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return 80;
}

void progress_show(struct progress *progress, const struct live *live)
{
	struct str text = STR_INIT;
	unsigned lines;

	if (!progress->terminal)
		return;
	lines = lines_show(live, &progress->memory.before, columns() - 1,
			   &text);
	lines_remember(&progress->memory, live);
	clear_lines(progress);
	fputs(text.buf, stderr);
	fflush(stderr);
	progress->lines = lines;
	str_release(&text);
}

void progress_end(struct progress *progress, double expected_s,
		  const char *outcome)
{
	progress->expected_done_s += expected_s;
	clear_lines(progress);
	fprintf(stderr, "[%zu/%zu] %s: %s\n", progress->number, progress->total,
		progress->name, outcome);
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list args;

	clear_lines(progress);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
