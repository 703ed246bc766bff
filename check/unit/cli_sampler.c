/* What the sampler reads before GO, with an origin that has not counted yet. */
#include "check.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cell/cell.h"
#include "cli/sampler.h"
#include "record/ledger.h"

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

static void check_ledger_at_go(void **state)
{
	struct trial_spec spec = { .library = "lib", .replicas = 1,
				   .concurrency = 4 };
	struct run_hooks hooks = sampler_hooks();
	const int records[] = { -1 };
	struct ledger *ledger = ledger_new(1);
	struct cgroup groups[2] = { { 0 } };
	struct cells cells = { .isolation = ISOLATION_PROCESS,
			       .group = groups, .count = 2 };
	struct plan plan = { 0 };
	struct sampler sampler;
	struct trial trial;
	pthread_t origin;

	(void)state;
	trial_init(&trial, &spec);
	trial.replica[0].pid = getpid();
	sampler_init(&sampler, &trial, &cells, ledger, getpid(), records, 1,
		     &plan);
	atomic_store(&ledger->row[0].completed, 9);
	atomic_store(&ledger->row[0].body_bytes, 9000);
	atomic_store(&ledger->row[0].in_flight, 1);
	pthread_create(&origin, NULL, count_late, &ledger->row[0]);
	hooks.ready(&sampler, &trial);
	assert_int_equal(trial.replica[0].ledger_setup.completed, 10);
	assert_int_equal(trial.replica[0].ledger_setup.body_bytes, 10000);
	pthread_join(origin, NULL);
	sampler_release(&sampler);
	trial_release(&trial);
	ledger_free(ledger);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_ledger_at_go),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
