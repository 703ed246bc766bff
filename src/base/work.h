/*
 * Long work before anything is measured. It can be stopped, and it says how far
 * it has come. The code that does the work counts here; the command line
 * looks on. A process does one piece of such work at a time, on one thread, so
 * there is one place for it, as for the log. While nobody looks on, nothing is
 * counted, and any thread may do such work.
 *
 *	struct err err;
 *	int code = 0;
 *
 *	work_begin(100, "objects", "reading headers of %s", "bench");
 *	for (int i = 0; i < 100 && code == 0; i++)
 *		code = work_done(1, 16384, &err);
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
				  * nothing is prepared, `what` says it all */
	uint64_t done, total;    /* total 0: not known */
	uint64_t bytes;          /* read so far */
};

struct work_observer {
	bool (*stopped)(void);   /* whether the person asked to stop */
	int stop_fd;             /* becomes readable then, and stays so */
	/* Called a few times a second at most, while work is under way. */
	void (*show)(void *context, const struct work *work);
	void *context;
};

/* Borrowed until the next call; NULL: nobody looks on, and nothing stops. */
void work_observe(const struct work_observer *observer);

/* `unit` must live as long as the program. */
void work_begin(uint64_t total, const char *unit, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void work_end(void);

/* Adds to `done` and `bytes`. Cheap. ERR_INTERRUPTED: the person asked to
 * stop. */
int work_done(uint64_t steps, uint64_t bytes, struct err *err);

/* The same while the program waits, perhaps in the middle of other work. The
 * wait is shown instead of that work, whose count stays. */
int work_wait(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Becomes readable when the person asks to stop, for poll(2); -1: nobody
 * watches, so nothing stops the work. */
int work_stop_fd(void);

#endif
