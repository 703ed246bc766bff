/*
 * Ways to start a replica. A launcher is a table of operations; the caller of
 * run_trial() chooses one. This room has launcher_process; src/docker has
 * another.
 */
#ifndef RUN_LAUNCHER_H
#define RUN_LAUNCHER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "run/place.h"

struct launch {
	char *const *argv;
	char *const *environment; /* NULL: empty */
	const char *folder;       /* NULL: ours */
	unsigned replica;         /* its number */
	const struct place *place;
	const void *context;      /* of the launcher: what is the same for all
				   * replicas of a trial */
	const int *handed;        /* HANDED_COUNT descriptors for the replica
				   * to inherit (handed.h); -1: not that one */
};

#define LAUNCHED_ID_BYTES 72

/* A started replica. The caller closes the three descriptors and waits for the
 * end of the process through `pidfd`. */
struct launched {
	pid_t pid;
	int pidfd;
	int socket_fd; /* our end of the replica's BENCHMARK_FD */
	int output_fd; /* its stdout and stderr; reading does not block */
	char id[LAUNCHED_ID_BYTES]; /* of the container, or "" */
	const void *context; /* of the launch; borrowed */
	char warning[440]; /* what the launcher could not do of what it was
			    * asked, a sentence; "" */
	uint64_t rusage_ns; /* after reap(): CPU of it and of the children that
			     * it waited for, user and system; 0: unknown */
	bool out_of_memory; /* after reap(): killed for its memory limit, as the
			     * launcher knows */
	const char *lost; /* after reap(): why nobody knows how it ended (then
			   * si_code is 0); NULL: it is known. Static */
};

#define LAUNCHED_NONE                                                          \
	(struct launched)                                                      \
	{                                                                      \
		.pid = -1, .pidfd = -1, .socket_fd = -1, .output_fd = -1       \
	}

struct launcher {
	/* Starts the program inside launch->place, with BENCHMARK_FD set, as
	 * the leader of a session of its own. Returns once the program itself
	 * runs. After a failure the sentence says why, and nothing is left of
	 * it. Required. */
	int (*start)(const struct launch *launch, struct launched *out,
		     struct err *err);
	/* Sends SIGKILL to the replica and to all in its process group, or to
	 * its container. Is called only before reap() has succeeded: until then
	 * the number cannot belong to anything else. The replica may have ended
	 * already. Required. */
	void (*kill)(const struct launched *launched);
	/* Is called once pidfd says that the replica has ended. Waits for it,
	 * and fills si_code and si_status as waitid(2) does. false: it has not
	 * ended. Required. */
	bool (*reap)(struct launched *launched, siginfo_t *info);
	/* Returns the signal that stopped the replica, unless SIGCONT followed;
	 * else 0. Required. */
	int (*stopped)(const struct launched *launched);
	/* Removes what is left of it after reap(), or after giving up on it.
	 * Not required. */
	void (*release)(struct launched *launched);
};

extern const struct launcher launcher_process;

/* For launchers: waits until a started child has written to `report_fd`, or
 * execve() has closed it. ERR_TIMEOUT after 10 s. */
int launch_wait(const struct launch *launch, int report_fd, struct err *err);

#endif
