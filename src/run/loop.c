#include "run/runner.h"

#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define TICK_NS (100 * NS_PER_MS)
#define PROGRESS_NS (200 * NS_PER_MS)

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return b && b < a ? b : a;
}

static uint64_t next_event_ns(const struct runner *runner, uint64_t until_ns)
{
	uint64_t at = earlier(until_ns, runner->tick_ns ? runner->tick_ns
							: runner->progress_ns);

	if (runner->window_open)
		at = earlier(at, runner->deadline_ns);
	for (unsigned i = 0; i < runner->count; i++)
		if (runner->member[i].running)
			at = earlier(at, runner->member[i].give_up_ns);
	return at;
}

/* The next moment of a grid that is not over yet. */
static uint64_t next_on_grid(uint64_t due_ns, uint64_t step_ns, uint64_t now_ns)
{
	return due_ns + ((now_ns - due_ns) / step_ns + 1) * step_ns;
}

static struct timespec time_until(uint64_t at_ns)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t left_ns = at_ns > now_ns ? at_ns - now_ns : 0;

	return (struct timespec){ .tv_sec = (time_t)(left_ns / NS_PER_S),
				  .tv_nsec = (long)(left_ns % NS_PER_S) };
}

static void progress(struct runner *runner, uint64_t now_ns)
{
	struct run_hooks *hooks = &runner->request->hooks;

	runner->progress_ns = now_ns + PROGRESS_NS;
	if (hooks->progress)
		hooks->progress(runner->request->context, runner->trial,
				runner->stage, now_ns);
}

static void tick(struct runner *runner, uint64_t now_ns)
{
	struct run_hooks *hooks = &runner->request->hooks;

	runner->tick_ns = next_on_grid(runner->tick_ns, TICK_NS, now_ns);
	if (hooks->tick)
		hooks->tick(runner->request->context, runner->trial, now_ns);
}

static void run_timers(struct runner *runner)
{
	uint64_t now_ns = clock_now_ns();

	for (unsigned i = 0; i < runner->count; i++) {
		struct member *member = &runner->member[i];

		if (member->running && member->give_up_ns &&
		    now_ns >= member->give_up_ns)
			member_on_give_up(runner, member);
	}
	if (runner->deadline_ns && now_ns >= runner->deadline_ns)
		runner_end_window(runner, runner->deadline_ns);
	if (runner->tick_ns && now_ns >= runner->tick_ns)
		tick(runner, now_ns);
	/* Ticks are often enough: no wake-up of its own beside them. */
	if (now_ns + (runner->tick_ns ? TICK_NS / 2 : 0) >= runner->progress_ns)
		progress(runner, now_ns);
}

/* ------------------------------------------------- waiting in the window --- */

/* In the window hardly anything happens but ticks. poll() would look at three
 * descriptors of each replica: half a per cent of a CPU for 100 of them. An
 * epoll set says whether there is anything to look at. */
static void follow_member(struct runner *runner, const struct member *member)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd fds[MEMBER_FDS];
	unsigned n = member_poll(member, fds);

	for (unsigned i = 0; i < n; i++)
		if (fds[i].fd >= 0 &&
		    epoll_ctl(runner->follow_fd, EPOLL_CTL_ADD, fds[i].fd,
			      &event) < 0)
			runner_unfollow(runner);
}

static void follow_all(struct runner *runner)
{
	runner->follow_fd = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; runner->follow_fd >= 0 && i < runner->count; i++)
		if (runner->member[i].running)
			follow_member(runner, &runner->member[i]);
}

void runner_unfollow(struct runner *runner)
{
	if (runner->follow_fd >= 0)
		close(runner->follow_fd);
	runner->follow_fd = -1;
}

/* Both stay readable: once seen they are not asked again. */
static void fill_ours(const struct runner *runner, struct pollfd *fds)
{
	const struct run_request *request = runner->request;
	bool known = runner->lost || runner->lost_late;

	fds[RUNNER_STOP] = (struct pollfd){
		.fd = runner->interrupted ? -1 : request->interrupt_fd,
		.events = POLLIN,
	};
	fds[RUNNER_LOST] = (struct pollfd){
		.fd = known ? -1 : request->lost_fd,
		.events = POLLIN,
	};
}

/* false: nothing has happened until then. */
static bool wait_followed(struct runner *runner, uint64_t at_ns)
{
	struct pollfd fds[RUNNER_FDS + 1];
	struct timespec timeout = time_until(at_ns);

	fill_ours(runner, fds);
	fds[RUNNER_FDS] = (struct pollfd){ .fd = runner->follow_fd,
					   .events = POLLIN };
	return ppoll(fds, RUNNER_FDS + 1, &timeout, NULL) > 0;
}

/* ---------------------------------------------------------------- waiting --- */

/* Only those that run are entered: poll() refuses more entries than files may
 * be open, even if they are empty. */
static void wait_poll(struct runner *runner, uint64_t at_ns)
{
	struct timespec timeout = time_until(at_ns);
	unsigned n = RUNNER_FDS;

	fill_ours(runner, runner->poll);
	for (unsigned i = 0; i < runner->count; i++) {
		runner->member[i].poll_at = n;
		if (runner->member[i].running)
			n += member_poll(&runner->member[i], runner->poll + n);
	}
	/* A failed poll() (EINTR) is a turn in which nothing happened. */
	if (ppoll(runner->poll, n, &timeout, NULL) < 0)
		for (unsigned i = 0; i < n; i++)
			runner->poll[i].revents = 0;
}

/* What was done before it ended is whole. */
static void lose(struct runner *runner)
{
	LOG(RUN, "the store has ended");
	runner->lost_late = runner->window_opened && !runner->window_open;
	runner->lost = !runner->lost_late;
	if (runner->lost)
		runner->request->lost_ns = clock_now_ns();
}

static void handle_poll(struct runner *runner)
{
	if (runner->poll[RUNNER_STOP].revents & (POLLIN | POLLHUP)) {
		LOG(RUN, "the person asked to stop");
		runner->interrupted = true;
	}
	if (runner->poll[RUNNER_LOST].revents & (POLLIN | POLLHUP))
		lose(runner);
	for (unsigned i = 0; i < runner->count; i++)
		if (runner->member[i].running)
			member_dispatch(runner, &runner->member[i],
					runner->poll +
						runner->member[i].poll_at);
}

/* A descriptor that was closed here may live in another process. Then it can
 * stay in the set and report something, and poll() does the waiting. */
void runner_turn(struct runner *runner, uint64_t until_ns)
{
	uint64_t at_ns = next_event_ns(runner, until_ns);

	if (runner->follow_fd < 0 || wait_followed(runner, at_ns)) {
		wait_poll(runner, at_ns);
		handle_poll(runner);
	}
	run_timers(runner);
}

void runner_stage(struct runner *runner, const char *stage)
{
	LOG(RUN, "trial %s: %s", runner->trial->id, stage);
	runner->stage = stage;
	progress(runner, clock_now_ns());
}

void runner_open_window(struct runner *runner)
{
	struct run_hooks *hooks = &runner->request->hooks;
	struct trial *trial = runner->trial;
	uint64_t end_ns;

	if (runner->window_opened)
		return;
	runner->window_opened = runner->window_open = true;
	if (hooks->go)
		hooks->go(runner->request->context, trial);
	runner->tick_ns = trial->go_ns + TICK_NS;
	follow_all(runner);
	end_ns = clock_now_ns();
	if (end_ns > trial->go_ns)
		trial->go_read_late_ns = end_ns - trial->go_ns;
}

void runner_end_window(struct runner *runner, uint64_t end_ns)
{
	struct run_hooks *hooks = &runner->request->hooks;
	struct trial *trial = runner->trial;

	if (end_ns < trial->go_ns)
		end_ns = trial->go_ns;
	if (end_ns > runner->deadline_ns)
		end_ns = runner->deadline_ns;
	if (!trial->window_end_ns || end_ns < trial->window_end_ns)
		trial->window_end_ns = end_ns;
	runner->tick_ns = 0;
	if (!runner->window_open)
		return;
	runner->window_open = false;
	runner_unfollow(runner);
	if (hooks->window_end)
		hooks->window_end(runner->request->context, trial);
}
