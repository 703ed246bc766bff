#include "cli/source.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

void source_open(struct source *source, struct cgroup *group, pid_t pid,
		 bool in_container)
{
	struct err err;

	memset(source, 0, sizeof(*source));
	source->meter.stat_fd = source->meter.status_fd = -1;
	if (group && group->ops)
		source->group = group;
	else if (in_container && cgroup_open_of(pid, &source->container,
						&err) == 0)
		source->group = &source->container;
	else if (measure_open(&source->meter, pid, &err) < 0)
		LOG(CLI, "%s", err.text);
	if (clock_getcpuclockid(pid, &source->clock) != 0)
		source->clock = 0;
}

static bool read_clock(const struct source *source, uint64_t *out)
{
	struct timespec used;

	if (!source->clock || clock_gettime(source->clock, &used) < 0)
		return false;
	*out = (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
	return true;
}

/* false: the group must be read. */
static bool read_brief(struct source *source, struct sample *sample)
{
	struct cgroup_counts *counts = &source->counts;
	uint64_t now_ns;

	if (!source->clock_ns || !read_clock(source, &now_ns))
		return false;
	sample->at_ns = clock_now_ns();
	cgroup_advance(source->group,
		       counts->cpu_ns + (now_ns - source->clock_ns), counts);
	source->clock_ns = now_ns;
	sample->cpu_ns = counts->cpu_ns;
	sample->cpu_user_ns = counts->cpu_user_ns;
	return true;
}

static uint64_t known(uint64_t count)
{
	return count == CGROUP_UNKNOWN ? COUNT_UNKNOWN : count;
}

static int read_group(struct source *source, enum source_what what,
		      struct sample *sample)
{
	struct cgroup_counts *counts = &source->counts;

	if (what == SOURCE_BRIEF && read_brief(source, sample))
		return 0;
	if (cgroup_read(source->group, what == SOURCE_SELDOM ? CGROUP_SELDOM
							     : CGROUP_OFTEN,
			counts) < 0)
		return -1;
	if (!read_clock(source, &source->clock_ns))
		source->clock_ns = 0;
	sample->at_ns = clock_now_ns();
	sample->cpu_ns = counts->cpu_ns;
	sample->cpu_user_ns = counts->cpu_user_ns;
	sample->threads = (uint32_t)counts->pids;
	if (counts->memory_bytes != CGROUP_UNKNOWN)
		sample->memory_bytes = counts->memory_bytes;
	sample->memory_anon_bytes = known(counts->memory_anon_bytes);
	sample->throttled_ns = known(counts->throttled_ns);
	return 0;
}

int source_read(struct source *source, enum source_what what,
		struct sample *sample)
{
	if (source->group)
		return read_group(source, what, sample);
	sample->memory_anon_bytes = sample->throttled_ns = COUNT_UNKNOWN;
	return measure_read(&source->meter, sample, NULL);
}

void source_close(struct source *source)
{
	if (source->group == &source->container)
		cgroup_remove(&source->container);
	source->group = NULL;
	measure_close(&source->meter);
}
