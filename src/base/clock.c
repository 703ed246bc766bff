#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t read_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
	return read_ns(CLOCK_REALTIME);
}

void clock_sleep_until(uint64_t at_ns)
{
	struct timespec t = { .tv_sec = (time_t)(at_ns / NS_PER_S),
			      .tv_nsec = (long)(at_ns % NS_PER_S) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) ==
	       EINTR)
		;
}

const char *clock_format(uint64_t wall_ns, char out[CLOCK_TEXT_BYTES])
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char date[20];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(out, CLOCK_TEXT_BYTES, "%s.%06u", date,
		 (unsigned)(wall_ns % NS_PER_S / NS_PER_US));
	return out;
}

uint64_t clock_parse(const char *text)
{
	struct tm tm = { .tm_isdst = 0 };
	const char *rest = text ? strptime(text, "%Y-%m-%d %H:%M:%S", &tm)
				: NULL;
	time_t seconds = rest ? timegm(&tm) : -1;
	double part = rest && *rest == '.' ? strtod(rest, NULL) : 0;

	return seconds < 0 ? 0
			   : (uint64_t)seconds * NS_PER_S + clock_ns(part);
}

double clock_seconds(uint64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

uint64_t clock_ns(double seconds)
{
	if (!(seconds > 0))
		return 0;
	return (uint64_t)(seconds * (double)NS_PER_S + 0.5);
}
