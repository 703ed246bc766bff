/* Which limit a trial met, by numbers. */
#include "check.h"

#include "said.h"

#include "analyse/limited.h"
#include "analyse/use.h"
#include "base/clock.h"

#define MS NS_PER_MS

/* 2 s, 8 in flight, 4,000 answers of 4 ms each over a slow link; nobody is busy. */
static void begin(struct trial *trial, unsigned replicas)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "lib";
	spec.replicas = replicas;
	spec.concurrency = 8;
	spec.pool_size = 8;
	spec.timeout_s = 2;
	trial_init(trial, &spec);
	trial->go_ns = 1000 * MS;
	trial->window_end_ns = 3000 * MS;
	trial->own_origin = true;
	trial->spec.link_bits_per_second = 80000000; /* 20 MB in 2 s */
	trial->applied.link_bits_per_second = COUNT_UNKNOWN;
	trial->origin_cpu_ns = 400 * MS;
	strcpy(trial->placement.pinning, "origin 3, replicas 0-2");
	for (unsigned i = 0; i < replicas; i++) {
		struct replica *r = &trial->replica[i];

		r->outcomes[OUTCOME_OK] = 4000;
		r->started = r->finished = 4000;
		r->done_ns = trial->window_end_ns;
		r->cpu_ns = 500 * MS;
		r->latency->total = 4000;
		r->latency->sum_ns = 16e9;
		r->ledger.open_connections_peak = 8;
		r->link_rx_bytes = 11000000;
		r->link_tx_bytes = 0;
		strcpy(r->runtime, "CPython 3.11.2");
	}
}

static void expect(struct trial *trial, enum limited_by by)
{
	assert_string_equal(limited_by_word(limited_of(trial, 4)),
			    limited_by_word(by));
}

static void add_machine(struct trial *trial, uint64_t idle_ns)
{
	struct machine_sample sample = { .at_ns = trial->go_ns +
						  trial->machine_count,
					 .idle_ns = idle_ns };

	trial_add_machine(trial, &sample);
}

static void check_waiting(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.replica[0].latency->sum_ns = 14e9; /* 7 of 8 */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.replica[0].latency->sum_ns = 16e9;
	trial.spec.pool_size = 4;
	expect(&trial, LIMITED_BY_IN_FLIGHT); /* it has more */
	trial.replica[0].ledger.open_connections_peak = 4;
	expect(&trial, LIMITED_BY_POOL);
	trial.replica[0].cpu_ns = 1100 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.replica[0].outcomes[OUTCOME_RESET] = 50;
	expect(&trial, LIMITED_BY_FAILURES);
	trial.replica[0].outcomes[OUTCOME_OK] = 0;
	expect(&trial, LIMITED_BY_FAILURES);
	trial_release(&trial);
}

/* Little's law holds of any closed loop: who waits for the store is known by
 * what the library does itself. */
static void check_own_work(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	begin(&trial, 1);
	r = &trial.replica[0];
	r->cpu_ns = 990 * MS; /* of 2 s, 8 in flight */
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	r->cpu_ns = 1010 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	strcpy(r->runtime, "glibc 2.36"); /* on three CPUs, by one thread? */
	expect(&trial, LIMITED_BY_UNKNOWN);
	r->cpu_ns = 990 * MS;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.spec.concurrency = 4;
	r->cpu_ns = 810 * MS; /* 0.1 of each latency */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.spec.concurrency = 1; /* 8,340 of 200 us, 80 us of CPU */
	r->latency->sum_ns = 1.9e9;
	r->cpu_ns = 660 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	r->cpu_ns = 190 * MS;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial_release(&trial);
}

/* Nothing holds a request: who waits does so by itself. */
static void check_own_waits(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.applied.link_bits_per_second = 0; /* there is none */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.applied.link_bits_per_second = COUNT_UNKNOWN;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.replica[0].link_rx_bytes = 9000000; /* not the half of it */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.spec.link_bits_per_second = COUNT_UNKNOWN;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.own_origin = false;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.own_origin = true;
	trial.spec.pool_size = 1;
	trial.replica[0].ledger.open_connections_peak = 1;
	trial.replica[0].cpu_ns = trial.origin_cpu_ns = 490 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.replica[0].cpu_ns = trial.origin_cpu_ns = 510 * MS;
	expect(&trial, LIMITED_BY_POOL); /* one after the other */
	trial_release(&trial);
}

static void check_cpu(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	begin(&trial, 1);
	r = &trial.replica[0];
	r->cpu_ns = 1790 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	r->cpu_ns = 1810 * MS; /* of one CPU, which is what Python uses */
	expect(&trial, LIMITED_BY_CPU);
	trial.origin_cpu_ns = 1900 * MS; /* busier */
	expect(&trial, LIMITED_BY_STORE_CPU);
	trial.origin_cpu_ns = 400 * MS;
	strcpy(r->runtime, "glibc 2.36"); /* with threads on three CPUs */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial_add_sample(&trial, &(struct sample){ .threads = 1 });
	expect(&trial, LIMITED_BY_CPU); /* with one */
	r->cpu_ns = 5450 * MS;
	expect(&trial, LIMITED_BY_CPU);
	r->cpu_ns = 4000 * MS; /* 2 of 3 */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.own_origin = false;
	trial.origin_cpu_ns = 1900 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial_release(&trial);
}

/* Three replicas on one CPU, 0.6 s each of 2 s. */
static void check_replicas_share(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 3);
	for (int i = 0; i < 3; i++)
		trial.replica[i].cpu_ns = 610 * MS;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	strcpy(trial.placement.pinning, "origin 1, replicas 0");
	expect(&trial, LIMITED_BY_CPU);
	trial_release(&trial);
}

static void check_shared(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.replica[0].cpu_ns = 700 * MS;
	trial.origin_cpu_ns = 1200 * MS;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	strcpy(trial.placement.pinning, "origin 0, replicas 0");
	expect(&trial, LIMITED_BY_SHARED_CPU);
	strcpy(trial.placement.pinning, "origin 0, replicas 0,2-3");
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	strcpy(trial.placement.pinning, "none"); /* 4 CPUs */
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.replica[0].cpu_ns = 1660 * MS; /* most of it */
	trial.origin_cpu_ns = 380 * MS;
	strcpy(trial.placement.pinning, "origin 0, replicas 0");
	expect(&trial, LIMITED_BY_CPU);
	trial_release(&trial);
}

static void check_limits(void **state)
{
	struct trial trial;
	struct replica *r;

	(void)state;
	begin(&trial, 1);
	r = &trial.replica[0];
	trial.spec.link_bits_per_second = 8000000;
	r->link_rx_bytes = 1790000; /* of 2 MB in 2 s */
	r->link_tx_bytes = 100;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	r->link_rx_bytes = 1810000;
	expect(&trial, LIMITED_BY_LINK);
	r->throttled_ns = 190 * MS;
	expect(&trial, LIMITED_BY_LINK);
	r->throttled_ns = 210 * MS;
	expect(&trial, LIMITED_BY_THROTTLED);
	trial_release(&trial);
}

/* Of all of the run together: 0.25 CPUs and 0.2 of the store. */
static void check_quota(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.cpu_quota = 0.51;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.cpu_quota = 0.49;
	expect(&trial, LIMITED_BY_THROTTLED);
	trial_add_finding(&trial, FINDING_THROTTLED, "it waited");
	trial.cpu_quota = 0.89;
	expect(&trial, LIMITED_BY_THROTTLED);
	trial.cpu_quota = 0.91;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial_release(&trial);
}

static void check_rate(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.spec.rate = 2000;
	expect(&trial, LIMITED_BY_RATE);
	trial.spec.rate = 3000; /* of 6,000 due 2,000 never started */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.replica[0].cpu_ns = 1900 * MS;
	expect(&trial, LIMITED_BY_CPU);
	trial_release(&trial);
}

/* Four CPUs for 2 s: 8 s in all. */
static void check_machine(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	add_machine(&trial, 1000 * MS);
	add_machine(&trial, 1500 * MS);
	trial.busy_ns = 5000 * MS;
	trial.steal_ns = 2500 * MS;
	expect(&trial, LIMITED_BY_MACHINE);
	trial.steal_ns = 0;
	trial.busy_ns = 7500 * MS;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.others_cpu_ns = 900 * MS;
	expect(&trial, LIMITED_BY_MACHINE);
	trial.machine[1].idle_ns = 2500 * MS;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.machine[1].idle_ns = COUNT_UNKNOWN;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial_release(&trial);
}

/* Its CPU would have been busy, had others not taken a part of it. */
static void check_squeezed(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.replica[0].cpu_ns = 1600 * MS; /* of 2 s */
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.others_cpu_ns = 850 * MS; /* of 8 s of four CPUs */
	expect(&trial, LIMITED_BY_MACHINE);
	trial.others_cpu_ns = 750 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.others_cpu_ns = 0;
	trial.busy_ns = 2000 * MS;
	trial.steal_ns = 300 * MS; /* four fifths of them from it */
	expect(&trial, LIMITED_BY_MACHINE);
	trial.steal_ns = 200 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial_release(&trial);
}

/* Of 16 CPUs one was another program's, and 14 were idle. */
static void check_large_machine(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 1);
	trial.replica[0].cpu_ns = 100 * MS;
	trial.origin_cpu_ns = 100 * MS;
	add_machine(&trial, 0);
	add_machine(&trial, 28000 * MS);
	trial.others_cpu_ns = 1900 * MS;
	trial.busy_ns = 2100 * MS;
	trial.steal_ns = 0;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.replica[0].cpu_ns = 1700 * MS; /* and 0.06 of its CPU */
	trial.busy_ns = 3700 * MS;
	trial.machine[1].idle_ns = 26400 * MS;
	expect(&trial, LIMITED_BY_MACHINE);
	trial.replica[0].cpu_ns = 1650 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial_release(&trial);
}

/* Who waited for a CPU, by the finding that is stored, and the limit. */
static void expect_starved(struct trial *trial, const char *who,
			   enum limited_by by)
{
	findings_release(&trial->findings);
	use_reconcile(trial);
	assert_int_equal(trial->findings.count, *who != '\0');
	if (!strstr(said(&trial->findings), who))
		fail_msg("'%s' lacks '%s'", said(&trial->findings), who);
	trial->replica[0].waited = trial->origin_waited = 0;
	expect(trial, by);
}

/* A library of one thread that waits for the half of the time, and used 0.32. */
static void begin_starved(struct trial *trial)
{
	begin(trial, 1);
	trial->spec.concurrency = trial->spec.pool_size = 50;
	trial->replica[0].latency->sum_ns = 99e9;
	trial->replica[0].cpu_ns = 640 * MS;
	trial->replica[0].waited = 0.5;
	trial->others_cpu_ns = 1600 * MS;
	trial->waits_counted = true;
	trial->cpus = 4;
}

static void check_starved(void **state)
{
	struct trial trial;

	(void)state;
	begin_starved(&trial);
	expect_starved(&trial, "lib used 0.32 CPUs, and waited for up to 0.50 more, "
			       "which other programs", LIMITED_BY_MACHINE);
	expect_starved(&trial, "", LIMITED_BY_IN_FLIGHT); /* did not wait */
	trial.replica[0].waited = 0.5;
	trial.others_cpu_ns = 100 * MS;
	trial.steal_ns = 1500 * MS;
	expect_starved(&trial, "other machines of the host (steal)",
		       LIMITED_BY_MACHINE);
	trial.steal_ns = 0; /* it waited for its own threads, but for 0.05 */
	trial.replica[0].waited = 0.5;
	expect_starved(&trial, "", LIMITED_BY_IN_FLIGHT);
	trial.others_cpu_ns = COUNT_UNKNOWN;
	trial.replica[0].waited = 0.5;
	expect_starved(&trial, "", LIMITED_BY_IN_FLIGHT);
	trial_release(&trial);
}

/* What others had must have mattered. */
static void check_starved_little(void **state)
{
	struct trial trial;

	(void)state;
	begin_starved(&trial);
	trial.replica[0].waited = 0.17;
	expect_starved(&trial, "", LIMITED_BY_IN_FLIGHT); /* less than half */
	trial.replica[0].waited = 0.19;
	expect_starved(&trial, "lib used", LIMITED_BY_MACHINE);
	trial.replica[0].cpu_ns = 1000 * MS;
	trial.replica[0].waited = 0.09;
	expect_starved(&trial, "", LIMITED_BY_UNKNOWN);
	trial.replica[0].cpu_ns = 20 * MS;
	trial.replica[0].waited = 0.11;
	expect_starved(&trial, "", LIMITED_BY_IN_FLIGHT);
	trial.spec.concurrency = 1; /* a tenth of each latency */
	trial.replica[0].latency->sum_ns = 2e9;
	trial.replica[0].waited = 0.11;
	expect_starved(&trial, "lib used", LIMITED_BY_MACHINE);
	trial_release(&trial);
}

static void check_starved_store(void **state)
{
	struct trial trial;

	(void)state;
	begin_starved(&trial);
	trial.replica[0].waited = 0;
	trial.origin_waited = 0.6;
	expect_starved(&trial, "the origin used 0.20 CPUs, and waited for up to 0.60 "
			       "more", LIMITED_BY_MACHINE);
	trial.origin_waited = 0.6;
	trial.own_origin = false;
	expect_starved(&trial, "", LIMITED_BY_IN_FLIGHT);
	trial_release(&trial);
}

/* The others were elsewhere: its CPU was theirs, its own and the origin's. A
 * quota is nobody else. */
static void check_starved_not(void **state)
{
	struct trial trial;

	(void)state;
	begin_starved(&trial);
	strcpy(trial.placement.pinning, "origin 0, replicas 0");
	trial.origin_cpu_ns = 1180 * MS;
	trial.origin_waited = 0.5; /* for the library, on one CPU */
	expect_starved(&trial, "", LIMITED_BY_SHARED_CPU);
	trial.origin_cpu_ns = 400 * MS;
	trial.replica[0].waited = 0.5;
	expect_starved(&trial, "lib used 0.32 CPUs, and waited for up to 0.48 more",
		       LIMITED_BY_MACHINE);
	findings_release(&trial.findings);
	trial_add_finding(&trial, FINDING_THROTTLED, "it waited");
	trial.replica[0].waited = 0.5;
	use_reconcile(&trial);
	assert_int_equal(trial.findings.count, 1);
	trial_release(&trial);
	begin_starved(&trial);
	trial.window_end_ns = 1400 * MS; /* too short to tell */
	use_reconcile(&trial);
	assert_int_equal(trial.findings.count, 0);
	trial_release(&trial);
}

/* Each replica waited for the same program. */
static void check_starved_replicas(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial, 3);
	strcpy(trial.placement.pinning, "origin 1, replicas 0");
	trial.cpus = 4;
	trial.others_cpu_ns = 1200 * MS;
	for (int i = 0; i < 3; i++) {
		trial.replica[i].cpu_ns = 200 * MS;
		trial.replica[i].waited = 0.8;
	}
	use_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "used 0.30 CPUs, and waited for up to 0.60 more"));
	expect(&trial, LIMITED_BY_MACHINE);
	trial_release(&trial);
	/* Each of many may have waited for it, not all of them: of 48 CPUs
	 * others had a tenth of one. */
	begin(&trial, 64);
	strcpy(trial.placement.pinning, "origin 64, replicas 0-63");
	trial.cpus = 65;
	trial.others_cpu_ns = 220 * MS;
	for (int i = 0; i < 64; i++) {
		trial.replica[i].cpu_ns = 1500 * MS;
		trial.replica[i].waited = 0.12;
	}
	use_reconcile(&trial);
	assert_int_equal(trial.findings.count, 0);
	trial_release(&trial);
	/* A tenth of its CPUs, together, of which no replica used much. */
	begin(&trial, 10);
	trial.spec.concurrency = 50;
	strcpy(trial.placement.pinning, "origin 7, replicas 0-6");
	trial.cpus = 8;
	trial.others_cpu_ns = 3000 * MS;
	for (int i = 0; i < 10; i++) {
		trial.replica[i].cpu_ns = 120 * MS;
		trial.replica[i].waited = 0.08;
	}
	use_reconcile(&trial);
	assert_int_equal(trial.findings.count, 0);
	trial.replica[4].cpu_ns = 860 * MS; /* 0.43, and 0.08 more */
	use_reconcile(&trial);
	assert_non_null(strstr(said(&trial.findings),
			       "used 0.97 CPUs, and waited for up to 0.80 more"));
	trial_release(&trial);
}

/* Where nobody counted who waited, all of the machine's waits may be its own. */
static void check_starved_perhaps(void **state)
{
	struct trial trial;

	(void)state;
	begin_starved(&trial);
	add_machine(&trial, 0);
	add_machine(&trial, 4000 * MS);
	trial.machine[1].stalled_cpu_us = 900000;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.waits_counted = false;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial.machine[1].stalled_cpu_us = 300000;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.machine[1].stalled_cpu_us = COUNT_UNKNOWN;
	expect(&trial, LIMITED_BY_IN_FLIGHT);
	trial.waits_counted = true; /* of a moment that tells nothing */
	trial.machine[1].stalled_cpu_us = 300000;
	trial.window_end_ns = trial.replica[0].done_ns = 1400 * MS;
	trial.replica[0].link_rx_bytes = 2200000;
	trial.replica[0].cpu_ns = 128 * MS;
	trial.origin_cpu_ns = 80 * MS;
	trial.replica[0].latency->sum_ns = 19.9e9;
	trial.others_cpu_ns = 360 * MS;
	expect(&trial, LIMITED_BY_UNKNOWN);
	trial_release(&trial);
}

/* The rates of two such rows compare nothing of the libraries. */
static void check_surroundings(void **state)
{
	static const char *const around[] = { "link", "rate", "store_cpu",
					      "pool", "in_flight" };
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < LIMITED_BY_COUNT; i++)
		n += limited_by_surroundings((enum limited_by)i);
	assert_int_equal(n, sizeof(around) / sizeof(*around));
	for (unsigned i = 0; i < n; i++)
		assert_true(limited_by_surroundings(
			limited_by_parse(around[i])));
}

static void check_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LIMITED_BY_COUNT; i++) {
		enum limited_by by = (enum limited_by)i;

		assert_true(limited_by_parse(limited_by_word(by)) == by);
		assert_true(*limited_by_text(by));
		assert_true(limited_by_library(by) == (by == LIMITED_BY_CPU));
	}
	assert_true(limited_by_parse("odd") == LIMITED_BY_UNKNOWN);
	assert_true(limited_by_parse(NULL) == LIMITED_BY_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_waiting),
		cmocka_unit_test(check_own_work),
		cmocka_unit_test(check_own_waits),
		cmocka_unit_test(check_cpu),
		cmocka_unit_test(check_replicas_share),
		cmocka_unit_test(check_shared),
		cmocka_unit_test(check_limits),
		cmocka_unit_test(check_quota),
		cmocka_unit_test(check_rate),
		cmocka_unit_test(check_machine),
		cmocka_unit_test(check_squeezed),
		cmocka_unit_test(check_large_machine),
		cmocka_unit_test(check_starved),
		cmocka_unit_test(check_starved_little),
		cmocka_unit_test(check_starved_store),
		cmocka_unit_test(check_starved_not),
		cmocka_unit_test(check_starved_replicas),
		cmocka_unit_test(check_starved_perhaps),
		cmocka_unit_test(check_surroundings),
		cmocka_unit_test(check_words),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
