#include "experiment/gauge.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

void gauge_open(struct gauge *gauge, struct cgroup *group, pid_t pid,
		bool in_container)
{
	struct err err;

	memset(gauge, 0, sizeof(*gauge));
	/* Not read yet. */
	gauge->counts.memory_anon_bytes = COUNT_UNKNOWN;
	gauge->meter.stat_fd = gauge->meter.status_fd = -1;
	if (group && group->ops)
		gauge->group = group;
	else if (in_container && cgroup_open_of(pid, &gauge->container,
						&err) == 0)
		gauge->group = &gauge->container;
	else if (measure_open(&gauge->meter, pid, &err) < 0)
		LOG(EXPERIMENT, "%s", err.text);
	if (clock_getcpuclockid(pid, &gauge->clock) != 0)
		gauge->clock = 0;
}

static bool read_clock(const struct gauge *gauge, uint64_t *out)
{
	struct timespec used;

	if (!gauge->clock || clock_gettime(gauge->clock, &used) < 0)
		return false;
	*out = (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
	return true;
}

/* false: the group must be read. */
static bool read_brief(struct gauge *gauge, struct sample *sample)
{
	struct cgroup_counts *counts = &gauge->counts;
	uint64_t now_ns;

	if (!gauge->clock_ns || !read_clock(gauge, &now_ns))
		return false;
	sample->at_ns = clock_now_ns();
	cgroup_advance(gauge->group,
		       counts->cpu_ns + (now_ns - gauge->clock_ns), counts);
	gauge->clock_ns = now_ns;
	sample->cpu_ns = counts->cpu_ns;
	sample->cpu_user_ns = counts->cpu_user_ns;
	return true;
}

static int read_group(struct gauge *gauge, enum gauge_what what,
		      struct sample *sample)
{
	struct cgroup_counts *counts = &gauge->counts;

	if (what == GAUGE_BRIEF && read_brief(gauge, sample))
		return 0;
	if (cgroup_read(gauge->group, what == GAUGE_SELDOM ? CGROUP_SELDOM
							     : CGROUP_OFTEN,
			counts) < 0)
		return -1;
	if (!read_clock(gauge, &gauge->clock_ns))
		gauge->clock_ns = 0;
	sample->at_ns = clock_now_ns();
	sample->cpu_ns = counts->cpu_ns;
	sample->cpu_user_ns = counts->cpu_user_ns;
	sample->threads = (uint32_t)counts->pids;
	if (counts->memory_bytes != COUNT_UNKNOWN)
		sample->memory_bytes = counts->memory_bytes;
	sample->memory_anon_bytes = counts->memory_anon_bytes;
	sample->throttled_ns = counts->throttled_ns;
	return 0;
}

int gauge_read(struct gauge *gauge, enum gauge_what what, struct sample *sample)
{
	if (gauge->group)
		return read_group(gauge, what, sample);
	sample->memory_anon_bytes = sample->throttled_ns = COUNT_UNKNOWN;
	return measure_read(&gauge->meter, sample, NULL);
}

void gauge_close(struct gauge *gauge)
{
	if (gauge->group == &gauge->container)
		cgroup_remove(&gauge->container);
	gauge->group = NULL;
	measure_close(&gauge->meter);
}
