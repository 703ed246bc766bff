/* A comparison of made-up libraries, with the trials that it is of. */
#ifndef CHECK_UNIT_COMPARISON_FIXTURE_H
#define CHECK_UNIT_COMPARISON_FIXTURE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report_fixture.h"

#define MADE_LIBRARIES 10
#define MADE_BLOCKS 12

struct made {
	struct comparison comparison;
	struct compared compared[MADE_LIBRARIES];
	struct compared_pair pairs[MADE_LIBRARIES * MADE_LIBRARIES];
	struct result_row rows[MADE_LIBRARIES * MADE_BLOCKS];
	struct report_row items[MADE_LIBRARIES * MADE_BLOCKS];
	size_t count; /* of both */
};

struct made_library {
	const char *name;
	double rate, cpu_us;
};

static inline bool is_baseline(const char *name)
{
	return !strcmp(name, "reference") || !strcmp(name, "null");
}

static inline struct estimate within(double value, double part)
{
	return (struct estimate){ value, value * (1 - part),
				  value * (1 + part) };
}

/* A difference of more than `seen` is proven. NAN: nothing is. */
static inline void made_pair(struct made *m, unsigned a, unsigned b, double seen)
{
	struct compared_pair *p = &m->pairs[m->comparison.pair_count++];

	*p = (struct compared_pair){ .a = a, .b = b,
				     .blocks = m->comparison.blocks,
				     .paired = m->comparison.blocks };
	for (int by = 0; by < COMPARED_BY; by++) {
		double ratio = m->compared[a].figure[by].value /
			       m->compared[b].figure[by].value;
		bool better = by == BY_RATE ? ratio > 1 : ratio < 1;

		p->by[by].ratio = within(ratio, seen);
		p->by[by].seen = seen;
		p->by[by].verdict = isnan(seen) ? VERDICT_NONE
				    : ratio * (1 - seen) <= 1 &&
						    ratio * (1 + seen) >= 1
					    ? VERDICT_NOT_APART
				    : better ? VERDICT_BETTER
					     : VERDICT_WORSE;
		if (p->by[by].verdict == VERDICT_BETTER)
			m->compared[b].rank[by] += !m->compared[a].baseline;
		if (p->by[by].verdict == VERDICT_WORSE)
			m->compared[a].rank[by] += !m->compared[b].baseline;
	}
}

static inline void made_pairs(struct made *m, double seen)
{
	unsigned n = (unsigned)m->comparison.row_count;

	for (unsigned a = 0; a < n; a++)
		for (int by = 0; by < COMPARED_BY; by++)
			m->compared[a].rank[by] = !isnan(seen) &&
						  !m->compared[a].baseline;
	for (unsigned a = 0; a < n; a++)
		for (unsigned b = a + 1; b < n; b++) {
			bool null = !strcmp(m->compared[b].library, "null") ||
				    !strcmp(m->compared[a].library, "null");

			if (!null && !(m->compared[a].baseline &&
				       m->compared[b].baseline))
				made_pair(m, a, b, seen);
		}
}

/* Libraries end with a name of NULL. */
static inline void make(struct made *m, const struct made_library *libraries,
			unsigned blocks, double seen)
{
	memset(m, 0, sizeof(*m));
	m->comparison = (struct comparison){
		.rows = m->compared, .pairs = m->pairs, .blocks = blocks,
		.verdicts = 42, .blocks_needed = 11, .level = 0.999,
		.sliced = true
	};
	for (size_t i = 0; libraries[i].name; i++) {
		const struct made_library *l = &libraries[i];
		struct compared *c = &m->compared[m->comparison.row_count++];

		*c = (struct compared){ .library = l->name, .blocks = blocks,
					.rounds = 20 * blocks };
		c->baseline = is_baseline(l->name);
		c->figure[BY_RATE] = within(l->rate, blocks < 6 ? (double)NAN
								: 0.034);
		c->figure[BY_CPU] = within(l->cpu_us, blocks < 6 ? (double)NAN
								 : 0.021);
		for (unsigned b = 0; b < blocks; b++) {
			struct result_row *row = &m->rows[m->count];

			fill(row, l->name, l->rate);
			row->latency_p50_ms += b;
			row->latency_p99_ms = 2 * row->latency_p50_ms;
			c->latency.p50_ms = row->latency_p50_ms;
			c->latency.p99_ms = 3 * row->latency_p50_ms;
			c->latency.p99_9_ms = 4 * row->latency_p50_ms;
			m->items[m->count++] = (struct report_row){
				row, c->baseline, false
			};
		}
	}
	made_pairs(m, seen);
}

/* The first trial of a library; the others follow. */
static inline struct result_row *made_row(struct made *m, const char *library)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->rows[i].library_name, library))
			return &m->rows[i];
	return NULL;
}

static inline void show_as(FILE *out, struct made *m,
			   const struct report_style *style)
{
	struct report_group group = { &m->comparison, m->items, m->count };

	report_table(out, &group, 1, style);
}

static inline void show(FILE *out, struct made *m, unsigned width)
{
	struct report_style style = { .width = width };

	show_as(out, m, &style);
}

static inline void unmake(struct made *m)
{
	for (size_t i = 0; i < m->count; i++)
		result_row_release(&m->rows[i]);
}

#endif
