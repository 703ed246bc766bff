#include "experiment/sampler_waits.h"

#include "base/clock.h"
#include "experiment/sampler_processes.h"
#include "measure/waits.h"

/* All its processes together, and the first of them; COUNT_UNKNOWN: nobody counts. */
static uint64_t waits_of(const struct sampler *s, unsigned number,
			 uint64_t *first_ns)
{
	pid_t pids[PROCESSES_MOST];
	size_t count = processes_of(s, number, pids, PROCESSES_MOST);
	uint64_t sum_ns = COUNT_UNKNOWN;

	*first_ns = COUNT_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		uint64_t one_ns = waits_read("", pids[i]);

		if (pids[i] == s->ours[number])
			*first_ns = one_ns;
		if (one_ns != COUNT_UNKNOWN)
			sum_ns = count_or(sum_ns, 0) + one_ns;
	}
	return sum_ns;
}

void waits_begin(struct sampler *s)
{
	for (unsigned i = 0; i < s->count; i++)
		s->waits[i].began_ns = waits_of(s, i, &s->waits[i].first_ns);
}

void waits_end(struct sampler *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct waits *waits = &s->waits[i];
		uint64_t first_ns, all_ns = waits_of(s, i, &first_ns);

		/* One that has ended takes its own away from the sum. */
		all_ns = count_or(count_grown(all_ns, waits->began_ns), 0);
		first_ns = count_or(count_grown(first_ns, waits->first_ns), 0);
		waits->in_ns = all_ns > first_ns ? all_ns : first_ns;
	}
}

void waits_take(struct sampler *s, double worked_s)
{
	for (unsigned i = 0; i < s->count; i++)
		s->waits[i].sum_ns += s->waits[i].in_ns;
	s->worked_s += worked_s;
}

void waits_finish(struct sampler *s)
{
	struct trial *trial = s->trial;

	if (!(s->worked_s > 0))
		return;
	trial->origin_waited = clock_seconds(s->waits[CELL_ORIGIN].sum_ns) /
			       s->worked_s;
	for (unsigned i = 0; i < trial->replica_count; i++)
		trial->replica[i].waited =
			clock_seconds(s->waits[CELL_OF(i)].sum_ns) /
			s->worked_s;
}
