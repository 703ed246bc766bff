/*
 * Running one trial: starts its replicas, takes them through the worker
 * protocol (docs/worker-protocol.md) and does not come back before the last of
 * them has ended, whatever they do. One thread, one poll loop; nothing is
 * allocated for ticks.
 *
 * The room measures nothing. The caller reads counters in the hooks, which are
 * called from within run_trial() at the moments that matter.
 *
 * For the time of run_trial() the calling process is a child subreaper, so that
 * what replicas leave behind can be found. A process that is started meanwhile
 * by somebody else in this program is not touched, as long as it stays in the
 * program's own session. The calling thread must outlive the replicas: they
 * are killed by the kernel when it ends (PR_SET_PDEATHSIG).
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/err.h"
#include "record/record.h"
#include "record/trial.h"

struct launcher;
struct place;

struct run_hooks {
	/* All replicas are ready and quiet; GO has not been sent. Take
	 * snapshots and reset peaks here. Not required. */
	void (*ready)(void *context, struct trial *trial);
	/* GO has been sent. trial->go_ns is a few milliseconds ahead, and the
	 * replicas still sleep. Take the first reading here, and stamp it
	 * go_ns: a reading after go_ns would miss what was done until the
	 * harness got a CPU. Not required. */
	void (*go)(void *context, struct trial *trial);
	/* Every 100 ms from GO to the end of the window. Ticks that are missed
	 * are left out, not made up for. Not required. */
	void (*tick)(void *context, struct trial *trial, uint64_t now_ns);
	/* The first replica is done, or the deadline is there, or no replica
	 * is left. Take the last reading here. Once for each `go`. Not
	 * required. */
	void (*window_end)(void *context, struct trial *trial);
	/* That replica said `done`, is alive and waits for `bye`: its
	 * counters can be read. The first call comes after `window_end`. Not
	 * required. */
	void (*done)(void *context, struct trial *trial, unsigned replica);
	/* In a block (block.h) these four in the place of `go`, `tick` and
	 * `window_end`, for each slice of the trial. `slice` is the last of
	 * trial->slices. None is required. */
	/* All replicas of the trial are paused, as are those of all others:
	 * what they have used since `slice_end` they used while paused. */
	void (*slice_begin)(void *context, struct trial *trial,
			    struct slice *slice);
	/* The window opens, and closes: read the counters, and stamp begin_ns
	 * and end_ns beside them. */
	void (*slice_open)(void *context, struct trial *trial,
			   struct slice *slice);
	void (*slice_close)(void *context, struct trial *trial,
			    struct slice *slice);
	/* Its replicas are paused again, or have ended. */
	void (*slice_end)(void *context, struct trial *trial,
			  struct slice *slice);
	/* At the start of each stage and about five times a second: "starting",
	 * "proving", "running", "stopping". Not required. */
	void (*progress)(void *context, struct trial *trial, const char *stage,
			 uint64_t now_ns);
};

/* All is borrowed from the caller until run_trial() returns. */
struct run_request {
	struct trial *trial;      /* its spec and params_json are filled */
	const struct launcher *launcher; /* how replicas are started; NULL:
				   * as processes (launcher.h) */
	const void *launcher_context; /* what that launcher wants to know */
	const struct place *place; /* what replicas are put into; NULL: nothing */
	char *const *argv;        /* of one replica; [0] is an absolute path;
				   * NULL at the end */
	char *const *environment; /* "NAME=value", NULL at the end: all that a
				   * replica sees beside BENCHMARK_FD, HOME and
				   * TMPDIR. NULL: nothing */
	char *const *folders;     /* one a replica: where it runs, HOME and
				   * TMPDIR. NULL: where we are, without them */
	char (*endpoints)[ENDPOINT_BYTES]; /* one a replica */
	bool tls;
	const int *handed;        /* HANDED_READ sealed descriptors (handed.h);
				   * -1: that one is left out */
	int *records;             /* out, one a replica: its memory, made here,
				   * sparse, of full capacity; -1: not made.
				   * The caller closes */
	uint64_t records_capacity; /* records a replica, >= 1 */
	double ready_timeout_s;   /* from the start of the last replica */
	double grace_s;           /* to end by itself when asked to */
	int interrupt_fd;         /* readable: the person wants to stop. Is not
				   * read from. -1: none */
	int lost_fd;              /* readable: the store that replicas work
				   * against has ended. Is not read from. -1:
				   * nobody can tell */
	uint64_t lost_ns;         /* out: when that was seen; 0: it was not
				   * before the window's end, and after that
				   * it is not looked for */
	uint64_t *go_sent_ns;     /* out, one a replica: when its `go` went, 0:
				   * never. NULL: not wanted */
	struct run_hooks hooks;
	void *context;            /* of the hooks */
};

/*
 * Runs the trial and fills trial->replica[] (state, text, versions, what it
 * said), go_ns, window_end_ns, the wall times, failed, text and findings.
 *
 * Returns 0 also when replicas failed: their `state` and `text` tell. `text`
 * goes on after "replica N ": "was killed by signal 9 (SIGKILL) 0.5 s after
 * GO: …". trial->text has that whole sentence for the replica that failed
 * first, also when trial->failed is false because others finished.
 *
 * One replica that fails before GO fails the trial: the others are told by the
 * end of their socket and are INTERRUPTED with a text that says why. After GO
 * the others go on; the trial fails when none of them finished.
 *
 * window_end_ns is the earliest end_ns of a replica that did all its requests
 * (or filled its records), and at most go_ns + timeout_s. Without GO both are 0
 * and the wall times are those of the attempt.
 *
 * A store that ends before the window does fails the trial, which goes on no
 * longer: replicas without a verdict are INTERRUPTED, and the caller, who knows
 * how it ended, writes trial->text.
 *
 * ERR_INTERRUPTED: the person asked to stop; all has ended. ERR_USAGE or
 * ERR_INVALID: the request is wrong. ERR_SYSTEM: nothing could be done. After
 * any of them no process of the trial is left.
 */
int run_trial(struct run_request *request, struct err *err);

/*
 * Reads records of a replica that may still work: at most `most`, from number
 * `from` on. Stops at the first record without an outcome, which has not been
 * written. `out` has room for `most`. Returns how many it read.
 */
size_t run_read_records(int fd, size_t from, struct record *out, size_t most);

/* After the trial: takes all records up to the first without an outcome out of
 * the shared memory. The caller frees *out, which is never NULL. */
void run_take_records(int fd, struct record **out, size_t *count);

/*
 * Allocates the pages of records [from, to). They are charged to the control
 * group of the calling program, and not to that of the replica. Returns 0, or
 * -1 with errno if there is no memory; nothing else changes then.
 */
int run_reserve_records(int fd, size_t from, size_t to);

#endif
