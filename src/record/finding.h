/*
 * Findings: what makes a row doubtful, or not comparable. Each is a sentence for
 * a person and a name that stays what it is, for a program.
 */
#ifndef RECORD_FINDING_H
#define RECORD_FINDING_H

#include <stdbool.h>
#include <stddef.h>

/* X(NAME, "name", "meaning"); docs/metrics.md, "Findings", is held against it.
 * A name that was ever stored is never given to another. */
#define FINDINGS(X)                                                            \
	X(FAILED, "failed", "the trial is no result: why")                     \
	X(REPLICA_ENDED, "replica_ended", "a replica did not end as it should") \
	X(FAILURES, "failures", "operations failed: how many, and why")        \
	X(TIMEOUTS, "timeouts", "operations timed out")                        \
	X(NO_REQUESTS, "no_requests", "it makes no request: a baseline")       \
	X(REQUESTS_UNKNOWN, "requests_unknown", "requests were not compared")  \
	X(REQUESTS_MORE, "requests_more", "more requests than operations")     \
	X(REQUESTS_FEWER, "requests_fewer", "fewer requests than operations")  \
	X(ATTEMPTS_MORE, "attempts_more", "the library says it asks again")    \
	X(BYTES_DIFFER, "bytes_differ", "other bytes were sent than recorded") \
	X(IN_FLIGHT, "in_flight", "fewer operations were in flight than asked") \
	X(REPEATED, "repeated", "ranges were asked for again")                 \
	X(CONNECTIONS_MANY, "connections_many", "more connections than needed") \
	X(CONNECTIONS_REUSED, "connections_reused", "used again, though "      \
	  "keep_alive is off")                                                 \
	X(NOT_COMPARABLE, "not_comparable", "the library has no such setting") \
	X(UNFINISHED, "unfinished", "operations were given up at the end")     \
	X(RATE_MISSED, "rate_missed", "the rate was not reached")              \
	X(NONE_ENDED, "none_ended", "no operation ended in time")              \
	X(FEW_OPERATIONS, "few_operations", "too few operations for a p99")    \
	X(CONTENT_UNCHECKED, "content_unchecked", "no content was checked")    \
	X(RECORDS_FULL, "records_full", "a records file was full too early")   \
	X(ROUNDS_OVER, "rounds_over", "its rounds were over before --n-requests") \
	X(OTHERS, "others", "other programs used the CPUs meanwhile")          \
	X(STEAL, "steal", "the hypervisor took CPU time away")                 \
	X(STARVED, "starved", "others had the CPUs for which it waited")       \
	X(SWAPPED, "swapped", "the machine swapped meanwhile")                 \
	X(FREQUENCY, "frequency", "the CPUs' frequency changed")               \
	X(CONGESTION, "congestion", "the origin's TCP is not cubic or reno")   \
	X(ORIGIN_STILL, "origin_still", "the origin stood still for a time")   \
	X(CPU_UNSEEN, "cpu_unseen", "CPU of short-lived processes is missed")  \
	X(STRAYS, "strays", "processes left their replicas and are in no "     \
	  "figure")                                                            \
	X(CPU_DIFFERS, "cpu_differs", "control group and rusage differ")       \
	X(LINK_DIFFERS, "link_differs", "link and origin counted other bytes") \
	X(THROTTLED, "throttled", "the CPU quota limits this result")          \
	X(MEMORY_KILLS, "memory_kills", "processes were killed for memory")    \
	X(PIDS_REFUSED, "pids_refused", "the limit of processes was met")      \
	X(KSOFTIRQD, "ksoftirqd", "network CPU that is charged to nobody")     \
	X(LIMIT_OTHER, "limit_other", "a limit is another than asked for")     \
	X(LIMIT_BROKEN, "limit_broken", "a limit did not hold")                \
	X(LIMIT_MISSING, "limit_missing", "a limit was not applied")           \
	X(CLOCK_BEHIND, "clock_behind", "a replica's clock is behind ours")    \
	X(DONE_LATE, "done_late", "a replica said late that it was done")      \
	X(END_ODD, "end_odd", "a replica ended badly after all its work")      \
	X(GO_LATE, "go_late", "GO, or the reading at it, came too late")       \
	X(ENGINE_WARNS, "engine_warns", "the container engine warns")          \
	X(PROCESSES_LEFT, "processes_left", "replicas left processes behind")  \
	X(FOLDER_LEFT, "folder_left", "a replica's folder could not be removed") \
	X(OBJECTS_LEFT_OUT, "objects_left_out", "some objects are not read")   \
	X(USERS_SHARED, "users_shared", "replicas had no users of their own")  \
	X(WOKE, "woke", "it used CPU while it was paused")                    \
	X(COUNTER_BACK, "counter_back", "a counter went back")                 \
	X(UNSTEADY, "unsteady", "slices were too short for slow operations")   \
	X(SEPARATE, "separate", "it took no turns with the others")            \
	X(SCRAPED, "scraped", "four distributions are a Prometheus'")          \
	X(SCRAPED_TOO_FEW, "scraped_too_few", "a Prometheus had no figures")

enum finding_kind {
#define X(name, word, meaning) FINDING_##name,
	FINDINGS(X)
#undef X
	FINDING_COUNT
};

/* In the sentence of OTHERS: the names begin here, which differ from row to row:
 * "cc1 (pid 7) 0.50 s, ld (pid 8) 0.10 s of the whole block, and 0.3 s by …)". */
#define FINDING_OTHERS_MOST " (most: "
#define FINDING_OTHERS_BLOCK " of the whole block"
#define FINDING_OTHERS_UNSEEN ", and "

/* A shorter window tells nothing of others: none is looked for there. */
#define FINDING_LEAST_S 0.5

/* Whether a finding of this name is one of others, OTHERS for instance. */
bool finding_is_of_others(const char *name);

const char *finding_name(enum finding_kind kind);

struct finding {
	char name[24]; /* "" of one that was stored before there were names */
	char *text;    /* a sentence, which may hold "; " */
};

struct findings {
	struct finding *list;
	size_t count, capacity;
};

void findings_add(struct findings *findings, const char *name,
		  const char *text);
void findings_copy(const struct findings *from, struct findings *to);
void findings_release(struct findings *findings);
bool findings_have(const struct findings *findings, enum finding_kind kind);

/* All sentences, "; " between, and each name once, ";" between; NULL: there is
 * none. The caller frees. */
char *findings_texts(const struct findings *findings);
char *findings_names(const struct findings *findings);

#endif
