#include "experiment/sampler_processes.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* What parts that were read at different times may waver by. */
#define WAVER_NS (10 * NS_PER_MS)

/* An engine may leave out what it was asked for. */
static void take_limits(struct sampler *s)
{
	struct applied *all = &s->trial->applied;

	all->known = !s->groupless;
	for (unsigned i = 1; all->known && i < s->count; i++) {
		const struct gauge *gauge = &s->gauges[i];
		struct cgroup_limits own;

		cgroup_limits_of(gauge->group,
				 gauge->group == &gauge->container, &own);
		if (i == 1 || !(own.cpus > 0) ||
		    (all->cpus > 0 && own.cpus > all->cpus))
			all->cpus = own.cpus;
		if (i == 1 || !own.memory_bytes ||
		    (all->memory_bytes && own.memory_bytes > all->memory_bytes))
			all->memory_bytes = own.memory_bytes;
		if (i == 1 || !own.pids || (all->pids && own.pids > all->pids))
			all->pids = own.pids;
	}
}

/* Those of the other trials of a block. */
static unsigned find_beside(const struct sampler *s, pid_t *out)
{
	unsigned first = s->seats->first, count = 0;

	for (unsigned i = 0; i + 1 < s->cells->count; i++) {
		if (i >= first && i < first + s->trial->replica_count)
			continue;
		out[count++] = s->cells->first[i];
		out[count++] = cells_init_of(s->cells, i);
	}
	return count;
}

void processes_begin(struct sampler *s)
{
	unsigned count = s->trial->replica_count;
	pid_t *inits = mem_array(count, sizeof(*inits));
	pid_t *beside = mem_array(2 * s->cells->count, sizeof(*beside));

	for (unsigned i = 0; i < count; i++)
		inits[i] = cells_init_of(s->cells, s->seats->first + i);
	families_init(&s->families, s->ours + 1, inits, count, beside,
		      find_beside(s, beside));
	free(beside);
	free(inits);
	for (unsigned i = 1; i < s->count; i++)
		s->groupless |= !s->gauges[i].group;
	take_limits(s);
}

/* Adds what all processes but the first have used, if no group counts them. */
static void add_family(struct sampler *s, unsigned number,
		       struct sample *sample)
{
	double user_share = sample->cpu_ns ? (double)sample->cpu_user_ns /
						     (double)sample->cpu_ns
					   : 1;
	struct family_sum sum;

	if (number == CELL_ORIGIN || s->gauges[number].group)
		return;
	families_sum(&s->families, number - 1, &sum);
	sample->cpu_ns += sum.cpu_ns;
	sample->cpu_user_ns += (uint64_t)((double)sum.cpu_ns * user_share);
	sample->memory_bytes += sum.memory_bytes;
	sample->threads += sum.threads;
}

/* Processes of a replica can outlive its first one. A sum of parts that were
 * read at different times can waver. */
static void never_less(struct sample *now, const struct sample *before)
{
	if (now->cpu_ns < before->cpu_ns)
		now->cpu_ns = before->cpu_ns;
	if (now->cpu_user_ns < before->cpu_user_ns)
		now->cpu_user_ns = before->cpu_user_ns;
	if (now->cpu_user_ns - before->cpu_user_ns >
	    now->cpu_ns - before->cpu_ns)
		now->cpu_user_ns = before->cpu_user_ns + now->cpu_ns -
				   before->cpu_ns;
}

void processes_add(struct sampler *s, unsigned number, struct sample *sample)
{
	add_family(s, number, sample);
	if (sample->cpu_ns + WAVER_NS < s->last[number].cpu_ns)
		s->went_back = true;
	never_less(sample, &s->last[number]);
}

/* No process of a replica is somebody else's program. */
void processes_end_others(struct sampler *s, struct others_used *out)
{
	size_t count = s->count + 1, all = count + s->families.member_count +
					   s->families.stray_count;
	pid_t *ours = mem_array(all, sizeof(*ours));

	memcpy(ours, s->ours, count * sizeof(*ours));
	for (size_t i = 0; i < s->families.member_count; i++)
		ours[count++] = s->families.member[i].pid;
	for (size_t i = 0; i < s->families.stray_count; i++)
		ours[count++] = s->families.stray[i];
	others_end(&s->others, ours, count, out);
	free(ours);
}

static size_t group_members(const struct sampler *s, unsigned number,
			    pid_t *pids, size_t most)
{
	pid_t init = number == CELL_ORIGIN
			     ? 0
			     : cells_init_of(s->cells, sampler_cell(s, number) - 1);
	size_t listed = cgroup_members(s->gauges[number].group, pids, most);
	size_t count = 0;

	for (size_t i = 0; i < listed; i++)
		if (pids[i] != init)
			pids[count++] = pids[i];
	return count;
}

static size_t family_members(const struct families *families, unsigned family,
			     pid_t *pids, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < families->member_count && count < most; i++) {
		const struct family_member *member = &families->member[i];

		if (member->family == family && !member->dead)
			pids[count++] = member->pid;
	}
	return count;
}

size_t processes_of(const struct sampler *s, unsigned number, pid_t *pids,
		    size_t most)
{
	size_t count = s->gauges[number].group
			       ? group_members(s, number, pids, most)
		       : number == CELL_ORIGIN
			       ? 0
			       : family_members(&s->families, number - 1, pids,
						most);

	if (!count && s->ours[number])
		pids[count++] = s->ours[number];
	return count;
}

/* Most that the others were of it, as far as they are still there. */
static void add_peaks(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	pid_t pids[PROCESSES_MOST];
	size_t count = processes_of(s, CELL_OF(i), pids, PROCESSES_MOST);
	struct err err;

	for (size_t k = 0; k < count; k++) {
		uint64_t bytes;

		if (pids[k] != replica->pid &&
		    measure_peak_rss(pids[k], &bytes, &err) == 0)
			replica->peak_rss_bytes += bytes;
	}
}

void processes_done(struct sampler *s, unsigned i)
{
	struct replica *replica = &s->trial->replica[i];
	struct sample first = { 0 };
	struct family_sum sum;

	if (s->gauges[CELL_OF(i)].group) {
		add_peaks(s, i);
		return;
	}
	families_scan(&s->families);
	families_sum(&s->families, i, &sum);
	if (measure_read(&s->gauges[CELL_OF(i)].meter, &first, NULL) == 0)
		replica->seen_cpu_ns = first.cpu_ns + sum.cpu_ns;
	replica->peak_rss_bytes += sum.peak_bytes;
}

void processes_finish(struct sampler *s)
{
	for (unsigned i = 0; s->metering && i < s->trial->replica_count; i++) {
		struct replica *replica = &s->trial->replica[i];

		if (s->gauges[CELL_OF(i)].group)
			continue;
		replica->cpu_scope = CPU_SCOPE_PROCESSES;
		replica->processes = s->families.processes[i];
	}
	if (s->groupless)
		s->trial->strays = s->families.stray_count;
}
