/*
 * --debug=AREA. An area is the name of a room ("origin", "run", "store", …) or
 * "all". A call costs one comparison while its area is off. Lines go to stderr,
 * with the seconds since start. Besides cli/ this is the one place that prints,
 * and only if the person asked for it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

/* X(NAME, "word") */
#define LOG_AREAS(X)                                                           \
	X(ORIGIN, "origin")                                                    \
	X(RUN, "run")                                                          \
	X(DOCKER, "docker")                                                    \
	X(DATA, "data")                                                        \
	X(PLAN, "plan")                                                        \
	X(MEASURE, "measure")                                                  \
	X(STORE, "store")                                                      \
	X(ANALYSE, "analyse")                                                  \
	X(CELL, "cell")                                                        \
	X(EXPERIMENT, "experiment")                                            \
	X(CLI, "cli")

/* "all, origin, run", for sentences. */
#define LOG_AREA_WORD(name, word) ", " word
#define LOG_KNOWN "all" LOG_AREAS(LOG_AREA_WORD)

enum log_area {
#define X(name, word) LOG_##name,
	LOG_AREAS(X)
#undef X
	LOG_AREA_COUNT
};

extern unsigned log_mask;

/* Whether the text is a list of areas ("origin,run") or "all". */
bool log_has_areas(const char *areas);

/* Turns them on. ERR_USAGE names an unknown one. */
int log_enable(const char *areas, struct err *err);

void log_write(enum log_area area, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define LOG(area, ...)                                                         \
	do {                                                                   \
		if (log_mask & (1U << LOG_##area))                             \
			log_write(LOG_##area, __VA_ARGS__);                    \
	} while (0)

#endif
