/*
 * A replica maps its records and does there what it likes, also while we read.
 * It may punch holes. So records are read here and never mapped: a hole reads
 * as records without an outcome, and costs no memory.
 */
#include "run/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/handed.h"
#include "run/run.h"

#define CHUNK_RECORDS 16384 /* 1 MiB */

int records_make(uint64_t capacity, struct err *err)
{
	int fd;

	if (capacity == 0 || capacity > INT64_MAX / RECORD_BYTES)
		return err_set(err, ERR_USAGE,
			       "%llu records a replica are impossible: give a "
			       "smaller number of requests",
			       (unsigned long long)capacity);
	fd = handed_make("records", err);
	if (fd < 0)
		return fd;
	if (ftruncate(fd, (off_t)(capacity * RECORD_BYTES)) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW |
				   F_SEAL_SEAL) == 0)
		return fd;
	err_sys(err, "cannot make room for %llu records",
		(unsigned long long)capacity);
	close(fd);
	return ERR_SYSTEM;
}

/* Returns how many were read; less than asked for only at the end. */
static size_t read_at(int fd, size_t from, struct record *out, size_t most)
{
	size_t bytes = 0;
	ssize_t n;

	do {
		n = pread(fd, (char *)out + bytes, most * RECORD_BYTES - bytes,
			  (off_t)(from * RECORD_BYTES + bytes));
		bytes += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && bytes < most * RECORD_BYTES) ||
		 (n < 0 && errno == EINTR));
	return bytes / RECORD_BYTES;
}

static size_t leading(const struct record *records, size_t count)
{
	size_t n = 0;

	while (n < count && records[n].outcome != OUTCOME_NONE)
		n++;
	return n;
}

/* The outcome is written last. A record that had one at the first reading is
 * whole at the second. */
size_t run_read_records(int fd, size_t from, struct record *out, size_t most)
{
	size_t n = leading(out, read_at(fd, from, out, most));

	atomic_thread_fence(memory_order_acquire);
	return leading(out, read_at(fd, from, out, n));
}

static size_t count_records(int fd)
{
	struct record *chunk = mem_array(CHUNK_RECORDS, sizeof(*chunk));
	size_t count = 0, n;

	do {
		n = leading(chunk, read_at(fd, count, chunk, CHUNK_RECORDS));
		count += n;
	} while (n == CHUNK_RECORDS);
	free(chunk);
	return count;
}

static void give_back(int fd, size_t from, size_t count)
{
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		  (off_t)(from * RECORD_BYTES), (off_t)(count * RECORD_BYTES));
}

/* Gives each part back once it is read, so that the records are never there
 * twice. */
void run_take_records(int fd, struct record **out, size_t *count)
{
	size_t wanted = count_records(fd), at = 0, n;
	struct record *all = mem_array(wanted ? wanted : 1, sizeof(*all));

	do {
		size_t most = wanted - at;

		if (most > CHUNK_RECORDS)
			most = CHUNK_RECORDS;
		n = run_read_records(fd, at, all + at, most);
		give_back(fd, at, most);
		at += n;
	} while (n == CHUNK_RECORDS);
	*out = all;
	*count = at;
}

int run_reserve_records(int fd, size_t from, size_t to)
{
	if (to <= from)
		return 0;
	return fallocate(fd, FALLOC_FL_KEEP_SIZE,
			 (off_t)(from * RECORD_BYTES),
			 (off_t)((to - from) * RECORD_BYTES));
}
