/* A comparison in the JSON of a run: docs/metrics.md, "JSON of comparisons". */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "record/limited.h"
#include "report/merged.h"

static const char *const by_names[COMPARED_BY] = { "rate", "cpu" };

/* Unknown is null: JSON has no NaN. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text(const char *value)
{
	return value ? json_string(value) : json_null();
}

static json_t *count(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *figure(const struct estimate *e)
{
	return json_pack("{s:o, s:o, s:o}", "value", number(e->value), "low",
			 number(e->low), "high", number(e->high));
}

/* By the words of the CSV of rounds; those that no slice has are left out. */
static json_t *marks_of(const struct compared *row)
{
	json_t *marks = json_object();
	char word[SLICE_MARKS_BYTES];

	for (unsigned bit = 0; bit < SLICE_MARK_COUNT; bit++)
		if (row->marks[bit])
			json_object_set_new(marks,
					    slice_marks_text(1U << bit, word),
					    count(row->marks[bit]));
	return marks;
}

/* 0: no rank. */
static json_t *rank(unsigned value)
{
	return value ? count(value) : json_null();
}

/* What most blocks of each row were limited by. The caller frees the list. */
static enum limited_by *limits_of(const struct report_group *group)
{
	const struct comparison *c = group->comparison;
	enum limited_by *limits = mem_array(c->row_count, sizeof(*limits));

	for (size_t i = 0; i < c->row_count; i++)
		limits[i] = limited_by_parse(
			merged_limit(group, c->rows[i].library));
	return limits;
}

static json_t *share_of_reference(const struct comparison *comparison,
				  const struct compared *row)
{
	json_t *out = json_object();

	for (int by = 0; by < COMPARED_BY; by++) {
		struct estimate share = comparison_ratio(
			comparison, row->library, "reference",
			(enum compared_by)by);

		json_object_set_new(out, by_names[by], figure(&share));
	}
	return out;
}

static bool has_worker(const struct report_group *group,
		       const struct compared *row)
{
	for (size_t i = 0; i < group->count; i++)
		if (!strcmp(group->rows[i].row->library_name, row->library))
			return report_has_worker(&group->rows[i]);
	return false;
}

/* What worker.py by itself comes to. */
static json_t *floor_of_null(const struct comparison *comparison, bool counts)
{
	const struct compared *null = comparison_row(comparison, "null");
	json_t *out = json_object();

	for (int by = 0; by < COMPARED_BY; by++)
		json_object_set_new(out, by_names[by],
				    counts && null
					    ? number(null->figure[by].value)
					    : json_null());
	return out;
}

/* Beside the figures of a row those of the baselines. */
static void add_baselines(const struct report_group *group,
			  const struct compared *row, json_t *out)
{
	const struct comparison *comparison = group->comparison;
	bool python = has_worker(group, row);

	json_object_set_new(out, "cpu_us_less_harness",
			    python ? number(comparison_cpu_without_harness(
					     comparison, row->library))
				   : json_null());
	json_object_set_new(out, "share_of_reference",
			    share_of_reference(comparison, row));
	json_object_set_new(out, "floor_of_null",
			    floor_of_null(comparison, python));
}

static json_t *row_of(const struct report_group *group,
		      const struct compared *row, enum limited_by limit)
{
	json_t *out = json_pack("{s:s, s:b, s:o, s:o, s:o, s:o}", "library",
				row->library, "baseline", row->baseline,
				"blocks", count(row->blocks), "rounds",
				count(row->rounds), "marked",
				count(row->marked), "marks", marks_of(row));

	json_object_set_new(out, "requests_per_second",
			    figure(&row->figure[BY_RATE]));
	json_object_set_new(out, "cpu_us_per_request",
			    figure(&row->figure[BY_CPU]));
	add_baselines(group, row, out);
	json_object_set_new(out, "rank_rate", rank(row->rank[BY_RATE]));
	json_object_set_new(out, "rank_cpu", rank(row->rank[BY_CPU]));
	json_object_set_new(out, "limited_by", text(limited_by_word(limit)));
	return out;
}

static json_t *pair_of(const struct comparison *comparison,
		       const struct compared_pair *pair,
		       const enum limited_by *limits)
{
	json_t *out = json_pack("{s:s, s:s, s:o, s:o, s:o}", "a",
				comparison->rows[pair->a].library, "b",
				comparison->rows[pair->b].library, "blocks",
				count(pair->blocks), "paired",
				count(pair->paired), "few",
				count(pair->few));

	for (int by = 0; by < COMPARED_BY; by++) {
		const struct estimate *ratio = &pair->by[by].ratio;

		json_object_set_new(
			out, by_names[by],
			json_pack("{s:o, s:o, s:o, s:s, s:o}", "ratio",
				  number(ratio->value), "low",
				  number(ratio->low), "high",
				  number(ratio->high), "verdict",
				  verdict_name(pair->by[by].verdict), "seen",
				  number(pair->by[by].seen)));
	}
	json_object_set_new(
		json_object_get(out, by_names[BY_RATE]), "compares_libraries",
		json_boolean(!limited_by_surroundings(limits[pair->a]) ||
			     !limited_by_surroundings(limits[pair->b])));
	return out;
}

json_t *report_json_comparison(const struct report_group *group)
{
	const struct comparison *comparison = group->comparison;
	const struct result_row *row = group->rows[0].row;
	enum limited_by *limits = limits_of(group);
	json_t *rows = json_array(), *pairs = json_array();
	json_t *out = json_pack("{s:o, s:o, s:o, s:o}", "comparison",
				text(row->comparison), "test",
				text(row->test_name), "params",
				text(row->test_params), "config_hash",
				text(row->config_hash));

	for (size_t i = 0; i < comparison->row_count; i++)
		json_array_append_new(rows, row_of(group,
						   &comparison->rows[i],
						   limits[i]));
	for (size_t i = 0; i < comparison->pair_count; i++)
		json_array_append_new(pairs, pair_of(comparison,
						     &comparison->pairs[i],
						     limits));
	json_object_set_new(out, "sliced", json_boolean(comparison->sliced));
	json_object_set_new(out, "blocks", count(comparison->blocks));
	json_object_set_new(out, "blocks_needed",
			    count(comparison->blocks_needed));
	json_object_set_new(out, "verdicts", count(comparison->verdicts));
	json_object_set_new(out, "level", number(comparison->level));
	json_object_set_new(out, "rows", rows);
	json_object_set_new(out, "pairs", pairs);
	free(limits);
	return out;
}
