/*
 * The parts of a running worker. A phase (proof, burst, warm-up, timed part)
 * says which operations are to be done; a scheduler (events.c, threads.c) keeps
 * them in flight; flight.c takes each through its stages; answer.c checks what
 * comes back; phase.c counts and records.
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

/* One request in flight. */
struct slot {
	struct benchmark_slot pub; /* first: the test's view */
	struct benchmark_operation op;
	struct worker *worker;
	struct flight *flight;     /* whose slot this is */
	uint64_t end_ns;   /* 0 until known */
	uint64_t received; /* bytes of the body */
	uint64_t told;     /* a head's size, or how many names of a list */
	bool busy;         /* a request is in flight */

	/* What is checked in the body as it arrives. */
	bool is_checked;
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
	unsigned char *header; /* collects pieces; operations.header_bytes.
				* NULL but for a flight's first slot */
	char text[256];      /* why the request fails; "" unknown */
};

/* One operation in flight, and the requests of its present stage. */
struct flight {
	struct slot *slots; /* its own, worker.width of them */
	unsigned number;
	uint64_t intended_ns, start_ns;
	uint64_t end_ns;    /* of the last request that is over; 0: none is */
	size_t index;       /* of the operation in phase.ops */
	const struct request *next; /* of the next stage; NULL: none follows */
	unsigned asked;     /* requests of the stage */
	unsigned pending;   /* of these, not yet over */
	enum benchmark_outcome outcome; /* of the first request that fails */
	struct slot *failed;            /* and its slot */
	struct flight *older, *newer; /* in flight, in the order of start */

	/* Of all requests so far, as the record has them. */
	uint64_t bytes, first_byte_ns;
	unsigned status, attempts;
	bool crc_checked;
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
	uint64_t drain_ns;      /* from the deadline, or a pause, to the close */
	double period_ns;       /* between intended starts; 0: closed loop */
	const _Atomic uint64_t *pause_ns; /* when the harness asked for a pause,
				 * 0: it has not; NULL: there is none */
	struct records *records; /* NULL: nothing is recorded */
	bool ends_on_failure;

	uint64_t started, finished, failures;
	uint64_t unfinished;    /* given up at a pause or the end */
	unsigned in_flight;
	const char *stopped_by; /* NULL: operations may still start */
	bool is_pausing;        /* the harness asked in time */
	uint64_t left_ns;       /* of the time to work, behind the pause */
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
	struct flight *flights;     /* setup.target.concurrency of them */
	unsigned flight_count;
	unsigned width;             /* slots of a flight: the widest stage */
	struct slot *slots;         /* of all flights, one after the other */
	unsigned slot_count;
	unsigned char *headers;     /* behind all flights' `header` */
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
	unsigned *idle;             /* numbers of flights that are free */
	unsigned idle_count;
	unsigned between;           /* flights whose next stage is to start */
	bool is_starting;           /* within the test's start() */
	struct flight *oldest, *newest; /* in flight */

	struct threads *threads;    /* threads.c */
};

static inline struct slot *slot_of(struct benchmark_slot *pub)
{
	return (struct slot *)pub;
}

/* answer.c: begins to check the request of the slot. */
void answer_begin(struct slot *slot, const uint32_t *crc32,
		  const struct tiff_layout *expect, const unsigned char *proof);

/* What became of the request, given what the test says of it. */
enum benchmark_outcome answer_judge(struct slot *slot,
				    enum benchmark_outcome said);

/* Whether as much came as was asked for. */
bool answer_is_whole(const struct slot *slot);

/* flight.c. Threads call these with the lock held, but for flight_judge(). */

/* Gives the flight's slots the first stage of operation `index` of the phase:
 * `asked` requests, all to be begun. */
void flight_begin(struct worker *worker, struct flight *flight, uint64_t index,
		  uint64_t intended_ns, uint64_t start_ns);

/* Whether another stage follows. To be asked when no request is pending. */
bool flight_goes_on(const struct flight *flight);

/* Gives the flight's slots the next stage. */
void flight_next(struct worker *worker, struct flight *flight, uint64_t now_ns);

/* The final outcome of a request, after all checks. Sets slot->end_ns. */
enum benchmark_outcome flight_judge(struct slot *slot,
				    enum benchmark_outcome said);

/* The request of the slot is over. */
void flight_take(struct slot *slot, enum benchmark_outcome outcome);

/* The operation fails for what that slot has to say. */
void flight_fail(struct slot *slot, enum benchmark_outcome outcome);

/* phase.c. Threads call these with the lock held. */

/* Whether an operation may start that is intended at `at_ns`, and counts it.
 * Sets phase.stopped_by otherwise. */
bool phase_take(struct phase *phase, uint64_t at_ns);

/* Where the harness has asked for a pause, no operation starts any more, and
 * the close is nearer. phase_take() does it too. */
void phase_heed_pause(struct phase *phase);

/* Until when a scheduler may wait before it heeds pauses again: a pause that
 * came meanwhile is not past its close then. At most the phase's close. */
uint64_t phase_look_ns(const struct phase *phase, uint64_t now_ns);

/* When the next operation should start (open loop). */
uint64_t phase_intended_ns(const struct phase *phase);

/* Counts and records the operation; the flight is free again. */
void phase_finish(struct worker *worker, struct flight *flight);

/* No operation starts any more. */
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
	/* Takes `paused` (and releases it); gives the next GO's time, 0: all is
	 * over. NULL: there is no pause. */
	int (*paused)(struct session_end *end, json_t *packet, uint64_t *at_ns,
		      struct err *err);
	/* phase.pause_ns */
	const _Atomic uint64_t *pause_ns;
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
