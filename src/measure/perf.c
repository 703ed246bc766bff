#include "measure/perf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/unknown.h"

const struct perf_event perf_hardware[PERF_EVENTS] = {
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
};

static int open_event(const struct perf_event *event, int target, int cpu,
		      unsigned long flags)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event->type,
		.config = event->config,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	return (int)syscall(SYS_perf_event_open, &attr, target, cpu, -1,
			    flags | PERF_FLAG_FD_CLOEXEC);
}

/* CPUs that are off (ENODEV) are left out. */
static int open_cpu(struct perf_meter *meter, int group, int cpu,
		    const struct perf_event *events)
{
	for (int i = 0; i < PERF_EVENTS; i++) {
		int fd = open_event(&events[i], group, cpu,
				    PERF_FLAG_PID_CGROUP);

		if (fd < 0 && errno == ENODEV && i == 0)
			return 0;
		if (fd < 0)
			return -1;
		meter->fd[meter->count++] = fd;
	}
	return 0;
}

int perf_open(struct perf_meter *meter, const char *folder,
	      const struct perf_event *events, struct err *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int group = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = group < 0 ? -1 : 0;

	*meter = (struct perf_meter){ 0 };
	meter->fd = mem_array((size_t)cpus * PERF_EVENTS, sizeof(*meter->fd));
	for (int cpu = 0; code == 0 && cpu < cpus; cpu++)
		code = open_cpu(meter, group, cpu, events);
	if (code < 0)
		err_sys(err, "cannot count instructions of %s", folder);
	if (group >= 0)
		close(group);
	if (code == 0)
		return 0;
	perf_close(meter);
	return ERR_SYSTEM;
}

/* Value, time enabled, time running. */
static uint64_t read_event(int fd)
{
	uint64_t text[3];

	if (read(fd, text, sizeof(text)) != (ssize_t)sizeof(text))
		return COUNT_UNKNOWN;
	if (!text[2])
		return text[1] ? COUNT_UNKNOWN : text[0]; /* had no turn */
	return text[1] == text[2] ? text[0]
				  : (uint64_t)((double)text[0] *
					       (double)text[1] /
					       (double)text[2]);
}

void perf_read(const struct perf_meter *meter, struct perf_counts *out)
{
	uint64_t sum[PERF_EVENTS] = { 0 };

	*out = (struct perf_counts){ COUNT_UNKNOWN, COUNT_UNKNOWN };
	if (!meter->count)
		return;
	for (size_t i = 0; i < meter->count; i++)
		count_add(&sum[i % PERF_EVENTS], read_event(meter->fd[i]));
	out->instructions = sum[0];
	out->cycles = sum[1];
}

void perf_close(struct perf_meter *meter)
{
	for (size_t i = 0; i < meter->count; i++)
		close(meter->fd[i]);
	free(meter->fd);
	*meter = (struct perf_meter){ 0 };
}

bool perf_available(char *why, size_t size)
{
	int fd = open_event(&perf_hardware[0], 0, -1, 0);

	*why = '\0';
	if (fd >= 0) {
		close(fd);
		return true;
	}
	if (errno == ENOENT || errno == EOPNOTSUPP || errno == ENODEV)
		snprintf(why, size, "this machine has no such counters");
	else
		snprintf(why, size, "not for this user: %s", strerror(errno));
	return false;
}
