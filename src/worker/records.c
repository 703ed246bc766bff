#include "worker/records.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Maps `fd` and closes it. */
static int map_fd(struct records *records, int fd, const char *name,
		  uint64_t capacity, struct err *err)
{
	void *map = mmap(NULL, capacity * RECORD_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);
	int code = 0;

	if (map == MAP_FAILED)
		code = err_sys(err, "the records file %s cannot be mapped",
			       name);
	close(fd);
	if (code < 0)
		return code;
	*records = (struct records){ .map = map, .capacity = capacity };
	return 0;
}

int records_open(struct records *records, const char *path, uint64_t capacity,
		 struct err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_sys(err, "the records file %s cannot be opened",
			       path);
	if (fstat(fd, &st) < 0 || st.st_size < 0 ||
	    (uint64_t)st.st_size / RECORD_BYTES < capacity) {
		close(fd);
		return err_set(err, ERR_INVALID,
			       "the records file %s has no room for %" PRIu64
			       " records: make it larger, or give a smaller "
			       "records.capacity",
			       path, capacity);
	}
	return map_fd(records, fd, path, capacity, err);
}

int records_open_own(struct records *records, uint64_t capacity,
		     struct err *err)
{
	int fd = memfd_create("records", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "no memory can be had for records");
	if (ftruncate(fd, (off_t)(capacity * RECORD_BYTES)) < 0) {
		int code = err_sys(err, "%" PRIu64 " records are too many: "
					"give a smaller --n-requests",
				   capacity);

		close(fd);
		return code;
	}
	return map_fd(records, fd, "in memory", capacity, err);
}

void records_close(struct records *records)
{
	if (records->map)
		munmap(records->map, records->capacity * RECORD_BYTES);
	records->map = NULL;
}

/* Drops the last full MiB from this process; the file keeps it. */
static void give_back(struct records *records)
{
	madvise(records->map + records->written - RECORDS_GIVE_BACK,
		(size_t)RECORDS_GIVE_BACK * RECORD_BYTES, MADV_DONTNEED);
}

void records_add(struct records *records, const struct record *record)
{
	struct record *to = &records->map[records->written];

	memcpy(to, record, offsetof(struct record, outcome));
	/* Whoever sees the outcome sees all the rest. */
	__atomic_store_n(&to->outcome, record->outcome, __ATOMIC_RELEASE);
	if (++records->written % RECORDS_GIVE_BACK == 0)
		give_back(records);
}
