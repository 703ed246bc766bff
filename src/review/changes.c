#include "review/changes_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/document.h"
#include "report/report.h"
#include "review/versions.h"

/* A difference that is not told apart, and could not have been seen below this: two
 * runs tell nothing. */
#define CANNOT_BE_TOLD 0.2

const char *const changes_by[COMPARED_BY] = { "rate", "cpu" };

static json_t *text(const char *value)
{
	return value ? json_string(value) : json_null();
}

/* ------------------------------------------------------------ one figure --- */

static enum verdict judge(const struct estimate *ratio, enum compared_by by)
{
	if (!isfinite(ratio->low) || !isfinite(ratio->high))
		return VERDICT_NONE;
	if (ratio->low <= 1 && ratio->high >= 1)
		return VERDICT_NOT_APART;
	return (ratio->low > 1) == (by == BY_RATE) ? VERDICT_BETTER
						   : VERDICT_WORSE;
}

/* By how much it is worse; below 0: better. */
static double worse_by(const struct estimate *ratio, enum compared_by by)
{
	return by == BY_RATE ? 1 - ratio->value : ratio->value - 1;
}

static const char *word_of(enum verdict verdict, double seen, bool within)
{
	if (verdict == VERDICT_NONE)
		return within ? "no verdict" : "cannot be told";
	if (verdict == VERDICT_NOT_APART && !within &&
	    !(seen <= CANNOT_BE_TOLD))
		return "cannot be told";
	return verdict_name(verdict);
}

json_t *changes_figure(struct making *m, const struct figure *f,
		       enum compared_by by)
{
	bool fails = f->verdict == VERDICT_WORSE &&
		     worse_by(&f->ratio, by) > m->wish->fail_above;

	m->failed |= fails;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:b}",
			 "from", document_number(f->from), "to",
			 document_number(f->to), "from_of_reference",
			 document_number(f->from_ratio), "to_of_reference",
			 document_number(f->to_ratio), "ratio",
			 document_number(f->ratio.value), "low",
			 document_number(f->ratio.low), "high",
			 document_number(f->ratio.high), "verdict",
			 word_of(f->verdict, f->seen, f->within), "seen",
			 document_number(f->seen), "fails", fails);
}

/* So much more of its operations may fail than before: as much as a trial may have
 * that is ok (analyse/judge.h). */
#define BROKEN_SHARE 0.01

/* What no figure tells: it does not work as it did. NULL: it does. */
static char *why_broken(const struct side_library *from,
			const struct side_library *to)
{
	double before = isfinite(from->failed_share) ? from->failed_share : 0;

	if (!from->has_figures)
		return NULL;
	if (!to->has_figures)
		return mem_dup("it has no figures any more: its trials failed, "
			       "or an answer was wrong");
	if (!(to->failed_share > before + BROKEN_SHARE))
		return NULL;
	return mem_printf("%.2g%% of its operations failed, and %.2g%% before",
			  100 * to->failed_share, 100 * before);
}

json_t *changes_library(struct making *m, const struct side_library *from,
			const struct side_library *to)
{
	char *broken = why_broken(from, to);
	json_t *out = json_pack("{s:s, s:{s:s, s:o}, s:{s:s, s:o}, s:o}",
				"library", to->name, "from", "name",
				from->name, "version", text(from->version),
				"to", "name", to->name, "version",
				text(to->version), "broken", text(broken));

	m->failed |= broken && isfinite(m->wish->fail_above);
	free(broken);
	return out;
}

/* --------------------------------------------------------------- two runs --- */

/* Those in which the library has a pair with reference that says something, into `out`: a
 * run that was cut takes the others nothing. */
static size_t runs_of(const struct side_matches *m, const char *library,
		      enum compared_by by, struct between_run *out)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct side_library *one =
			side_library(m->list[i], library);

		if (one && one->has_figures && between_is_usable(&one->run[by]))
			out[n++] = one->run[by];
	}
	return n;
}

/* Its ratio to reference, of all runs that count as the change is: else of the newest. */
static double of_reference(const struct between_run *runs, size_t n,
			   const struct side_library *newest,
			   enum compared_by by)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += runs[i].centre_ln;
	return exp(n ? sum / (double)n : newest->run[by].centre_ln);
}

static bool compare_figure(struct making *m, const struct side_matches *from,
			   const struct side_matches *to,
			   const struct side_library *old,
			   const struct side_library *new, enum compared_by by,
			   struct figure *out)
{
	struct between_run *a = mem_array(from->count, sizeof(*a));
	struct between_run *b = mem_array(to->count, sizeof(*b));
	size_t na = runs_of(from, old->name, by, a);
	size_t nb = runs_of(to, new->name, by, b);
	bool of_runs = analyse_between(a, na, b, nb, m->alpha, &out->ratio);

	out->from = old->figure[by];
	out->to = new->figure[by];
	out->from_ratio = of_reference(a, na, old, by);
	out->to_ratio = of_reference(b, nb, new, by);
	out->within = false;
	out->verdict = judge(&out->ratio, by);
	out->seen = expm1(log(out->ratio.high / out->ratio.low) / 2);
	free(a);
	free(b);
	return of_runs;
}

static json_t *compare_library(struct making *m, const struct side_matches *from,
			       const struct side_matches *to,
			       const struct side_library *old,
			       const struct side_library *new)
{
	json_t *out = changes_library(m, old, new);
	bool of_runs = true;

	for (int by = 0; by < COMPARED_BY; by++) {
		struct figure f;

		of_runs &= compare_figure(m, from, to, old, new,
					 (enum compared_by)by, &f);
		json_object_set_new(out, changes_by[by],
				    changes_figure(m, &f, (enum compared_by)by));
	}
	json_object_set_new(out, "between_runs_measured",
			    json_boolean(of_runs));
	return out;
}

json_t *changes_runs(const struct side_matches *m)
{
	json_t *out = json_array();

	for (size_t i = 0; i < m->count; i++)
		json_array_append_new(
			out, json_pack("{s:o, s:o}", "run_id",
				       text(m->list[i]->about.run_id),
				       "start_time",
				       text(m->list[i]->about.start_time)));
	return out;
}

json_t *changes_about(const struct side_entry *entry)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "heading",
			 text(entry->heading), "test",
			 text(entry->about.test_name), "params",
			 text(entry->about.test_params), "config_hash",
			 text(entry->about.config_hash));
}

/* ----------------------------------------------------------------- doubts --- */

static void add_doubt(json_t *doubts, char *sentence)
{
	json_array_append_new(doubts, json_string(sentence));
	free(sentence);
}

/* Beyond these the ratio to reference may have moved with the machine. */
#define BUSIER_CPUS 0.15
#define REFERENCE_MOVED 0.1

static void doubt_load(const struct side_entry *a, const struct side_entry *b,
		       json_t *doubts)
{
	double before = a->others_cpus + fmax(a->steal_cpus, 0);
	double after = b->others_cpus + fmax(b->steal_cpus, 0);
	double moved = b->reference_cpu / a->reference_cpu - 1;

	if (fabs(after - before) > BUSIER_CPUS)
		add_doubt(doubts, mem_printf(
			"other programs and the hypervisor took %.2f CPUs in the "
			"first run and %.2f in the second: a library's ratio to "
			"reference moves with that", before, after));
	if (fabs(moved) > REFERENCE_MOVED)
		add_doubt(doubts, mem_printf(
			"reference itself took %.0f%% %s CPU a request in the "
			"second run: the machine was not the same",
			100 * fabs(moved), moved > 0 ? "more" : "less"));
}

static void doubt_program(const struct side_entry *a,
			  const struct side_entry *b, json_t *doubts)
{
	static const char *const columns[] = { "harness_version", "kernel" };

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		const struct column *c = result_column(columns[i]);
		char *before = result_text(&a->about, c);
		char *after = result_text(&b->about, c);

		if (result_compare(&a->about, &b->about, c))
			add_doubt(doubts, mem_printf(
				"%s was %s and is %s", c->name,
				before ? before : "unknown",
				after ? after : "unknown"));
		free(before);
		free(after);
	}
}

/* What --all-runs took in, and is not joined. */
static void doubt_left_out(const struct side_matches *m, const char *which,
			   json_t *doubts)
{
	if (m->left_out)
		add_doubt(doubts, mem_printf(
			"%zu of the %s runs %s left out: %s", m->left_out, which,
			m->left_out == 1 ? "is" : "are",
			m->differs ? m->differs->name : "no reference"));
}

static bool has_version(const struct side_library *one, const char *version)
{
	return !strcmp(one->version ? one->version : "", version);
}

/* What is joined by a library's name may be several versions of it. */
static void doubt_versions(const struct side_matches *m, const char *which,
			   json_t *doubts)
{
	for (size_t i = 0; i < m->list[0]->library_count; i++) {
		const struct side_library *newest = &m->list[0]->libraries[i];
		const char *version = newest->version ? newest->version : "";
		size_t others = 0;

		for (size_t k = 1; k < m->count; k++) {
			const struct side_library *one =
				side_library(m->list[k], newest->name);

			others += one && !has_version(one, version);
		}
		if (others)
			add_doubt(doubts, mem_printf(
				"%zu of the %s runs %s another version of %s "
				"than %s: what is said is of all of them "
				"together", others, which,
				others == 1 ? "has" : "have", newest->name,
				*version ? version : "the newest"));
	}
}

/* ----------------------------------------------------------------- joining --- */

static char *value_text(const struct side_entry *entry,
			const struct column *column)
{
	json_t *value = report_json_value(column, &entry->about);
	char *out = json_is_string(value)
			    ? mem_dup(json_string_value(value))
			    : json_dumps(value, JSON_ENCODE_ANY |
						JSON_REAL_PRECISION(12));

	json_decref(value);
	return out ? out : mem_dup("unknown");
}

/* NULL: they can be compared. */
static char *why_not(const struct side_entry *a, const struct side_entry *b)
{
	const struct column *differs = side_differs(a, b);
	char *before, *after, *out;

	if (!a->has_reference || !b->has_reference)
		return mem_printf("%s run has no reference, and rates of "
				  "different runs are not compared: run both "
				  "with `--library reference`",
				  a->has_reference ? "the second"
						   : "the first");
	if (!differs)
		return NULL;
	before = value_text(a, differs);
	after = value_text(b, differs);
	out = mem_printf("%s was %s and is %s: runs of different machines or "
			 "places are not compared", differs->name, before,
			 after);
	free(before);
	free(after);
	return out;
}

/* The only version of a library that a side has; NULL: it has none, or several. */
static const struct side_library *only_version(const struct side_entry *entry,
					       const char *name)
{
	const struct side_library *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < entry->library_count; i++) {
		const struct side_library *one = &entry->libraries[i];

		if (!strcmp(one->name, name) ||
		    versions_of_one(one->name, name)) {
			found = one;
			n++;
		}
	}
	return n == 1 ? found : NULL;
}

/* That which one of the new side is held against. */
static const struct side_library *find_before(const struct side_matches *old,
					      const struct side_entry *side,
					      const struct side_library *new)
{
	const struct side_library *found = side_newest(old, new->name);

	if (found || !only_version(side, new->name))
		return found;
	return only_version(old->list[0], new->name);
}

/* Names that no library of the second run goes with. */
static json_t *only_before(const struct side_matches *from,
			   const struct side_matches *to)
{
	const struct side_entry *old = from->list[0], *new = to->list[0];
	json_t *out = json_array();

	for (size_t i = 0; i < old->library_count; i++) {
		bool goes = false;

		for (size_t k = 0; k < new->library_count; k++) {
			const struct side_library *before =
				find_before(from, new, &new->libraries[k]);

			goes = goes || (before && !strcmp(before->name,
						 old->libraries[i].name));
		}
		if (!goes)
			json_array_append_new(
				out, json_string(old->libraries[i].name));
	}
	return out;
}

static void compare_libraries(struct making *m, const struct side_matches *from,
			      const struct side_matches *to, json_t *out)
{
	json_t *libraries = json_array(), *alone = json_array();

	for (size_t i = 0; i < to->list[0]->library_count; i++) {
		const struct side_library *new = &to->list[0]->libraries[i];
		const struct side_library *old = find_before(from, to->list[0], new);

		if (old)
			json_array_append_new(libraries,
					      compare_library(m, from, to, old,
							      new));
		else
			json_array_append_new(alone, json_string(new->name));
	}
	json_object_set_new(out, "libraries", libraries);
	json_object_set_new(out, "only_in_second", alone);
	json_object_set_new(out, "only_in_first", only_before(from, to));
}

static void compare_entry(struct making *m, const struct side *from,
			  struct side_matches *to)
{
	const struct side_entry *new = to->list[0];
	struct side_matches old = side_find(from, new);
	json_t *out = changes_about(new), *doubts = json_array();
	char *why = NULL;

	side_keep(&old, new);
	if (new->has_reference)
		side_keep(to, new);
	if (old.count) {
		why = why_not(old.list[0], new);
		doubt_load(old.list[0], new, doubts);
		doubt_program(old.list[0], new, doubts);
		doubt_left_out(&old, "first", doubts);
		doubt_left_out(to, "second", doubts);
		doubt_versions(&old, "first", doubts);
		doubt_versions(to, "second", doubts);
		json_object_set_new(out, "within_run", json_false());
		json_object_set_new(out, "level", json_real(1 - m->alpha));
		json_object_set_new(out, "from_runs", changes_runs(&old));
		json_object_set_new(out, "to_runs", changes_runs(to));
		json_object_set_new(out, "why_not", text(why));
		if (!why)
			compare_libraries(m, &old, to, out);
		json_object_set(out, "doubts", doubts);
		json_array_append(m->list, out);
	}
	json_decref(doubts);
	json_decref(out);
	free(why);
	free(old.list);
}

/* Verdicts that will be made: each library that both sides have, by both figures. */
static unsigned count_verdicts(const struct side *from, const struct side *to)
{
	unsigned n = 0;

	for (size_t i = 0; i < to->count; i++) {
		const struct side_entry *new = &to->entries[i];
		struct side_matches old = side_find(from, new);
		struct side_matches same = side_find(to, new);

		for (size_t k = 0; old.count && same.list[0] == new &&
				   k < new->library_count; k++)
			n += COMPARED_BY *
			     !!find_before(&old, new, &new->libraries[k]);
		free(old.list);
		free(same.list);
	}
	return n;
}

json_t *changes_document(const struct making *m, const char *why)
{
	const struct changes_wish *wish = m->wish;

	return json_pack("{s:s, s:i, s:o, s:o, s:o, s:b, s:o, s:O}", "format",
			 "geoio-benchmark changes", "version", 1, "from",
			 text(wish->from_name), "to", text(wish->to_name),
			 "fail_above", document_number(wish->fail_above),
			 "failed", m->failed, "why_not", text(why),
			 "comparisons", m->list);
}

/* Two sides without the same work. */
static char *nothing_in_common(const struct side *from, const struct side *to,
			       const struct changes_wish *wish)
{
	const struct side *empty = !to->count ? to : !from->count ? from : NULL;
	bool one = !strcmp(wish->from_name, wish->to_name);

	if (empty)
		return mem_printf("%s has no %s of several blocks%s",
				  empty == to ? wish->to_name
					      : wish->from_name,
				  one && empty == from ? "second run with a "
							 "comparison"
						       : "comparison",
				  empty->singles
					  ? ": trials that were measured once "
					    "are not compared"
					  : "");
	return mem_printf("no comparison of the first has the test and the "
			  "settings of one of the second (config_hash): %s, "
			  "and %s", from->entries[0].heading,
			  to->entries[0].heading);
}

/* Headings of comparisons that the other side has not. */
static json_t *without_partner(const struct side *side, const struct side *other)
{
	json_t *out = json_array();

	for (size_t i = 0; i < side->count; i++) {
		struct side_matches m = side_find(other, &side->entries[i]);

		if (!m.count)
			json_array_append_new(out,
					      text(side->entries[i].heading));
		free(m.list);
	}
	return out;
}

json_t *changes_between(const struct side *from, const struct side *to,
			const struct changes_wish *wish)
{
	unsigned verdicts = count_verdicts(from, to);
	struct making m = { wish, json_array(),
			    0.05 / (verdicts ? verdicts : 1), false };
	char *why = NULL;
	json_t *out;

	for (size_t i = 0; i < to->count; i++) {
		struct side_matches same = side_find(to, &to->entries[i]);

		if (same.list[0] == &to->entries[i])
			compare_entry(&m, from, &same);
		free(same.list);
	}
	if (!json_array_size(m.list))
		why = nothing_in_common(from, to, wish);
	out = changes_document(&m, why);
	json_object_set_new(out, "only_in_first", without_partner(from, to));
	json_object_set_new(out, "only_in_second", without_partner(to, from));
	json_decref(m.list);
	free(why);
	return out;
}
