/* The reactor: timers in order, lazy deadlines, edges, removal. */
#include "check.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "origin/loop.h"

#define TIMERS 500

struct entry {
	struct timer timer; /* must be first */
	struct watch watch;
	struct loop *loop;
	struct entry *other;
	uint64_t due_ns;
	unsigned fired;
	unsigned events;
};

static uint64_t last_due_ns;
static unsigned left;

static void fire(struct timer *timer)
{
	struct entry *e = (struct entry *)timer;

	e->fired++;
	assert_true(loop_now_ns(e->loop) >= e->due_ns);
	assert_true(e->due_ns >= last_due_ns);
	last_due_ns = e->due_ns;
	if (--left == 0)
		loop_stop(e->loop);
}

static struct loop *make_loop(void)
{
	struct loop *loop;

	assert_int_equal(loop_new(&loop, NULL), 0);
	return loop;
}

static void set(struct entry *e, uint64_t due_ns)
{
	e->due_ns = due_ns;
	loop_timer_set(e->loop, &e->timer, due_ns);
}

/* Timers that are set, set again earlier and later, and cleared. */
static void fires_in_order(void **state)
{
	struct loop *loop = make_loop();
	struct entry *all = mem_array(TIMERS, sizeof(*all));
	uint64_t now = clock_now_ns();
	struct rng rng;

	(void)state;
	rng_init(&rng, 1);
	last_due_ns = 0;
	left = 0;
	for (unsigned i = 0; i < TIMERS; i++) {
		all[i].loop = loop;
		all[i].timer.fire = fire;
		set(&all[i], now + rng_below(&rng, 50 * NS_PER_MS));
	}
	for (unsigned i = 0; i < TIMERS; i++) {
		if (i % 3 == 0)
			set(&all[i], now + rng_below(&rng, 50 * NS_PER_MS));
		if (i % 5 == 0)
			loop_timer_clear(loop, &all[i].timer);
		if (i % 10 == 0)
			loop_timer_clear(loop, &all[i].timer);
		left += i % 5 != 0;
	}
	assert_int_equal(loop_run(loop, NULL), 0);
	for (unsigned i = 0; i < TIMERS; i++)
		assert_int_equal(all[i].fired, i % 5 != 0);
	loop_free(loop);
	free(all);
}

static void read_and_stop(struct watch *watch, unsigned events)
{
	struct entry *e = (struct entry *)((char *)watch -
					   offsetof(struct entry, watch));
	char c;

	e->events++;
	if (events & LOOP_IN)
		assert_int_equal(read(watch->fd, &c, 1), 1);
	loop_stop(e->loop);
}

/* With an edge, what is left unread is not told of again, but modify does. */
static void tells_edges_once(void **state)
{
	struct loop *loop = make_loop();
	struct entry e = { .loop = loop, .watch.ready = read_and_stop },
		     end = { .loop = loop, .timer.fire = fire };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	e.watch.fd = fds[0];
	assert_int_equal(loop_add(loop, &e.watch, LOOP_IN | LOOP_EDGE), 0);
	assert_int_equal(write(fds[1], "abc", 3), 3);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(e.events, 1);
	last_due_ns = 0;
	left = 1;
	set(&end, clock_now_ns() + 20 * NS_PER_MS);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(e.events, 1);
	assert_int_equal(loop_modify(loop, &e.watch, LOOP_IN | LOOP_EDGE), 0);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(e.events, 2);
	assert_int_equal(loop_modify(loop, &e.watch, LOOP_IN), 0);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(e.events, 3);
	loop_remove(loop, &e.watch);
	close(fds[0]);
	close(fds[1]);
	loop_free(loop);
}

/* Whichever of the two is told first takes the other one away. */
static void remove_other(struct watch *watch, unsigned events)
{
	struct entry *e = (struct entry *)((char *)watch -
					   offsetof(struct entry, watch));

	assert_true(events & LOOP_IN);
	e->events++;
	loop_remove(e->loop, &e->other->watch);
	loop_stop(e->loop);
}

static void forgets_what_is_removed(void **state)
{
	struct loop *loop = make_loop();
	struct entry e[2] = { { .loop = loop }, { .loop = loop } };
	int fds[2][2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(fds[i]), 0);
		assert_int_equal(write(fds[i][1], "a", 1), 1);
		e[i].watch = (struct watch){ fds[i][0], remove_other };
		e[i].other = &e[!i];
		assert_int_equal(loop_add(loop, &e[i].watch, LOOP_IN), 0);
	}
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_int_equal(e[0].events + e[1].events, 1);
	for (int i = 0; i < 2; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	loop_free(loop);
}

static void note(struct watch *watch, unsigned events)
{
	struct entry *e = (struct entry *)((char *)watch -
					   offsetof(struct entry, watch));

	e->events = events;
	loop_stop(e->loop);
}

static void tells_of_ends(void **state)
{
	struct loop *loop = make_loop();
	struct entry e = { .loop = loop, .watch.ready = note };
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	e.watch.fd = fds[0];
	assert_int_equal(loop_add(loop, &e.watch, LOOP_IN | LOOP_EDGE), 0);
	shutdown(fds[1], SHUT_WR);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_true(e.events & LOOP_PEER_DONE);
	assert_false(e.events & LOOP_GONE);
	close(fds[1]);
	assert_int_equal(loop_run(loop, NULL), 0);
	assert_true(e.events & LOOP_GONE);
	close(fds[0]);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(fires_in_order),
		cmocka_unit_test(tells_edges_once),
		cmocka_unit_test(forgets_what_is_removed),
		cmocka_unit_test(tells_of_ends),
	};

	return cmocka_run_group_tests_name("origin_loop", checks, NULL, NULL);
}
