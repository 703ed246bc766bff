#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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

static void clear_line(const struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}

/* What is left by the trials' own settings, corrected by how much longer those
 * that are over took than their settings said. */
static double left_s(const struct progress *progress, uint64_t now_ns)
{
	double behind = progress->expected_done_s;
	double passed = clock_seconds(progress->trial_start_ns -
				      progress->start_ns);
	double factor = behind > 0 ? passed / behind : 1;
	double left = (progress->expected_s - behind) * factor -
		      clock_seconds(now_ns - progress->trial_start_ns);

	return left > 0 ? left : 0;
}

static void format_left(double seconds, char out[32])
{
	unsigned s = (unsigned)(seconds + 0.5);

	if (s >= 3600)
		snprintf(out, 32, "%u h %02u min", s / 3600, s / 60 % 60);
	else if (s >= 60)
		snprintf(out, 32, "%u min %02u s", s / 60, s % 60);
	else
		snprintf(out, 32, "%u s", s);
}

void progress_begin(struct progress *progress, const char *name)
{
	char left[32];

	progress->number++;
	progress->trial_start_ns = clock_now_ns();
	snprintf(progress->name, sizeof(progress->name), "%s", name);
	if (progress->terminal)
		return;
	format_left(left_s(progress, progress->trial_start_ns), left);
	fprintf(stderr, "[%zu/%zu] %s, about %s left\n", progress->number,
		progress->total, name, left);
}

void progress_show(void *context, const struct sampler *sampler,
		   const char *stage, uint64_t now_ns)
{
	struct progress *progress = context;
	const struct trial *trial = sampler->trial;
	uint64_t failed = sampler_failed(sampler);
	char left[32];

	if (!progress->terminal)
		return;
	format_left(left_s(progress, now_ns), left);
	fprintf(stderr, "\r\033[K[%zu/%zu] %s: %s", progress->number,
		progress->total, progress->name, stage);
	if (trial->go_ns && now_ns > trial->go_ns)
		fprintf(stderr, " %.1f/%g s, %llu ok",
			clock_seconds(now_ns - trial->go_ns),
			trial->spec.timeout_s,
			(unsigned long long)sampler_ok(sampler));
	if (failed)
		fprintf(stderr, ", %llu failed", (unsigned long long)failed);
	fprintf(stderr, ", about %s left", left);
	fflush(stderr);
}

void progress_end(struct progress *progress, double expected_s,
		  const char *outcome)
{
	progress->expected_done_s += expected_s;
	clear_line(progress);
	fprintf(stderr, "[%zu/%zu] %s: %s\n", progress->number, progress->total,
		progress->name, outcome);
}

void progress_say(struct progress *progress, const char *format, ...)
{
	va_list args;

	clear_line(progress);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
