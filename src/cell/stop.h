/*
 * Stops all processes of a replica by signals, where no control group freezes
 * them, and lets them go on. They are those of its session, their descendants,
 * and orphans. The parent of an orphan is the init of the replica's PID
 * namespace. Without such a namespace it is this process, a subreaper while
 * replicas run (run/descendants.h).
 *
 *	const pid_t first[] = { 4711 };
 *	struct stop_who who = { .first = first, .count = 1 };
 *
 *	stop_replica(&who, true);
 *	stop_replica(&who, false);
 *
 * It looks at all processes of the machine, 5 to 10 us each, three times for a
 * stop and once to go on. A stopped process is ended by SIGKILL.
 */
#ifndef CELL_STOP_H
#define CELL_STOP_H

#include <stdbool.h>
#include <sys/types.h>

struct stop_who {
	const pid_t *first; /* [count]: the first process of each replica, a
			     * child of ours that leads a session; 0: it has
			     * none yet */
	unsigned count;
	unsigned number;    /* of the replica, < count */
	pid_t init;         /* of its PID namespace; 0: it has none */
	bool has_user;      /* it has `user` for itself alone */
	uid_t user;
};

/* Returns once no thread of them runs any more, or all may run. A failure lets
 * all go on: -1 with errno. ETIMEDOUT: they had not all stopped within 1 s.
 * ESRCH: its first process has ended and was waited for.
 * ECHILD, of a stop: there is an orphan that may be of any of several replicas,
 * as they share a user and have no PID namespaces. EPERM: one of them is not
 * ours to stop. */
int stop_replica(const struct stop_who *who, bool stopped);

#endif
