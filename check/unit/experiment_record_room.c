/* How many records fit: never more than memory there is. */
#include "check.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cell/cgroup.h"
#include "experiment/record_room.h"

#define GIB (1ULL << 30)

static uint64_t room(uint64_t n_requests, double timeout_s, unsigned replicas,
		     uint64_t bytes)
{
	struct trial_spec spec;
	uint64_t capacity = 0;
	struct err err;
	int code;

	spec_init(&spec);
	spec.n_requests = n_requests;
	spec.timeout_s = timeout_s;
	spec.replicas = replicas;
	code = record_room(&spec, bytes, &capacity, &err);
	if (code == 0)
		return capacity;
	assert_int_equal(code, ERR_USAGE);
	assert_names(err, n_requests == COUNT_UNKNOWN ? "--timeout"
						      : "--n-requests");
	assert_names(err, "GiB");
	return 0;
}

static void enough(void **state)
{
	(void)state;
	assert_int_equal(room(1000, 10, 1, GIB), 1000);
	assert_int_equal(room(COUNT_UNKNOWN, 10, 1, 16 * GIB), 20001024);
	assert_int_equal(room(COUNT_UNKNOWN, 1e6, 1, UINT64_MAX), 50001024);
	assert_int_equal(room(1ULL << 60, 1, 1, GIB), 2001024);
}

static void short_of_memory(void **state)
{
	(void)state;
	/* A bound that nobody may ever reach is lowered. */
	assert_int_equal(room(COUNT_UNKNOWN, 60, 8, GIB), GIB / 2 / 8 / 64);
	assert_int_equal(room(COUNT_UNKNOWN, 60, 1, 1 << 20), 0);
	/* What was asked for is refused. */
	assert_int_equal(room(20000000, 3600, 1, GIB), 0);
	assert_int_equal(room(20000000, 3600, 1, 4 * GIB), 20000000);
	assert_int_equal(room(20000000, 3600, 100, 4 * GIB), 0);
	assert_int_equal(room(1000, 10, 1, 0), 0);
}

/* What is not refused has room for all, however long it may take. */
static void more_than_is_ever_recorded(void **state)
{
	struct err err = { "" };
	char limit[32];

	(void)state;
	assert_int_equal(record_room_check(RECORDS_MOST, false, &err), 0);
	assert_int_equal(record_room_check(1ULL << 40, true, &err), 0);
	assert_true(room(RECORDS_MOST, 86400, 1, UINT64_MAX) >= RECORDS_MOST);
	assert_int_equal(record_room_check(RECORDS_MOST + 1, false, &err),
			 ERR_USAGE);
	snprintf(limit, sizeof(limit), "%llu of them", RECORDS_MOST);
	assert_names(err, "--n-requests");
	assert_names(err, limit);
}

/* Of this machine: something, and no more than it says is free. */
static void of_this_machine(void **state)
{
	unsigned long long kib = 0;
	char line[200];
	FILE *file = fopen("/proc/meminfo", "r");

	(void)state;
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "MemTotal: %llu", &kib);
	if (file)
		fclose(file);
	assert_in_range(cgroup_memory_room(), 1, kib * 1024);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(enough),
		cmocka_unit_test(short_of_memory),
		cmocka_unit_test(more_than_is_ever_recorded),
		cmocka_unit_test(of_this_machine),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
