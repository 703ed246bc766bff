/* What the sampler reads of an origin that has not counted yet: before GO, and
 * when a replica is done. */
#include "check.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cell/cell.h"
#include "experiment/sampler.h"
#include "origin/ledger.h"

#define MS NS_PER_MS

/* The client has its tenth answer, and the origin's sendmsg() returns only
 * later, long after all else that is done before GO. */
static void *count_late(void *context)
{
	struct ledger_row *row = context;

	clock_sleep_until(clock_now_ns() + 300 * MS);
	atomic_store(&row->body_bytes, 10000);
	clock_sleep_until(clock_now_ns() + 2 * MS);
	atomic_store(&row->completed, 10);
	atomic_store(&row->in_flight, 0);
	return NULL;
}

struct fixture {
	struct ledger *ledger;
	struct cgroup groups[2];
	struct cells cells;
	struct seats seats;
	struct plan plan;
	struct sampler sampler;
	struct trial trial;
};

static void begin(struct fixture *f)
{
	static const int records[] = { -1 };
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "lib";
	spec.replicas = 1;
	spec.concurrency = 4;
	memset(f, 0, sizeof(*f));
	f->ledger = ledger_new(1);
	f->cells = (struct cells){ .isolation = ISOLATION_PROCESS,
				   .group = f->groups, .count = 2 };
	trial_init(&f->trial, &spec);
	f->trial.replica[0].pid = getpid();
	f->seats = (struct seats){ .cells = &f->cells };
	sampler_init(&f->sampler, &f->trial, &f->seats, f->ledger, getpid(),
		     records, 1, &f->plan);
}

static void end(struct fixture *f)
{
	sampler_release(&f->sampler);
	trial_release(&f->trial);
	ledger_free(f->ledger);
}

/* Nine are counted and `in_flight` are not. */
static struct ledger_row *answer_nine(struct fixture *f, unsigned in_flight)
{
	struct ledger_row *row = &f->ledger->row[0];

	atomic_store(&row->completed, 9);
	atomic_store(&row->body_bytes, 9000);
	atomic_store(&row->in_flight, in_flight);
	return row;
}

static void check_ledger_at_go(void **state)
{
	struct ledger_row *row;
	struct fixture f;
	pthread_t origin;

	(void)state;
	begin(&f);
	row = answer_nine(&f, 1);
	pthread_create(&origin, NULL, count_late, row);
	sampler_ready(&f.sampler);
	assert_int_equal(f.trial.replica[0].ledger_setup.completed, 10);
	assert_int_equal(f.trial.replica[0].ledger_setup.body_bytes, 10000);
	pthread_join(origin, NULL);
	end(&f);
}

static void check_ledger_when_done(void **state)
{
	struct ledger_row *row;
	struct fixture f;
	pthread_t origin;

	(void)state;
	begin(&f);
	sampler_ready(&f.sampler);
	row = answer_nine(&f, 1);
	f.trial.replica[0].done_ns = clock_now_ns();
	pthread_create(&origin, NULL, count_late, row);
	sampler_done(&f.sampler, 0);
	assert_int_equal(f.trial.replica[0].ledger.completed, 10);
	assert_int_equal(f.trial.replica[0].ledger.body_bytes, 10000);
	pthread_join(origin, NULL);
	end(&f);
}

/* What was given up may stay in flight: nobody waits for that. */
static void check_given_up(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	sampler_ready(&f.sampler);
	answer_nine(&f, 3);
	f.trial.replica[0].done_ns = clock_now_ns();
	f.trial.replica[0].unfinished = 3;
	sampler_done(&f.sampler, 0);
	assert_int_equal(f.trial.replica[0].ledger.completed, 9);
	assert_true(f.sampler.counting_left_ns > 0);
	end(&f);
}

/* Who holds the origin sets these. */
static void check_origin_untouched(void **state)
{
	struct ledger_row *row;
	struct fixture f;

	(void)state;
	begin(&f);
	row = &f.ledger->row[0];
	atomic_store(&row->hold_target, 4);
	atomic_store(&row->in_flight_peak, 7);
	atomic_store(&f.ledger->all.in_flight_peak, 9);
	sampler_ready(&f.sampler);
	sampler_done(&f.sampler, 0);
	assert_int_equal(row->hold_target, 4);
	assert_int_equal(row->in_flight_peak, 7);
	assert_int_equal(f.ledger->all.in_flight_peak, 9);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_ledger_at_go),
		cmocka_unit_test(check_ledger_when_done),
		cmocka_unit_test(check_given_up),
		cmocka_unit_test(check_origin_untouched),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
