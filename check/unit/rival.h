/* Somebody who wants the CPU on which this process is, so that it has to wait. */
#ifndef CHECK_UNIT_RIVAL_H
#define CHECK_UNIT_RIVAL_H

#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "measure/waits.h"

static inline pid_t rival_begin(void)
{
	cpu_set_t one;
	pid_t pid;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	pid = fork();
	while (pid == 0)
		;
	assert_true(pid > 0);
	return pid;
}

static inline void rival_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Works until this process has waited for so much longer, however long it takes. */
static inline void wait_for_cpu(uint64_t ns)
{
	uint64_t enough_ns = waits_read("", getpid()) + ns;

	while (waits_read("", getpid()) < enough_ns)
		;
}

#endif
