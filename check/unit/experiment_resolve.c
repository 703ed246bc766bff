/* What a trial is to be, of what was asked for. */
#include "check.h"

#include "experiment/resolve.h"

static char library_name[] = "aiohttp", test_name[] = "fetch_range";
static const struct library library = { .name = library_name };
static const struct test test = { .name = test_name,
				  .workload = "fetch_range" };

static void hash_of(const struct trial_spec *spec, char out[SPEC_HASH_BYTES])
{
	struct job job = { .library = &library, .test = &test, .spec = *spec };
	struct resolved resolved;

	resolve_job(&resolved, &job, NULL);
	spec_hash(&resolved.spec, out);
}

/* Trials may be compared whether or not a default was typed. */
static void a_typed_default_is_no_other(void **state)
{
	char plain[SPEC_HASH_BYTES], typed[SPEC_HASH_BYTES];
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	hash_of(&spec, plain);
	spec.pin = "auto";
	spec.dataset = "s2";
	spec.bucket = "bench";
	spec.pool_size = spec.concurrency;
	hash_of(&spec, typed);
	assert_string_equal(plain, typed);
	spec.region = "eu-west-1"; /* nobody signs for our own origin */
	hash_of(&spec, typed);
	assert_string_equal(plain, typed);
	spec.pin = "none";
	hash_of(&spec, typed);
	assert_string_not_equal(plain, typed);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(a_typed_default_is_no_other),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
