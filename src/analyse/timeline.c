#include "analyse/timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* What one reading of all replicas comes to; readings of one moment are some
 * milliseconds apart. */
struct moment {
	uint64_t at_ns;
	/* COUNT_UNKNOWN: that of some is. */
	uint64_t ok, failed, cpu_ns, origin_cpu_ns;
	uint64_t memory_bytes, in_flight;
};

struct moments {
	struct moment *list;
	size_t count, capacity;
	const struct sample **last; /* of each replica */
};

/* Every replica was read. */
static bool sum_up(const struct trial *trial, const struct sample *const *last,
		   struct moment *out)
{
	for (unsigned i = 0; i < trial->replica_count; i++) {
		const struct sample *s = last[i];

		if (!s)
			return false;
		count_add(&out->ok, s->operations_ok);
		count_add(&out->failed, s->operations_failed);
		count_add(&out->cpu_ns, s->cpu_ns);
		count_add(&out->memory_bytes, s->memory_bytes);
		count_add(&out->in_flight, s->in_flight);
	}
	return true;
}

static void end_moment(const struct trial *trial, struct moments *m,
		       uint64_t at_ns, uint64_t origin_cpu_ns)
{
	struct moment now = { .at_ns = at_ns, .origin_cpu_ns = origin_cpu_ns };

	if (!sum_up(trial, m->last, &now))
		return;
	MEM_ROOM(m->list, m->count, m->capacity);
	m->list[m->count++] = now;
}

/* Cells are read by number, the origin first. So a moment ends before a reading of no
 * higher number: of a cell that is gone, and not read any more, the last reading
 * stands. */
static void find_moments(const struct trial *trial, struct moments *m)
{
	uint64_t origin_cpu_ns = COUNT_UNKNOWN, at_ns = 0;
	int64_t before = -2;

	m->last = mem_array(trial->replica_count, sizeof(*m->last));
	for (size_t i = 0; i < trial->sample_count; i++) {
		const struct sample *s = &trial->samples[i];

		if (s->replica < -1 ||
		    s->replica >= (int64_t)trial->replica_count)
			continue;
		if (s->replica <= before)
			end_moment(trial, m, at_ns, origin_cpu_ns);
		before = s->replica;
		at_ns = s->at_ns;
		if (s->replica < 0)
			origin_cpu_ns = s->cpu_ns;
		else
			m->last[s->replica] = s;
	}
	if (before > -2)
		end_moment(trial, m, at_ns, origin_cpu_ns);
	free(m->last);
}

/* So far a reading may lie outside the window at whose edge it was made. */
#define EDGE_NS (5 * NS_PER_MS)

static bool is_within(const struct trial *trial, uint64_t begin_ns,
		      uint64_t end_ns)
{
	for (size_t i = 0; i < trial->slice_count; i++) {
		const struct slice *slice = &trial->slices[i];

		if (begin_ns + EDGE_NS >= slice->begin_ns &&
		    end_ns <= slice->end_ns + EDGE_NS)
			return true;
	}
	return !trial->slice_count;
}

static double per_second(uint64_t now, uint64_t then, double seconds)
{
	return now == COUNT_UNKNOWN || then == COUNT_UNKNOWN
		       ? (double)NAN
		       : (double)count_since(now, then) / seconds;
}

static double gauge(uint64_t value)
{
	return value == COUNT_UNKNOWN ? (double)NAN : (double)value;
}

/* Before GO it is less than 0. */
static double since_go_s(const struct trial *trial, uint64_t at_ns)
{
	return at_ns < trial->go_ns ? -clock_seconds(trial->go_ns - at_ns)
				    : clock_seconds(at_ns - trial->go_ns);
}

static struct timeline_point point(const struct trial *trial,
				   const struct moment *a,
				   const struct moment *b)
{
	double s = clock_seconds(b->at_ns - a->at_ns);

	return (struct timeline_point){
		.begin_s = since_go_s(trial, a->at_ns),
		.end_s = since_go_s(trial, b->at_ns),
		.requests_per_second = per_second(b->ok, a->ok, s),
		.failures_per_second = per_second(b->failed, a->failed, s),
		.cpus = per_second(b->cpu_ns, a->cpu_ns, s) / 1e9,
		.memory_bytes = gauge(b->memory_bytes),
		.in_flight = gauge(b->in_flight),
		.origin_cpus = per_second(b->origin_cpu_ns, a->origin_cpu_ns,
					  s) / 1e9,
	};
}

/* Too short for a rate: two readings of one moment. */
#define LEAST_NS (10 * NS_PER_MS)

/* Whether a point from moment `from` is to go on behind moment i: it is not long enough
 * yet, or what follows would be too short for one of its own. */
static bool goes_on(const struct trial *trial, const struct moments *m,
		    size_t from, size_t i, size_t step)
{
	const struct moment *next = &m->list[i + 1];

	return i + 1 < m->count &&
	       is_within(trial, m->list[from].at_ns, next->at_ns) &&
	       (i - from < step ||
		next->at_ns < m->list[i].at_ns + LEAST_NS);
}

static void add_points(const struct trial *trial, const struct moments *m,
		       size_t step, struct timeline *out)
{
	size_t from = 0;

	for (size_t i = 1; i < m->count; i++) {
		const struct moment *a = &m->list[from], *b = &m->list[i];

		if (b->at_ns < a->at_ns + LEAST_NS)
			continue;
		if (is_within(trial, a->at_ns, b->at_ns)) {
			if (goes_on(trial, m, from, i, step))
				continue;
			out->points[out->count++] = point(trial, a, b);
		}
		from = i;
	}
}

void timeline_make(const struct trial *trial, size_t most, struct timeline *out)
{
	struct moments m = { 0 };

	find_moments(trial, &m);
	*out = (struct timeline){ mem_array(m.count, sizeof(*out->points)), 0 };
	add_points(trial, &m, most ? (m.count + most - 1) / most : 1, out);
	free(m.list);
}

void timeline_release(struct timeline *timeline)
{
	free(timeline->points);
}
