/* When the machine is to blame: other programs, steal, swapping, frequency. */
#include "check.h"
#include "said.h"

#include <math.h>

#include "analyse/reconcile_noise.h"
#include "base/clock.h"
#include "base/mem.h"

#define MS NS_PER_MS

/* A window of 2 s. */
static void begin(struct trial *trial)
{
	struct trial_spec spec;

	spec_init(&spec);
	spec.library = "lib";
	trial_init(trial, &spec);
	trial->go_ns = 1000 * MS;
	trial->window_end_ns = 3000 * MS;
	trial->busy_ns = 3400 * MS;
	trial->steal_ns = 0;
}

static void add_machine(struct trial *trial, uint64_t idle_ns,
			uint64_t swap_pages, double mhz)
{
	struct machine_sample sample = { .at_ns = trial->go_ns +
						  trial->machine_count * MS,
					 .idle_ns = idle_ns,
					 .swap_pages = swap_pages,
					 .cpu_mhz = mhz };

	trial_add_machine(trial, &sample);
}

static void judge(struct trial *trial)
{
	reconcile_others(trial);
	reconcile_steal(trial);
	reconcile_swapped(trial);
	reconcile_frequency(trial);
}

static void quiet(struct trial *trial)
{
	judge(trial);
	assert_string_equal(said(&trial->findings), "");
	trial_release(trial);
}

static void names(struct trial *trial, const char *name, const char *part)
{
	char *all;

	judge(trial);
	all = findings_names(&trial->findings);
	assert_non_null(all);
	assert_string_equal(all, name);
	if (!strstr(said(&trial->findings), part))
		fail_msg("'%s' lacks '%s'", said(&trial->findings), part);
	free(all);
	trial_release(trial);
}

/* 3.4 s busy and 0.6 s idle: sqrt(4 ms x 3.4 x 0.6 / 4) is 45 ms. */
static void check_error(void **state)
{
	struct trial trial = { .tick_ns = 0 };
	double error_ns = noise_error_ns(&trial, 3400 * MS, 600 * MS);

	(void)state;
	assert_true(fabs(error_ns - (10 + 3 * 45.166) * MS) < 1 * MS);
	/* A machine that never rests leaves nothing to chance. */
	assert_true(noise_error_ns(&trial, 4000 * MS, 0) == 10 * MS);
	assert_true(noise_error_ns(&trial, 0, 0) == 10 * MS);
	/* A kernel of 1,000 Hz looks more often. */
	trial.tick_ns = 1 * MS;
	error_ns = noise_error_ns(&trial, 3400 * MS, 600 * MS);
	assert_true(fabs(error_ns - (10 + 3 * 22.583) * MS) < 1 * MS);
}

static void check_environment(void **state)
{
	struct environment environment = { .more_json = NULL };
	struct trial trial = { .tick_ns = 1 * MS, .irq_apart = true };
	char here[] = "{\"irq_time\": \"charged to programs\", "
		      "\"tick_ns\": \"3333333\"}";
	char apart[] = "{\"irq_time\": \"charged to nobody\", "
		       "\"cpu_quota\": \"0.5\"}";

	(void)state;
	trial_take_environment(&trial, &environment);
	assert_true(trial.tick_ns == 0 && !trial.irq_apart);
	environment.more_json = here;
	trial_take_environment(&trial, &environment);
	assert_true(trial.tick_ns == 3333333 && !trial.irq_apart);
	assert_true(trial.cpu_quota == 0);
	environment.more_json = apart;
	trial_take_environment(&trial, &environment);
	assert_true(trial.tick_ns == 0 && trial.irq_apart);
	assert_true(trial.cpu_quota == 0.5);
}

/* 100 ms and the error of 145 ms are the limit. */
static void check_unseen_others(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial);
	add_machine(&trial, 0, 0, NAN);
	add_machine(&trial, 600 * MS, 0, NAN);
	trial.others_cpu_ns = 230 * MS;
	quiet(&trial);
	begin(&trial);
	add_machine(&trial, 0, 0, NAN);
	add_machine(&trial, 600 * MS, 0, NAN);
	trial.others_cpu_ns = 260 * MS;
	names(&trial, "others",
	      "used 0.13 CPUs meanwhile: rates and times are in doubt, CPU per "
	      "request less so (most: 0.26 s by programs that this namespace "
	      "does not show, or that soon ended)");
}

/* 100 ms, the error of 145, and 5% of what is ours, 3.1 s. */
static void check_hidden_ksoftirqd(void **state)
{
	static const char text[] =
		"0.20 CPUs meanwhile: rates and times are in doubt, CPU per "
		"request less so (most: 0.41 s by programs that this namespace "
		"does not show, or that soon ended, or by ksoftirqd, which it "
		"does not show either)";
	struct trial trial;

	(void)state;
	for (int i = 0; i < 3; i++) {
		begin(&trial);
		add_machine(&trial, 0, 0, NAN);
		add_machine(&trial, 600 * MS, 0, NAN);
		trial.others_cpu_ns = (i == 1 ? 410 : 390) * MS;
		trial.machine[0].ksoftirqd_ns = COUNT_UNKNOWN;
		trial.irq_apart = i == 2;
		if (i == 0)
			quiet(&trial);
		else
			names(&trial, "others", i == 1 ? text : "soon ended)");
	}
}

static void check_seen_others(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial);
	trial.others_cpu_ns = trial.others_seen_ns = 190 * MS;
	trial.busy_ns = COUNT_UNKNOWN;
	quiet(&trial);
	begin(&trial);
	trial.others_cpu_ns = 1000 * MS;
	trial.others_seen_ns = 900 * MS;
	trial.others_text = mem_dup("cc1 (pid 7) 0.90 s");
	names(&trial, "others", "0.50 CPUs meanwhile: rates and times are in "
	      "doubt, CPU per request less so (most: cc1 (pid 7) 0.90 s)");
	begin(&trial);
	trial.others_cpu_ns = 1000 * MS;
	trial.others_seen_ns = 300 * MS;
	trial.others_text = mem_dup("cc1 (pid 7) 0.30 s");
	names(&trial, "others", "(most: cc1 (pid 7) 0.30 s, and 0.70 s by "
				"programs that this");
}

/* What all used is not known, and who is seen used too much. */
static void check_seen_alone(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial);
	trial.others_cpu_ns = trial.busy_ns = COUNT_UNKNOWN;
	trial.others_seen_ns = 190 * MS;
	quiet(&trial);
	begin(&trial);
	trial.others_cpu_ns = trial.busy_ns = COUNT_UNKNOWN;
	trial.others_seen_ns = 900 * MS;
	trial.others_text = mem_dup("cc1 (pid 7) 0.90 s");
	names(&trial, "others", "used 0.45 CPUs meanwhile: rates and times are "
	      "in doubt, CPU per request less so (most: cc1 (pid 7) 0.90 s)");
}

/* 5% of what was wanted, 3.4 s and the steal itself. */
static void check_steal(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial);
	trial.steal_ns = 170 * MS;
	quiet(&trial);
	begin(&trial);
	trial.steal_ns = 200 * MS;
	names(&trial, "steal", "took 0.10 CPUs away");
	begin(&trial);
	trial.steal_ns = COUNT_UNKNOWN;
	quiet(&trial);
}

static void check_swapped(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial);
	add_machine(&trial, 0, 1000, NAN);
	add_machine(&trial, 0, 1255, NAN);
	quiet(&trial);
	begin(&trial);
	add_machine(&trial, 0, 1000, NAN);
	add_machine(&trial, 0, 1256, NAN);
	names(&trial, "swapped", "swapped 256 pages");
	begin(&trial);
	add_machine(&trial, 0, 1000, NAN);
	add_machine(&trial, 0, COUNT_UNKNOWN, NAN);
	quiet(&trial);
}

static void run_at(struct trial *trial, double before, double first,
		   double second)
{
	begin(trial);
	add_machine(trial, 0, 0, before);
	for (int i = 0; i < 4; i++)
		add_machine(trial, 0, 0, i < 2 ? first : second);
}

static void check_frequency(void **state)
{
	struct trial trial;

	(void)state;
	run_at(&trial, 3000, 2900, 2800);
	quiet(&trial);
	run_at(&trial, 3000, 2600, 2600);
	names(&trial, "frequency", "at 2600 MHz, and at 3000 just before");
	run_at(&trial, 1200, 3000, 3000); /* woke up */
	quiet(&trial);
	run_at(&trial, 1200, 3000, 2600);
	names(&trial, "frequency", "at 3000 MHz, and then at 2600");
	run_at(&trial, NAN, NAN, NAN);
	quiet(&trial);
}

/* Half a second tells nothing. */
static void check_short(void **state)
{
	struct trial trial;

	(void)state;
	begin(&trial);
	trial.window_end_ns = 1400 * MS;
	trial.others_cpu_ns = trial.others_seen_ns = 400 * MS;
	trial.steal_ns = 400 * MS;
	quiet(&trial);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_error),
		cmocka_unit_test(check_environment),
		cmocka_unit_test(check_unseen_others),
		cmocka_unit_test(check_hidden_ksoftirqd),
		cmocka_unit_test(check_seen_alone),
		cmocka_unit_test(check_seen_others),
		cmocka_unit_test(check_steal),
		cmocka_unit_test(check_swapped),
		cmocka_unit_test(check_frequency),
		cmocka_unit_test(check_short),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
