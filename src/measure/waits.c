#include "measure/waits.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* "1021744 700491 1": time on a CPU, time that it waited for one, how often. */
static bool read_schedstat(int folder, const char *path, uint64_t *waited_ns)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	char text[80];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%*u %" SCNu64, waited_ns) == 1;
}

static uint64_t sum_of(DIR *tasks)
{
	uint64_t sum_ns = COUNT_UNKNOWN, one_ns;
	struct dirent *entry;
	char path[64];

	while ((entry = readdir(tasks))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%.20s/schedstat", entry->d_name);
		if (read_schedstat(dirfd(tasks), path, &one_ns))
			sum_ns = count_or(sum_ns, 0) + one_ns;
	}
	return sum_ns;
}

uint64_t waits_read(const char *root, pid_t pid)
{
	char path[512];
	uint64_t sum_ns;
	DIR *tasks;
	int n = snprintf(path, sizeof(path), "%s/proc/%d/task", root, pid);

	tasks = n > 0 && (size_t)n < sizeof(path) ? opendir(path) : NULL;
	if (!tasks)
		return COUNT_UNKNOWN;
	sum_ns = sum_of(tasks);
	closedir(tasks);
	return sum_ns;
}

bool waits_are_counted(const char *root)
{
	char path[512];
	uint64_t waited_ns;
	int n = snprintf(path, sizeof(path), "%s/proc/self/schedstat", root);

	return n > 0 && (size_t)n < sizeof(path) &&
	       read_schedstat(AT_FDCWD, path, &waited_ns);
}
