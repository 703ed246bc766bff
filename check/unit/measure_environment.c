/* The environment against what other ways say, and DMI tables of clouds. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "measure/environment.h"

static void this_machine(void **state)
{
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES);
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	struct environment env;
	struct utsname name;
	cpu_set_t set;

	(void)state;
	assert_int_equal(measure_environment(&env), 0);
	assert_int_equal(uname(&name), 0);
	assert_non_null(strstr(env.kernel, name.release));
	assert_int_equal(strncmp(env.kernel, "Linux ", 6), 0);
	assert_string_equal(env.machine, name.machine);
	assert_true(env.memory_bytes == pages * page_bytes);
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_int_equal(env.cpus, CPU_COUNT(&set));
	assert_true(*env.congestion && *env.harness_version);
	assert_null(strchr(env.distribution, '"'));
	assert_string_equal(env.isolation, "");
}

static void affinity(void **state)
{
	struct environment env;
	cpu_set_t before, one;
	int cpu = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	while (!CPU_ISSET(cpu, &before))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(measure_environment(&env), 0);
	assert_int_equal(env.cpus, 1);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%.150s/%s", folder, name);
	assert_int_equal(file_write(path, text, strlen(text), NULL), 0);
}

static void check_type(const char *folder, const char *vendor,
		       const char *product, const char *tag, const char *want)
{
	char got[64];

	put(folder, "sys_vendor", vendor);
	put(folder, "product_name", product);
	put(folder, "chassis_asset_tag", tag);
	measure_instance_type(folder, got, sizeof(got));
	assert_string_equal(got, want);
}

static void instance_types(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char folder[128], got[64] = "before";

	(void)state;
	snprintf(folder, sizeof(folder), "%.80s/dmi-check-XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(folder));
	measure_instance_type(folder, got, sizeof(got));
	assert_string_equal(got, "");
	check_type(folder, "Amazon EC2\n", "m5.large\n", "Amazon EC2\n",
		   "m5.large");
	check_type(folder, "Google\n", "Google Compute Engine\n", "\n",
		   "Google Compute Engine");
	check_type(folder, "Microsoft Corporation\n", "Virtual Machine\n",
		   "7783-7084-3265-9085-8269-3286-77\n", "Virtual Machine");
	check_type(folder, "Microsoft Corporation\n", "Virtual Machine\n",
		   "1234\n", "");
	check_type(folder, "LENOVO\n", "20XW\n", "\n", "");
	assert_int_equal(file_remove_tree(folder, NULL), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_machine),
		cmocka_unit_test(affinity),
		cmocka_unit_test(instance_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
