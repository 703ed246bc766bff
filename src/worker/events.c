/*
 * The scheduler of event-driven tests: one thread; the test waits, the worker
 * starts. In a closed loop the next operation starts within benchmark_end().
 */
#include "base/clock.h"
#include "worker/core.h"

/* So long a wait at most, so that a mistake in a deadline is no hang. */
#define LONGEST_WAIT_NS (10 * NS_PER_S)

static void append(struct worker *worker, struct slot *slot)
{
	slot->newer = NULL;
	slot->older = worker->newest;
	if (worker->newest)
		worker->newest->newer = slot;
	else
		worker->oldest = slot;
	worker->newest = slot;
}

static void remove_slot(struct worker *worker, struct slot *slot)
{
	if (slot->older)
		slot->older->newer = slot->newer;
	else
		worker->oldest = slot->newer;
	if (slot->newer)
		slot->newer->older = slot->older;
	else
		worker->newest = slot->older;
}

static void start(struct worker *worker, struct slot *slot,
		  uint64_t intended_ns, uint64_t now_ns)
{
	phase_begin(worker, slot, worker->phase.started - 1, intended_ns,
		    now_ns);
	append(worker, slot);
	worker->is_starting = true;
	worker->test->start(worker->client, &slot->pub);
	worker->is_starting = false;
}

static void make_idle(struct worker *worker, struct slot *slot)
{
	worker->idle[worker->idle_count++] = slot->pub.number;
}

static void finish(struct worker *worker, struct slot *slot,
		   enum benchmark_outcome outcome)
{
	remove_slot(worker, slot);
	phase_finish(worker, slot, outcome);
}

void benchmark_end(struct benchmark_slot *pub, enum benchmark_outcome said)
{
	struct slot *slot = slot_of(pub);
	struct worker *worker = slot->worker;
	struct phase *phase = &worker->phase;
	enum benchmark_outcome outcome;
	uint64_t now;

	if (!slot->busy)
		return;
	outcome = phase_judge(worker, slot, said);
	finish(worker, slot, outcome);
	/* Checking took its time; else the end is as good as now. */
	now = slot->is_watched ? clock_now_ns() : slot->end_ns;
	/* A test that ends an operation within start() would have start()
	 * within start() without end; a failing one comes back at once, and
	 * others must have their turn: both go on after the next wait. */
	if (worker->is_starting || phase->period_ns > 0 ||
	    outcome != BENCHMARK_OK || !phase_take(phase, now))
		make_idle(worker, slot);
	else
		start(worker, slot, slot->end_ns, now);
}

static struct slot *take_idle(struct worker *worker)
{
	return &worker->slots[worker->idle[--worker->idle_count]];
}

/* Whether the next operation of an open loop is still to come. */
static bool is_early(const struct phase *phase, uint64_t intended, uint64_t now)
{
	return intended > now && intended < phase->deadline_ns &&
	       phase->started < phase->most;
}

static void fill_open(struct worker *worker, uint64_t now)
{
	struct phase *phase = &worker->phase;

	while (worker->idle_count) {
		uint64_t intended = phase_intended_ns(phase);

		if (is_early(phase, intended, now) ||
		    !phase_take(phase, intended > now ? intended : now))
			return;
		start(worker, take_idle(worker), intended, now);
		now = clock_now_ns();
	}
}

static void fill_closed(struct worker *worker, uint64_t now)
{
	struct phase *phase = &worker->phase;

	/* As many as there are now: one that ends at once comes back. */
	for (unsigned n = worker->idle_count; n; n--) {
		struct slot *slot;

		if (!phase_take(phase, now))
			return;
		slot = take_idle(worker);
		start(worker, slot,
		      slot->end_ns ? slot->end_ns : phase->begin_ns, now);
		now = clock_now_ns();
	}
}

static void expire(struct worker *worker, uint64_t now)
{
	struct slot *slot;

	while ((slot = worker->oldest) != NULL &&
	       now - slot->start_ns > worker->limit_ns) {
		worker->test->cancel(worker->client, &slot->pub);
		slot->end_ns = now;
		finish(worker, slot, BENCHMARK_TIMEOUT);
		make_idle(worker, slot);
	}
}

static uint64_t wait_ns(const struct worker *worker, uint64_t now)
{
	const struct phase *phase = &worker->phase;
	uint64_t until = now + LONGEST_WAIT_NS;

	if (phase->close_ns < until)
		until = phase->close_ns;
	if (worker->oldest &&
	    worker->oldest->start_ns + worker->limit_ns + 1 < until)
		until = worker->oldest->start_ns + worker->limit_ns + 1;
	if (worker->idle_count && !phase->stopped_by) {
		uint64_t next = phase->period_ns > 0 ?
					phase_intended_ns(phase) :
					now;

		if (next < until)
			until = next;
	}
	return until > now ? until - now : 0;
}

static void give_up(struct worker *worker)
{
	struct slot *slot;

	while ((slot = worker->oldest) != NULL) {
		worker->test->cancel(worker->client, &slot->pub);
		remove_slot(worker, slot);
		slot->busy = false;
	}
}

static void all_idle(struct worker *worker)
{
	worker->idle_count = 0;
	for (unsigned i = worker->phase.width; i > 0; i--) {
		worker->slots[i - 1].end_ns = 0;
		make_idle(worker, &worker->slots[i - 1]);
	}
}

static int turn(struct worker *worker, uint64_t timeout_ns, struct err *err)
{
	if (worker->test->wait(worker->client, timeout_ns) == 0)
		return 0;
	return err_set(err, ERR_FAILED, "%s",
		       worker->refusal[0] ? worker->refusal :
					    "the test's wait() failed");
}

static int run(struct worker *worker, struct err *err)
{
	struct phase *phase = &worker->phase;
	uint64_t now = clock_now_ns();
	int code = 0;

	while (code == 0 && now < phase->close_ns) {
		expire(worker, now);
		if (phase->period_ns > 0)
			fill_open(worker, now);
		else
			fill_closed(worker, now);
		if (phase->stopped_by && !phase->in_flight)
			break;
		code = turn(worker, wait_ns(worker, now), err);
		now = clock_now_ns();
	}
	return code;
}

int events_run(struct worker *worker, struct err *err)
{
	int code;

	all_idle(worker);
	/* What became of connections meanwhile is to be known first. */
	code = turn(worker, 0, err);
	clock_sleep_until(worker->phase.begin_ns);
	if (code == 0)
		code = run(worker, err);
	phase_close(&worker->phase, clock_now_ns());
	give_up(worker);
	return code;
}
