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

static uint64_t event_of(const struct runner *runner, uint64_t at)
{
	at = earlier(at, runner->tick_ns);
	if (runner->window_open)
		at = earlier(at, runner->deadline_ns);
	for (unsigned i = 0; i < runner->count; i++)
		if (runner->member[i].running)
			at = earlier(at, runner->member[i].give_up_ns);
	return at;
}

/* Ticks are often enough for progress: no wake-up of its own beside them. */
static bool has_ticks(const struct runners *all)
{
	for (unsigned i = 0; i < all->count; i++)
		if (all->runner[i].tick_ns)
			return true;
	return false;
}

static uint64_t next_event_ns(const struct runners *all, uint64_t at)
{
	if (!all->quiet && !has_ticks(all))
		at = earlier(at, all->progress_ns);
	for (unsigned i = 0; i < all->count; i++)
		at = event_of(&all->runner[i], at);
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

static void progress_one(struct runner *runner, uint64_t now_ns)
{
	struct run_hooks *hooks = &runner->request->hooks;

	if (hooks->progress && runner->stage && !runner->ended)
		hooks->progress(runner->request->context, runner->trial,
				runner->stage, now_ns);
}

static void progress(struct runners *all, uint64_t now_ns)
{
	all->progress_ns = now_ns + PROGRESS_NS;
	for (unsigned i = 0; i < all->count; i++)
		progress_one(&all->runner[i], now_ns);
}

static void tick(struct runner *runner, uint64_t now_ns)
{
	struct run_hooks *hooks = &runner->request->hooks;

	runner->tick_ns = next_on_grid(runner->tick_ns, TICK_NS, now_ns);
	if (hooks->tick)
		hooks->tick(runner->request->context, runner->trial, now_ns);
}

static void timers_of(struct runner *runner, uint64_t now_ns)
{
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
}

static void run_timers(struct runners *all)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t early_ns;

	for (unsigned i = 0; i < all->count; i++)
		timers_of(&all->runner[i], now_ns);
	early_ns = has_ticks(all) ? TICK_NS / 2 : 0;
	if (!all->quiet && now_ns + early_ns >= all->progress_ns)
		progress(all, now_ns);
}

/* ------------------------------------------------- waiting in the window --- */

/* In the window hardly anything happens but ticks. poll() would look at three
 * descriptors of each replica: half a per cent of a CPU for 100 of them. An
 * epoll set says whether there is anything to look at. */
static void follow_member(struct runners *all, const struct member *member)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd fds[MEMBER_FDS];
	unsigned n = member_poll(member, fds);

	for (unsigned i = 0; i < n; i++)
		if (fds[i].fd >= 0 &&
		    epoll_ctl(all->follow_fd, EPOLL_CTL_ADD, fds[i].fd,
			      &event) < 0)
			runners_unfollow(all);
}

static void follow_runner(struct runners *all, const struct runner *runner)
{
	for (unsigned i = 0; all->follow_fd >= 0 && i < runner->count; i++)
		if (runner->member[i].running)
			follow_member(all, &runner->member[i]);
}

void runners_follow(struct runners *all)
{
	all->follow_fd = epoll_create1(EPOLL_CLOEXEC);
	for (unsigned i = 0; i < all->count; i++)
		follow_runner(all, &all->runner[i]);
}

void runners_unfollow(struct runners *all)
{
	if (all->follow_fd >= 0)
		close(all->follow_fd);
	all->follow_fd = -1;
}

/* Both stay readable: once seen they are not asked again. */
static void fill_ours(const struct runners *all, struct pollfd *fds)
{
	fds[RUNNER_STOP] = (struct pollfd){
		.fd = all->interrupted ? -1 : all->interrupt_fd,
		.events = POLLIN,
	};
	fds[RUNNER_LOST] = (struct pollfd){
		.fd = all->store_ended ? -1 : all->lost_fd,
		.events = POLLIN,
	};
}

/* false: nothing has happened until then. */
static bool wait_followed(struct runners *all, uint64_t at_ns)
{
	struct pollfd fds[RUNNER_FDS + 1];
	struct timespec timeout = time_until(at_ns);

	fill_ours(all, fds);
	fds[RUNNER_FDS] = (struct pollfd){ .fd = all->follow_fd,
					   .events = POLLIN };
	return ppoll(fds, RUNNER_FDS + 1, &timeout, NULL) > 0;
}

/* ---------------------------------------------------------------- waiting --- */

/* Only those that run are entered: poll() refuses more entries than files may
 * be open, even if they are empty. */
static unsigned fill_members(struct runners *all, struct runner *runner,
			     unsigned n)
{
	for (unsigned i = 0; i < runner->count; i++) {
		runner->member[i].poll_at = n;
		if (runner->member[i].running)
			n += member_poll(&runner->member[i], all->poll + n);
	}
	return n;
}

static void wait_poll(struct runners *all, uint64_t at_ns)
{
	struct timespec timeout = time_until(at_ns);
	unsigned n = RUNNER_FDS;

	fill_ours(all, all->poll);
	for (unsigned i = 0; i < all->count; i++)
		n = fill_members(all, &all->runner[i], n);
	/* A failed poll() (EINTR) is a turn in which nothing happened. */
	if (ppoll(all->poll, n, &timeout, NULL) < 0)
		for (unsigned i = 0; i < n; i++)
			all->poll[i].revents = 0;
}

/* What was done before it ended is whole. */
static void lose(struct runner *runner)
{
	LOG(RUN, "the store has ended");
	runner->lost_late = runner->ended ||
			    (runner->window_opened && !runner->window_open);
	runner->lost = !runner->lost_late;
	if (runner->lost)
		runner->request->lost_ns = clock_now_ns();
}

static void interrupt(struct runner *runner)
{
	LOG(RUN, "the person asked to stop");
	runner->interrupted = true;
}

static void tell_all(struct runners *all, void (*what)(struct runner *runner))
{
	for (unsigned i = 0; i < all->count; i++)
		what(&all->runner[i]);
}

static void dispatch_members(struct runners *all, struct runner *runner)
{
	for (unsigned i = 0; i < runner->count; i++)
		if (runner->member[i].running)
			member_dispatch(runner, &runner->member[i],
					all->poll + runner->member[i].poll_at);
}

static void handle_poll(struct runners *all)
{
	if (all->poll[RUNNER_STOP].revents & (POLLIN | POLLHUP)) {
		all->interrupted = true;
		tell_all(all, interrupt);
	}
	if (all->poll[RUNNER_LOST].revents & (POLLIN | POLLHUP)) {
		all->store_ended = true;
		tell_all(all, lose);
	}
	for (unsigned i = 0; i < all->count; i++)
		dispatch_members(all, &all->runner[i]);
}

/* A descriptor that was closed here may live in another process. Then it can
 * stay in the set and report something, and poll() does the waiting. */
void runners_turn(struct runners *all, uint64_t until_ns)
{
	uint64_t at_ns = next_event_ns(all, until_ns);

	if (all->follow_fd < 0 || wait_followed(all, at_ns)) {
		wait_poll(all, at_ns);
		handle_poll(all);
	}
	run_timers(all);
}

void runner_stage(struct runner *runner, const char *stage)
{
	uint64_t now_ns = clock_now_ns();

	LOG(RUN, "trial %s: %s", runner->trial->id, stage);
	runner->stage = stage;
	runner->all->progress_ns = now_ns + PROGRESS_NS;
	progress_one(runner, now_ns);
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
	runners_follow(runner->all);
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
	runners_unfollow(runner->all);
	if (hooks->window_end)
		hooks->window_end(runner->request->context, trial);
}
