#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

unsigned log_mask;

static const char *const words[] = {
#define X(name, word) word,
	LOG_AREAS(X)
#undef X
};

/* The bits of one word; 0: there is no such area. */
static unsigned area_of(const char *word, size_t n)
{
	if (n == 3 && !strncmp(word, "all", 3))
		return ~0U;
	for (unsigned i = 0; i < LOG_AREA_COUNT; i++)
		if (strlen(words[i]) == n && !strncmp(words[i], word, n))
			return 1U << i;
	return 0;
}

/* The first word that is no area, or NULL; `mask` gets those before it. */
static const char *read_areas(const char *areas, unsigned *mask)
{
	for (const char *p = areas;;) {
		size_t n = strcspn(p, ",");
		unsigned area = area_of(p, n);

		if (!area)
			return p;
		*mask |= area;
		if (!p[n])
			return NULL;
		p += n + 1;
	}
}

bool log_has_areas(const char *areas)
{
	unsigned mask = 0;

	return !read_areas(areas, &mask);
}

int log_enable(const char *areas, struct err *err)
{
	const char *unknown = read_areas(areas, &log_mask);

	if (!unknown)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--debug has no area '%.*s': the areas are " LOG_KNOWN,
		       (int)strcspn(unknown, ","), unknown);
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
	text_clean_sentence(line);
	fprintf(stderr, "[%10.6f %s] %s\n",
		clock_seconds(clock_now_ns() - start_ns), words[area], line);
}
