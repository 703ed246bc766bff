/* What limits a group really has, whoever set them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cell/cgroup_ops.h"

/* v1 has a number of bytes for "none": the largest of whole pages. */
#define NO_LIMIT (1ULL << 60)

/* v1's period stands in a file of its own. */
static double read_cpus(const char *folder, const char *name, const char *text)
{
	long long quota = 0, period = 0;
	struct str other = STR_INIT;
	char *path;

	if (strcmp(name, "cpu.max") == 0)
		return sscanf(text, "%lld %lld", &quota, &period) == 2 &&
				       period > 0
			       ? (double)quota / (double)period
			       : 0;
	path = mem_printf("%s/cpu.cfs_period_us", folder);
	if (sscanf(text, "%lld", &quota) == 1 && quota > 0 &&
	    file_read(path, 64, &other, NULL) == 0)
		period = atoll(other.buf);
	free(path);
	str_release(&other);
	return period > 0 ? (double)quota / (double)period : 0;
}

static uint64_t read_count(const char *text)
{
	unsigned long long count = 0;

	if (sscanf(text, "%llu", &count) != 1 || count >= NO_LIMIT)
		return 0;
	return count;
}

static void tighten(uint64_t *limit, uint64_t count)
{
	if (count && (!*limit || count < *limit))
		*limit = count;
}

static void take(const char *folder, const char *name, const char *text,
		 struct cgroup_limits *out)
{
	if (!strncmp(name, "cpu", 3)) {
		double cpus = read_cpus(folder, name, text);

		if (cpus > 0 && (!(out->cpus > 0) || cpus < out->cpus))
			out->cpus = cpus;
	} else if (!strncmp(name, "memory", 6)) {
		tighten(&out->memory_bytes, read_count(text));
	} else {
		tighten(&out->pids, read_count(text));
	}
}

/* false: no limit is set here, as at the top of a hierarchy. */
static bool read_folder(const char *folder, struct cgroup_limits *out)
{
	static const char *const names[] = {
		"cpu.max",    "cpu.cfs_quota_us",	"memory.max",
		"memory.limit_in_bytes", "pids.max",
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char *path = mem_printf("%s/%s", folder, names[i]);
		struct str text = STR_INIT;

		if (file_read(path, 256, &text, NULL) == 0) {
			take(folder, names[i], text.buf, out);
			any = true;
		}
		free(path);
		str_release(&text);
	}
	return any;
}

/* Cuts a path to the folder above. */
static bool go_up(char *folder)
{
	char *end = strrchr(folder, '/');

	if (!end || end == folder)
		return false;
	*end = '\0';
	return true;
}

void cgroup_limits_of(const struct cgroup *group, bool above,
		      struct cgroup_limits *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		char *folder = group->path[i] ? mem_dup(group->path[i]) : NULL;

		while (folder && read_folder(folder, out) && above &&
		       go_up(folder))
			;
		free(folder);
	}
}

/* ------------------------------------------------------- our own quota --- */

/* false: nothing is set here, as at the top of a hierarchy. */
static bool add_quota(struct cgroup_quota *quota, const char *folder)
{
	struct cgroup_limits limits = { 0 };
	int fd;

	if (!read_folder(folder, &limits))
		return false;
	if (!(limits.cpus > 0))
		return true;
	if (!(quota->cpus > 0) || limits.cpus < quota->cpus)
		quota->cpus = limits.cpus;
	fd = quota->count < CGROUP_QUOTAS
		     ? cgroup_open_file(folder, "cpu.stat", O_RDONLY) : -1;
	if (fd >= 0)
		quota->fd[quota->count++] = fd;
	return true;
}

/* Two controllers that are mounted together have one folder. */
static bool is_first(char *const *path, unsigned number)
{
	for (unsigned i = 0; i < number; i++)
		if (path[i] && !strcmp(path[i], path[number]))
			return false;
	return true;
}

static void add_quotas(struct cgroup_quota *out, char *const *path)
{
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		char *folder = path[i] && is_first(path, i) ? mem_dup(path[i])
							    : NULL;

		while (folder && add_quota(out, folder) && go_up(folder))
			;
		free(folder);
	}
}

void cgroup_quota_open(const struct cgroup_tree *tree, struct cgroup_quota *out)
{
	struct cgroup group;

	*out = (struct cgroup_quota){ 0 };
	if (tree) {
		add_quotas(out, tree->parent);
	} else if (cgroup_open_of(getpid(), &group, NULL) == 0) {
		add_quotas(out, group.path);
		cgroup_remove(&group);
	}
}

void cgroup_quota_close(struct cgroup_quota *quota)
{
	while (quota->count)
		close(quota->fd[--quota->count]);
	quota->cpus = 0;
}

/* v1 counts nanoseconds, v2 microseconds. */
static uint64_t waited_ns(int fd)
{
	char text[1024];
	uint64_t count;

	if (!cgroup_text_fd(fd, text, sizeof(text)))
		return 0;
	count = cgroup_number(text, "throttled_time ");
	if (count != COUNT_UNKNOWN)
		return count;
	count = cgroup_number(text, "throttled_usec ");
	return count == COUNT_UNKNOWN ? 0 : count * NS_PER_US;
}

uint64_t cgroup_quota_waited_ns(const struct cgroup_quota *quota)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < quota->count; i++)
		sum += waited_ns(quota->fd[i]);
	return sum;
}
