#include "cli/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* Who presses Ctrl-C twice in a hurry means it once. */
#define IMPATIENCE_NS (2 * NS_PER_S)

static int ends[2] = { -1, -1 };
static _Atomic uint64_t first_ns; /* 0: none came */

static void on_signal(int number)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t none = 0;
	ssize_t ignored;

	if (atomic_compare_exchange_strong(&first_ns, &none, now_ns)) {
		ignored = write(ends[1], "", 1);
		(void)ignored;
	} else if (now_ns - none > IMPATIENCE_NS) {
		signal(number, SIG_DFL);
		raise(number); /* it comes when this handler returns */
	}
}

/* nohup's children, and those of whoever ignores it, live on. */
static bool is_ignored(int number)
{
	struct sigaction there;

	return sigaction(number, NULL, &there) == 0 &&
	       there.sa_handler == SIG_IGN;
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
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!is_ignored(SIGHUP))
		sigaction(SIGHUP, &action, NULL);
	return ends[0];
}

int interrupt_fd(void)
{
	return ends[0];
}

bool interrupt_seen(void)
{
	return atomic_load(&first_ns) != 0;
}
