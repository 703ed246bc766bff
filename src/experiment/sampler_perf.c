#include "experiment/sampler_perf.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

/* Descriptors of all replicas together. With more nothing is counted. */
#define DESCRIPTORS_MOST 512

static bool too_many(const struct sampler *s)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);

	return cpus * PERF_EVENTS * s->trial->replica_count > DESCRIPTORS_MOST;
}

/* A folder of version 1 that belongs to another controller is refused. */
static bool open_replica(struct sampler *s, unsigned i)
{
	const struct cgroup *group = s->gauges[CELL_OF(i)].group;
	struct err err = { 0 };

	if (group && group->path[0] &&
	    perf_open(&s->counted[i].meter, group->path[0], perf_hardware,
		      &err) == 0)
		return true;
	if (group)
		LOG(EXPERIMENT, "%s", err.text);
	return false;
}

void sampler_perf_ready(struct sampler *s)
{
	char why[128];

	if (!perf_available(why, sizeof(why)) || too_many(s))
		return;
	s->counted = mem_array(s->trial->replica_count, sizeof(*s->counted));
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		if (!open_replica(s, i))
			return;
}

void sampler_perf_begin(struct sampler *s)
{
	for (unsigned i = 0; s->counted && i < s->trial->replica_count; i++)
		perf_read(&s->counted[i].meter, &s->counted[i].began);
}

void sampler_perf_end(struct sampler *s)
{
	for (unsigned i = 0; s->counted && i < s->trial->replica_count; i++) {
		struct counted *counted = &s->counted[i];
		struct perf_counts now;

		perf_read(&counted->meter, &now);
		counted->in.instructions = count_grown(
			now.instructions, counted->began.instructions);
		counted->in.cycles = count_grown(now.cycles,
						 counted->began.cycles);
	}
}

void sampler_perf_take(struct sampler *s)
{
	for (unsigned i = 0; s->counted && i < s->trial->replica_count; i++) {
		struct replica *replica = &s->trial->replica[i];
		struct counted *counted = &s->counted[i];

		if (!counted->taken)
			replica->instructions = replica->cycles = 0;
		counted->taken = true;
		count_add(&replica->instructions, counted->in.instructions);
		count_add(&replica->cycles, counted->in.cycles);
	}
}

void sampler_perf_release(struct sampler *s)
{
	for (unsigned i = 0; s->counted && i < s->trial->replica_count; i++)
		perf_close(&s->counted[i].meter);
	free(s->counted);
	s->counted = NULL;
}
