#include "review/groups.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/compared.h"
#include "base/mem.h"
#include "record/rounds.h"
#include "store/store.h"

/* The trials of one comparison so far. */
struct gathering {
	struct finished *list;
	size_t count, capacity;
	size_t left_out;
	int (*give)(void *context, const struct review_group *group);
	void *context;
};

static void release(struct gathering *g)
{
	for (size_t i = 0; i < g->count; i++)
		finished_release(&g->list[i]);
	g->count = 0;
}

/* One trial a library needs no medians, and has no intervals. */
static bool is_compared(const struct gathering *g)
{
	for (size_t i = 0; i < g->count; i++)
		if (*g->list[i].comparison &&
		    (g->list[i].slice_count || g->list[i].block))
			return true;
	return false;
}

static struct report_row *make_rows(const struct gathering *g)
{
	struct report_row *rows = mem_array(g->count, sizeof(*rows));

	for (size_t i = 0; i < g->count; i++)
		rows[i] = (struct report_row){ &g->list[i].summary.total,
					       g->list[i].baseline,
					       g->list[i].other_worker };
	return rows;
}

static int give_compared(struct gathering *g, const struct report_row *rows)
{
	struct review_group group = { g->list, rows, g->count, NULL };
	struct comparison comparison;
	int code;

	analyse_compared(g->list, g->count, g->list[0].comparison, &comparison);
	group.comparison = &comparison;
	code = g->give(g->context, &group);
	comparison_release(&comparison);
	return code;
}

static int give_gathered(struct gathering *g)
{
	struct report_row *rows = make_rows(g);
	bool compared = is_compared(g);
	int code = compared ? give_compared(g, rows) : 0;

	for (size_t i = 0; code == 0 && !compared && i < g->count; i++) {
		const struct review_group one = { &g->list[i], &rows[i], 1,
						  NULL };

		code = g->give(g->context, &one);
	}
	free(rows);
	release(g);
	return code;
}

static bool belongs(const struct gathering *g, const struct finished *one)
{
	return g->count && *one->comparison &&
	       !strcmp(g->list[0].comparison, one->comparison) &&
	       !strcmp(g->list[0].summary.total.run_id,
		       one->summary.total.run_id);
}

static int gather(void *context, struct finished *one,
		  const struct trial_rounds *about)
{
	struct gathering *g = context;
	int code = 0;

	if (about->comparison && !*one->comparison) {
		g->left_out++;
		finished_release(one);
		return 0;
	}
	if (!belongs(g, one))
		code = give_gathered(g);
	MEM_ROOM(g->list, g->count, g->capacity);
	g->list[g->count++] = *one;
	return code;
}

int review_each_group(struct store *store, const char *run_id,
		      int (*give)(void *context,
				  const struct review_group *group),
		      void *context, size_t *left_out, struct err *err)
{
	struct gathering g = { .give = give, .context = context };
	int code = store_each_finished(store, run_id, gather, &g, err);

	if (code == 0)
		code = give_gathered(&g);
	release(&g);
	free(g.list);
	if (left_out)
		*left_out = g.left_out;
	return code;
}
