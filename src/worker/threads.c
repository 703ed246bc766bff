/*
 * The scheduler of blocking tests: a thread a slot, for the whole life of the
 * worker, so that what belongs to a thread can belong to a slot. The thread of a
 * flight's first slot takes operations and leads the others of the flight, which
 * help with the requests of a stage. One lock guards the phase and the flights;
 * no request is done under it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "worker/core.h"

struct threads {
	pthread_mutex_t lock;
	pthread_cond_t go;    /* a phase begins, or the end */
	pthread_cond_t quiet; /* the last leading thread came back */
	pthread_cond_t *wake; /* each slot's: a request to do; a leader's: its
			       * helpers are ready. */
	bool *has_work;       /* each slot's: a request waits for its helper */
	pthread_t *ids;
	unsigned count;       /* started */
	unsigned working;     /* leaders, not back from the phase */
	uint64_t round;       /* number of the phase */
	bool is_over;
};

static bool next_closed(struct worker *worker, struct flight *flight)
{
	struct phase *phase = &worker->phase;
	uint64_t index = phase->started, now = clock_now_ns();

	if (phase->is_closed || !phase_take(phase, now))
		return false;
	flight_begin(worker, flight, index,
		     flight->end_ns ? flight->end_ns : phase->begin_ns, now);
	return true;
}

/* Sleeps outside of the lock until the operation taken should start. Who wakes
 * after the deadline does not start it: nothing starts then. */
static bool next_open(struct worker *worker, struct flight *flight)
{
	struct threads *threads = worker->threads;
	struct phase *phase = &worker->phase;
	uint64_t index = phase->started, intended = phase_intended_ns(phase);
	uint64_t now;

	if (phase->is_closed || !phase_take(phase, intended))
		return false;
	pthread_mutex_unlock(&threads->lock);
	clock_sleep_until(intended);
	pthread_mutex_lock(&threads->lock);
	now = clock_now_ns();
	if (now >= phase->deadline_ns && !phase->stopped_by)
		phase->stopped_by = "deadline";
	if (phase->is_closed || now >= phase->deadline_ns)
		return false;
	flight_begin(worker, flight, index, intended, now);
	return true;
}

/* Takes the flight's next operation; false when there is none. Locked. */
static bool next(struct worker *worker, struct flight *flight)
{
	return worker->phase.period_ns > 0 ? next_open(worker, flight)
					   : next_closed(worker, flight);
}

/* Locked at begin and end. */
static void do_request(struct worker *worker, struct slot *slot)
{
	pthread_mutex_t *lock = &worker->threads->lock;
	enum benchmark_outcome outcome;

	pthread_mutex_unlock(lock);
	outcome = worker->test->fetch(worker->client, &slot->pub);
	outcome = flight_judge(slot, outcome);
	pthread_mutex_lock(lock);
	flight_take(slot, outcome);
}

/* All requests of the stage at once; waits for the last. Locked. */
static void do_stage(struct worker *worker, struct flight *flight)
{
	struct threads *threads = worker->threads;
	unsigned leader = flight->slots->pub.number;

	for (unsigned i = leader + 1; i < leader + flight->asked; i++) {
		threads->has_work[i] = true;
		pthread_cond_signal(&threads->wake[i]);
	}
	do_request(worker, flight->slots);
	while (flight->pending)
		pthread_cond_wait(&threads->wake[leader], &threads->lock);
}

/* Locked. */
static void work(struct worker *worker, struct flight *flight)
{
	const struct phase *phase = &worker->phase;

	flight->end_ns = 0;
	while (next(worker, flight)) {
		do_stage(worker, flight);
		while (flight_goes_on(flight) && !phase->is_closed) {
			flight_next(worker, flight, clock_now_ns());
			do_stage(worker, flight);
		}
		if (!phase->is_closed)
			phase_finish(worker, flight);
	}
}

static void lead(struct worker *worker, struct flight *flight)
{
	struct threads *threads = worker->threads;
	uint64_t seen = 0;

	pthread_mutex_lock(&threads->lock);
	for (;;) {
		while (threads->round == seen && !threads->is_over)
			pthread_cond_wait(&threads->go, &threads->lock);
		if (threads->is_over)
			break;
		seen = threads->round;
		if (flight->number < worker->phase.width)
			work(worker, flight);
		if (--threads->working == 0)
			pthread_cond_signal(&threads->quiet);
	}
	pthread_mutex_unlock(&threads->lock);
}

static void help(struct worker *worker, struct slot *slot)
{
	struct threads *threads = worker->threads;
	unsigned number = slot->pub.number;

	pthread_mutex_lock(&threads->lock);
	for (;;) {
		while (!threads->has_work[number] && !threads->is_over)
			pthread_cond_wait(&threads->wake[number],
					  &threads->lock);
		if (threads->is_over)
			break;
		threads->has_work[number] = false;
		do_request(worker, slot);
		if (!slot->flight->pending)
			pthread_cond_signal(
				&threads->wake[slot->flight->slots->pub.number]);
	}
	pthread_mutex_unlock(&threads->lock);
}

static void *thread_main(void *argument)
{
	struct slot *slot = argument;
	struct worker *worker = slot->worker;
	const struct benchmark_test *test = worker->test;

	if (test->thread_open)
		slot->pub.data = test->thread_open(worker->client, &slot->pub);
	if (slot == slot->flight->slots)
		lead(worker, slot->flight);
	else
		help(worker, slot);
	if (test->thread_close)
		test->thread_close(worker->client, &slot->pub);
	return NULL;
}

static void init(struct threads *threads, unsigned count)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&threads->lock, NULL);
	pthread_cond_init(&threads->go, NULL);
	pthread_cond_init(&threads->quiet, &monotonic);
	pthread_condattr_destroy(&monotonic);
	threads->ids = mem_array(count, sizeof(*threads->ids));
	threads->wake = mem_array(count, sizeof(*threads->wake));
	threads->has_work = mem_array(count, sizeof(*threads->has_work));
	for (unsigned i = 0; i < count; i++)
		pthread_cond_init(&threads->wake[i], NULL);
}

int threads_start(struct worker *worker, struct err *err)
{
	struct threads *threads = mem_new(sizeof(*threads));

	worker->threads = threads;
	init(threads, worker->slot_count);
	for (unsigned i = 0; i < worker->slot_count; i++) {
		errno = pthread_create(&threads->ids[i], NULL, thread_main,
				       &worker->slots[i]);
		if (errno)
			return err_sys(err,
				       "thread %u of %u cannot be started: "
				       "lower --concurrency or raise the limit "
				       "of processes",
				       i + 1, worker->slot_count);
		threads->count++;
	}
	return 0;
}

static struct timespec timespec_of(uint64_t at_ns)
{
	return (struct timespec){
		.tv_sec = (time_t)(at_ns / NS_PER_S),
		.tv_nsec = (long)(at_ns % NS_PER_S),
	};
}

/* Locked. Returns when all threads are back, or at the phase's close. */
static void await_quiet(struct threads *threads, uint64_t close_ns)
{
	struct timespec at = timespec_of(close_ns);
	int code = 0;

	while (threads->working && code != ETIMEDOUT) {
		if (close_ns == UINT64_MAX)
			pthread_cond_wait(&threads->quiet, &threads->lock);
		else
			code = pthread_cond_timedwait(&threads->quiet,
						      &threads->lock, &at);
	}
}

int threads_run(struct worker *worker, struct err *err)
{
	struct threads *threads = worker->threads;
	struct phase *phase = &worker->phase;

	(void)err;
	clock_sleep_until(phase->begin_ns);
	pthread_mutex_lock(&threads->lock);
	threads->working = worker->flight_count;
	threads->round++;
	pthread_cond_broadcast(&threads->go);
	/* Only what is recorded has to end in time; before that, nothing is
	 * begun while a thread is still busy with something else. */
	await_quiet(threads, phase->records ? phase->close_ns : UINT64_MAX);
	phase_close(phase, clock_now_ns());
	pthread_mutex_unlock(&threads->lock);
	return 0;
}

bool threads_stop(struct worker *worker)
{
	struct threads *threads = worker->threads;
	bool is_stuck;

	if (!threads)
		return true;
	pthread_mutex_lock(&threads->lock);
	/* The end of the process ends all threads then, those that wait too. */
	is_stuck = threads->working > 0;
	threads->is_over = !is_stuck;
	pthread_cond_broadcast(&threads->go);
	for (unsigned i = 0; i < threads->count; i++)
		pthread_cond_signal(&threads->wake[i]);
	pthread_mutex_unlock(&threads->lock);
	if (is_stuck)
		return false;
	for (unsigned i = 0; i < threads->count; i++)
		pthread_join(threads->ids[i], NULL);
	free(threads->ids);
	free(threads->wake);
	free(threads->has_work);
	free(threads);
	worker->threads = NULL;
	return true;
}
