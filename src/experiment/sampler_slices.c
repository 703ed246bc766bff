/* The readings of a slice. The windows of a trial's slices add up. */
#include <string.h>

#include "base/clock.h"
#include "experiment/sampler.h"
#include "experiment/sampler_processes.h"

static uint64_t since(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static uint64_t cpu_of_all(const struct sampler *s)
{
	uint64_t sum = 0;

	for (unsigned i = 1; i < s->count; i++)
		sum += s->last[i].cpu_ns;
	return sum;
}

/* The CPU time of all replicas, without a sample: they are paused. */
static uint64_t read_paused(struct sampler *s)
{
	uint64_t sum = 0;

	if (s->groupless)
		families_scan(&s->families);
	for (unsigned i = 1; i < s->count; i++) {
		struct sample now = s->last[i];

		if (gauge_read(&s->gauges[i], GAUGE_OFTEN, &now) == 0)
			processes_add(s, i, &now);
		s->last[i].cpu_ns = now.cpu_ns;
		sum += now.cpu_ns;
	}
	return sum;
}

void sampler_slice_begin(struct sampler *s, struct slice *slice)
{
	uint64_t now_ns = read_paused(s);

	if (s->paused_cpu_ns != COUNT_UNKNOWN)
		slice->idle_cpu_ns = since(now_ns, s->paused_cpu_ns);
}

static uint64_t still_ns(const struct sampler *s)
{
	return s->ledger ? ledger_still_ns(s->ledger, clock_now_ns()) : 0;
}

/* The first reading of the first replica is the moment of all: those of others
 * follow within some 20 us each. */
void sampler_slice_open(struct sampler *s, struct slice *slice)
{
	sampler_read(s, false, false);
	memcpy(s->open, s->last, s->count * sizeof(*s->open));
	if (s->trial->slice_count == 1)
		memcpy(s->first, s->last, s->count * sizeof(*s->first));
	slice->begin_ns = s->last[1].at_ns;
	s->still_at_open_ns = still_ns(s);
}

static void add_used(struct sampler *s, unsigned number)
{
	const struct sample *now = &s->close[number], *then = &s->open[number];
	struct sample *sum = &s->windows[number];

	sum->cpu_ns += since(now->cpu_ns, then->cpu_ns);
	sum->cpu_user_ns += since(now->cpu_user_ns, then->cpu_user_ns);
	if (now->throttled_ns == COUNT_UNKNOWN)
		sum->throttled_ns = COUNT_UNKNOWN;
	else
		sum->throttled_ns += since(now->throttled_ns,
					   then->throttled_ns);
}

void sampler_slice_close(struct sampler *s, struct slice *slice)
{
	uint64_t before_ns = 0;

	for (unsigned i = 1; i < s->count; i++)
		before_ns += s->open[i].cpu_ns;
	sampler_read(s, false, false);
	slice->end_ns = s->last[1].at_ns;
	slice->cpu_ns = since(cpu_of_all(s), before_ns);
	slice->origin_cpu_ns = since(s->last[CELL_ORIGIN].cpu_ns,
				     s->open[CELL_ORIGIN].cpu_ns);
	memcpy(s->close, s->last, s->count * sizeof(*s->close));
	s->still_at_close_ns = still_ns(s);
}

void sampler_slice_end(struct sampler *s, struct slice *slice)
{
	for (unsigned i = 0; i < s->trial->replica_count; i++)
		sampler_count(s, i);
	for (unsigned i = 0; slice->end_ns && i < s->count; i++)
		add_used(s, i);
	if (slice->end_ns)
		s->trial->origin_still_ns += since(s->still_at_close_ns,
						   s->still_at_open_ns);
	s->paused_cpu_ns = read_paused(s);
}
