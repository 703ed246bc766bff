/*
 * The parts of a running worker. A phase (proof, burst, warm-up, timed part)
 * says which operations are to be done; a scheduler (events.c, threads.c) keeps
 * them in flight; answer.c checks what comes back; phase.c counts and records.
 */
#ifndef WORKER_CORE_H
#define WORKER_CORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "benchmark/worker.h"
#include "record/plan.h"
#include "record/record.h"
#include "worker/operations.h"
#include "worker/records.h"
#include "worker/setup.h"

struct slot {
	struct benchmark_slot pub; /* first: the test's view */
	struct benchmark_operation op;
	struct worker *worker;
	uint64_t intended_ns, start_ns;
	uint64_t end_ns;   /* 0 until known */
	uint64_t received; /* bytes of the body */
	bool busy;         /* an operation is in flight */
	struct slot *older, *newer; /* in flight, in the order of start */

	/* What is watched in the body as it arrives. */
	bool is_watched;
	const uint32_t *crc_wanted;       /* NULL: not checked */
	const struct tiff_layout *expect; /* NULL: no header */
	const unsigned char *proof;       /* op.length bytes, or NULL */
	uint32_t crc;
	bool differs;        /* from the proof */
	uint64_t differs_at;
	enum {
		HEADER_UNKNOWN,
		HEADER_RIGHT,
		HEADER_WRONG,
	} header_state;
	unsigned char *header; /* collects pieces; operations.header_bytes */
	char text[256];      /* why the operation fails; "" unknown */
};

struct phase {
	const struct operations *ops;
	const unsigned char *proof; /* next bytes to compare, or NULL */
	unsigned width;         /* operations in flight */
	uint64_t most;          /* that may start */
	const char *most_is;    /* what stopped_by says then */
	uint64_t begin_ns;
	uint64_t deadline_ns;   /* no operation starts from then on */
	uint64_t close_ns;      /* what is still in flight is given up */
	double period_ns;       /* between intended starts; 0: closed loop */
	struct records *records; /* NULL: nothing is recorded */
	bool ends_on_failure;

	uint64_t started, finished, failures;
	unsigned in_flight;
	const char *stopped_by; /* NULL: operations may still start */
	bool is_closed;
	uint64_t end_ns;
	char text[512];         /* of the first failure */
};

struct version {
	char *name, *text;
};

struct worker {
	const struct benchmark_test *test;
	struct setup setup;
	struct operations plan, proof, burst;
	unsigned char *proof_bytes; /* owned, or NULL */
	struct records records;
	void *client;               /* what the test's open() made */
	bool is_open;
	struct slot *slots;         /* setup.target.concurrency of them */
	unsigned slot_count;
	unsigned char *headers;     /* behind all slots' `header` */
	uint64_t limit_ns;          /* of one operation */
	struct phase phase;
	const char *stage;          /* for the packet 'error' */
	char *failure_text[OUTCOME_COUNT]; /* of each class the first of the
					    * timed part; owned */
	char refusal[512];          /* benchmark_refuse(); "" none */
	double import_s;            /* CPU time until main() */
	struct version *versions;
	size_t version_count, version_capacity;

	/* events.c */
	unsigned *idle;             /* numbers of slots that are free */
	unsigned idle_count;
	bool is_starting;           /* within the test's start() */
	struct slot *oldest, *newest; /* in flight */

	struct threads *threads;    /* threads.c */
};

static inline struct slot *slot_of(struct benchmark_slot *pub)
{
	return (struct slot *)pub;
}

/* answer.c: begins to watch the operation of the slot. */
void answer_begin(struct slot *slot, const uint32_t *crc32,
		  const struct tiff_layout *expect, const unsigned char *proof);

/* What became of the operation, given what the test says of it. */
enum benchmark_outcome answer_judge(struct slot *slot,
				    enum benchmark_outcome said);

/* phase.c. Threads call these with the lock held, but for phase_judge(). */

/* Whether an operation may start that is intended at `at_ns`, and counts it.
 * Sets phase.stopped_by otherwise. */
bool phase_take(struct phase *phase, uint64_t at_ns);

/* When the next operation should start (open loop). */
uint64_t phase_intended_ns(const struct phase *phase);

/* Gives the slot operation `index` of the phase. */
void phase_begin(struct worker *worker, struct slot *slot, uint64_t index,
		 uint64_t intended_ns, uint64_t start_ns);

/* The final outcome, after all checks. Sets slot->end_ns. */
enum benchmark_outcome phase_judge(struct worker *worker, struct slot *slot,
				   enum benchmark_outcome said);

/* Counts and records; the slot is free again. */
void phase_finish(struct worker *worker, struct slot *slot,
		  enum benchmark_outcome outcome);

/* No operation starts any more, and none that is in flight counts. */
void phase_close(struct phase *phase, uint64_t now_ns);

/* events.c, threads.c: run worker->phase to its end. ERR_FAILED when the test
 * refuses to go on. */
int events_run(struct worker *worker, struct err *err);
int threads_run(struct worker *worker, struct err *err);

/* threads.c: starts a thread a slot; ends them. threads_stop() returns whether
 * all ended; else some are stuck in the test and the process must _exit(). */
int threads_start(struct worker *worker, struct err *err);
bool threads_stop(struct worker *worker);

/* session.c */

/* The other side: the harness, or a person. */
struct session_end {
	/* Takes `ready` (and releases it); gives GO's time. */
	int (*ready)(struct session_end *end, json_t *packet, uint64_t *at_ns,
		     struct err *err);
	/* Takes `done` (and releases it); returns when it is all over. */
	int (*done)(struct session_end *end, json_t *packet, struct err *err);
};

/* Everything from `setup` (taken over) to the end. worker->stage says where a
 * failure was. Returns 0 or an error code. */
int session_run(struct worker *worker, json_t *setup, struct session_end *end,
		struct err *err);

/* Releases all; whether no thread is stuck, as threads_stop(). */
bool session_release(struct worker *worker);

/* alone.c: without a harness. The exit status: 0, 1, or 2 for wrong flags. */
int alone_main(int argc, char **argv, struct worker *worker);

#endif
