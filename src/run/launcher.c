#include "run/launcher.h"

#include <errno.h>
#include <poll.h>

/* Until execve() only our code runs. If it takes so long, a file system
 * hangs. */
#define EXEC_TIMEOUT_MS 10000

int launch_wait(const struct launch *launch, int report_fd, struct err *err)
{
	struct pollfd poll_fd = { .fd = report_fd, .events = POLLIN };
	int ready;

	do {
		ready = poll(&poll_fd, 1, EXEC_TIMEOUT_MS);
	} while (ready < 0 && errno == EINTR);
	if (ready != 0)
		return 0;
	return err_set(err, ERR_TIMEOUT,
		       "could not be started within %d s: does the file "
		       "system of %s hang?", EXEC_TIMEOUT_MS / 1000,
		       launch->argv[0]);
}
