/* Where groups are, from texts of the kernel's files. */
#include "check.h"

#include "base/str.h"
#include "cell/cgroup_ops.h"

static struct cgroup_bases bases;
static struct err err;

static int find(const char *self, const char *mounts)
{
	return cgroup_find(self, mounts, &bases, &err);
}

static int release(void **state)
{
	(void)state;
	cgroup_bases_release(&bases);
	return 0;
}

static void assert_place(unsigned i, const char *top, const char *own)
{
	assert_non_null(bases.top[i]);
	assert_string_equal(bases.top[i], top);
	if (!own) {
		assert_null(bases.own[i]);
		return;
	}
	assert_non_null(bases.own[i]);
	assert_string_equal(bases.own[i], own);
}

#define V1_MOUNT(id, root, name, options)                                      \
	id " 31 0:" id " " root " /sys/fs/cgroup/" name                        \
	   " rw,nosuid shared:9 master:1 - cgroup cgroup rw," options "\n"

/* A hierarchy each; the empty version 2 beside them has no controllers. */
static void each_its_own(void **state)
{
	(void)state;
	assert_int_equal(
		find("9:name=systemd:/\n8:pids:/\n4:memory:/outer/inner\n"
		     "3:cpuset:/set\n2:cpuacct:/acct\n1:cpu:/\n0::/unified\n",
		     "23 1 8:1 / / rw - ext4 /dev/root rw\n"
		     "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		     V1_MOUNT("32", "/", "cpu", "cpu")
		     V1_MOUNT("33", "/", "cpuacct", "cpuacct")
		     V1_MOUNT("34", "/", "cpuset", "cpuset")
		     V1_MOUNT("35", "/", "memory", "memory")
		     V1_MOUNT("39", "/", "pids", "pids")
		     V1_MOUNT("40", "/", "systemd", "name=systemd")
		     "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 c rw\n"),
		0);
	assert_false(bases.v2);
	assert_place(V1_CPU, "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu");
	assert_place(V1_CPUACCT, "/sys/fs/cgroup/cpuacct",
		     "/sys/fs/cgroup/cpuacct/acct");
	assert_place(V1_MEMORY, "/sys/fs/cgroup/memory",
		     "/sys/fs/cgroup/memory/outer/inner");
	assert_place(V1_PIDS, "/sys/fs/cgroup/pids", "/sys/fs/cgroup/pids");
	assert_null(bases.top[V1_FREEZER]);
	assert_place(V1_UNIFIED, "/sys/fs/cgroup/unified",
		     "/sys/fs/cgroup/unified/unified");
}

/* What freezes alone makes no version 1. */
static void freezer_beside_v2(void **state)
{
	(void)state;
	assert_int_equal(find("2:freezer:/ice\n0::/user\n",
			      V1_MOUNT("32", "/", "freezer", "freezer")
			      "41 31 0:38 / /v2 rw - cgroup2 c rw\n"), 0);
	assert_true(bases.v2);
	assert_place(0, "/v2", "/v2/user");
	for (unsigned i = 1; i < CGROUP_CONTROLLERS; i++)
		assert_null(bases.top[i]);
}

static void freezer_of_v1(void **state)
{
	(void)state;
	assert_int_equal(find("3:cpu,cpuacct,memory,pids:/a\n2:freezer:/ice\n",
			      "9 1 0:9 / /all rw - cgroup x "
			      "rw,cpu,cpuacct,memory,pids\n"
			      V1_MOUNT("32", "/", "freezer", "freezer")), 0);
	assert_false(bases.v2);
	assert_place(V1_FREEZER, "/sys/fs/cgroup/freezer",
		     "/sys/fs/cgroup/freezer/ice");
}

/* systemd's way, in a session of an ordinary user. */
static void mounted_together(void **state)
{
	(void)state;
	assert_int_equal(
		find("11:memory:/user.slice\n5:cpuset:/\n"
		     "4:cpu,cpuacct:/user.slice\n"
		     "2:pids:/user.slice/user-1000.slice\n"
		     "1:name=systemd:/user.slice\n0::/user.slice\n",
		     V1_MOUNT("33", "/", "cpuset", "cpuset")
		     V1_MOUNT("34", "/", "cpu,cpuacct", "cpu,cpuacct")
		     V1_MOUNT("35", "/", "memory", "memory")
		     V1_MOUNT("36", "/", "pids", "pids")), 0);
	assert_place(V1_CPU, "/sys/fs/cgroup/cpu,cpuacct",
		     "/sys/fs/cgroup/cpu,cpuacct/user.slice");
	assert_place(V1_CPUACCT, "/sys/fs/cgroup/cpu,cpuacct",
		     "/sys/fs/cgroup/cpu,cpuacct/user.slice");
	assert_place(V1_PIDS, "/sys/fs/cgroup/pids",
		     "/sys/fs/cgroup/pids/user.slice/user-1000.slice");
}

static void all_in_one(void **state)
{
	(void)state;
	assert_int_equal(find("3:pids,memory,cpuacct,cpu:/a\n",
			      "9 1 0:9 / /all rw - cgroup x "
			      "rw,cpu,cpuacct,memory,pids\n"), 0);
	for (unsigned i = 0; i < V1_REQUIRED; i++)
		assert_place(i, "/all", "/all/a");
	assert_null(bases.top[V1_FREEZER]);
	assert_null(bases.top[V1_UNIFIED]);
}

static void missing_controller(void **state)
{
	(void)state;
	assert_int_equal(find("3:cpu,cpuacct:/\n2:pids:/\n",
			      V1_MOUNT("34", "/", "cpu,cpuacct", "cpu,cpuacct")
			      V1_MOUNT("36", "/", "pids", "pids")),
			 ERR_NOT_FOUND);
	assert_names(err, "controller memory is missing");
	assert_names(err, "cgroup_enable=memory");
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++)
		assert_null(bases.top[i]);
}

static const char v2_mount[] =
	"24 23 0:22 / /sys rw - sysfs sysfs rw\n"
	"31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 "
	"rw,nsdelegate,memory_recursiveprot\n";

static void pure_v2(void **state)
{
	(void)state;
	assert_int_equal(find("0::/user.slice/user-1000.slice/user@1000.service"
			      "/app.slice/run-r1.scope\n", v2_mount), 0);
	assert_true(bases.v2);
	assert_place(0, "/sys/fs/cgroup",
		     "/sys/fs/cgroup/user.slice/user-1000.slice/"
		     "user@1000.service/app.slice/run-r1.scope");
	assert_null(bases.top[1]);
	cgroup_bases_release(&bases);
	assert_int_equal(find("0::/\n", v2_mount), 0);
	assert_place(0, "/sys/fs/cgroup", "/sys/fs/cgroup");
}

/* systemd keeps a hierarchy of v1 without controllers: that is not v1. */
static void v2_with_a_named_hierarchy(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, v2_mount);
	str_add(&text, V1_MOUNT("40", "/", "systemd", "name=systemd"));
	str_add(&text, V1_MOUNT("41", "/", "net", "net_cls,net_prio"));
	assert_int_equal(find("2:net_cls,net_prio:/\n1:name=systemd:/x\n"
			      "0::/y\n", text.buf), 0);
	str_release(&text);
	assert_true(bases.v2);
	assert_place(0, "/sys/fs/cgroup", "/sys/fs/cgroup/y");
}

/* The container's mounts show its own group; paths are the host's. */
static void docker_on_v1(void **state)
{
	(void)state;
	assert_int_equal(
		find("9:memory:/docker/f00d\n8:cpu,cpuacct:/docker/f00d\n"
		     "7:pids:/docker/f00d/below\n",
		     V1_MOUNT("34", "/docker/f00d", "cpu", "cpu,cpuacct")
		     V1_MOUNT("35", "/docker/f00d", "memory", "memory")
		     V1_MOUNT("36", "/docker/f00d", "pids", "pids")), 0);
	assert_place(V1_CPU, "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu");
	assert_place(V1_MEMORY, "/sys/fs/cgroup/memory",
		     "/sys/fs/cgroup/memory");
	assert_place(V1_PIDS, "/sys/fs/cgroup/pids",
		     "/sys/fs/cgroup/pids/below");
}

/* A mount of one group only shows nothing of another, however alike. */
static void another_part(void **state)
{
	(void)state;
	assert_int_equal(find("0::/docker/f00d2\n",
			      "31 24 0:27 /docker/f00d /cg rw - cgroup2 c "
			      "rw\n"), 0);
	assert_place(0, "/cg", NULL);
	cgroup_bases_release(&bases);
	assert_int_equal(find("0::/../sibling\n", v2_mount), 0);
	assert_place(0, "/sys/fs/cgroup", NULL);
	cgroup_bases_release(&bases);
	assert_int_equal(find("0::/..\n", v2_mount), 0);
	assert_place(0, "/sys/fs/cgroup", NULL);
	cgroup_bases_release(&bases);
	assert_int_equal(find("0::/..odd\n", v2_mount), 0);
	assert_place(0, "/sys/fs/cgroup", "/sys/fs/cgroup/..odd");
}

/* unshare -C: mounts from before have roots above ours. One made afterwards
 * shows our group, be it at another point or over the old one. */
static void cgroup_namespace(void **state)
{
	static const char old[] =
		"31 24 0:27 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
	struct str text = STR_INIT;

	(void)state;
	assert_int_equal(find("0::/\n", old), 0);
	assert_place(0, "/sys/fs/cgroup", NULL);
	cgroup_bases_release(&bases);
	str_add(&text, old);
	str_add(&text, "32 24 0:27 / /elsewhere rw - cgroup2 cgroup2 rw\n");
	assert_int_equal(find("0::/a\n", text.buf), 0);
	assert_place(0, "/elsewhere", "/elsewhere/a");
	cgroup_bases_release(&bases);
	str_reset(&text);
	str_add(&text, old);
	str_add(&text, v2_mount);
	assert_int_equal(find("0::/a\n", text.buf), 0);
	assert_place(0, "/sys/fs/cgroup", "/sys/fs/cgroup/a");
	str_release(&text);
}

/* A later mount of a part does not take the place of the whole. */
static void first_of_several(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, v2_mount);
	str_add(&text, "90 1 0:27 / /var/lib/cg rw - cgroup2 cgroup2 rw\n");
	str_add(&text, "91 1 0:27 /b /b rw - cgroup2 cgroup2 rw\n");
	assert_int_equal(find("0::/a\n", text.buf), 0);
	assert_place(0, "/sys/fs/cgroup", "/sys/fs/cgroup/a");
	str_release(&text);
}

static void octal_escapes(void **state)
{
	(void)state;
	assert_int_equal(find("0::/a b/c\n",
			      "31 24 0:27 /a\\040b /my\\040cg\\134\\011x rw - "
			      "cgroup2  rw\n"), 0);
	assert_place(0, "/my cg\\\tx", "/my cg\\\tx/c");
}

static void odd_texts(void **state)
{
	static const char *const mounts[] = {
		"", "\n", "31\n", "31 24 0:27 /\n", "31 24 0:27 / /x rw -\n",
		"31 24 0:27 / /x rw - \n", " - cgroup2 c rw\n",
		"31 24 0:27 / /x rw - cgroup2\n", "31 24 - cgroup c rw,cpu\n",
		"31 24 0:27 / /x rw - ext4 /dev/x rw,cpu\n",
	};
	static const char *const selfs[] = {
		"", "\n", "0\n", "0:\n", "0:cpu\n", "::\n", "1:cpu:/\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		assert_int_equal(find("0::/\n1:cpu:/\n", mounts[i]),
				 ERR_NOT_FOUND);
		assert_names(err, "mount -t cgroup2");
	}
	for (size_t i = 0; i < sizeof(selfs) / sizeof(*selfs); i++) {
		find(selfs[i], v2_mount); /* must not crash */
		cgroup_bases_release(&bases);
	}
	assert_int_equal(find("", v2_mount), ERR_NOT_FOUND);
}

/* 10 ms at least, where the longest period allows. */
static void quotas(void **state)
{
	static const struct {
		double cpus;
		uint64_t quota, period;
	} cases[] = {
		{ 1, 100000, 100000 },   { 2.5, 250000, 100000 },
		{ 0.1, 10000, 100000 },  { 0.05, 10000, 200000 },
		{ 0.01, 10000, 1000000 }, { 0.005, 5000, 1000000 },
	};
	uint64_t quota, period;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cgroup_quota(cases[i].cpus, &quota, &period);
		assert_int_equal(quota, cases[i].quota);
		assert_int_equal(period, cases[i].period);
	}
}

static void numbers(void **state)
{
	static const char text[] = "max 3\noom 1\noom_kill 2\nlast 18";

	(void)state;
	assert_int_equal(cgroup_number(text, "max "), 3);
	assert_int_equal(cgroup_number(text, "oom "), 1);
	assert_int_equal(cgroup_number(text, "oom_kill "), 2);
	assert_int_equal(cgroup_number(text, "last "), 18);
	assert_true(cgroup_number(text, "kill ") == COUNT_UNKNOWN);
	assert_true(cgroup_number("", "max ") == COUNT_UNKNOWN);
}

/* The split follows the ticks, but neither part ever goes down. */
static void split_never_goes_down(void **state)
{
	static const uint64_t steps[][3] = { /* total, user, system */
		{ 0, 0, 0 },     { 100, 1, 1 },   { 110, 10, 90 },
		{ 105, 10, 90 }, { 1000, 90, 10 }, { 1001, 0, 100 },
		{ 5000, 50, 50 },
	};
	struct cgroup group = { .ops = NULL };
	struct cgroup_counts counts, before = { .cpu_ns = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		cgroup_set_cpu(&group, steps[i][0], steps[i][1], steps[i][2],
			       &counts);
		assert_true(counts.cpu_ns >= before.cpu_ns);
		assert_true(counts.cpu_user_ns >= before.cpu_user_ns);
		assert_true(counts.cpu_ns - counts.cpu_user_ns >=
			    before.cpu_ns - before.cpu_user_ns);
		before = counts;
	}
	assert_int_equal(counts.cpu_ns, 5000);
	assert_int_equal(counts.cpu_user_ns, 2500);
}

#define CHECK(name) cmocka_unit_test_teardown(name, release)

int main(void)
{
	const struct CMUnitTest checks[] = {
		CHECK(each_its_own),
		CHECK(freezer_beside_v2),
		CHECK(freezer_of_v1),
		CHECK(mounted_together),
		CHECK(all_in_one),
		CHECK(missing_controller),
		CHECK(pure_v2),
		CHECK(v2_with_a_named_hierarchy),
		CHECK(docker_on_v1),
		CHECK(another_part),
		CHECK(cgroup_namespace),
		CHECK(first_of_several),
		CHECK(octal_escapes),
		CHECK(odd_texts),
		CHECK(quotas),
		CHECK(numbers),
		CHECK(split_never_goes_down),
	};

	return cmocka_run_group_tests_name("cell_cgroup_find", checks, NULL,
					   NULL);
}
