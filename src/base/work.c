#include "base/work.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define SHOW_NS (100 * NS_PER_MS)

static const struct work_observer *observing;
static struct work current;
static uint64_t shown_ns;

void work_observe(const struct work_observer *observer)
{
	observing = observer;
	memset(&current, 0, sizeof(current));
}

__attribute__((format(printf, 3, 0)))
static void begin(uint64_t total, const char *unit, const char *format,
		  va_list args)
{
	memset(&current, 0, sizeof(current));
	current.total = total;
	current.unit = unit;
	vsnprintf(current.what, sizeof(current.what), format, args);
}

void work_begin(uint64_t total, const char *unit, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	begin(total, unit, format, args);
	va_end(args);
}

void work_end(void)
{
	memset(&current, 0, sizeof(current));
}

static void show(void)
{
	uint64_t now_ns = clock_now_ns();

	if (!observing->show || !*current.what || now_ns - shown_ns < SHOW_NS)
		return;
	shown_ns = now_ns;
	observing->show(observing->context, &current);
}

int work_done(uint64_t steps, uint64_t bytes, struct err *err)
{
	if (!observing)
		return 0;
	current.done += steps;
	current.bytes += bytes;
	if (observing->stopped())
		return err_set(err, ERR_INTERRUPTED, "interrupted%s%s",
			       *current.what ? " while " : "", current.what);
	show();
	return 0;
}

int work_wait(struct err *err, const char *format, ...)
{
	struct work before = current;
	va_list args;
	int code;

	va_start(args, format);
	begin(0, NULL, format, args);
	va_end(args);
	code = work_done(0, 0, err);
	current = before;
	return code;
}

int work_stop_fd(void)
{
	return observing ? observing->stop_fd : -1;
}
