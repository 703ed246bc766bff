/*
 * The tests that do all verbs, in both forms: event-driven and in threads. They
 * make their answers themselves; what they do with a request stands in the
 * key, "STAGE-WIDTH-KIND":
 *
 *	STAGE, WIDTH  where the request stands in its operation: it is answered
 *		      only when all WIDTH of its stage have begun
 *	KIND          ok; bad: one wrong byte, or another size or list;
 *		      throttled: status 503; stuck: no answer within the limit
 */
#ifndef CHECK_UNIT_WORKER_VERBS_H
#define CHECK_UNIT_WORKER_VERBS_H

#include "worker_harness.h"

#include <stdatomic.h>

#define OPERATIONS 64
#define STAGES 4
#define SLOTS 64
#define OBJECT_BYTES 3000
#define ALL_VERBS 127

/* What the replica and the check see of each operation. */
struct seen {
	_Atomic unsigned begun[STAGES], ended[STAGES];
	_Atomic bool is_wrong; /* a stage began before its last one ended, or
				* with another limit than what was left */
};

static struct seen *seen; /* OPERATIONS, shared */
static _Atomic unsigned *most_slots;
static uint64_t limit_ns; /* of an operation */

struct place {
	unsigned stage, width;
	char kind[16];
};

static struct place place_of(const struct benchmark_operation *op)
{
	struct place place;

	assert_int_equal(sscanf(op->key, "%u-%u-%15[a-z]", &place.stage,
				&place.width, place.kind),
			 3);
	return place;
}

static bool is(const struct benchmark_slot *slot, const char *kind)
{
	return strcmp(place_of(slot->op).kind, kind) == 0;
}

static bool has_what_is_left(const struct benchmark_slot *slot)
{
	return place_of(slot->op).stage ? slot->limit_ns < limit_ns :
					  slot->limit_ns == limit_ns;
}

static bool is_over(const struct seen *of, unsigned stage)
{
	unsigned ended = atomic_load(&of->ended[stage]);

	return ended && ended == atomic_load(&of->begun[stage]);
}

/* Threads may come at once: the most of them stays. */
static void note_slots(unsigned count)
{
	unsigned most = atomic_load(most_slots);

	while (count > most &&
	       !atomic_compare_exchange_weak(most_slots, &most, count))
		;
}

static void note_begin(const struct benchmark_slot *slot)
{
	struct place place = place_of(slot->op);
	struct seen *of = &seen[slot->op->number];

	note_slots(slot->number + 1);
	if (!has_what_is_left(slot) ||
	    (place.stage && !is_over(of, place.stage - 1)))
		atomic_store(&of->is_wrong, true);
	atomic_fetch_add(&of->begun[place.stage], 1);
}

static bool all_have_begun(const struct benchmark_slot *slot)
{
	struct place place = place_of(slot->op);

	return atomic_load(&seen[slot->op->number].begun[place.stage]) >=
	       place.width;
}

static size_t fill(const struct benchmark_operation *op, unsigned char *to)
{
	uint64_t start = op->verb == BENCHMARK_GET_SUFFIX ?
				 OBJECT_BYTES - op->length :
				 op->start;
	size_t n = 0;

	if (op->verb == BENCHMARK_READ_VALUES) {
		n = (size_t)strtoul(strchr(op->more, ':') + 1, NULL, 10);
		content(to, 0, n);
		return n;
	}
	if (op->verb != BENCHMARK_GET_RANGES) {
		content(to, start, op->length);
		return op->length;
	}
	for (unsigned i = 0; i < op->range_count; i++) {
		content(to + n, op->ranges[i].start, op->ranges[i].length);
		n += op->ranges[i].length;
	}
	return n;
}

static void tell(struct benchmark_slot *slot)
{
	static const char *const names[] = { "a", "a/b", "b" };
	unsigned char bytes[OBJECT_BYTES];
	bool is_bad = is(slot, "bad");
	size_t n;

	if (slot->op->verb == BENCHMARK_HEAD) {
		benchmark_size(slot, OBJECT_BYTES + is_bad);
	} else if (slot->op->verb == BENCHMARK_LIST) {
		for (unsigned i = is_bad; i < 3; i++)
			benchmark_name(slot, names[i], strlen(names[i]));
	} else {
		n = fill(slot->op, bytes);
		bytes[1] ^= is_bad;
		benchmark_body(slot, bytes, n / 2);
		benchmark_body(slot, bytes + n / 2, n - n / 2);
	}
}

/* What became of the request. */
static enum benchmark_outcome answer(struct benchmark_slot *slot)
{
	bool is_whole = slot->op->verb == BENCHMARK_GET ||
			slot->op->verb == BENCHMARK_HEAD ||
			slot->op->verb == BENCHMARK_LIST;

	slot->attempts = 1;
	slot->status = is(slot, "throttled") ? 503 : is_whole ? 200 : 206;
	if (slot->status != 503)
		tell(slot);
	atomic_fetch_add(
		&seen[slot->op->number].ended[place_of(slot->op).stage], 1);
	return benchmark_outcome_of_slot(slot);
}

static const char *version(void)
{
	return "1";
}

static void *open_test(struct benchmark_worker *worker,
		       const struct benchmark_target *target)
{
	limit_ns = clock_ns(target->operation_timeout_seconds);
	if (target->slots % target->concurrency != 0)
		benchmark_refuse(worker, "%u slots of %u operations",
				 target->slots, target->concurrency);
	return target->slots % target->concurrency ? NULL : most_slots;
}

/* Threads. */
static enum benchmark_outcome fetch(void *client, struct benchmark_slot *slot)
{
	uint64_t until = clock_now_ns() + slot->limit_ns;

	(void)client;
	note_begin(slot);
	while (!all_have_begun(slot) || is(slot, "stuck")) {
		if (clock_now_ns() >= until)
			return BENCHMARK_TIMEOUT;
		usleep(100);
	}
	return answer(slot);
}

/* Events. */
static struct benchmark_slot *pending[SLOTS];
static unsigned pending_count;

static void start(void *client, struct benchmark_slot *slot)
{
	(void)client;
	note_begin(slot);
	assert_true(pending_count < SLOTS);
	pending[pending_count++] = slot;
}

static void cancel(void *client, struct benchmark_slot *slot)
{
	unsigned kept = 0;

	(void)client;
	for (unsigned i = 0; i < pending_count; i++) {
		if (pending[i] != slot)
			pending[kept++] = pending[i];
	}
	assert_int_equal(kept + 1, pending_count);
	pending_count = kept;
}

static int wait_for(void *client, uint64_t timeout_ns)
{
	struct timespec timeout = { (time_t)(timeout_ns / NS_PER_S),
				    (long)(timeout_ns % NS_PER_S) };

	for (unsigned i = 0; i < pending_count; i++) {
		struct benchmark_slot *slot = pending[i];

		if (!all_have_begun(slot) || is(slot, "stuck"))
			continue;
		cancel(client, slot);
		benchmark_end(slot, answer(slot));
		return 0;
	}
	ppoll(NULL, 0, &timeout, NULL);
	return 0;
}

/* A test that ends its requests within start(). */
static void start_and_end(void *client, struct benchmark_slot *slot)
{
	(void)client;
	note_begin(slot);
	benchmark_end(slot, answer(slot));
}

static void cancel_none(void *client, struct benchmark_slot *slot)
{
	(void)client;
	(void)slot;
	abort();
}

enum form { EVENTS, THREADS, FORMS, AT_ONCE = FORMS };

static struct benchmark_test tests[] = {
	[EVENTS] = { .version = version,
		     .open = open_test,
		     .start = start,
		     .wait = wait_for,
		     .cancel = cancel,
		     .verbs = ALL_VERBS },
	[THREADS] = { .version = version,
		      .open = open_test,
		      .fetch = fetch,
		      .verbs = ALL_VERBS },
	[AT_ONCE] = { .version = version,
		      .open = open_test,
		      .start = start_and_end,
		      .wait = wait_for,
		      .cancel = cancel_none,
		      .verbs = ALL_VERBS },
};

/* cmocka's setup of the group. */
static int share(void **state)
{
	(void)state;
	seen = mmap(NULL, OPERATIONS * sizeof(*seen) + sizeof(*most_slots),
		    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(seen, MAP_FAILED);
	most_slots = (void *)(seen + OPERATIONS);
	return 0;
}

#endif
