#include "run/launcher.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/str.h"

/* Until then only code of ours runs: so long means that a file system hangs. */
#define EXEC_TIMEOUT_MS 10000

static const struct launcher *const launchers[] = {
	&launcher_process,
	&launcher_docker,
};

#define LAUNCHER_COUNT (sizeof(launchers) / sizeof(*launchers))

int launcher_find(const char *name, const struct launcher **out,
		  struct err *err)
{
	struct str known = STR_INIT;
	int code;

	for (size_t i = 0; i < LAUNCHER_COUNT; i++) {
		if (!name || strcmp(launchers[i]->name, name) == 0) {
			*out = launchers[i];
			str_release(&known);
			return 0;
		}
		str_addf(&known, " %s", launchers[i]->name);
	}
	code = err_set(err, ERR_USAGE,
		       "there is no way '%s' to start replicas: take one of:%s",
		       name, known.buf);
	str_release(&known);
	return code;
}

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
