/*
 * Ways to start a replica. A launcher is one file with a table of operations
 * and one line in the list of launcher.c.
 */
#ifndef RUN_LAUNCHER_H
#define RUN_LAUNCHER_H

#include <sys/types.h>

#include "base/err.h"

struct launch {
	char *const *argv;
	char *const *environment; /* NULL: empty */
	const char *folder;       /* NULL: ours */
};

/* A started replica. The caller closes the three descriptors and waits for the
 * process through `pidfd`. */
struct launched {
	pid_t pid;
	int pidfd;
	int socket_fd; /* our end of the replica's BENCHMARK_FD */
	int output_fd; /* its stdout and stderr; reading does not block */
};

struct launcher {
	const char *name;
	/* Starts the program as a child of ours, the leader of a session of
	 * its own, with BENCHMARK_FD set. Returns when the program itself runs,
	 * or with the sentence why it cannot; then nothing is left of it.
	 * Required. */
	int (*start)(const struct launch *launch, struct launched *out,
		     struct err *err);
	/* SIGKILL to the replica and to all in its process group. Is called
	 * only before the replica has been waited for, while its number cannot
	 * belong to anything else; also when it has ended already. Required. */
	void (*kill)(const struct launched *launched);
};

extern const struct launcher launcher_process;

/* NULL finds "process". ERR_USAGE names those that there are. */
int launcher_find(const char *name, const struct launcher **out,
		  struct err *err);

#endif
