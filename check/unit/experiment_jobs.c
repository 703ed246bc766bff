/* What is kept of a trial for the report. */
#include "check.h"

#include "base/mem.h"
#include "experiment/jobs.h"
#include "experiment/same.h"

/* Of a trial of a library in `language`, of which two replicas said this. */
static bool has_other_worker(const char *language, const char *first,
			     const char *second)
{
	struct library library = { .language = (char *)(uintptr_t)language };
	struct experiment experiment = { 0 };
	struct summary summary = { 0 };
	struct trial_spec spec;
	struct trial trial;
	bool other;

	spec_init(&spec);
	spec.library = "lib";
	spec.replicas = 2;
	trial_init(&trial, &spec);
	trial.replica[0].versions_json = first ? mem_dup(first) : NULL;
	trial.replica[1].versions_json = second ? mem_dup(second) : NULL;
	job_keep(&experiment, &trial, &summary, language ? &library : NULL);
	other = experiment.finished[0].other_worker;
	versions_release(&experiment.versions);
	free(experiment.finished[0].unready);
	free(experiment.finished);
	trial_release(&trial);
	return other;
}

#define OURS "{\"library\": \"1\", \"worker\": \"worker.py\"}"
#define OTHERS "{\"library\": \"1\"}"

/* In which language it is written does not matter, but for one that said nothing. */
static void other_workers(void **state)
{
	(void)state;
	assert_false(has_other_worker("python", OURS, OURS));
	assert_true(has_other_worker("python", OTHERS, OTHERS));
	assert_true(has_other_worker("c", OTHERS, OTHERS));
	assert_false(has_other_worker("python", NULL, OURS));
	assert_true(has_other_worker("python", NULL, OTHERS));
	assert_true(has_other_worker("python", "{\"worker\": \"mine\"}", NULL));
	assert_true(has_other_worker("python", "{\"worker\": 1}", NULL));
	assert_false(has_other_worker("python", NULL, NULL));
	assert_true(has_other_worker("c", NULL, NULL));
	assert_false(has_other_worker(NULL, OURS, NULL)); /* it is gone */
	assert_true(has_other_worker(NULL, OTHERS, NULL));
}

static unsigned told;

static void hear(void *context, const char *sentence)
{
	(void)context;
	assert_non_null(strstr(sentence, "lib: its files were changed while"));
	told++;
}

static void keep(struct experiment *experiment, const char *versions)
{
	struct summary summary = { 0 };
	struct trial_spec spec;
	struct trial trial;

	spec_init(&spec);
	spec.library = "lib";
	trial_init(&trial, &spec);
	trial.replica[0].versions_json = versions ? mem_dup(versions) : NULL;
	job_keep(experiment, &trial, &summary, NULL);
	trial_release(&trial);
}

/* Between two blocks of one run. One that was not ready has said nothing. */
static void edited_meanwhile(void **state)
{
	const struct experiment_hooks hooks = { .say = hear };
	struct experiment experiment = { .hooks = &hooks };

	(void)state;
	keep(&experiment, "{\"tests\": \"00ff\"}");
	keep(&experiment, "{\"tests\": \"00ff\"}");
	keep(&experiment, NULL);
	keep(&experiment, "{}");
	assert_int_equal(told, 0);
	keep(&experiment, "{\"tests\": \"00fe\"}");
	keep(&experiment, "{\"tests\": \"00fe\"}");
	assert_int_equal(told, 1);
	versions_release(&experiment.versions);
	for (size_t i = 0; i < experiment.finished_count; i++)
		finished_release(&experiment.finished[i]);
	free(experiment.finished);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(other_workers),
		cmocka_unit_test(edited_meanwhile),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
