/*
 * The scheduler of blocking tests: a thread a slot, for the whole life of the
 * worker, so that what belongs to a thread can belong to a slot. The thread of a
 * flight's first slot takes operations and leads the others of the flight, which
 * help with the requests of a stage. One lock guards the phase and the flights;
 * no request is done under it.
 *
 * A blocking call cannot be given up. A leader that is still in one when its
 * phase is closed, or the slice of it that a pause ends, is late. Its operation
 * counts for nothing whenever it comes back; what goes on meanwhile goes on
 * without it. A late leader reads nothing of the phase.
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
	unsigned working;     /* leaders, not back from the round */
	unsigned late;        /* leaders, not back from an earlier round */
	uint64_t round;       /* number of the phase, or of a slice of it */
	bool is_closed;       /* the round: none of its operations counts */
	bool is_over;
};

static bool is_on(const struct threads *threads, uint64_t round)
{
	return threads->round == round && !threads->is_closed;
}

static bool next_closed(struct worker *worker, struct flight *flight)
{
	struct phase *phase = &worker->phase;
	uint64_t index = phase->started, now = clock_now_ns();
	uint64_t begin_ns = phase->begin_ns, free_ns = flight->end_ns;

	if (!phase_take(phase, now))
		return false;
	flight_begin(worker, flight, index,
		     free_ns > begin_ns ? free_ns : begin_ns, now);
	return true;
}

/* Sleeps outside of the lock until the operation taken should start. Who wakes
 * after the deadline does not start it: nothing starts then. */
static bool next_open(struct worker *worker, struct flight *flight,
		      uint64_t round)
{
	struct threads *threads = worker->threads;
	struct phase *phase = &worker->phase;
	uint64_t index = phase->started, intended = phase_intended_ns(phase);
	uint64_t now;

	if (!phase_take(phase, intended))
		return false;
	pthread_mutex_unlock(&threads->lock);
	clock_sleep_until(intended);
	pthread_mutex_lock(&threads->lock);
	if (!is_on(threads, round))
		return false;
	now = clock_now_ns();
	if (now >= phase->deadline_ns && !phase->stopped_by)
		phase->stopped_by = "deadline";
	if (now >= phase->deadline_ns)
		return false;
	flight_begin(worker, flight, index, intended, now);
	return true;
}

/* Takes the flight's next operation; false when there is none. Locked. */
static bool next(struct worker *worker, struct flight *flight, uint64_t round)
{
	if (!is_on(worker->threads, round))
		return false;
	return worker->phase.period_ns > 0 ? next_open(worker, flight, round) :
					     next_closed(worker, flight);
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
static void work(struct worker *worker, struct flight *flight, uint64_t round)
{
	const struct threads *threads = worker->threads;

	while (next(worker, flight, round)) {
		do_stage(worker, flight);
		while (is_on(threads, round) && flight_goes_on(flight)) {
			flight_next(worker, flight, clock_now_ns());
			do_stage(worker, flight);
		}
		if (is_on(threads, round))
			phase_finish(worker, flight);
	}
}

/* Whether the leader comes back late, and works in the round that goes on
 * meanwhile. Locked. */
static bool come_back(struct threads *threads, uint64_t round)
{
	if (is_on(threads, round)) {
		if (--threads->working == 0)
			pthread_cond_signal(&threads->quiet);
		return false;
	}
	threads->late--;
	threads->working += !threads->is_closed;
	return !threads->is_closed;
}

static void lead(struct worker *worker, struct flight *flight)
{
	struct threads *threads = worker->threads;
	uint64_t seen = 0;
	bool is_late = false;

	pthread_mutex_lock(&threads->lock);
	for (;;) {
		while ((threads->round == seen || threads->is_closed) &&
		       !threads->is_over)
			pthread_cond_wait(&threads->go, &threads->lock);
		if (threads->is_over)
			break;
		seen = threads->round;
		if (!is_late)
			flight->end_ns = 0;
		if (flight->number < worker->phase.width)
			work(worker, flight, seen);
		is_late = come_back(threads, seen);
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

/* Locked. Returns when all threads are back. */
static void await_all(struct threads *threads)
{
	while (threads->working)
		pthread_cond_wait(&threads->quiet, &threads->lock);
}

/* Where all are late nobody takes operations, and so sees the deadline. */
static uint64_t end_ns(const struct threads *threads, const struct phase *phase)
{
	return threads->working ? phase->close_ns : phase->deadline_ns;
}

/* Locked. Returns when all threads are back, or at the phase's close. */
static void await_close(struct threads *threads, struct phase *phase)
{
	uint64_t now = clock_now_ns();

	while ((threads->working || !phase->stopped_by) &&
	       now < end_ns(threads, phase)) {
		uint64_t until = phase_look_ns(phase, now);
		struct timespec at;

		if (end_ns(threads, phase) < until)
			until = end_ns(threads, phase);
		at = timespec_of(until);
		pthread_cond_timedwait(&threads->quiet, &threads->lock, &at);
		phase_heed_pause(phase);
		now = clock_now_ns();
	}
}

/* Locked. */
static void close_round(struct threads *threads)
{
	threads->is_closed = true;
	threads->late += threads->working;
	threads->working = 0;
}

int threads_run(struct worker *worker, struct err *err)
{
	struct threads *threads = worker->threads;
	struct phase *phase = &worker->phase;

	(void)err;
	clock_sleep_until(phase->begin_ns);
	pthread_mutex_lock(&threads->lock);
	threads->working = worker->flight_count - threads->late;
	threads->is_closed = false;
	threads->round++;
	pthread_cond_broadcast(&threads->go);
	/* Only what is recorded has to end in time; before that, nothing is
	 * begun while a thread is still busy with something else. */
	if (phase->records)
		await_close(threads, phase);
	else
		await_all(threads);
	close_round(threads);
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
	is_stuck = threads->late > 0;
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
