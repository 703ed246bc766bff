/*
 * A server of ours in a process of its own beside the harness: forked, not
 * executed. It ends with server_stop(), or when the harness dies. It says
 * nothing on a terminal: its last sentence comes to the harness by a pipe.
 */
#ifndef EXPERIMENT_SERVER_H
#define EXPERIMENT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct server {
	pid_t pid;    /* 0: not running */
	int stop_fd;  /* closing it ends the server */
	int said_fd;  /* its pipe: a byte when it serves, and its sentence */
	int ended_fd; /* pidfd: readable once it has ended */
};

#define SERVER_READY '\n'

#define SERVER_NONE { .stop_fd = -1, .said_fd = -1, .ended_fd = -1 }

struct server_task {
	const char *name; /* of the process, for ps: "geoio-origin" */
	const char *who;  /* in sentences: "the origin" */
	/* Serves, in the child, until stop_fd is readable or hung up. Writes
	 * SERVER_READY to ready_fd once it does. Required. */
	int (*serve)(void *context, int stop_fd, int ready_fd,
		     struct err *err);
	void *context;
};

/* Returns once it serves. ERR_FAILED with its sentence: it ended before that.
 * ERR_INTERRUPTED: `interrupt_fd` (-1: none) became readable. After a failure
 * there is no server. */
int server_start(struct server *server, const struct server_task *task,
		 int interrupt_fd, struct err *err);

/* false: none was started, or it has ended. */
bool server_lives(const struct server *server);

/* Adds ": " and the sentence with which an ended server failed to `out`. Adds
 * nothing if there is no sentence. Call it once. */
void server_add_reason(const struct server *server, char *out, size_t size);

/* Ends it. If it does not end within 2 s, because somebody stopped it for
 * instance, it is killed: a run does not hang on it. Returns the status of
 * waitpid(2). Also fine when start failed. */
int server_stop(struct server *server);

#endif
