/* Files of groups, the same in both versions. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cell/cgroup_ops.h"

#define PATH_BYTES 4096

/* A quota below 10 ms is overshot by the scheduler's tick; 100 ms is the
 * kernel's own period, 1 s its longest. */
#define QUOTA_LEAST_US 10000.0
#define PERIOD_US 100000.0
#define PERIOD_MOST_US 1000000.0

int cgroup_open_file(const char *folder, const char *name, int flags)
{
	char path[PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, flags | O_CLOEXEC);
}

/* --------------------------------------------------------------- values --- */

bool cgroup_text_fd(int fd, char *out, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

bool cgroup_text(const char *folder, const char *name, char *out, size_t size)
{
	int fd = cgroup_open_file(folder, name, O_RDONLY);
	bool found = cgroup_text_fd(fd, out, size);

	if (fd >= 0)
		close(fd);
	return found;
}

size_t cgroup_members(const struct cgroup *group, pid_t *pids, size_t most)
{
	char text[8192], *at = text, *end;
	unsigned i = 0;
	size_t count = 0;

	while (i < CGROUP_CONTROLLERS && !group->path[i])
		i++;
	if (i == CGROUP_CONTROLLERS)
		return 0;
	cgroup_text(group->path[i], "cgroup.procs", text, sizeof(text));
	while (count < most) {
		long pid = strtol(at, &end, 10);

		if (end == at || *end != '\n')
			break; /* the last number may be cut */
		if (pid > 0) /* not of a namespace above */
			pids[count++] = (pid_t)pid;
		at = end;
	}
	return count;
}

static int write_value(const char *folder, const char *name, const char *text)
{
	int fd = cgroup_open_file(folder, name, O_WRONLY), saved;
	ssize_t done;

	if (fd < 0)
		return -1;
	done = write(fd, text, strlen(text));
	saved = errno;
	close(fd);
	errno = saved;
	return done < 0 ? -1 : 0;
}

int cgroup_write(const char *folder, const char *name, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return write_value(folder, name, text);
}

int cgroup_set(const struct cgroup *group, const char *name, const char *format,
	       ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (unsigned i = 0; i < CGROUP_CONTROLLERS; i++) {
		if (!group->path[i])
			continue;
		if (write_value(group->path[i], name, text) == 0)
			return 0;
		if (errno != ENOENT)
			return -1;
	}
	errno = ENOENT;
	return -1;
}

/* ------------------------------------------------------------- counters --- */

static int open_counter(const struct cgroup *group, const char *name)
{
	int fd = -1;

	errno = ENOENT;
	for (unsigned i = 0; i < CGROUP_CONTROLLERS && fd < 0; i++) {
		if (!group->path[i])
			continue;
		fd = cgroup_open_file(group->path[i], name, O_RDONLY);
		if (fd < 0 && errno != ENOENT)
			return -1;
	}
	return fd;
}

int cgroup_open_files(struct cgroup *group, struct err *err)
{
	const struct cgroup_ops *ops = group->ops;

	for (unsigned i = 0; i < ops->file_count; i++) {
		group->file_fd[i] = open_counter(group, ops->files[i]);
		if (group->file_fd[i] >= 0 || (i > 0 && errno == ENOENT))
			continue;
		return err_sys(err, "cannot open %s of the control group %s%s",
			       ops->files[i],
			       group->path[0] ? group->path[0] : "",
			       errno == EMFILE ? " (raise the limit of open "
						 "files: ulimit -n)" : "");
	}
	return 0;
}

uint64_t cgroup_number(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, name, n) == 0)
			return strtoull(at + n, NULL, 10);
	}
	return COUNT_UNKNOWN;
}

uint64_t cgroup_count(const struct cgroup *group, unsigned file)
{
	char text[64];

	if (!cgroup_text_fd(group->file_fd[file], text, sizeof(text)) || !*text)
		return COUNT_UNKNOWN;
	return strtoull(text, NULL, 10);
}

uint64_t cgroup_count_line(const struct cgroup *group, unsigned file,
			   const char *name)
{
	char text[1024];

	if (!cgroup_text_fd(group->file_fd[file], text, sizeof(text)))
		return COUNT_UNKNOWN;
	return cgroup_number(text, name);
}

void cgroup_set_cpu(struct cgroup *group, uint64_t cpu_ns, uint64_t user,
		    uint64_t system, struct cgroup_counts *out)
{
	cpu_time_set(&group->cpu, cpu_ns, user, system);
	out->cpu_ns = group->cpu.total_ns;
	out->cpu_user_ns = group->cpu.user_ns;
}

void cgroup_advance(struct cgroup *group, uint64_t cpu_ns,
		    struct cgroup_counts *out)
{
	cgroup_set_cpu(group, cpu_ns, group->cpu.user_ns,
		       group->cpu.total_ns - group->cpu.user_ns, out);
}

/* --------------------------------------------------------------- limits --- */

void cgroup_quota(double cpus, uint64_t *quota_us, uint64_t *period_us)
{
	double period = PERIOD_US;

	if (cpus * period < QUOTA_LEAST_US)
		period = QUOTA_LEAST_US / cpus;
	if (period > PERIOD_MOST_US)
		period = PERIOD_MOST_US;
	*period_us = (uint64_t)(period + 0.5);
	*quota_us = (uint64_t)(cpus * period + 0.5);
}

int cgroup_limit_refused(struct err *err, const char *option,
			 const char *controller)
{
	if (errno == ENOENT)
		return err_set(err, ERR_USAGE,
			       "%s needs the control group controller %s, "
			       "which is not offered here: run it as root, or "
			       "leave %s out", option, controller, option);
	if (errno == EINVAL || errno == ERANGE)
		return err_set(err, ERR_USAGE,
			       "%s is out of the range that the kernel takes, "
			       "or more than the control group above has: give "
			       "another value", option);
	return err_sys(err, "cannot set %s on its control group", option);
}

int cgroup_refused(struct err *err, const char *folder, bool v2)
{
	if (errno == EEXIST)
		return err_set(err, ERR_CONFLICT,
			       "the control groups of this run are in %s "
			       "already", folder);
	if (geteuid() != 0 && (errno == EACCES || errno == EPERM))
		return err_set(err, ERR_SYSTEM,
			       "an ordinary user may not make control groups "
			       "in %s: run it as root%s", folder,
			       v2 ? ", or below `systemd-run --user --scope -p "
				    "Delegate=yes`" : "");
	return err_sys(err, "cannot make control groups in %s (a container "
		       "needs --privileged, or that folder mounted writable)",
		       folder);
}
