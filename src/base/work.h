/*
 * Work that takes long before anything is measured: it can be stopped, and
 * says how far it is. Whoever does it counts here; the command line watches.
 * One piece of work is under way in a process at a time, on one thread, so
 * there is one place for it, as for the log. Where nobody watches nothing is
 * counted, and any thread may do it.
 *
 *	work_begin(count, "objects", "reading headers of %s", name);
 *	for (…)
 *		code = work_done(1, bytes, err);
 *	work_end();
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct work {
	char what[160];          /* "reading headers of bench" */
	const char *unit;        /* of `done` and `total`: "objects"; NULL:
				  * nothing is prepared, `what` is all */
	uint64_t done, total;    /* total 0: not known */
	uint64_t bytes;          /* read so far */
};

struct work_watcher {
	bool (*stopped)(void);   /* whether the person asked to stop */
	int stop_fd;             /* becomes readable then, and stays so */
	/* Some times a second at most, while work is under way. */
	void (*show)(void *context, const struct work *work);
	void *context;
};

/* Borrowed until the next call; NULL: nobody watches, and nothing stops. */
void work_watch(const struct work_watcher *watcher);

/* `unit` must live as long as the program. */
void work_begin(uint64_t total, const char *unit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void work_end(void);

/* Counts; ERR_INTERRUPTED when the person asked to stop. Cheap. */
int work_done(uint64_t steps, uint64_t bytes, struct err *err);

/* The same while something is waited for, which may be within other work: that
 * is shown instead, and the other's count stays. */
int work_wait(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* To be waited for beside what else is waited for; -1: nothing stops. */
int work_stop_fd(void);

#endif
