#include "origin/beat.h"

#include <sys/timerfd.h>
#include <unistd.h>

static void beat(struct watch *watch, unsigned events)
{
	struct origin *origin =
		(struct origin *)((char *)watch -
				  offsetof(struct origin, beat));
	uint64_t ignored;

	(void)events;
	if (read(watch->fd, &ignored, sizeof(ignored)) >= 0)
		ledger_beat(origin->ledger, loop_now_ns(origin->loop));
}

int beat_begin(struct origin *origin, struct err *err)
{
	static const struct itimerspec times = {
		.it_interval.tv_nsec = LEDGER_BEAT_NS,
		.it_value.tv_nsec = LEDGER_BEAT_NS,
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return err_sys(err, "the origin gets no timer from the kernel: "
				    "raise the limit of open files (ulimit "
				    "-n)");
	origin->beat = (struct watch){ .fd = fd, .ready = beat };
	atomic_store(&origin->ledger->beat_ns, loop_now_ns(origin->loop));
	if (timerfd_settime(fd, 0, &times, NULL) < 0 ||
	    loop_add(origin->loop, &origin->beat, LOOP_IN) < 0)
		return err_sys(err, "the origin cannot watch its timer");
	return 0;
}

void beat_end(struct origin *origin)
{
	if (origin->beat.fd >= 0)
		close(origin->beat.fd);
	origin->beat.fd = -1;
	atomic_store(&origin->ledger->beat_ns, 0);
}
