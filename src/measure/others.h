/*
 * The CPU time of other programs, by their processes. A figure is doubtful if
 * another program used the CPUs meanwhile, and has to say so.
 *
 *	pid_t ours[] = { 4711, 4712 };
 *	struct others others;
 *	struct others_used used;
 *
 *	others_begin(&others, ours, 2);      // at GO
 *	others_end(&others, ours, 2, &used); // frees
 *	puts(used.text);                     // "cc1 (pid 77) 0.50 s, …"
 *
 * Each call goes through /proc once, 20 us a process, and reads the CPU clock
 * of each process (all threads, nanoseconds). Kernel threads are left out: much
 * of their work is our own network traffic. Processes that began and ended in
 * between are missed, and so are those of other PID namespaces: the result is a
 * lower bound. The time of the machine (machine.h) less our own has them too,
 * but knows no names.
 */
#ifndef MEASURE_OTHERS_H
#define MEASURE_OTHERS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct others {
	struct other {
		pid_t pid;
		uint64_t cpu_ns;
	} *known;
	size_t count, capacity;
};

#define OTHERS_NAMED 3

struct others_used {
	uint64_t cpu_ns;   /* since others_begin(); 0 without a begin */
	uint64_t named_ns; /* of that by those in `text` */
	char text[192];    /* "python3 (pid 123) 0.90 s, cc1 (pid 77) 0.50 s":
			    * at most OTHERS_NAMED that used 10 ms or more, the
			    * biggest first; "": nobody did */
};

/* `ours`: processes that are not counted. The calling process never is. */
void others_begin(struct others *others, const pid_t *ours, size_t count);

void others_end(struct others *others, const pid_t *ours, size_t count,
		struct others_used *out);

void others_release(struct others *others);

#endif
