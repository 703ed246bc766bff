/* --pin: lists of CPUs. */
#include "check.h"

#include <sched.h>

#include "cell/pin.h"

/* What this machine allows: the checks only need its first and its last CPU. */
static int first, last, count;

static int find_cpus(void **state)
{
	cpu_set_t set;

	(void)state;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -1;
	count = CPU_COUNT(&set);
	first = -1;
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		if (first < 0)
			first = i;
		last = i;
	}
	return 0;
}

static void auto_sets_the_origin_apart(void **state)
{
	struct pin pin, same;
	struct err err;

	(void)state;
	assert_int_equal(pin_parse(NULL, &pin, &err), 0);
	assert_int_equal(pin_parse("auto", &same, &err), 0);
	assert_memory_equal(&pin, &same, sizeof(pin));
	assert_true(pin.on);
	assert_int_equal(CPU_COUNT(&pin.origin), 1);
	assert_true(CPU_ISSET(last, &pin.origin));
	assert_int_equal(CPU_COUNT(&pin.replicas), count > 1 ? count - 1 : 1);
	assert_true(CPU_ISSET(first, &pin.replicas));
	assert_non_null(strstr(pin.text, "origin "));
	assert_non_null(strstr(pin.text, ", replicas "));
}

static void none_leaves_it_to_the_scheduler(void **state)
{
	struct pin pin;
	struct err err;

	(void)state;
	assert_int_equal(pin_parse("none", &pin, &err), 0);
	assert_false(pin.on);
	assert_string_equal(pin.text, "none");
}

static void takes_lists(void **state)
{
	char text[64], expected[128];
	struct pin pin;
	struct err err;

	(void)state;
	snprintf(text, sizeof(text), "%d", first);
	assert_int_equal(pin_parse(text, &pin, &err), 0);
	assert_true(CPU_EQUAL(&pin.origin, &pin.replicas));
	assert_int_equal(CPU_COUNT(&pin.origin), 1);
	snprintf(text, sizeof(text), "%d/%d,%d", last, first, last);
	assert_int_equal(pin_parse(text, &pin, &err), 0);
	assert_int_equal(CPU_COUNT(&pin.origin), 1);
	assert_true(CPU_ISSET(last, &pin.origin));
	assert_true(CPU_ISSET(first, &pin.replicas));
	assert_true(CPU_ISSET(last, &pin.replicas));
	snprintf(expected, sizeof(expected), "origin %d, replicas %.40s", last,
		 pin.cpuset);
	assert_string_equal(pin.text, expected);
}

static void refuses_what_is_no_list(void **state)
{
	static const char *const bad[] = { "",   "x",   "1-",  "/0",	"0/",
					   "0,", "0-x", "0//0", "0/0/0", "-1",
					   "0 ", ",0",  "Auto" };
	struct pin pin;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[32];

		snprintf(text, sizeof(text), "%s", bad[i]);
		for (char *c = text; *c; c++)
			if (*c == '0')
				*c = (char)('0' + first);
		assert_int_equal(pin_parse(text, &pin, &err), ERR_USAGE);
		assert_names(err, "--pin");
	}
	if (last > first)
		assert_int_equal(pin_parse("1-0", &pin, &err), ERR_USAGE);
}

static void names_a_cpu_that_there_is_not(void **state)
{
	struct pin pin;
	struct err err;

	(void)state;
	assert_int_equal(pin_parse("1023", &pin, &err), ERR_USAGE);
	assert_names(err, "CPU 1023");
	assert_int_equal(pin_parse("99999999999", &pin, &err), ERR_USAGE);
	assert_int_equal(pin_parse("0-4000000000", &pin, &err), ERR_USAGE);
}

static void formats_runs(void **state)
{
	char text[PIN_TEXT_BYTES];
	cpu_set_t set;

	(void)state;
	CPU_ZERO(&set);
	pin_format(&set, text, sizeof(text));
	assert_string_equal(text, "");
	CPU_SET(0, &set);
	CPU_SET(2, &set);
	CPU_SET(3, &set);
	CPU_SET(4, &set);
	CPU_SET(1023, &set);
	pin_format(&set, text, sizeof(text));
	assert_string_equal(text, "0,2-4,1023");
	for (int i = 0; i < CPU_SETSIZE; i += 2)
		CPU_SET(i, &set);
	pin_format(&set, text, sizeof(text));
	assert_string_equal(text, "0,2-4,6,8,10,12,14,16,18,20,22,24,26,28,30,"
				  "32,34,36,38,40,…");
	pin_format(&set, text, 8);
	assert_string_equal(text, "0,…");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(auto_sets_the_origin_apart),
		cmocka_unit_test(none_leaves_it_to_the_scheduler),
		cmocka_unit_test(takes_lists),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(names_a_cpu_that_there_is_not),
		cmocka_unit_test(formats_runs),
	};

	return cmocka_run_group_tests_name("cell_pin", checks, find_cpus,
					   NULL);
}
