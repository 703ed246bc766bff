#include "cli/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int ends[2] = { -1, -1 };
static volatile sig_atomic_t seen;

static void on_signal(int number)
{
	ssize_t ignored = write(ends[1], "", 1);

	(void)ignored;
	(void)number;
	seen = 1;
}

int interrupt_open(struct err *err)
{
	struct sigaction action;

	if (ends[0] >= 0)
		return ends[0];
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, "cannot make a pipe");
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESETHAND; /* the second one kills */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return ends[0];
}

bool interrupt_seen(void)
{
	return seen;
}
