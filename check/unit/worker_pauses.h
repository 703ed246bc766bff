/*
 * What the checks of pauses share: a test of each form, and how they are paused.
 * A key is how many milliseconds its operation takes; "stuck" is for ever, "held"
 * until the check lets it go (threads alone).
 */
#ifndef CHECK_UNIT_WORKER_PAUSES_H
#define CHECK_UNIT_WORKER_PAUSES_H

#include "worker_harness.h"

#include <stdatomic.h>
#include <time.h>

#define SLOTS 4 /* the concurrency of harness_make() */
#define PLAN 30000
#define PAUSE "{\"type\":\"pause\"}"
#define FINISH "{\"type\":\"finish\"}"

enum form { EVENTS, THREADS, FORMS };

/* Shared with the child. */
static struct shared {
	atomic_int threads; /* that began, less those that ended */
	atomic_bool let_go; /* operations of "held" end */
	atomic_int back; /* of them */
} *shared;

static const char *version(void)
{
	return "1.2.3";
}

static bool is_stuck(const struct benchmark_slot *slot)
{
	return strncmp(slot->op->key, "stuck", 5) == 0;
}

static uint64_t latency_ns(const struct benchmark_slot *slot)
{
	return is_stuck(slot) ? UINT64_MAX / 2 :
				strtoull(slot->op->key, NULL, 10) * NS_PER_MS;
}

static enum benchmark_outcome answer(struct benchmark_slot *slot)
{
	unsigned char bytes[1000];

	content(bytes, slot->op->start, sizeof(bytes));
	benchmark_body(slot, bytes, sizeof(bytes));
	slot->status = 206;
	slot->attempts = 1;
	return benchmark_outcome_of_status(slot->status);
}

/* By the slot's number; `due_ns` is 0 where nothing is in flight. */
static struct {
	struct benchmark_slot *slot;
	uint64_t due_ns;
} events[SLOTS];

static void start(void *client, struct benchmark_slot *slot)
{
	(void)client;
	events[slot->number].slot = slot;
	events[slot->number].due_ns = clock_now_ns() + latency_ns(slot);
}

static void cancel(void *client, struct benchmark_slot *slot)
{
	(void)client;
	events[slot->number].due_ns = 0;
}

/* A library that knows no EINTR: who wants to be heard waits for it. */
static int wait_for(void *client, uint64_t timeout_ns)
{
	uint64_t now = clock_now_ns(), until = now + timeout_ns;

	(void)client;
	for (unsigned i = 0; i < SLOTS; i++) {
		if (events[i].due_ns && events[i].due_ns < until)
			until = events[i].due_ns;
	}
	if (until > now)
		clock_sleep_until(until);
	now = clock_now_ns();
	for (unsigned i = 0; i < SLOTS; i++) {
		if (!events[i].due_ns || events[i].due_ns > now)
			continue;
		events[i].due_ns = 0;
		benchmark_end(events[i].slot, answer(events[i].slot));
	}
	return 0;
}

static void *thread_open(void *client, struct benchmark_slot *slot)
{
	(void)client;
	(void)slot;
	atomic_fetch_add(&shared->threads, 1);
	return NULL;
}

static void thread_close(void *client, struct benchmark_slot *slot)
{
	(void)client;
	(void)slot;
	atomic_fetch_sub(&shared->threads, 1);
}

static void hold(void)
{
	while (!atomic_load(&shared->let_go))
		usleep(1000);
	atomic_fetch_add(&shared->back, 1);
}

static enum benchmark_outcome fetch(void *client, struct benchmark_slot *slot)
{
	(void)client;
	if (strncmp(slot->op->key, "held", 4) == 0)
		hold();
	if (latency_ns(slot))
		clock_sleep_until(clock_now_ns() + latency_ns(slot));
	return answer(slot);
}

static const struct benchmark_test tests[FORMS] = {
	[EVENTS] = {
		.version = version,
		.start = start,
		.wait = wait_for,
		.cancel = cancel,
	},
	[THREADS] = {
		.version = version,
		.thread_open = thread_open,
		.thread_close = thread_close,
		.fetch = fetch,
	},
};

static inline void send_go(struct harness *h, uint64_t at_ns)
{
	char text[64];

	snprintf(text, sizeof(text), "{\"type\":\"go\",\"at_ns\":%llu}",
		 (unsigned long long)at_ns);
	harness_send_text(h, text);
}

/* A little ahead; returns its time. */
static inline uint64_t go_on(struct harness *h)
{
	uint64_t at_ns = clock_now_ns() + 20 * NS_PER_MS;

	send_go(h, at_ns);
	return at_ns;
}

/* The first key is that of operation 0; the others have `key`. */
static inline uint64_t begin(struct harness *h, enum form form, const char *first,
		      const char *key)
{
	struct str text = STR_INIT;

	for (unsigned i = 0; i < PLAN; i++)
		str_addf(&text,
			 "{\"op\":%u,\"key\":\"%s\",\"start\":%u,"
			 "\"length\":1000}\n",
			 i, i ? key : first, i);
	put_file(h, "plan", text.buf, text.len);
	str_release(&text);
	*shared = (struct shared){ 0 };
	harness_start(h, &tests[form]);
	harness_send(h, h->setup);
	return harness_go(h);
}

static inline void await_records(const struct harness *h, unsigned n)
{
	const volatile uint8_t *seen = &h->records[n - 1].outcome;

	for (int i = 0; i < WAIT_MS && !*seen; i++)
		usleep(1000);
	assert_true(*seen);
}

/* Lets those of "held" go, and returns when all are back in their thread. */
static inline void let_go(int count)
{
	atomic_store(&shared->let_go, true);
	for (int i = 0; i < WAIT_MS && atomic_load(&shared->back) < count; i++)
		usleep(1000);
	assert_int_equal(atomic_load(&shared->back), count);
}

/* The counts of `paused` or `done`; returns `finished`. */
static inline unsigned expect_counts(const struct harness *h,
				     const json_t *packet, unsigned unfinished)
{
	unsigned n = record_count(h);

	assert_int_equal(count_in(packet, "finished"), n);
	assert_int_equal(count_in(packet, "unfinished"), unfinished);
	assert_int_equal(count_in(packet, "started"), n + unfinished);
	return n;
}

/* What is sent is a `pause`; the answer has these counts. */
static inline unsigned pause_with(struct harness *h, const char *text,
			   unsigned unfinished)
{
	json_t *paused;
	unsigned n;

	harness_send_text(h, text);
	paused = harness_receive(h, "paused");
	n = expect_counts(h, paused, unfinished);
	json_decref(paused);
	return n;
}

/* The end with `done`; of a whole session. */
static inline unsigned end_with(struct harness *h, const char *stopped_by,
			 unsigned unfinished)
{
	json_t *done = harness_receive(h, "done");
	unsigned n = expect_counts(h, done, unfinished);

	assert_string_equal(text_in(done, "stopped_by"), stopped_by);
	assert_true((uint64_t)count_in(done, "end_ns") >=
		    (n ? h->records[n - 1].end_ns : 1));
	json_decref(done);
	harness_bye(h);
	harness_again(h);
	return n;
}

/* Operations 0 to n + unfinished - 1 of the plan, each once, `unfinished` of them
 * not at all. */
static inline void expect_order(const struct harness *h, unsigned n,
			 unsigned unfinished)
{
	bool *seen = calloc(PLAN, sizeof(*seen));

	assert_true(n + unfinished <= PLAN);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(h->records[i].outcome, OUTCOME_OK);
		assert_true(h->records[i].op < n + unfinished);
		assert_false(seen[h->records[i].op]);
		seen[h->records[i].op] = true;
	}
	free(seen);
}

/* Records [from, to) are a slice's, which began at `at_ns`. */
static inline void expect_slice(const struct harness *h, unsigned from,
				unsigned to, uint64_t at_ns)
{
	unsigned first = 0;

	for (unsigned i = from; i < to; i++) {
		const struct record *r = &h->records[i];

		assert_true(r->intended_ns >= at_ns);
		assert_true(r->start_ns >= r->intended_ns);
		first += r->intended_ns == at_ns;
	}
	assert_true(first >= 1 && first <= SLOTS);
}

/* cmocka's setup of the group. */
static inline int share(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED;
}

#endif
