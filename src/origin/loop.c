#include "origin/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define LOOP_EVENTS 256

struct loop {
	int fd;
	bool stopped;
	bool coarse; /* the kernel has no epoll_pwait2(): milliseconds */
	uint64_t now_ns;
	struct timer **heap; /* by armed_ns, smallest first */
	unsigned timers, capacity;
	int event_at, event_count; /* of the turn that is being dispatched */
	struct epoll_event events[LOOP_EVENTS];
};

int loop_new(struct loop **out, struct err *err)
{
	struct loop *loop = mem_new(sizeof(*loop));

	loop->fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->fd < 0) {
		free(loop);
		return err_sys(err, "the origin gets no event queue from the "
				    "kernel: raise the limit of open files "
				    "(ulimit -n)");
	}
	loop->now_ns = clock_now_ns();
	*out = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->fd);
	free(loop->heap);
	free(loop);
}

uint64_t loop_now_ns(const struct loop *loop)
{
	return loop->now_ns;
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

static uint32_t to_epoll(unsigned interest)
{
	return EPOLLRDHUP | (interest & LOOP_IN ? EPOLLIN : 0U) |
	       (interest & LOOP_OUT ? EPOLLOUT : 0U) |
	       (interest & LOOP_EDGE ? EPOLLET : 0U);
}

static unsigned from_epoll(uint32_t events)
{
	return (events & EPOLLIN ? LOOP_IN : 0U) |
	       (events & EPOLLOUT ? LOOP_OUT : 0U) |
	       (events & EPOLLRDHUP ? LOOP_PEER_DONE : 0U) |
	       (events & (EPOLLERR | EPOLLHUP) ? LOOP_GONE : 0U);
}

static int control(struct loop *loop, int what, struct watch *watch,
		   unsigned interest)
{
	struct epoll_event event = { .events = to_epoll(interest),
				     .data.ptr = watch };

	return epoll_ctl(loop->fd, what, watch->fd, &event) < 0 ? ERR_SYSTEM
								 : 0;
}

int loop_add(struct loop *loop, struct watch *watch, unsigned interest)
{
	return control(loop, EPOLL_CTL_ADD, watch, interest);
}

int loop_modify(struct loop *loop, struct watch *watch, unsigned interest)
{
	return control(loop, EPOLL_CTL_MOD, watch, interest);
}

void loop_remove(struct loop *loop, struct watch *watch)
{
	epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = loop->event_at; i < loop->event_count; i++)
		if (loop->events[i].data.ptr == watch)
			loop->events[i].data.ptr = NULL;
}

static void put(struct loop *loop, unsigned at, struct timer *timer)
{
	loop->heap[at] = timer;
	timer->place = at + 1;
}

static void sift_up(struct loop *loop, unsigned at)
{
	struct timer *timer = loop->heap[at];

	while (at) {
		unsigned parent = (at - 1) / 2;

		if (loop->heap[parent]->armed_ns <= timer->armed_ns)
			break;
		put(loop, at, loop->heap[parent]);
		at = parent;
	}
	put(loop, at, timer);
}

static void sift_down(struct loop *loop, unsigned at)
{
	struct timer *timer = loop->heap[at];

	for (;;) {
		unsigned child = 2 * at + 1;

		if (child >= loop->timers)
			break;
		if (child + 1 < loop->timers &&
		    loop->heap[child + 1]->armed_ns <
			    loop->heap[child]->armed_ns)
			child++;
		if (timer->armed_ns <= loop->heap[child]->armed_ns)
			break;
		put(loop, at, loop->heap[child]);
		at = child;
	}
	put(loop, at, timer);
}

void loop_timer_set(struct loop *loop, struct timer *timer, uint64_t at_ns)
{
	timer->at_ns = at_ns;
	if (timer->place && at_ns >= timer->armed_ns)
		return; /* fire_due() will see */
	timer->armed_ns = at_ns;
	if (!timer->place) {
		MEM_ROOM(loop->heap, loop->timers, loop->capacity);
		put(loop, loop->timers++, timer);
	}
	sift_up(loop, timer->place - 1);
}

void loop_timer_clear(struct loop *loop, struct timer *timer)
{
	unsigned at = timer->place - 1;
	struct timer *last;

	if (!timer->place)
		return;
	timer->place = 0;
	last = loop->heap[--loop->timers];
	if (last == timer)
		return;
	put(loop, at, last);
	sift_up(loop, at);
	sift_down(loop, last->place - 1);
}

static void fire_due(struct loop *loop)
{
	while (loop->timers && loop->heap[0]->armed_ns <= loop->now_ns) {
		struct timer *timer = loop->heap[0];

		if (timer->at_ns > timer->armed_ns) { /* moved on since */
			timer->armed_ns = timer->at_ns;
			sift_down(loop, 0);
			continue;
		}
		loop_timer_clear(loop, timer);
		timer->fire(timer);
	}
}

static int wait_until(struct loop *loop, uint64_t at_ns)
{
	uint64_t now = clock_now_ns();
	uint64_t left = at_ns > now ? at_ns - now : 0;
	struct timespec timeout = { .tv_sec = (time_t)(left / NS_PER_S),
				    .tv_nsec = (long)(left % NS_PER_S) };
	uint64_t ms = (left + NS_PER_MS - 1) / NS_PER_MS;
	int n;

	if (!loop->coarse) {
		n = epoll_pwait2(loop->fd, loop->events, LOOP_EVENTS, &timeout,
				 NULL);
		if (n >= 0 || errno != ENOSYS)
			return n;
		loop->coarse = true;
	}
	return epoll_wait(loop->fd, loop->events, LOOP_EVENTS,
			  ms > 60000 ? 60000 : (int)ms);
}

static int wait_events(struct loop *loop)
{
	if (loop->timers)
		return wait_until(loop, loop->heap[0]->armed_ns);
	return epoll_wait(loop->fd, loop->events, LOOP_EVENTS, -1);
}

static void dispatch(struct loop *loop)
{
	while (loop->event_at < loop->event_count) {
		struct epoll_event *event = &loop->events[loop->event_at++];
		struct watch *watch = event->data.ptr;

		if (watch)
			watch->ready(watch, from_epoll(event->events));
	}
}

int loop_run(struct loop *loop, struct err *err)
{
	loop->stopped = false;
	while (!loop->stopped) {
		int n = wait_events(loop);

		if (n < 0 && errno != EINTR)
			return err_sys(err, "the origin cannot wait for "
					    "events");
		loop->now_ns = clock_now_ns();
		loop->event_at = 0;
		loop->event_count = n < 0 ? 0 : n;
		dispatch(loop);
		fire_due(loop);
	}
	return 0;
}
