#include "run/records.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/run.h"

/* The scratch folder may be that of another user, whom replicas run as. */
static int give_to_owner_of_folder(int fd, const char *path)
{
	char *folder = mem_dup(path);
	char *end = strrchr(folder, '/');
	struct stat st;
	int code = 0;

	if (end)
		*end = '\0';
	if (end && end > folder && stat(folder, &st) == 0 &&
	    st.st_uid != geteuid() && geteuid() == 0)
		code = fchown(fd, st.st_uid, st.st_gid);
	free(folder);
	return code;
}

int records_make(const char *path, uint64_t capacity, struct err *err)
{
	int fd, code = 0;

	if (capacity == 0 || capacity > INT64_MAX / RECORD_BYTES)
		return err_set(err, ERR_USAGE,
			       "%llu records a replica are impossible: give a "
			       "smaller number of requests",
			       (unsigned long long)capacity);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return err_sys(err, "cannot make the records file %s", path);
	if (give_to_owner_of_folder(fd, path) < 0)
		code = err_sys(err, "cannot give %s to its replica", path);
	else if (ftruncate(fd, (off_t)(capacity * RECORD_BYTES)) < 0)
		code = err_sys(err, "cannot give %s room for %llu records",
			       path, (unsigned long long)capacity);
	close(fd);
	return code;
}

/* End of the last part of the file that is not a hole. A file system that does
 * not know holes says that the whole file is data. */
static off_t written_end(int fd, off_t size)
{
	off_t end = 0, data;

	while ((data = lseek(fd, end, SEEK_DATA)) >= 0) {
		off_t hole = lseek(fd, data, SEEK_HOLE);

		if (hole <= data)
			return size;
		end = hole;
	}
	return errno == ENXIO ? end : size;
}

static int map_file(int fd, const char *path, bool written_only,
		    const struct record **out, size_t *count, struct err *err)
{
	struct stat st;
	void *mapped;
	off_t bytes;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "cannot read %s", path);
	if (st.st_size % RECORD_BYTES)
		return err_set(err, ERR_INVALID,
			       "the records file %s has %lld bytes, which is "
			       "no whole number of records: a replica must not "
			       "change its size", path, (long long)st.st_size);
	bytes = written_only ? written_end(fd, st.st_size) : st.st_size;
	if (bytes > st.st_size)
		bytes = st.st_size;
	*count = (size_t)bytes / RECORD_BYTES;
	if (*count == 0)
		return 0;
	mapped = mmap(NULL, *count * RECORD_BYTES, PROT_READ, MAP_SHARED, fd,
		      0);
	if (mapped == MAP_FAILED)
		return err_sys(err, "cannot map %s", path);
	*out = mapped;
	return 0;
}

static int map_path(const char *path, bool written_only,
		    const struct record **out, size_t *count, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;

	*out = NULL;
	*count = 0;
	if (fd < 0) {
		code = errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM;
		err_sys(err, "cannot open the records file %s", path);
		return code;
	}
	code = map_file(fd, path, written_only, out, count, err);
	close(fd);
	return code;
}

int run_map_records(const char *path, const struct record **out, size_t *count,
		    struct err *err)
{
	return map_path(path, true, out, count, err);
}

int run_map_all_records(const char *path, const struct record **out,
			size_t *capacity, struct err *err)
{
	return map_path(path, false, out, capacity, err);
}

int run_reserve_records(int fd, size_t from, size_t to)
{
	if (to <= from)
		return 0;
	return fallocate(fd, FALLOC_FL_KEEP_SIZE,
			 (off_t)(from * RECORD_BYTES),
			 (off_t)((to - from) * RECORD_BYTES));
}

size_t run_allocated_records(int fd, size_t capacity)
{
	off_t end = written_end(fd, (off_t)(capacity * RECORD_BYTES));
	size_t count = end > 0 ? (size_t)end / RECORD_BYTES : 0;

	return count < capacity ? count : capacity;
}

void run_unmap_records(const struct record *records, size_t count)
{
	if (records)
		munmap((void *)(uintptr_t)records, count * RECORD_BYTES);
}
