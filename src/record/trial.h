/*
 * A trial: all replicas of one test run once. `trial_spec` is what was asked,
 * `trial` what happened. The run room fills the spec's replicas in, the measure
 * room the samples, the analyse room reads both; nothing here does any work.
 *
 * Times are CLOCK_MONOTONIC ns unless a name says `wall` (ns since 1970, UTC).
 */
#ifndef RECORD_TRIAL_H
#define RECORD_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/unknown.h"
#include "record/finding.h"
#include "record/histogram.h"
#include "record/ledger.h"
#include "record/plan.h"
#include "record/record.h"
#include "record/slice.h"
#include "record/spec.h"

/* X(NAME, "word", "sentence"): how a replica ended. */
#define REPLICA_STATES(X)                                                      \
	X(FINISHED, "finished", "worked and said goodbye")                     \
	X(NOT_STARTED, "not_started", "could not be started")                  \
	X(SETUP_FAILED, "setup_failed", "ended or refused before it was ready") \
	X(NEVER_READY, "never_ready", "was not ready in time")                 \
	X(BAD_PROTOCOL, "bad_protocol", "broke the worker protocol")           \
	X(KILLED, "killed", "was ended by a signal that we did not send")      \
	X(KILLED_MEMORY, "killed_for_memory", "was killed by the kernel as it " \
	  "met its memory limit")                                              \
	X(EXITED, "exited", "exited by itself after GO")                       \
	X(STOPPED, "stopped", "was stopped by a signal and did not go on")     \
	X(OVERDUE, "overdue", "did not say that it was done in time")          \
	X(INTERRUPTED, "interrupted", "the person asked to stop")

enum replica_state {
#define X(name, word, text) REPLICA_##name,
	REPLICA_STATES(X)
#undef X
};

const char *replica_state_name(enum replica_state state);

/* X(NAME, "word", "sentence"): how replicas are kept apart and measured. The
 * first three are tried in this order. */
#define ISOLATIONS(X)                                                          \
	X(CELL, "cell", "cells as root: a control group and a network "        \
			"namespace for each replica")                          \
	X(CELL_USER, "cell-userns", "cells in a user namespace: a network "    \
				    "namespace for each replica")              \
	X(PROCESS, "process", "plain processes on loopback")                   \
	X(DOCKER, "docker", "a container for each replica")

enum isolation {
#define X(name, word, text) ISOLATION_##name,
	ISOLATIONS(X)
#undef X
};

const char *isolation_name(enum isolation isolation);

/* X(NAME, "word", "what the CPU figures of a replica are of") */
#define CPU_SCOPES(X)                                                          \
	X(GROUP, "group", "its control group, so all its processes")           \
	X(PROCESSES, "processes", "all its processes, as they were seen")      \
	X(INCOMPLETE, "incomplete", "some of its processes, or less")

enum cpu_scope {
#define X(name, word, text) CPU_SCOPE_##name,
	CPU_SCOPES(X)
#undef X
	CPU_SCOPE_UNKNOWN
};

const char *cpu_scope_name(enum cpu_scope scope);

/* Where the replicas of a trial ran, and what their figures come from. */
struct placement {
	enum isolation isolation;
	char cgroup[8];    /* "v1", "v2": CPU and memory are the group's, all
			    * processes of a replica; "none": of those of its
			    * processes that were seen */
	char network[16];  /* "veth": bytes are the link's; "loopback", "host":
			    * bytes are the ledger's, or the records' */
	char pinning[64];  /* "origin 1, replicas 0", "none" */
	char user[32];     /* "uid 1000": whom replicas ran as; users
			    * of their own: "uid 1934172032 to 1934172035" */
};

/* One reading of one replica's counters. Counters grow from the start of the
 * process, or of its cell; rates are differences. */
struct sample {
	uint64_t at_ns;
	int32_t replica;          /* -1: the origin */
	uint32_t threads;
	uint64_t cpu_ns;          /* user + system, exact total */
	uint64_t cpu_user_ns;     /* ticks scaled to the total: an estimate */
	uint64_t memory_bytes;    /* a gauge: the group's usage (page cache and
				   * kernel memory included); without a group
				   * what is resident, but for shared memory */
	uint64_t received_bytes;  /* of this replica: link_rx_bytes; without a
				   * link of its own the body bytes that the
				   * origin sent it; without our origin the
				   * bytes in its records */
	uint64_t operations_ok;   /* records with outcome ok so far */
	uint64_t operations_failed;
	/* COUNT_UNKNOWN where there is no group, or no link. */
	uint64_t memory_anon_bytes; /* a gauge, read once a second */
	uint64_t throttled_ns;      /* waited for its CPU quota */
	uint64_t link_rx_bytes, link_tx_bytes; /* of its eth0, with headers */
	uint64_t link_rx_packets, link_tx_packets; /* GSO packets count once */
	uint64_t in_flight; /* a gauge: requests that the origin has seen and of
			     * which no record says the end; of the origin
			     * those that it has not answered whole */
};

/* Limits of each replica that hold, which may not be those that were asked for:
 * the loosest of all replicas. 0: none. */
struct applied {
	bool known; /* control groups were there to be asked */
	double cpus;
	uint64_t memory_bytes, pids;
	uint64_t link_bits_per_second; /* 0: it did not hold; COUNT_UNKNOWN:
					* what was received tells */
};

/* The machine's own counters, which grow from its start; COUNT_UNKNOWN where
 * the kernel has none. */
struct machine_sample {
	uint64_t at_ns;
	uint64_t ksoftirqd_ns; /* CPU of all ksoftirqd threads: work for the
				* network that is charged to no replica */
	uint64_t stalled_cpu_us, stalled_memory_us, stalled_io_us; /* PSI: some
				* task waited for it, /proc/pressure */
	/* Of all CPUs together, in ticks: measure/machine.h says how good. */
	uint64_t busy_ns;      /* user, nice, system, irq, softirq */
	uint64_t steal_ns;     /* wanted, and given to others by the hypervisor */
	uint64_t idle_ns;      /* waiting for disks included */
	uint64_t swap_pages;   /* in and out */
	double cpu_mhz;        /* a gauge, of the fastest CPU that may be used
				* (older: the mean over CPUs); NAN: unknown */
};

#define REPLICA_BAD_BYTES 160

struct replica {
	unsigned number;
	pid_t pid;
	unsigned protocol;      /* version that it is spoken to in: 1 or 2 */
	enum replica_state state;
	int exit_status;        /* of exit(), or -1 */
	int signal;             /* that ended or stopped it, or 0 */
	char text[512];         /* why it is not FINISHED: one sentence */
	char *versions_json;    /* object name -> version; NULL before ready */
	char tests[17];         /* digest of its library's files when it was
				 * started: joins the versions; "": unknown */
	char build[17];         /* digest of what was installed of a wheel or a
				 * folder: joins the versions; "": the version
				 * says it all */
	char library_version[64]; /* "1.2.0", of a build "1.2.0 (1f2e3d4c)" */
	char runtime[64];
	char *not_applied;      /* "keep_alive,use_dns_cache"; NULL: none */
	char *notes;            /* sentences, one a line; NULL: none */
	bool pauses;            /* `ready` says that it can be paused */
	uint64_t ready_clock_ns; /* its clock, as `ready` says; 0: it does not */
	int64_t clock_offset_ns; /* that less ours when `ready` came, or what
				  * the kernel says; CLOCK_UNKNOWN: neither */
	double import_s;
	double ready_s;         /* from its start to ready */
	char *stderr_text;      /* its last 64 KiB; NULL: silent */

	/* What it says: in `done`, and until then in its last `paused`. */
	uint64_t started, finished, unfinished;
	char stopped_by[16];
	char *failure_text[OUTCOME_COUNT]; /* of each class the first; NULL */
	uint64_t done_ns;       /* when its `done` arrived; 0: never,
				 * COUNT_UNKNOWN: it did, at some time */
	uint64_t end_ns;        /* of its `done`; the same */

	/* What it recorded within the window (analyse fills these). */
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t bytes_ok;
	uint64_t crc_checked;
	uint64_t bytes_recorded; /* of ok records, in the whole file */
	uint64_t bad_records;   /* that cannot be true; not counted */
	uint64_t bad_first;     /* number of the first in the file, from 0 */
	char bad_text[REPLICA_BAD_BYTES]; /* what of it */
	uint64_t records;       /* in the whole file */
	double drain_p50_ns;    /* median latency of what succeeded in drains of
				 * slices; 0: nothing did. Is not stored */
	uint64_t outlasted;     /* of outcomes: failures that took longer than
				 * the window of their slice. Is not stored */
	double outlasted_ns;    /* their latencies together. Is not stored */
	uint64_t records_after; /* ended after the window, or between the
				 * windows of slices */
	uint32_t in_flight_peak; /* most overlapping records */
	struct plan_span requests; /* that the store should have seen of what
				    * it started */
	uint64_t heads, lists;   /* HEADs and listings of ok records, at least */
	struct plan_span bodies; /* bytes that the store should have sent for
				  * ok records; most: COUNT_UNKNOWN */
	uint64_t attempts;       /* requests that it says it sent */
	uint64_t started_late_ns; /* its first operation, after GO;
				   * COUNT_UNKNOWN: it has none */
	struct histogram *latency; /* of ok operations, from intended start */

	/* What was measured over the window. */
	uint64_t cpu_ns;
	uint64_t cpu_user_ns;
	uint64_t peak_rss_bytes; /* VmHWM, without the records file's pages */
	uint64_t processes;      /* most at one time; COUNT_UNKNOWN: they were
				  * not counted */
	double waited;           /* CPUs for which threads of its processes
				  * waited that could run, on average while it
				  * worked; 0: none did, or nobody counted. Is
				  * not stored */
	enum cpu_scope cpu_scope;
	uint64_t seen_cpu_ns;    /* of all its processes, from its start until
				  * it was done; COUNT_UNKNOWN: it has a group */
	char container_id[72];   /* of docker, or "" */
	/* From its start to its end: what the kernel said when it was waited
	 * for (user + system, its waited-for children included; 0: unknown),
	 * and what its group counted (COUNT_UNKNOWN: it has none). The two are
	 * held against each other. */
	uint64_t rusage_ns;
	uint64_t group_cpu_ns;
	/* Over the window(s), or COUNT_UNKNOWN. */
	uint64_t instructions, cycles; /* of all its processes, user and kernel */
	uint64_t throttled_ns;
	uint64_t link_rx_bytes, link_tx_bytes, link_rx_packets, link_tx_packets;
	uint64_t tcp_segments_in, tcp_segments_out, tcp_retransmitted;
	/* Since its group was made, or COUNT_UNKNOWN. */
	uint64_t memory_peak_bytes; /* of the group's usage */
	uint64_t memory_kills;      /* processes killed for --memory */
	uint64_t pids_refused;      /* forks refused for --pids */

	/* What the origin saw; zero when it is not ours. */
	struct ledger_counts ledger_setup; /* before GO */
	struct ledger_counts ledger;       /* from GO on */
};

struct trial {
	char id[37]; /* UUID */
	struct trial_spec spec;
	double timeout_most_s; /* if > 0, and less than the spec's, it may
				* work for so long. Is not stored */
	char params_json[128]; /* the test's own: {"request_size": 16384} */
	uint64_t start_wall_ns, end_wall_ns; /* the window's */
	uint64_t go_ns;
	uint64_t window_end_ns; /* first replica done, or the deadline */
	struct replica *replica;
	unsigned replica_count;
	unsigned widest;        /* requests that an operation makes at once */
	unsigned burst_requests; /* of each replica's burst */
	bool own_origin;
	uint64_t origin_cpu_ns; /* over the window; 0 when not ours */
	double origin_waited;   /* as of a replica. Is not stored */
	uint64_t origin_still_ns; /* of the window, that it stood still */
	uint64_t turns_still_ns;  /* so of all turns, with fills and drains. Is
				   * not stored */
	uint64_t origin_late_ns;  /* of windows of slices, that is touched by its
				   * being away for 50 ms or more: twice that,
				   * as what it delays ends late. Is not stored */
	uint64_t go_sent_late_ns; /* the last GO, after go_ns; 0: it was not */
	uint64_t go_read_late_ns; /* the end of the reading at GO, so too */
	uint64_t strays;        /* orphans of which nobody knows whose they are,
				 * where no group counts them */
	uint64_t others_cpu_ns; /* of other programs over the window(s): what
				 * the machine was busy with besides, or what
				 * processes were seen to use, whichever is
				 * more */
	uint64_t others_seen_ns; /* of that by processes that were seen. Is not
				  * stored, nor is the next */
	char *others_text;      /* who used most of it: "cc1 (pid 77) 0.50 s, …";
				 * NULL: nobody was seen */
	uint64_t busy_ns;       /* of the machine over the window(s), all CPUs,
				 * ours included; COUNT_UNKNOWN */
	uint64_t steal_ns;      /* the same, that the hypervisor took away */
	uint64_t tick_ns;       /* of its kernel; 0: unknown. With the next four
				 * it is stored with the run, and its
				 * environment */
	bool irq_apart;         /* no program was charged with interrupts */
	bool waits_counted;     /* `waited` was counted; older trials: not */
	unsigned cpus;          /* that the run might use; 0: unknown */
	double cpu_quota;       /* CPUs, of all of the run together; 0: there was
				 * none, or it is unknown */
	char congestion[16];    /* of the origin's sockets, "" unknown */
	struct placement placement;
	struct applied applied;
	struct sample *samples;
	size_t sample_count, sample_capacity;
	/* Beside `samples`; two before GO, when its replicas were started and
	 * when all were ready; and one at the end, when all had ended. Older
	 * trials lack these three. */
	struct machine_sample *machine;
	size_t machine_count, machine_capacity;
	/* Of a comparison (record/comparison.h). */
	char comparison[37];    /* UUID that all its trials share; "": none */
	unsigned block;         /* from 0 */
	struct slice *slices;   /* in the order of time; NULL: all from go_ns to
				 * window_end_ns is one window */
	size_t slice_count, slice_capacity;
	bool baseline;          /* its library stands in no order: reference,
				 * null, or one whose library.toml says so */
	bool failed;            /* no usable figure came out of it */
	char text[600];         /* why it failed */
	struct findings findings; /* differences and doubts */
};

/* Copies the spec, its texts too. */
void trial_init(struct trial *trial, const struct trial_spec *spec);
void trial_release(struct trial *trial);
void trial_add_sample(struct trial *trial, const struct sample *sample);
void trial_add_machine(struct trial *trial,
		       const struct machine_sample *sample);

/* Adds a slice. What it points to moves when the next is added. */
struct slice *trial_add_slice(struct trial *trial);

/* Whether a library of this name stands in no order: the machine's limit, or the
 * harness's cost. */
bool library_is_baseline(const char *library);

/* The most memory, and the most threads, in the samples of a replica. 0: it has
 * none. */
uint64_t trial_sampled_memory(const struct trial *trial, unsigned replica);
uint32_t trial_sampled_threads(const struct trial *trial, unsigned replica);

/* How long it may work. */
double trial_timeout_s(const struct trial *trial);

/* Seconds in which it was measured: of all windows. */
double trial_seconds(const struct trial *trial);

/* Whether a replica of a trial without slices ended badly, while others finished:
 * its rate is not that of all of them. A slice closes with its first replica. */
bool trial_is_partial(const struct trial *trial);

/* How long what is in flight when a replica is to stop may still take
 * (docs/worker-protocol.md). */
double trial_drain_s(const struct trial *trial);

/* Whether a replica was not ready in time. */
bool trial_was_late(const struct trial *trial);

/* Adds to trial->findings. */
void trial_add_finding(struct trial *trial, enum finding_kind kind,
		       const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A member of environment.more_json: the CPUs of the quota that all of the run
 * had together, "0.5". */
#define ENVIRONMENT_CPU_QUOTA "cpu_quota"

/* The machine and the program, recorded with every run. */
struct environment {
	char harness_version[64];
	char kernel[128];        /* uname: "Linux 6.1.0-18-cloud-amd64" */
	char machine[32];        /* "x86_64" */
	char distribution[128];  /* PRETTY_NAME of os-release */
	char cpu_model[128];
	unsigned cpus;           /* that this process may use */
	uint64_t memory_bytes;
	char congestion[32];     /* the system's default */
	char instance_type[64];  /* of a cloud's DMI tables, or "" */
	char isolation[16];      /* the best that this machine gives, by its
				  * word: trials say what they had */
	char *more_json;         /* environment_more(); NULL: unknown. Owned */
};

/* Two values of the member irq_time of more_json. */
#define IRQ_TIME_APART "charged to nobody"
#define IRQ_TIME_CHARGED "charged to programs"

/* The member cpu_waits of more_json, where the kernel counts how long a thread waits
 * for a CPU. */
#define CPU_WAITS_COUNTED "counted"

/* How the kernel counted, and what it allowed: trial->tick_ns and the four behind
 * it, as far as it is known. */
void trial_take_environment(struct trial *trial,
			    const struct environment *environment);

/* X(NAME, "word"): how a run ended, as runs.ended says. */
#define RUN_ENDS(X)                                                            \
	X(FINISHED, "finished")       /* all were made, or tried */            \
	X(FAILED, "failed")           /* something kept it from making them */ \
	X(INTERRUPTED, "interrupted") /* somebody asked it to stop */          \
	X(KILLED, "killed")           /* it could not say so itself */

enum run_end {
#define X(name, word) RUN_##name,
	RUN_ENDS(X)
#undef X
};

const char *run_end_name(enum run_end end);

struct run {
	char id[37]; /* UUID */
	uint64_t start_wall_ns, end_wall_ns;
	char *command; /* as typed, without secrets */
	struct environment environment;
};

/* Frees its texts. */
void run_release(struct run *run);

/* A random (version 4) UUID, lower case. */
void uuid_make(char out[37]);

#endif
