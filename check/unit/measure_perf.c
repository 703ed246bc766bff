/* Counters of a group, by events that each kernel has: this machine may have no
 * hardware to count with. */
#include "check.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/unknown.h"
#include "experiment/sampler_perf.h"
#include "measure/perf.h"

/* ns that the group ran. */
static const struct perf_event clocks[PERF_EVENTS] = {
	{ PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK },
	{ PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK },
};

static void burn(void)
{
	struct timespec t = { 0 };

	while (t.tv_nsec < 200 * (long)NS_PER_MS)
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
}

/* A child that enters the group, if there is one, and burns 200 ms. */
static void burn_in(const char *folder)
{
	pid_t child = fork();
	char path[160];
	int status, fd;

	if (child == 0 && folder) {
		snprintf(path, sizeof(path), "%.140s/cgroup.procs", folder);
		fd = open(path, O_WRONLY);
		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(1);
	}
	if (child == 0) {
		burn();
		_exit(0);
	}
	assert_true(waitpid(child, &status, 0) == child && status == 0);
}

static bool make_group(char *folder, size_t size)
{
	static const char *const tops[] = { "/sys/fs/cgroup/unified",
					    "/sys/fs/cgroup" };
	char procs[160];

	for (size_t i = 0; i < 2; i++) {
		snprintf(procs, sizeof(procs), "%s/cgroup.procs", tops[i]);
		if (access(procs, W_OK) < 0)
			continue;
		snprintf(folder, size, "%s/geoio-check-perf-%ld", tops[i],
			 (long)getpid());
		if (mkdir(folder, 0755) == 0)
			return true;
	}
	return false;
}

static void check_group(void **state)
{
	struct perf_counts before, after;
	struct perf_meter meter;
	char folder[128];
	struct err err;

	(void)state;
	if (!make_group(folder, sizeof(folder)))
		skip();
	if (perf_open(&meter, folder, clocks, &err) < 0) {
		rmdir(folder);
		skip(); /* the kernel has no such groups, or we may not */
	}
	perf_read(&meter, &before);
	burn_in(NULL);
	perf_read(&meter, &after);
	assert_true(after.instructions - before.instructions <
		    20 * NS_PER_MS);
	burn_in(folder);
	perf_read(&meter, &after);
	perf_close(&meter);
	rmdir(folder);
	assert_true(after.instructions - before.instructions >=
		    190 * NS_PER_MS);
	assert_true(after.cycles - before.cycles >= 190 * NS_PER_MS);
}

/* Windows add up, and what lies between them does not count. */
static void check_windows(void **state)
{
	struct trial trial;
	struct sampler sampler = { .trial = &trial };
	struct trial_spec spec;
	char folder[128];

	(void)state;
	if (!make_group(folder, sizeof(folder)))
		skip();
	spec_init(&spec);
	trial_init(&trial, &spec);
	sampler.counted = mem_new(sizeof(*sampler.counted));
	if (perf_open(&sampler.counted->meter, folder, clocks, NULL) < 0) {
		rmdir(folder);
		skip();
	}
	assert_true(trial.replica[0].instructions == COUNT_UNKNOWN);
	for (int i = 0; i < 3; i++) {
		sampler_perf_begin(&sampler);
		burn_in(folder);
		sampler_perf_end(&sampler);
		if (i == 1)
			continue; /* one that was taken out */
		sampler_perf_take(&sampler);
		burn_in(folder);
	}
	sampler_perf_release(&sampler);
	sampler_perf_release(&sampler);
	rmdir(folder);
	assert_true(trial.replica[0].instructions >= 380 * NS_PER_MS &&
		    trial.replica[0].instructions < 590 * NS_PER_MS);
	assert_true(trial.replica[0].cycles >= 380 * NS_PER_MS);
	trial_release(&trial);
}

static void check_none(void **state)
{
	struct perf_meter meter;
	struct perf_counts counts;
	struct err err;

	(void)state;
	assert_int_equal(perf_open(&meter, "/no/such/group", clocks, &err),
			 ERR_SYSTEM);
	assert_names(err, "/no/such/group");
	perf_read(&meter, &counts);
	assert_true(counts.instructions == COUNT_UNKNOWN &&
		    counts.cycles == COUNT_UNKNOWN);
	perf_close(&meter);
	perf_close(&meter);
}

static void check_available(void **state)
{
	char why[128];
	bool available = perf_available(why, sizeof(why));

	(void)state;
	assert_true(available == !*why);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_group),
		cmocka_unit_test(check_windows),
		cmocka_unit_test(check_none),
		cmocka_unit_test(check_available),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
