/*
 * What the kernel says of a process, or of one of its threads: a line of
 * /proc/PID/stat (proc_pid_stat(5)).
 *
 *	struct process process;
 *
 *	if (process_read(4711, &process))
 *		printf("%c\n", process.state);
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
	pid_t pid, parent, session;
	char state;            /* 'R', 'S', 'T' (stopped), 'Z', … */
	uint64_t waited_ticks; /* CPU of children that it waited for */
	uint32_t threads;
	uint64_t started;      /* ticks since boot; a PID may be used again */
};

/* false: there is none. Allocates nothing. */
bool process_read(pid_t pid, struct process *out);
bool process_read_thread(pid_t pid, pid_t thread, struct process *out);

#endif
