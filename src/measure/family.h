/*
 * All processes of each replica, where no control group counts them: those of
 * its session, their descendants, and what is orphaned meanwhile and comes to
 * the init of its PID namespace, or, where it has none, to this process, a
 * subreaper while replicas run (run/descendants.h).
 *
 *	pid_t roots[] = { 4711, 4712 }, inits[] = { 0, 0 };
 *	struct families families;
 *	struct family_sum sum;
 *
 *	families_init(&families, roots, inits, 2); // when they are ready
 *	families_scan(&families);                  // at each reading
 *	families_sum(&families, 1, &sum);
 *
 * CPU is each process's own clock. When one ends, what it was last seen to have
 * used is kept; the kernel adds what it really used to its parent's count of
 * children that it waited for (in ticks of 10 ms), and the larger of the two
 * counts. A process that begins and ends between two scans, of a parent that
 * does not wait for it, is missed.
 *
 * A scan takes 20 us for each process of a replica but the first; where anything
 * was started since the last one, also 0.5 us for each process of the machine,
 * as it reads the list of /proc and a file of each that is new.
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
	pid_t *foreign, *seen;   /* sorted: no replica's; those of this scan */
	long newest;             /* number of the newest process, or thread */
	bool is_quiet;           /* that had not changed at the last scan */
	size_t foreign_count, foreign_capacity, seen_count, seen_capacity;
	uint64_t *gone_ns;       /* [count]: of orphans that have ended */
	uint64_t *most_ns;       /* [count]: a sum never goes down */
	unsigned *processes;     /* [count]: most at one time */
	pid_t *stray;            /* orphans of one of several replicas */
	size_t stray_count, stray_capacity;
};

/* Of one replica, without its first process's own. */
struct family_sum {
	uint64_t cpu_ns, memory_bytes, peak_bytes;
	uint32_t threads;
	unsigned processes; /* now, the first one included */
};

/* roots: the first process of each replica; 0: it has none. inits: that of its
 * PID namespace, which does not count; NULL or 0: it has none. */
void families_init(struct families *families, const pid_t *roots,
		   const pid_t *inits, unsigned count);
void families_scan(struct families *families);
void families_sum(struct families *families, unsigned number,
		  struct family_sum *out);

void families_release(struct families *families); /* twice is fine */

#endif
