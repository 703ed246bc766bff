/* The environment against what other ways say, and DMI tables of clouds. */
#include "check.h"
#include "put_at.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <jansson.h>

#include "measure/environment.h"
#include "measure/environment_more.h"
#include "measure/machine.h"

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

static void check_more(const char *root, const char *name, const char *want)
{
	char *text = environment_more(root);
	json_t *json = json_loads(text, 0, NULL);
	const char *got = json_string_value(json_object_get(json, name));

	assert_non_null(json);
	if (!got != !want || (got && strcmp(got, want)))
		fail_msg("%s is '%s' and not '%s'", name, got ? got : "none",
			 want ? want : "none");
	json_decref(json);
	free(text);
}

#define CPU "/sys/devices/system/cpu/"
#define L1 CPU "cpu0/cache/index0/"
#define L1_CODE CPU "cpu0/cache/index1/"
#define L3 CPU "cpu0/cache/index3/"

static void more(void **state)
{
	static const char stamped[] = "cpu  1 2 3 4 5 6 7 8 0 0\nintr 9\n";
	char *root = root_new("more-check");
	struct machine_time time;

	(void)state;
	check_more(root, "container", "none");
	check_more(root, "virtualization", "none");
	check_more(root, "cache_l1d", NULL);
	check_more(root, "turbo", NULL);
	check_more(root, "harness_commit", NULL);
	put_at(root, L1 "level", "1\n");
	put_at(root, L1 "type", "Data\n");
	put_at(root, L1 "size", "48K\n");
	put_at(root, L1_CODE "level", "1\n");
	put_at(root, L1_CODE "type", "Instruction\n");
	put_at(root, L1_CODE "size", "32K\n");
	put_at(root, L3 "level", "3\n");
	put_at(root, L3 "type", "Unified\n");
	put_at(root, L3 "size", "32768K\n");
	check_more(root, "cache_l1d", "48K");
	check_more(root, "cache_l3", "32768K");
	check_more(root, "governor", NULL);
	put_at(root, CPU "cpu0/cpufreq/scaling_governor", "powersave\n");
	check_more(root, "governor", "powersave");
	put_at(root, CPU "cpufreq/boost", "1\n");
	check_more(root, "turbo", "on");
	put_at(root, CPU "intel_pstate/no_turbo", "1\n");
	check_more(root, "turbo", "off");
	put_at(root, "/proc/cmdline", "quiet mitigations=off panic=1\n");
	check_more(root, "mitigations", "off");
	put_at(root, "/proc/cmdline", "quiet\n");
	check_more(root, "mitigations", "default");
	check_more(root, "irq_time", NULL);
	put_at(root, "/proc/stat", "cpu  1 2 3 4 5 0 7 8 0 0\nintr 9\n");
	check_more(root, "irq_time", "charged to programs");
	assert_true(machine_parse_time(stamped, &time));
	put_at(root, "/proc/stat", stamped);
	check_more(root, "irq_time", time.apart ? "charged to nobody"
						: "charged to programs");
	put_at(root, "/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
	check_more(root, "tcp_rmem", "4096 131072 6291456");
	put_at(root, "/proc/1/cgroup", "0::/kubepods/besteffort/pod1\n");
	check_more(root, "container", "kubernetes");
	put_at(root, "/.dockerenv", "");
	check_more(root, "container", "docker");
	put_at(root, "/run/.containerenv", "");
	check_more(root, "container", "podman");
	/* The bare machine of a cloud has its vendor's name, too. */
	put_at(root, "/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
	put_at(root, "/proc/cpuinfo", "model\t: 1\nflags\t\t: fpu vme\n");
	check_more(root, "virtualization", "none");
	put_at(root, "/proc/cpuinfo", "x\nflags\t\t: fpu hypervisor\n");
	check_more(root, "virtualization", "amazon");
	put_at(root, "/sys/hypervisor/type", "xen\n");
	check_more(root, "virtualization", "xen");
	environment_commit = "1a2b-dirty";
	check_more(root, "harness_commit", "1a2b-dirty");
	environment_commit = "";
	root_free(root);
}

static void added(void **state)
{
	char *text = mem_dup("{\"b\": \"1\", \"engine\": \"old\"}"), *none = NULL;

	(void)state;
	environment_more_add(&text, "engine", "engine 24.0\n");
	environment_more_add(&text, "a", "x");
	assert_string_equal(text, "{\"a\": \"x\", \"b\": \"1\", "
				  "\"engine\": \"engine 24.0\"}");
	free(text);
	environment_more_add(&none, "a", "x");
	assert_null(none);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_machine),
		cmocka_unit_test(affinity),
		cmocka_unit_test(instance_types),
		cmocka_unit_test(more),
		cmocka_unit_test(added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
