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

static void assert_same_hash(const struct trial_spec *spec, bool same,
			     const char *what)
{
	char plain[SPEC_HASH_BYTES], typed[SPEC_HASH_BYTES];
	struct trial_spec defaults;

	spec_init(&defaults);
	hash_of(&defaults, plain);
	hash_of(spec, typed);
	if (!strcmp(plain, typed) != same)
		fail_msg("%s: %s hash", what, same ? "another" : "the same");
}

/* A field with its default typed, then with another word. */
static void assert_text(const struct spec_field *f)
{
	struct trial_spec spec;
	const char **text;

	spec_init(&spec);
	text = (const char **)((char *)&spec + f->offset);
	*text = f->word;
	assert_same_hash(&spec, true, f->name);
	*text = "7";
	assert_same_hash(&spec, false, f->name);
}

/* Trials may be compared whether or not a default was typed. */
static void a_typed_default_is_no_other(void **state)
{
	/* Nobody can type what happens without these. */
	static const char *const without[] = { "endpoint", "region", "prefix",
					       "ca_file" };
	struct trial_spec spec;
	unsigned seen = 0;

	(void)state;
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		if (f->kind != SPEC_TEXT || !f->option)
			continue;
		if (f->word)
			assert_text(f);
		else
			assert_string_equal(f->name, without[seen++]);
	}
	assert_int_equal(seen, 4);
	spec_init(&spec);
	spec.pool_size = spec.concurrency;
	spec.region = "eu-west-1"; /* nobody signs for our own origin */
	assert_same_hash(&spec, true, "pool_size and region");
}

/* "cog" is no default, and "s2" stands in the row. */
static void what_is_stored(void **state)
{
	struct job job = { .library = &library, .test = &test };
	struct resolved resolved;

	(void)state;
	spec_init(&job.spec);
	job.spec.dataset = "cog";
	job.spec.pin = "auto";
	resolve_job(&resolved, &job, NULL);
	assert_string_equal(resolved.spec.dataset, "cog");
	assert_null(resolved.spec.pin);
	job.spec.dataset = NULL;
	resolve_job(&resolved, &job, NULL);
	assert_string_equal(resolved.spec.dataset, "s2");
	assert_string_equal(resolved.spec.bucket, "bench");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(a_typed_default_is_no_other),
		cmocka_unit_test(what_is_stored),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
