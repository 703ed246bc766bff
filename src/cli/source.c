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
}

static uint64_t known(uint64_t count)
{
	return count == CGROUP_UNKNOWN ? COUNT_UNKNOWN : count;
}

static int read_group(struct source *source, enum cgroup_what what,
		      struct sample *sample)
{
	struct cgroup_counts *counts = &source->counts;

	if (cgroup_read(source->group, what, counts) < 0)
		return -1;
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

int source_read(struct source *source, enum cgroup_what what,
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
