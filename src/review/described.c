#include "review/described.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/curve.h"
#include "analyse/spend.h"
#include "analyse/summary_latency.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/document.h"
#include "report/merged.h"

/* Of n bytes, which are cleaned: a database may say what is no UTF-8. */
static json_t *cleaned(const char *bytes, size_t n)
{
	char *copy = mem_dup_n(bytes, n);
	json_t *out;

	text_clean_line(copy);
	out = json_string(copy);
	free(copy);
	return out;
}

static json_t *text(const char *value)
{
	return value && *value ? cleaned(value, strlen(value)) : json_null();
}

static json_t *count(uint64_t value)
{
	return value == COUNT_UNKNOWN ? json_null()
				       : json_integer((json_int_t)value);
}

static json_t *time_text(uint64_t wall_ns)
{
	char out[CLOCK_TEXT_BYTES];

	return wall_ns ? json_string(clock_format(wall_ns, out)) : json_null();
}

json_t *described_count(size_t n, const char *one, const char *several)
{
	char *words = mem_printf("%zu %s", n, n == 1 ? one : several);
	json_t *out = json_string(words);

	free(words);
	return out;
}

/* ------------------------------------------------------------------- runs --- */

json_t *described_run(const struct run *run, const char *ended)
{
	const struct environment *e = &run->environment;
	json_t *out = json_object();

	json_object_set_new(out, "run_id", text(run->id));
	json_object_set_new(out, "command", text(run->command));
	json_object_set_new(out, "start_time", time_text(run->start_wall_ns));
	json_object_set_new(out, "end_time", time_text(run->end_wall_ns));
	json_object_set_new(out, "ended", text(ended));
	json_object_set_new(out, "harness_version", text(e->harness_version));
	json_object_set_new(out, "kernel", text(e->kernel));
	json_object_set_new(out, "machine", text(e->machine));
	json_object_set_new(out, "distribution", text(e->distribution));
	json_object_set_new(out, "cpu_model", text(e->cpu_model));
	json_object_set_new(out, "cpus", json_integer(e->cpus));
	json_object_set_new(out, "memory_bytes", count(e->memory_bytes));
	json_object_set_new(out, "congestion", text(e->congestion));
	json_object_set_new(out, "instance_type", text(e->instance_type));
	json_object_set_new(out, "isolation", text(e->isolation));
	json_object_set_new(out, "environment",
			    report_json_object(e->more_json));
	return out;
}

/* "a,b" becomes a list. */
static json_t *split(const char *list, char between)
{
	json_t *out = json_array();
	const char *end;

	for (; list && *list; list = *end ? end + 1 : end) {
		end = strchr(list, between);
		end = end ? end : list + strlen(list);
		if (end > list)
			json_array_append_new(
				out, cleaned(list, (size_t)(end - list)));
	}
	return out;
}

json_t *described_setting(const char *run_id, const char *library,
			  const char *not_applied, const char *notes)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "run_id", text(run_id),
			 "library", text(library), "not_applied", split(not_applied, ','),
			 "notes", split(notes, '\n'));
}

/* ----------------------------------------------------------------- curves --- */

static json_t *curve(const struct histogram *h, double slower)
{
	struct curve_point points[CURVE_POINTS_MOST];
	size_t n = curve_make(h, slower, points);
	json_t *fractions = json_array(), *ms = json_array();

	for (size_t i = 0; i < n; i++) {
		json_array_append_new(fractions,
				      document_short(points[i].fraction));
		json_array_append_new(ms, document_short(points[i].ms));
	}
	return json_pack("{s:o, s:o}", "fraction", fractions, "ms", ms);
}

/* Of all blocks that count. Where a block's are lost there is none: what is left
 * would be of some replicas. */
static json_t *curve_of(const struct review_group *group, const char *library)
{
	struct histogram *all = mem_new(sizeof(*all));
	double slower = 0;
	bool whole = true;
	json_t *out;

	for (size_t i = 0; i < group->count; i++) {
		const struct finished *one = &group->trials[i];
		const struct result_row *row = &one->summary.total;

		if (strcmp(row->library_name, library) || one->failed ||
		    one->partial || result_is_void(row))
			continue;
		whole = whole && one->summary.latency;
		if (whole)
			histogram_merge(all, one->summary.latency);
		slower += (double)latency_slower(row);
	}
	out = curve(whole ? all : NULL, slower);
	free(all);
	return out;
}

static double cpu_us(const struct result_row *row)
{
	return row->cpu_seconds_per_1000_requests * 1000;
}

json_t *described_single(const struct finished *one)
{
	const struct result_row *row = &one->summary.total;
	json_t *out = json_object();

	json_object_set_new(out, "trial_id", text(row->trial_id));
	json_object_set_new(out, "run_id", text(row->run_id));
	json_object_set_new(out, "library", text(row->library_name));
	json_object_set_new(out, "test", text(row->test_name));
	json_object_set_new(out, "params", text(row->test_params));
	json_object_set_new(out, "config_hash", text(row->config_hash));
	json_object_set_new(out, "baseline", json_boolean(one->baseline));
	json_object_set_new(out, "state", text(row->state));
	json_object_set_new(out, "concurrency", count(row->concurrency));
	json_object_set_new(out, "requests_per_second",
			    document_number(row->requests_per_second));
	json_object_set_new(out, "cpu_us_per_request",
			    document_number(cpu_us(row)));
	json_object_set_new(out, "latency_p50_ms",
			    document_number(row->latency_p50_ms));
	json_object_set_new(out, "latency_p99_ms",
			    document_number(row->latency_p99_ms));
	json_object_set_new(out, "number_failures",
			    count(row->number_failures));
	json_object_set_new(out, "curve",
			    curve(one->failed ? NULL : one->summary.latency,
				  (double)latency_slower(row)));
	return out;
}

/* -------------------------------------------------------- blocks and rounds --- */

/* When the first trial of the comparison began. */
static uint64_t first_of(const struct review_group *group)
{
	uint64_t first = 0;

	for (size_t i = 0; i < group->count; i++) {
		uint64_t at = clock_parse(
			group->trials[i].summary.total.start_time);

		first = at && (!first || at < first) ? at : first;
	}
	return first;
}

static double since(uint64_t first_ns, const struct finished *one)
{
	uint64_t at_ns = clock_parse(one->summary.total.start_time);

	return at_ns > first_ns ? clock_seconds(at_ns - first_ns) : 0;
}

static bool counts(const struct finished *one, const char *library)
{
	return !strcmp(one->summary.total.library_name, library) &&
	       !one->failed && !one->partial;
}

static json_t *blocks_of(const struct review_group *group, const char *library,
			 uint64_t first_ns)
{
	json_t *block = json_array(), *at = json_array(), *rate = json_array(),
	       *cpu = json_array();

	for (size_t i = 0; i < group->count; i++) {
		const struct finished *one = &group->trials[i];
		const struct result_row *row = &one->summary.total;

		if (!counts(one, library))
			continue;
		json_array_append_new(block, json_integer(one->block));
		json_array_append_new(at, document_short(since(first_ns, one)));
		json_array_append_new(rate, document_short(
			row->requests_per_second));
		json_array_append_new(cpu, document_short(cpu_us(row)));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "block", block, "at_s", at,
			 "requests_per_second", rate, "cpu_us_per_request",
			 cpu);
}

/* The columns of the rounds of a row. */
struct rounds {
	json_t *block, *at, *rate, *cpu, *marked;
};

static void add_slice(struct rounds *r, unsigned block, double at_s,
		      const struct slice *slice)
{
	double seconds = slice_seconds(slice);
	double n = (double)slice->operations;
	double cpu = slice->cpu_ns == COUNT_UNKNOWN || !slice->operations
			     ? (double)NAN
			     : (double)slice->cpu_ns / 1e3 / n;

	if (!(seconds > 0))
		return;
	json_array_append_new(r->block, json_integer(block));
	json_array_append_new(r->at, document_short(at_s));
	json_array_append_new(r->rate, document_short(n / seconds));
	json_array_append_new(r->cpu, document_short(cpu));
	json_array_append_new(r->marked, json_integer(slice->marks != 0));
}

static void add_rounds(struct rounds *r, const struct finished *one,
		       double begin_s)
{
	for (size_t i = 0; i < one->slice_count; i++) {
		const struct slice *slice = &one->slices[i];

		add_slice(r, one->block,
			  begin_s + clock_seconds(slice->go_ns -
						  one->slices[0].go_ns),
			  slice);
	}
}

static json_t *rounds_of(const struct review_group *group, const char *library,
			 uint64_t first_ns)
{
	struct rounds r = { json_array(), json_array(), json_array(),
			    json_array(), json_array() };

	for (size_t i = 0; i < group->count; i++)
		if (counts(&group->trials[i], library))
			add_rounds(&r, &group->trials[i],
				   since(first_ns, &group->trials[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "block", r.block, "at_s",
			 r.at, "requests_per_second", r.rate,
			 "cpu_us_per_request", r.cpu, "marked", r.marked);
}

/* -------------------------------------------------------------- comparisons --- */

/* Lines without the blanks that they begin with. */
static json_t *lines(const char *words)
{
	json_t *out = json_array();

	while (*words) {
		size_t n = strcspn(words, "\n"), blank = strspn(words, " ");

		if (n > blank)
			json_array_append_new(out, json_stringn(words + blank,
								n - blank));
		words += n + (words[n] != '\0');
	}
	return out;
}

/* Which row stands where in the table, and the numbers of its notes. */
static json_t *order(const char *rows)
{
	json_t *out = json_array();

	while (*rows) {
		size_t n = strcspn(rows, "\n"), name = n;

		while (name && rows[name] != '\t')
			name--;
		json_array_append_new(out, json_pack(
			"{s:o, s:o}", "library", json_stringn(rows, name),
			"notes", json_stringn(rows + name + 1, name < n
						       ? n - name - 1 : 0)));
		rows += n + (rows[n] != '\0');
	}
	return out;
}

static void add_words(const struct report_group *group, json_t *out)
{
	struct report_words words;

	report_words(group, &words);
	json_object_set_new(out, "heading", lines(words.heading));
	json_object_set_new(out, "verdicts_in_words", lines(words.verdicts));
	json_object_set_new(out, "notes", lines(words.notes));
	json_object_set_new(out, "order", order(words.rows));
	report_words_release(&words);
}

static bool find_room(const struct review_group *group,
		      struct described_room *room)
{
	size_t slices = 0;

	for (size_t i = 0; i < group->count; i++)
		slices += group->trials[i].slice_count;
	if (slices > room->slices) {
		room->left_out++;
		return false;
	}
	room->slices -= slices;
	return slices > 0;
}

static json_t *cost(const struct cost *cost)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "compute_usd",
			 document_short(cost->compute_usd), "requests_usd",
			 document_short(cost->requests_usd), "egress_usd",
			 document_short(cost->egress_usd), "total_usd",
			 document_short(cost->total_usd));
}

static json_t *costs_of(const struct result_row *merged,
			const struct unit_prices *prices)
{
	struct cost million, terabyte;
	struct spend_use use;

	if (!prices)
		return json_null();
	spend_use_of(merged, &use);
	spend_operations(&use, prices, SPEND_MILLION, &million);
	spend_terabyte(&use, prices, &terabyte);
	return json_pack("{s:o, s:o}", "million_operations", cost(&million),
			 "terabyte", cost(&terabyte));
}

/* What all rows of a comparison share. */
struct drawing {
	const struct unit_prices *prices; /* NULL: unknown */
	uint64_t first_ns; /* when its first trial began */
	bool rounds;       /* there is room for them */
};

static void describe_row(const struct review_group *group,
			 const struct report_group *table,
			 const struct drawing *d, json_t *row)
{
	const char *library = json_string_value(json_object_get(row, "library"));
	struct result_row merged;

	merged_row(table, library, &merged);
	json_object_set_new(row, "merged", report_json(&merged, false));
	json_object_set_new(row, "cost", costs_of(&merged, d->prices));
	json_object_set_new(row, "curve", curve_of(group, library));
	json_object_set_new(row, "by_block",
			    blocks_of(group, library, d->first_ns));
	if (d->rounds)
		json_object_set_new(row, "by_round",
				    rounds_of(group, library, d->first_ns));
	result_row_release(&merged);
}

json_t *described_comparison(const struct review_group *group,
			     struct described_room *room)
{
	const struct result_row *first = group->rows[0].row;
	const struct report_group table = { group->comparison, group->rows,
					    group->count };
	const struct drawing d = { room->prices, first_of(group),
				   find_room(group, room) };
	json_t *out = report_json_comparison(&table), *row;
	size_t i;

	json_object_set_new(out, "run_id", text(first->run_id));
	json_object_set_new(out, "start_time", text(first->start_time));
	add_words(&table, out);
	json_array_foreach(json_object_get(out, "rows"), i, row)
		describe_row(group, &table, &d, row);
	return out;
}

/* --------------------------------------------------------------- time lines --- */

json_t *described_timeline(const char *trial_id,
			   const struct timeline *timeline)
{
	static const struct {
		const char *name;
		size_t offset;
	} columns[] = {
#define COLUMN(name) { #name, offsetof(struct timeline_point, name) }
		COLUMN(begin_s), COLUMN(end_s), COLUMN(requests_per_second),
		COLUMN(failures_per_second), COLUMN(cpus), COLUMN(memory_bytes),
		COLUMN(in_flight), COLUMN(origin_cpus),
#undef COLUMN
	};
	json_t *out = json_pack("{s:o}", "trial_id", text(trial_id));

	for (size_t k = 0; k < sizeof(columns) / sizeof(*columns); k++) {
		json_t *values = json_array();

		for (size_t i = 0; i < timeline->count; i++) {
			const char *point = (const char *)&timeline->points[i];

			json_array_append_new(values, document_short(
				*(const double *)(point + columns[k].offset)));
		}
		json_object_set_new(out, columns[k].name, values);
	}
	return out;
}
