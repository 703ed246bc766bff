/*
 * Reads counters during a trial: of the cells, or of the processes, of replicas
 * and origin, of the machine, rows of the ledger, records as they are written.
 * Changes nothing of what it reads. A trial has one sampler.
 *
 * Call sampler_init(), then the functions of the moments, then sampler_over(),
 * sampler_finish() and sampler_release().
 */
#ifndef EXPERIMENT_SAMPLER_H
#define EXPERIMENT_SAMPLER_H

#include "analyse/possible.h"
#include "cell/cell.h"
#include "experiment/cell_place.h"
#include "experiment/gauge.h"
#include "experiment/sampler_noise.h"
#include "measure/family.h"
#include "measure/machine.h"
#include "measure/others.h"
#include "measure/perf.h"
#include "record/ledger.h"
#include "record/live.h"
#include "record/trial.h"

/* Reads so many records at once: 16 KiB stay in the nearest cache. */
#define SAMPLER_CHUNK 256

/* How far a replica's records have been counted. */
struct record_cursor {
	size_t at;
	struct possible possible;
	uint64_t impossible; /* so many records cannot be true */
	uint64_t latest_ns; /* a moment after the records were read */
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t ok, failed, bytes;
	struct at_edge {
		uint64_t at_ns; /* 0: nobody has read there */
		uint64_t ok, failed, bytes; /* that had ended by then */
	} open, close;          /* of the last window of a slice */
	struct probed {
		uint64_t since_ns;    /* 0: nobody wants them */
		uint64_t *latency_ns; /* of all that was started since */
		size_t count, capacity;
	} probed;
	uint64_t requests; /* at least, that the recorded operations made */
	uint64_t bucket[LIVE_BUCKETS]; /* latency of those that are ok */
	uint64_t latency_sum_ns;
	size_t reserved; /* records whose pages are allocated */
};

struct sampler {
	struct trial *trial;
	const struct seats *seats; /* borrowed */
	struct cells *cells;   /* of the seats */
	struct ledger *ledger; /* NULL: a store outside */
	pid_t origin_pid;      /* 0: a store outside */
	/* Arrays have an entry for the origin, number 0, and one for each
	 * replica, unless it is said otherwise; sampler_cell() is its cell. */
	struct gauge *gauges;
	unsigned count;        /* replicas + 1 */
	struct record_cursor *cursors;
	struct machine_meter machine;
	struct families families; /* of the replicas */
	bool groupless;        /* of some replica no group counts */
	struct others others;
	uint64_t others_since_ns; /* they are watched */
	struct noise noise;
	struct counted {
		struct perf_meter meter;
		struct perf_counts began; /* when the window did */
		struct perf_counts in;    /* the last window */
		bool taken;               /* one was */
	} *counted;            /* of each replica; NULL: nothing counts */
	struct waits {
		uint64_t began_ns; /* all its processes */
		uint64_t first_ns; /* its first one, then */
		uint64_t in_ns;    /* in the last window */
		uint64_t sum_ns;   /* in all that count */
	} *waits;              /* for a CPU */
	double worked_s;       /* in these */
	pid_t *ours; /* origin, replicas, monitor (0: none): no others */
	const int *records;    /* descriptors, borrowed, -1 before a trial */
	size_t capacity;       /* of each */
	struct record *chunk;  /* what is being counted */
	/* These by the cell. */
	unsigned cell_count;   /* all: what the origin's link carried is the
				* sum of theirs */
	struct net_counts *links; /* the newest; they began at 0 with this
				   * trial, though */
	struct net_counts *links_before; /* links are kept from trial to
					  * trial */
	struct net_counts *links_at_go;
	/* By the number again. */
	struct net_tcp *tcp_at_go;
	struct sample *first, *last; /* at GO and the newest, by the number */
	uint64_t still_ns;     /* that the origin stood still before GO */
	unsigned ticks;        /* readings since GO */
	bool metering;         /* gauges are open */
	uint64_t counting_left_ns; /* that the origin may still be waited for */

	/* Of a block (sampler_slices.c). */
	struct sample *open, *close; /* when the window opened and closed, by
				      * the number */
	size_t samples_before; /* of the trial, when the slice began */
	struct sample *windows; /* sums over all windows: cpu_ns, cpu_user_ns
				 * and throttled_ns, by the number */
	uint64_t paused_cpu_ns; /* of all replicas, when they were paused;
				 * COUNT_UNKNOWN: they were not yet */
	struct noise_reading noise_at_open, noise_at_close;
	struct noise_between noise_in; /* the last window */
	uint64_t ours_ns;      /* CPU of ours, over all windows */
	uint64_t waited_ns;    /* for our quota, over the window(s) */
	bool went_back;        /* CPU of a cell, since the window opened */
	bool window_back;      /* ... until it closed */
	unsigned windows_added, windows_back; /* the latter count nowhere */
};

/* Before the replicas are started: takes the first reading of the machine. */
void sampler_init(struct sampler *sampler, struct trial *trial,
		  const struct seats *seats, struct ledger *ledger,
		  pid_t origin_pid, const int *records, size_t capacity,
		  const struct plan *plan);

/* The cell of a number: 0 is the origin, 1 the first replica. */
static inline unsigned sampler_cell(const struct sampler *sampler,
				    unsigned number)
{
	return number == CELL_ORIGIN ? CELL_ORIGIN
				     : sampler->seats->first + number;
}

/* The requests of a replica that are in flight, as those who look at it see them:
 * the origin has seen them, and no record says that their operation is over. What
 * the origin still has to answer would be less: most of the wait may be in the
 * replica. There must be a ledger. */
uint64_t sampler_in_flight(const struct sampler *s, unsigned i);

/* The ledger's row of a replica. Only with an origin of ours. */
static inline struct ledger_row *sampler_row(const struct sampler *sampler,
					     unsigned replica)
{
	return &sampler->ledger->row[sampler->seats->first + replica];
}

/* At the moments of struct run_hooks (run/run.h). The machine is read once more
 * when all are ready: what it did in between, it did before GO. */
void sampler_ready(struct sampler *sampler);
void sampler_go(struct sampler *sampler);
void sampler_tick(struct sampler *sampler);
void sampler_window_end(struct sampler *sampler);
void sampler_done(struct sampler *sampler, unsigned replica);

/* The same of a slice. What `end` does may take its time: all are paused. A window
 * that was taken out of the slice until then (begin_ns, end_ns 0) counts
 * nowhere; `end` takes one out in which a counter of CPU went back, of which its
 * work cannot be told. */
void sampler_slice_begin(struct sampler *sampler, struct slice *slice);
void sampler_slice_open(struct sampler *sampler, struct slice *slice);
void sampler_slice_close(struct sampler *sampler, struct slice *slice);
void sampler_slice_end(struct sampler *sampler, struct slice *slice);

/* Before `end` of a slice that settles turns: then `probed` of each replica has
 * what it did from its `go` on, the drain included. */
void sampler_slice_probe(struct sampler *sampler, const struct slice *slice);

/* Whether a replica has recorded what cannot be true, as far as its records are
 * counted: then the trial fails (analyse/possible.h). */
bool sampler_was_lied_to(const struct sampler *sampler);

/* How much of a time lies in gaps of our origin (record/ledger.h). Who asks it for
 * nothing does not mind: none. */
uint64_t sampler_gaps_ns(const struct sampler *sampler, uint64_t begin_ns,
			 uint64_t end_ns, uint64_t least_ns);

/* sampler_slices.c: tells of windows that were taken out. */
void slices_finish(struct sampler *sampler);

/* How much is read of each cell. SAMPLER_TICK takes turns, so that no tick is
 * longer than others; SAMPLER_EDGE reads all that the sums over windows are made
 * of; SAMPLER_ALL also what takes longer. */
enum sampler_depth { SAMPLER_TICK, SAMPLER_EDGE, SAMPLER_ALL };

/* Reads all counters, and counts new records if `counting`. For
 * sampler_slices.c. */
void sampler_read(struct sampler *sampler, enum sampler_depth depth,
		  bool counting);

/* Counts the records that were written since the last time. */
void sampler_count(struct sampler *sampler, unsigned replica);

/* Allocates the pages of the records that a replica will write next, having written
 * `newly` since the last time (0: it begins), so that they are no memory of its own. */
void sampler_reserve(struct sampler *sampler, unsigned replica, size_t newly);

/* Whether what a replica received is known by its records alone. */
bool sampler_by_records(const struct sampler *sampler);

/* When all replicas of the run, or of its block, have ended: the last reading of
 * the machine. After slices it also looks who the others were, which takes 20 us
 * for each process of the machine. */
void sampler_over(struct sampler *sampler);

/* After the run: takes the ledger rows of replicas that never were done, and
 * CPU over the window. The cells must still be there. */
void sampler_finish(struct sampler *sampler);
void sampler_release(struct sampler *sampler);

#endif
