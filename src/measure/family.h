/*
 * Finds all processes of each replica, where no control group counts them.
 * These are the processes of its session, their descendants, and orphans. The
 * parent of an orphan is the init of the replica's PID namespace. Without such
 * a namespace it is this process, a subreaper while replicas run
 * (run/descendants.h).
 *
 *	pid_t roots[] = { 4711, 4712 }, inits[] = { 0, 0 };
 *	struct families families;
 *	struct family_sum sum;
 *
 *	families_init(&families, roots, inits, 2, NULL, 0); // when they are ready
 *	families_scan(&families);                  // at each reading
 *	families_sum(&families, 1, &sum);
 *
 * CPU time is that of each process's own clock. When a process ends, its last
 * reading is kept. Its parent, when it waits for it, gets the time that it
 * really used (in ticks of 10 ms) as time of children. The larger of the two
 * counts. A process is missed if it begins and ends between two scans and its
 * parent does not wait for it.
 *
 * A scan takes 20 us for each process of a replica but the first. If anything
 * was started since the last scan, it also takes 0.5 us for each process of the
 * machine: it reads the list of /proc, and a file of each new process.
 */
#ifndef MEASURE_FAMILY_H
#define MEASURE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct family_member {
	pid_t pid, parent;
	unsigned family;         /* number of the replica */
	bool root, dead;
	uint64_t started;        /* ticks; a number may be used again */
	uint64_t own_ns;         /* its CPU clock, newest */
	uint64_t waited_ns;      /* of children that it waited for */
	uint64_t lost_ns;        /* of children that were seen to end */
	uint64_t memory_bytes;   /* RssAnon + RssFile */
	uint64_t peak_bytes;     /* of these, most */
	uint32_t threads;
};

struct families {
	unsigned count;
	struct family_member *member;
	size_t member_count, member_capacity;
	pid_t *init;             /* [count]; 0: none */
	pid_t *beside;           /* of replicas that are none of these */
	size_t beside_count;
	pid_t *foreign, *seen;   /* sorted: of no replica; of this scan */
	long newest;             /* PID of the newest process, or thread */
	bool is_quiet;           /* `newest` had not changed at the last scan */
	size_t foreign_count, foreign_capacity, seen_count, seen_capacity;
	uint64_t *gone_ns;       /* [count]: of orphans that have ended */
	uint64_t *most_ns;       /* [count]: a sum never goes down */
	unsigned *processes;     /* [count]: most at one time */
	pid_t *stray;            /* orphans of one of several replicas */
	size_t stray_count, stray_capacity;
};

/* Sums of one replica, without the figures of its first process. */
struct family_sum {
	uint64_t cpu_ns, memory_bytes, peak_bytes;
	uint32_t threads;
	unsigned processes; /* present ones, the first one included */
};

/* roots: the first process of each replica; 0: it has none. inits: the init of
 * its PID namespace, which is not counted; NULL or 0: it has none. beside: the
 * first processes, and inits, of replicas of other trials that run meanwhile; an
 * orphan may be theirs too, if they have no init. */
void families_init(struct families *families, const pid_t *roots,
		   const pid_t *inits, unsigned count, const pid_t *beside,
		   unsigned beside_count);
void families_scan(struct families *families);
void families_sum(struct families *families, unsigned number,
		  struct family_sum *out);

void families_release(struct families *families); /* twice is fine */

#endif
