/* The memory of records: sealed, sparse, and read while it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/records.h"
#include "run/run.h"

#define MANY 100000 /* more than is read at once */

static int make(uint64_t capacity)
{
	struct err err;
	int fd = records_make(capacity, &err);

	assert_true(fd >= 0);
	return fd;
}

/* Records `from` to `to`, each with its number. */
static void put(int fd, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct record one = { .op = i, .outcome = OUTCOME_OK };

		assert_int_equal(pwrite(fd, &one, sizeof(one),
					(off_t)i * RECORD_BYTES),
				 sizeof(one));
	}
}

static off_t allocated(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_blocks * 512;
}

static void sparse(void **state)
{
	struct record *records, some[10];
	int fd = make(1000000);
	struct stat st;
	size_t count;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_size == 64000000 && st.st_blocks == 0);
	assert_int_equal(run_read_records(fd, 0, some, 10), 0);
	assert_int_equal(run_read_records(fd, 999999, some, 10), 0);
	assert_int_equal(run_read_records(fd, 5000000, some, 10), 0);
	run_take_records(fd, &records, &count);
	assert_int_equal(count, 0);
	free(records);
	assert_int_equal(allocated(fd), 0); /* to look costs nothing */
	close(fd);
}

static void read_in_parts(void **state)
{
	struct record some[64];
	int fd = make(MANY);

	(void)state;
	put(fd, 0, 100);
	assert_int_equal(run_read_records(fd, 0, some, 64), 64);
	assert_int_equal(some[63].op, 63);
	assert_int_equal(run_read_records(fd, 64, some, 64), 36);
	assert_int_equal(some[35].op, 99);
	put(fd, 101, 102); /* behind a hole */
	assert_int_equal(run_read_records(fd, 100, some, 64), 0);
	close(fd);
}

static void taken_once(void **state)
{
	struct record *records;
	int fd = make(MANY);
	size_t count;

	(void)state;
	put(fd, 0, MANY);
	run_take_records(fd, &records, &count);
	assert_int_equal(count, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(records[i].op, i);
	free(records);
	assert_true(allocated(fd) <= 4096); /* a page that is not full */
	close(fd);
}

static void reserved(void **state)
{
	int fd = make(MANY);

	(void)state;
	assert_int_equal(run_reserve_records(fd, 0, 4096), 0);
	assert_int_equal(allocated(fd), 4096 * 64);
	assert_int_equal(run_reserve_records(fd, 4096, 4096), 0);
	assert_true(run_reserve_records(fd, MANY, 2 * MANY) < 0);
	close(fd);
}

static void sealed(void **state)
{
	int fd = make(1000);

	(void)state;
	assert_true(ftruncate(fd, 0) < 0);
	assert_true(ftruncate(fd, 64 * 1001) < 0);
	close(fd);
}

static void impossible(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(records_make(UINT64_MAX, &err), ERR_USAGE);
	assert_int_equal(records_make(0, &err), ERR_USAGE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sparse), cmocka_unit_test(read_in_parts),
		cmocka_unit_test(taken_once), cmocka_unit_test(reserved),
		cmocka_unit_test(sealed), cmocka_unit_test(impossible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
