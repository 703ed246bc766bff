#include "experiment/sampler_waits.h"

#include "base/clock.h"
#include "measure/waits.h"

void waits_begin(struct sampler *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->ours[i])
			s->waits[i].began_ns = waits_read("", s->ours[i]);
}

void waits_end(struct sampler *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		uint64_t now_ns = s->ours[i] ? waits_read("", s->ours[i])
					     : COUNT_UNKNOWN;

		s->waits[i].in_ns = count_or(
			count_grown(now_ns, s->waits[i].began_ns), 0);
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
