/* The table of a trial's configuration, and what follows from it. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "record/spec.h"
#include "spec_field.h"

static void *value_at(struct trial_spec *spec, const struct spec_field *field)
{
	return (char *)spec + field->offset;
}

/* To what no default is. */
static void change(struct trial_spec *spec, const struct spec_field *field)
{
	void *at = value_at(spec, field);

	if (field->kind == SPEC_FLAG)
		*(bool *)at = !*(bool *)at;
	else if (field->kind == SPEC_NUMBER)
		*(double *)at = 0.1;
	else if (field->kind == SPEC_TEXT)
		*(const char **)at = "x \xff";
	else
		*(uint64_t *)at = 7;
}

/* To a value that may be asked for. */
static void set_least(struct trial_spec *spec, const struct spec_field *field)
{
	void *at = value_at(spec, field);

	if (field->kind == SPEC_NUMBER)
		*(double *)at = field->least;
	else if (field->kind == SPEC_COUNT || field->kind == SPEC_RATE)
		*(uint64_t *)at = (uint64_t)field->least;
	else
		change(spec, field);
	if (field->kind == SPEC_TEXT)
		*(const char **)at = "x";
}

/* What is not set is said one way, and 0 is a figure. */
static void check_defaults(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init(&spec);
	assert_int_equal(spec.concurrency, 50);
	assert_true(spec.keep_alive);
	assert_int_equal(spec.n_requests, COUNT_UNKNOWN);
	assert_true(isnan(spec.rate) && isnan(spec.cpus_limit));
	assert_null(spec.endpoint);
	assert_false(spec_is_set(&spec, field_named("n_requests")));
	spec.n_requests = 0;
	assert_true(spec_is_set(&spec, field_named("n_requests")));
}

/* Each field is told apart, copied, and stands in the JSON. */
static void check_each_field(void **state)
{
	struct trial_spec one, other, copy;
	json_t *json;

	(void)state;
	spec_init(&one);
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		spec_init(&other);
		assert_true(spec_is_same(&one, &other, f));
		change(&other, f);
		assert_false(spec_is_same(&one, &other, f));
		assert_true(spec_is_set(&other, f));
		spec_copy(&copy, &other);
		assert_true(spec_is_same(&copy, &other, f));
		json = spec_json(&copy);
		assert_false(json_is_null(json_object_get(json, f->name)));
		json_decref(json);
		spec_release(&copy);
	}
}

static void assert_value(const struct trial_spec *spec, const char *name,
			 const char *text)
{
	struct str value = STR_INIT;

	spec_add_value(spec, field_named(name), &value);
	assert_string_equal(value.buf, text);
	str_release(&value);
}

static void check_values(void **state)
{
	struct trial_spec spec;
	struct str lines = STR_INIT;

	(void)state;
	spec_init(&spec);
	spec.timeout_s = 0.1;
	spec.warm_up_s = 1.0 / 3;
	spec.bucket = "b";
	assert_value(&spec, "timeout_seconds", "0.1");
	assert_value(&spec, "warm_up_seconds", "0.3333333333333333");
	assert_value(&spec, "rate", "-");
	assert_value(&spec, "keep_alive", "true");
	assert_value(&spec, "seed", "42");
	spec_add_line(&spec, field_named("bucket"), &lines);
	spec_add_line(&spec, field_named("endpoint"), &lines);
	assert_string_equal(lines.buf, "bucket=b\nendpoint=-\n");
	str_release(&lines);
}

/* What was written is read back, and what is not set too. */
static void check_read_back(void **state)
{
	struct trial_spec one, other, copy;

	(void)state;
	spec_init(&one);
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		json_t *json;

		spec_init(&other);
		set_least(&other, f);
		json = spec_json(&other);
		spec_copy(&copy, &one);
		spec_from_json(&copy, json);
		if (!spec_is_same(&copy, &other, f))
			fail_msg("%s is not read back", f->name);
		json_decref(json);
		json = spec_json(&one);
		spec_from_json(&copy, json);
		if (!spec_is_same(&copy, &one, f))
			fail_msg("%s is not its default again", f->name);
		json_decref(json);
		spec_release(&copy);
	}
}

/* Another version may know other members and have other ranges. */
static void check_read_odd(void **state)
{
	struct trial_spec one, copy;
	json_t *json = json_pack(
		"{s:i, s:i, s:s, s:f, s:b, s:n, s:i, s:s, s:s}", "concurrency",
		10001, "replicas", -1, "seed", "7", "warm_up_seconds", 3601.0,
		"timeout_seconds", true, "keep_alive", "pool_size", 9,
		"bucket", "a\033b\n", "a newer one", "x");

	(void)state;
	assert_non_null(json);
	spec_init(&one);
	one.pool_size = 9;
	one.bucket = "a?b";
	spec_copy(&copy, &one);
	spec_from_json(&copy, json);
	for (const struct spec_field *f = spec_fields; f->name; f++)
		if (!spec_is_same(&copy, &one, f))
			fail_msg("%s was taken", f->name);
	json_decref(json);
	spec_release(&copy);
}

/* What no column and no JSON tells. */
static void check_unknown(void **state)
{
	struct trial_spec spec;

	(void)state;
	spec_init_unknown(&spec);
	for (const struct spec_field *f = spec_fields; f->name; f++)
		assert_true(spec_is_set(&spec, f) == (f->kind == SPEC_FLAG));
}

/* The same on every machine and in every version; only what can change a figure
 * changes it. */
static void check_hash(void **state)
{
	struct trial_spec spec, defaults;
	char usual[SPEC_HASH_BYTES], other[SPEC_HASH_BYTES];

	(void)state;
	spec_init(&defaults);
	spec_hash(&defaults, usual);
	assert_string_equal(usual, "e3b0c44298fc1c14"); /* of no text */
	for (const struct spec_field *f = spec_fields; f->name; f++) {
		bool matters = strcmp(f->name, "library") &&
			       strcmp(f->name, "ready_timeout_seconds");

		spec_init(&spec);
		change(&spec, f);
		spec_hash(&spec, other);
		if (!strcmp(usual, other) == matters)
			fail_msg("%s: %s", f->name, other);
	}
	spec_init(&spec); /* what an earlier program did not store */
	spec.operation_timeout_s = NAN;
	spec_hash(&spec, other);
	assert_string_equal(usual, other);
	spec_init(&spec);
	spec.test = "fetch_range";
	spec.concurrency = 10;
	spec_hash(&spec, other);
	assert_string_equal(other, "52568e266d109bdc");
}

/* A field that is younger than the trial has what trials did before it. */
static void check_absent(void **state)
{
	struct trial_spec spec;
	json_t *object;

	(void)state;
	spec_init(&spec);
	object = spec_json(&spec);
	json_object_del(object, "operation_timeout_seconds");
	json_object_del(object, "keep_alive");
	json_object_del(object, "pin");
	spec_init_unknown(&spec);
	spec_from_json(&spec, object);
	assert_true(spec.operation_timeout_s == 30);
	assert_true(spec.keep_alive);
	assert_null(spec.pin);
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_defaults),
		cmocka_unit_test(check_each_field),
		cmocka_unit_test(check_values),
		cmocka_unit_test(check_read_back),
		cmocka_unit_test(check_read_odd),
		cmocka_unit_test(check_unknown),
		cmocka_unit_test(check_hash),
		cmocka_unit_test(check_absent),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
