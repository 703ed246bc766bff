/*
 * The scheduler of event-driven tests: one thread; the test waits, the worker
 * starts. In a closed loop the next operation starts within benchmark_end().
 */
#include "base/clock.h"
#include "worker/core.h"

/* So long a wait at most, so that a mistake in a deadline is no hang. */
#define LONGEST_WAIT_NS (10 * NS_PER_S)

static void append(struct worker *worker, struct flight *flight)
{
	flight->newer = NULL;
	flight->older = worker->newest;
	if (worker->newest)
		worker->newest->newer = flight;
	else
		worker->oldest = flight;
	worker->newest = flight;
}

static void take_out(struct worker *worker, struct flight *flight)
{
	if (flight->older)
		flight->older->newer = flight->newer;
	else
		worker->oldest = flight->newer;
	if (flight->newer)
		flight->newer->older = flight->older;
	else
		worker->newest = flight->older;
}

/* Starts all requests of the stage. One that ends at once is over before the
 * next starts. */
static void start_stage(struct worker *worker, struct flight *flight)
{
	worker->is_starting = true;
	for (unsigned i = 0; i < flight->asked; i++)
		worker->test->start(worker->client, &flight->slots[i].pub);
	worker->is_starting = false;
}

static void start(struct worker *worker, struct flight *flight,
		  uint64_t intended_ns, uint64_t now_ns)
{
	flight_begin(worker, flight, worker->phase.started - 1, intended_ns,
		     now_ns);
	append(worker, flight);
	start_stage(worker, flight);
}

static void make_idle(struct worker *worker, struct flight *flight)
{
	worker->idle[worker->idle_count++] = flight->number;
}

static void finish(struct worker *worker, struct flight *flight)
{
	take_out(worker, flight);
	phase_finish(worker, flight);
}

static void go_on(struct worker *worker, struct flight *flight)
{
	/* start() within start() could go on without end. */
	if (worker->is_starting) {
		worker->between++;
		return;
	}
	flight_next(worker, flight, clock_now_ns());
	start_stage(worker, flight);
}

void benchmark_end(struct benchmark_slot *pub, enum benchmark_outcome said)
{
	struct slot *slot = slot_of(pub);
	struct flight *flight = slot->flight;
	struct worker *worker = slot->worker;
	struct phase *phase = &worker->phase;
	uint64_t now;

	if (!slot->busy)
		return;
	flight_take(slot, flight_judge(slot, said));
	if (flight->pending)
		return;
	if (flight_goes_on(flight)) {
		go_on(worker, flight);
		return;
	}
	finish(worker, flight);
	/* Checking took its time; else the end is as good as now. */
	now = slot->is_checked ? clock_now_ns() : slot->end_ns;
	/* A test that ends an operation within start() would have start()
	 * within start() without end; a failing one comes back at once, and
	 * others must have their turn: both go on after the next wait. */
	if (worker->is_starting || phase->period_ns > 0 ||
	    flight->outcome != BENCHMARK_OK || !phase_take(phase, now))
		make_idle(worker, flight);
	else
		start(worker, flight, flight->end_ns, now);
}

static struct flight *take_idle(struct worker *worker)
{
	return &worker->flights[worker->idle[--worker->idle_count]];
}

/* Starts the next stage of those whose last one ended within start(). */
static void fill_stages(struct worker *worker)
{
	while (worker->between) {
		struct flight *flight = worker->oldest;

		while (flight->pending)
			flight = flight->newer;
		worker->between--;
		go_on(worker, flight);
	}
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
		struct flight *flight;

		if (!phase_take(phase, now))
			return;
		flight = take_idle(worker);
		start(worker, flight,
		      flight->end_ns ? flight->end_ns : phase->begin_ns, now);
		now = clock_now_ns();
	}
}

/* Gives up the operation. A test may end other requests within cancel(), so
 * those given up stay pending until all are. */
static void cancel(struct worker *worker, struct flight *flight, uint64_t now)
{
	if (!flight->pending)
		worker->between--;
	for (unsigned i = 0; i < flight->asked; i++) {
		if (flight->slots[i].busy)
			worker->test->cancel(worker->client,
					     &flight->slots[i].pub);
	}
	for (unsigned i = 0; i < flight->asked; i++) {
		flight->slots[i].end_ns = now;
		if (flight->slots[i].busy)
			flight_take(&flight->slots[i], BENCHMARK_TIMEOUT);
	}
}

static void expire(struct worker *worker, uint64_t now)
{
	struct flight *flight;

	while ((flight = worker->oldest) != NULL &&
	       now - flight->start_ns > worker->limit_ns) {
		cancel(worker, flight, now);
		/* Between two stages nothing was in flight. */
		if (!flight->failed)
			flight_fail(flight->slots, BENCHMARK_TIMEOUT);
		flight->end_ns = now;
		finish(worker, flight);
		make_idle(worker, flight);
	}
}

static uint64_t wait_ns(const struct worker *worker, uint64_t now)
{
	const struct phase *phase = &worker->phase;
	uint64_t until = now + LONGEST_WAIT_NS;

	if (phase_look_ns(phase, now) < until)
		until = phase_look_ns(phase, now);
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
	return until > now && !worker->between ? until - now : 0;
}

static void give_up(struct worker *worker)
{
	struct flight *flight;

	while ((flight = worker->oldest) != NULL) {
		cancel(worker, flight, worker->phase.end_ns);
		take_out(worker, flight);
	}
}

static void all_idle(struct worker *worker)
{
	worker->idle_count = 0;
	for (unsigned i = worker->phase.width; i > 0; i--) {
		worker->flights[i - 1].end_ns = 0;
		make_idle(worker, &worker->flights[i - 1]);
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
		phase_heed_pause(phase);
		expire(worker, now);
		fill_stages(worker);
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
