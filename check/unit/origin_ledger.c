/* The ledger: exact counters for scripted sessions, bursts, repeats. */
#include "origin_shared.h"

static int start_two(void **state)
{
	static const struct origin_config config = { .listeners = 2 };

	(void)state;
	fx_start(&fx, &config);
	return 0;
}

static struct ledger_counts read_row(unsigned row)
{
	struct ledger_counts counts;

	ledger_read(&fx.ledger->row[row], &counts);
	return counts;
}

static void ask(int fd, const char *method, const char *target,
		const char *lines, uint64_t *heads, uint64_t *bodies,
		uint64_t *asked)
{
	struct http_answer a;

	fx_ask(fd, method, target, lines, &a);
	*heads += a.head.len;
	*bodies += a.body.len;
	*asked += strlen(method) + strlen(target) + strlen(lines) +
		  strlen("  HTTP/1.1\r\nHost: x\r\n\r\n");
	http_answer_release(&a);
}

/* One connection, each kind of request; every counter is known. */
static void counts_a_session(void **state)
{
	uint64_t heads = 0, bodies = 0, asked = 0;
	struct ledger_counts c;
	int fd = fx_connect(&fx);

	(void)state;
	ask(fd, "GET", "/bucket/hello", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/bucket/hello", "Range: bytes=1-9\r\n", &heads,
	    &bodies, &asked);
	ask(fd, "GET", "/bucket/big", "Range: bytes=5-2000004\r\n", &heads,
	    &bodies, &asked);
	ask(fd, "GET", "/bucket/hello", "If-None-Match: *\r\n", &heads,
	    &bodies, &asked);
	ask(fd, "GET", "/bucket/missing", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/bucket/broken", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/bucket/gone", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/bucket/hello", "Range: bytes=1000-\r\n", &heads,
	    &bodies, &asked);
	ask(fd, "HEAD", "/bucket/hello", "", &heads, &bodies, &asked);
	ask(fd, "HEAD", "/bucket/missing", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/bucket?list-type=2", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/", "", &heads, &bodies, &asked);
	ask(fd, "GET", "/bucket/hello", "Transfer-Encoding: a\r\n", &heads,
	    &bodies, &asked);
	close(fd);
	fx_wait(&fx.row->open_connections, 0);
	c = read_row(0);
	assert_int_equal(c.connections, 1);
	assert_int_equal(c.requests, 13);
	assert_int_equal(c.requests_get, 8);
	assert_int_equal(c.requests_head, 2);
	assert_int_equal(c.requests_list, 1);
	assert_int_equal(c.body_bytes, bodies);
	assert_int_equal(c.head_bytes, heads);
	assert_int_equal(c.received_bytes, asked);
	assert_int_equal(c.status_200, 4);
	assert_int_equal(c.status_206, 2);
	assert_int_equal(c.status_304, 1);
	assert_int_equal(c.status_4xx, 3);
	assert_int_equal(c.status_5xx, 3);
	assert_int_equal(c.completed, 13);
	assert_int_equal(c.aborted, 0);
	assert_int_equal(c.repeated, 0);
	assert_int_equal(c.bad_heads, 1);
	assert_int_equal(c.in_flight_peak, 1);
	assert_int_equal(c.open_connections_peak, 1);
}

/* Another port is another row. */
static void keeps_rows_apart(void **state)
{
	struct ledger_counts before = read_row(0), after;
	struct http_answer a;
	int fd = http_connect(origin_port(fx.origin, 1), 0);

	(void)state;
	assert_true(origin_port(fx.origin, 0) != origin_port(fx.origin, 1));
	fx_ask(fd, "GET", "/bucket/hello", "", &a);
	http_answer_release(&a);
	close(fd);
	fx_wait(&fx.ledger->row[1].open_connections, 0);
	after = read_row(0);
	assert_memory_equal(&before, &after, sizeof(before));
	after = read_row(1);
	assert_int_equal(after.requests, 1);
	assert_int_equal(after.body_bytes, 1000);
	/* A broken answer of one row is no repeat in another. */
	assert_int_equal(after.repeated, 0);
}

/* What was at one time, and not the larger of the rows' peaks, nor their sum. */
static void peaks_of_all_rows_are_of_one_time(void **state)
{
	struct ledger_all *all = &fx.ledger->all;
	struct ledger_counts sum = { 0 }, row;
	int fd[3];

	(void)state;
	fx_wait(&all->open_connections, 0);
	atomic_store(&all->open_connections_peak, 0);
	fd[0] = fx_connect(&fx);
	fd[1] = http_connect(origin_port(fx.origin, 1), 0);
	fx_wait(&all->open_connections, 2);
	assert_int_equal(all->open_connections_peak, 2);
	close(fd[0]);
	fx_wait(&all->open_connections, 1);
	fd[2] = http_connect(origin_port(fx.origin, 1), 0);
	fx_wait(&fx.ledger->row[1].open_connections, 2);
	assert_int_equal(all->open_connections_peak, 2);
	assert_true(all->in_flight_peak >= 1);
	close(fd[1]);
	close(fd[2]);
	fx_wait(&all->open_connections, 0);
	assert_int_equal(all->in_flight, 0);
	row = read_row(1);
	ledger_add(&row, &sum);
	assert_int_equal(sum.connections, row.connections);
	assert_int_equal(sum.open_connections_peak, 0);
}

static void get_and_leave(const char *lines)
{
	char *text = mem_printf("GET /bucket/big HTTP/1.1\r\nHost: x\r\n%s\r\n",
				lines);
	uint64_t aborted = atomic_load(&fx.row->aborted);
	int fd = http_connect(origin_port(fx.origin, 0), 4096);
	char piece[1000];

	http_say(fd, text);
	assert_int_equal(recv(fd, piece, sizeof(piece), MSG_WAITALL),
			 sizeof(piece));
	close(fd);
	fx_wait(&fx.row->aborted, aborted + 1);
	free(text);
}

static void get_whole(const char *target, const char *lines)
{
	struct http_answer a;

	fx_get(&fx, target, lines, &a);
	assert_true(a.whole);
	http_answer_release(&a);
}

static void counts_cut_answers_and_repeats(void **state)
{
	uint64_t repeated = atomic_load(&fx.row->repeated);
	uint64_t whole = atomic_load(&fx.row->completed);

	(void)state;
	get_and_leave("");
	assert_int_equal(atomic_load(&fx.row->completed), whole);
	get_whole("/bucket/big", "Range: bytes=0-99\r\n"); /* another range */
	get_whole("/bucket/hello", "");
	assert_int_equal(atomic_load(&fx.row->repeated), repeated);
	get_whole("/bucket/big", "");
	assert_int_equal(atomic_load(&fx.row->repeated), repeated + 1);
	get_whole("/bucket/big", ""); /* the one before it was whole */
	assert_int_equal(atomic_load(&fx.row->repeated), repeated + 1);
	/* Gone on with where it was cut: the same end. */
	get_and_leave("Range: bytes=100-4000000\r\n");
	get_whole("/bucket/big", "Range: bytes=5000-4000000\r\n");
	assert_int_equal(atomic_load(&fx.row->repeated), repeated + 2);
	/* Failed with a 500, both before and after it was found; the first of
	 * these four repeats what failed in counts_a_session(). */
	get_whole("/bucket/gone", "");
	get_whole("/bucket/gone", "");
	assert_int_equal(atomic_load(&fx.row->repeated), repeated + 3 + 1);
	get_whole("/bucket/broken", "Range: bytes=7-8\r\n");
	get_whole("/bucket/broken", "Range: bytes=7-8\r\n");
	assert_int_equal(atomic_load(&fx.row->repeated), repeated + 5);
}

static void counts_what_is_still_sent(void **state)
{
	static const char text[] = "GET /bucket/big HTTP/1.1\r\n"
				   "Host: x\r\nRange: bytes=77-\r\n\r\n";
	uint64_t repeated = atomic_load(&fx.row->repeated);
	uint64_t requests = atomic_load(&fx.row->requests);
	int slow = http_connect(origin_port(fx.origin, 0), 4096);
	int again = http_connect(origin_port(fx.origin, 0), 4096);

	(void)state;
	http_say(slow, text);
	fx_wait(&fx.row->requests, requests + 1);
	http_say(again, text);
	/* Waited for: the origin counts a request before it knows its range. */
	fx_wait(&fx.row->repeated, repeated + 1);
	assert_int_equal(atomic_load(&fx.row->requests), requests + 2);
	assert_int_equal(atomic_load(&fx.row->in_flight), 2);
	close(slow);
	close(again);
	fx_wait(&fx.row->in_flight, 0);
	get_whole("/bucket/big", "Range: bytes=77-\r\n");
	get_whole("/bucket/big", "Range: bytes=77-\r\n");
	get_whole("/bucket/big", "Range: bytes=77-\r\n");
	assert_int_equal(atomic_load(&fx.row->repeated), repeated + 3);
}

/* More cut answers than are remembered: the count stays possible, and the
 * newest ones are known. */
static void forgets_the_oldest(void **state)
{
	uint64_t before = atomic_load(&fx.row->repeated), again;
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		for (int i = 0; i < 6000; i++) {
			char lines[64];
			int at = twice ? 5999 - i : i;

			snprintf(lines, sizeof(lines),
				 "Range: bytes=0-%d\r\n", 10000 + at);
			fx_ask(fd, "GET", "/bucket/broken", lines, &a);
			http_answer_release(&a);
		}
	}
	again = atomic_load(&fx.row->repeated) - before;
	assert_in_range(again, 2000, 4096);
	close(fd);
}

#define HOLD "GET /bucket/hold/hello HTTP/1.1\r\nHost: x\r\n\r\n"

static void burst(unsigned connections, int *fds)
{
	for (unsigned i = 0; i < connections; i++)
		fds[i] = fx_connect(&fx);
	for (unsigned i = 0; i < connections; i++)
		http_say(fds[i], HOLD);
}

static void end_burst(unsigned connections, const int *fds)
{
	for (unsigned i = 0; i < connections; i++) {
		struct http_answer a;

		assert_true(http_read(fds[i], true, &a));
		assert_int_equal(a.status, 200);
		assert_memory_equal(a.body.buf, fx.source->bytes, 1000);
		http_answer_release(&a);
		close(fds[i]);
	}
	fx_wait(&fx.row->open_connections, 0);
}

static void holds_a_whole_burst(void **state)
{
	int fds[50];

	(void)state;
	ledger_hold_bursts(fx.ledger, 50);
	atomic_store(&fx.row->hold_reached, 0);
	atomic_store(&fx.row->in_flight_peak, 0);
	burst(49, fds);
	fx_wait(&fx.row->hold_reached, 49);
	/* No answer yet, whatever else is served meanwhile. */
	assert_int_equal(recv(fds[0], &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	get_whole("/bucket/hello", "");
	burst(1, fds + 49);
	end_burst(50, fds);
	assert_int_equal(atomic_load(&fx.row->hold_reached), 50);
	assert_in_range(atomic_load(&fx.row->in_flight_peak), 50, 51);
	ledger_begin_window(fx.ledger);
	assert_int_equal(atomic_load(&fx.row->hold_target), 0);
	/* Of the burst only what it reached is remembered. */
	get_whole("/bucket/hello", "");
	assert_int_equal(atomic_load(&fx.row->hold_reached), 50);
	assert_int_equal(atomic_load(&fx.row->in_flight_peak), 1);
	assert_int_equal(atomic_load(&fx.ledger->all.in_flight_peak), 1);
}

/* What does not come is waited for longer than TCP takes to send a lost SYN
 * again, but only once. */
static void holds_what_there_is(void **state)
{
	int fds[10];
	uint64_t began = clock_now_ns(), first, again = UINT64_MAX;

	(void)state;
	atomic_store(&fx.row->hold_target, 50);
	atomic_store(&fx.row->hold_reached, 0);
	burst(10, fds);
	end_burst(10, fds);
	first = clock_now_ns() - began;
	assert_true(first >= 1200 * NS_PER_MS);
	assert_int_equal(atomic_load(&fx.row->hold_reached), 10);
	/* Late once is the machine, late always is the hold. */
	for (int i = 0; i < 10 && again >= first; i++) {
		began = clock_now_ns();
		burst(10, fds);
		end_burst(10, fds);
		again = clock_now_ns() - began;
	}
	assert_true(again < first);
	assert_int_equal(atomic_load(&fx.row->hold_reached), 10);
	atomic_store(&fx.row->hold_target, 0);
}

/* Those of a burst come before their requests, and what is held waits for them. */
static void holds_while_some_come(void **state)
{
	uint64_t reached = 0;

	(void)state;
	atomic_store(&fx.row->hold_target, 2);
	/* Late once is the machine, late always is the hold. */
	for (int i = 0; i < 5 && reached < 2; i++) {
		int fds[2];

		atomic_store(&fx.row->hold_reached, 0);
		burst(1, fds);
		fx_wait(&fx.row->hold_reached, 1);
		clock_sleep_until(clock_now_ns() + 800 * NS_PER_MS);
		fds[1] = fx_connect(&fx);
		clock_sleep_until(clock_now_ns() + 800 * NS_PER_MS);
		http_say(fds[1], HOLD);
		end_burst(2, fds);
		reached = atomic_load(&fx.row->hold_reached);
	}
	assert_int_equal(reached, 2);
	atomic_store(&fx.row->hold_target, 0);
}

static void forgets_those_who_left(void **state)
{
	uint64_t aborted = atomic_load(&fx.row->aborted);
	struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int fds[3];

	(void)state;
	atomic_store(&fx.row->hold_target, 50);
	atomic_store(&fx.row->hold_reached, 0);
	burst(3, fds);
	fx_wait(&fx.row->hold_reached, 3);
	setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fds[1]);
	fx_wait(&fx.row->aborted, aborted + 1);
	fds[1] = fds[2];
	end_burst(2, fds);
	assert_int_equal(atomic_load(&fx.row->hold_reached), 3);
	atomic_store(&fx.row->hold_target, 0);
}

/* A pipeline of held requests over one connection: one at a time. Each reaches
 * the target, so none waits for the timer, which would take 60 s for all. */
static void holds_a_pipeline(void **state)
{
	uint64_t began = clock_now_ns();
	struct http_answer a;
	int fd = fx_connect(&fx);

	(void)state;
	atomic_store(&fx.row->hold_target, 1);
	atomic_store(&fx.row->hold_reached, 0);
	for (int i = 0; i < 200; i++)
		http_say(fd, HOLD);
	for (int i = 0; i < 200; i++) {
		assert_true(http_read(fd, true, &a));
		assert_int_equal(a.body.len, 1000);
		http_answer_release(&a);
	}
	assert_true(clock_now_ns() - began < 30 * NS_PER_S);
	assert_int_equal(atomic_load(&fx.row->hold_reached), 1);
	atomic_store(&fx.row->hold_target, 0);
	close(fd);
}

/* A request of a burst, and the part of the object that answers it. */
struct held {
	const char *method, *more;
	unsigned status;
	size_t at, bytes;
};

static int ask_held(const struct held *held)
{
	char *text = mem_printf("%s /bucket/hold/hello HTTP/1.1\r\n"
				"Host: x\r\n%s\r\n", held->method, held->more);
	int fd = fx_connect(&fx);

	http_say(fd, text);
	free(text);
	return fd;
}

static void assert_answered(const struct held *held, int fd)
{
	struct http_answer a;

	assert_true(http_read(fd, held->bytes, &a));
	assert_int_equal(a.status, held->status);
	assert_int_equal(a.body.len, held->bytes);
	if (held->bytes)
		assert_memory_equal(a.body.buf, fx.source->bytes + held->at,
				    held->bytes);
	http_answer_release(&a);
	close(fd);
}

/* A burst of stages is of more than ranged GETs: each is held, counts one, and
 * is answered as it is elsewhere. */
static void holds_each_verb(void **state)
{
	static const struct held verbs[] = {
		{ "GET", "Range: bytes=10-29\r\n", 206, 10, 20 },
		{ "GET", "Range: bytes=-7\r\n", 206, 993, 7 },
		{ "HEAD", "", 200, 0, 0 },
		{ "GET", "", 200, 0, 1000 },
	};
	enum { COUNT = sizeof(verbs) / sizeof(*verbs) };
	int fds[COUNT];

	(void)state;
	atomic_store(&fx.row->hold_target, COUNT);
	atomic_store(&fx.row->hold_reached, 0);
	for (unsigned i = 0; i < COUNT; i++) {
		fx_wait(&fx.row->hold_reached, i);
		for (unsigned k = 0; k < i; k++)
			assert_int_equal(recv(fds[k], &(char){ 0 }, 1,
					      MSG_DONTWAIT), -1);
		fds[i] = ask_held(&verbs[i]);
	}
	for (unsigned i = 0; i < COUNT; i++)
		assert_answered(&verbs[i], fds[i]);
	assert_int_equal(atomic_load(&fx.row->hold_reached), COUNT);
	atomic_store(&fx.row->hold_target, 0);
}

static void holds_failures_too(void **state)
{
	struct http_answer a;
	uint64_t failed = atomic_load(&fx.row->status_5xx);

	(void)state;
	atomic_store(&fx.row->hold_target, 1);
	fx_get(&fx, "/bucket/hold/gone", "", &a);
	assert_int_equal(a.status, 500);
	assert_true(a.whole);
	http_answer_release(&a);
	fx_wait(&fx.row->status_5xx, failed + 1); /* counted once it is sent */
	atomic_store(&fx.row->hold_target, 0);
	/* Without a target the prefix is part of the key. */
	fx_get(&fx, "/bucket/hold/hello", "", &a);
	assert_int_equal(a.status, 404);
	http_answer_release(&a);
}

/* It comes by with nothing to do; what it does not say by itself counts too. */
static void beats(void **state)
{
	struct ledger ledger = { .rows = 0 };
	uint64_t before = atomic_load(&fx.ledger->beat_ns);
	uint64_t until = clock_now_ns() + FX_PATIENCE_NS;

	(void)state;
	while (atomic_load(&fx.ledger->beat_ns) == before &&
	       clock_now_ns() < until)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	assert_true(atomic_load(&fx.ledger->beat_ns) > before);
	atomic_store(&ledger.beat_ns, NS_PER_S);
	atomic_store(&ledger.still_ns, 7);
	assert_int_equal(ledger_still_ns(&ledger, NS_PER_S + LEDGER_STILL_NS),
			 7);
	assert_int_equal(ledger_still_ns(&ledger, 3 * NS_PER_S),
			 2 * NS_PER_S + 7);
}

static void beat_at(struct ledger *ledger, uint64_t ms)
{
	ledger_beat(ledger, ms * NS_PER_MS);
}

/* From begin to end, when it is now; in ms. */
static void assert_gaps(const struct ledger *ledger, uint64_t begin,
			uint64_t end, uint64_t least_ns, uint64_t now,
			uint64_t gaps)
{
	assert_int_equal(ledger_gaps_ns(ledger, begin * NS_PER_MS,
					end * NS_PER_MS, least_ns,
					now * NS_PER_MS),
			 gaps * NS_PER_MS);
}

static void remembers_gaps(void **state)
{
	struct ledger ledger = { .beat_ns = 1000 * NS_PER_MS };

	(void)state;
	beat_at(&ledger, 1020);
	beat_at(&ledger, 1070); /* not late */
	assert_gaps(&ledger, 0, 2000, LEDGER_LATE_NS, 1080, 0);
	beat_at(&ledger, 1321); /* late: 251 */
	beat_at(&ledger, 1341);
	beat_at(&ledger, 1791); /* still for 450 */
	assert_gaps(&ledger, 0, 2000, LEDGER_LATE_NS, 1800, 251 + 450);
	assert_gaps(&ledger, 0, 2000, LEDGER_STILL_NS, 1800, 450);
	assert_gaps(&ledger, 1400, 1500, LEDGER_STILL_NS, 1800, 100);
	assert_gaps(&ledger, 1300, 1400, LEDGER_LATE_NS, 1800, 21 + 59);
	assert_gaps(&ledger, 1321, 1341, LEDGER_LATE_NS, 1800, 0);
	assert_int_equal(ledger_still_ns(&ledger, 1800 * NS_PER_MS),
			 450 * NS_PER_MS);
	/* The present one is open, until it ends. */
	assert_gaps(&ledger, 1900, 2000, LEDGER_STILL_NS, 2100, 0);
	assert_gaps(&ledger, 1900, 2000, LEDGER_STILL_NS, 2200, 100);
	beat_at(&ledger, 2300);
	assert_gaps(&ledger, 1900, 2000, LEDGER_STILL_NS, 2310, 100);
	/* As where its end is not yet the newest beat. */
	atomic_store(&ledger.beat_ns, 1791 * NS_PER_MS);
	assert_gaps(&ledger, 1900, 2000, LEDGER_STILL_NS, 2310, 100);
}

/* All but the newest. */
static void forgets_old_gaps(void **state)
{
	struct ledger ledger = { .beat_ns = 1000 * NS_PER_MS };

	(void)state;
	for (uint64_t n = 1; n <= LEDGER_GAPS + 2; n++)
		beat_at(&ledger, 1000 + n * 60);
	assert_gaps(&ledger, 0, 9000, LEDGER_LATE_NS, 1000 + 66 * 60,
		    64 * 60);
	assert_gaps(&ledger, 0, 1120, LEDGER_LATE_NS, 1000 + 66 * 60, 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(counts_a_session),
		cmocka_unit_test(keeps_rows_apart),
		cmocka_unit_test(peaks_of_all_rows_are_of_one_time),
		cmocka_unit_test(counts_cut_answers_and_repeats),
		cmocka_unit_test(counts_what_is_still_sent),
		cmocka_unit_test(forgets_the_oldest),
		cmocka_unit_test(holds_a_whole_burst),
		cmocka_unit_test(holds_what_there_is),
		cmocka_unit_test(holds_while_some_come),
		cmocka_unit_test(forgets_those_who_left),
		cmocka_unit_test(holds_a_pipeline),
		cmocka_unit_test(holds_each_verb),
		cmocka_unit_test(holds_failures_too),
		cmocka_unit_test(beats),
		cmocka_unit_test(remembers_gaps),
		cmocka_unit_test(forgets_old_gaps),
	};

	return cmocka_run_group_tests_name("origin_ledger", checks, start_two,
					   fx_teardown);
}
