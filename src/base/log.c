#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

unsigned log_mask;

static const char *const words[] = {
#define X(name, word) word,
	LOG_AREAS(X)
#undef X
};

static int enable_one(const char *word, size_t n, struct err *err)
{
	if (n == 3 && !strncmp(word, "all", 3)) {
		log_mask = ~0U;
		return 0;
	}
	for (unsigned i = 0; i < LOG_AREA_COUNT; i++) {
		if (strlen(words[i]) == n && !strncmp(words[i], word, n)) {
			log_mask |= 1U << i;
			return 0;
		}
	}
	return err_set(err, ERR_USAGE,
		       "--debug has no area '%.*s': the areas are all, origin, "
		       "run, data, plan, measure, store, analyse, cli",
		       (int)n, word);
}

int log_enable(const char *areas, struct err *err)
{
	for (const char *p = areas;;) {
		size_t n = strcspn(p, ",");
		int code = enable_one(p, n, err);

		if (code < 0)
			return code;
		if (!p[n])
			return 0;
		p += n + 1;
	}
}

void log_write(enum log_area area, const char *format, ...)
{
	static uint64_t start_ns;
	char line[1024];
	va_list args;

	if (!start_ns)
		start_ns = clock_now_ns();
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "[%10.6f %s] %s\n",
		clock_seconds(clock_now_ns() - start_ns), words[area], line);
}
