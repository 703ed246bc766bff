#include "experiment/child.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "base/clock.h"

#define PATIENCE_NS (2 * NS_PER_S)
#define PAUSE_NS (NS_PER_MS / 2)

static bool has_ended(pid_t pid, int *status)
{
	uint64_t until_ns = clock_now_ns() + PATIENCE_NS;

	while (clock_now_ns() < until_ns) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		clock_sleep_until(clock_now_ns() + PAUSE_NS);
	}
	return false;
}

int child_end(pid_t pid)
{
	int status = 0;

	if (has_ended(pid, &status))
		return status;
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}
