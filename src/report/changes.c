#include "report/changes.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "report/markdown.h"
#include "report/table_columns.h"
#include "report/table_words.h"

/* X(member, "figure", "better", "worse"), in the order in which they are said. */
#define FIGURES(X)                                                             \
	X("rate", "requests/s", "faster", "slower")                            \
	X("cpu", "CPU a request", "cheaper", "dearer")

static const struct figure {
	const char *member, *name, *better, *worse;
} figures[] = {
#define X(member, name, better, worse) { member, name, better, worse },
	FIGURES(X)
#undef X
};
#define FIGURES_COUNT (sizeof(figures) / sizeof(*figures))

static const char *text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* One of a list. */
static const char *text_of(const json_t *list, size_t i)
{
	const char *text = json_string_value(json_array_get(list, i));

	return text ? text : "";
}

static double number_at(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* "4.1%" of what is less or more. */
static void add_change(struct str *out, double ratio)
{
	table_add_percent(out, fabs(ratio - 1));
	str_add_char(out, '%');
}

/* "slower by 9.3% (4.1 to 14%)", of requests/s the part that is missing. */
static void add_verdict(struct str *out, const struct figure *figure,
			const json_t *value)
{
	const char *verdict = text_at(value, "verdict");
	double ratio = number_at(value, "ratio"), low = number_at(value, "low");
	double high = number_at(value, "high"), seen = number_at(value, "seen");
	bool better = !strcmp(verdict, "better"), told;

	told = better || !strcmp(verdict, "worse");
	if (!told) {
		str_add(out, verdict);
		if (!isfinite(seen))
			return;
		str_addf(out, " (%s", ratio < 1 ? "-" : "+");
		table_add_percent(out, fabs(ratio - 1));
		str_add(out, "%; differences from ");
		table_add_percent(out, seen);
		str_add(out, "% on could have been seen)");
		return;
	}
	str_addf(out, "%s by ", better ? figure->better : figure->worse);
	add_change(out, ratio);
	str_add(out, " (");
	table_add_range(out, fmin(fabs(low - 1), fabs(high - 1)),
			fmax(fabs(low - 1), fabs(high - 1)));
	str_add_char(out, ')');
}

/* "mine (1.1)"; of what never started nobody knows which it was. */
static void add_one(struct str *out, const char *name, const char *version)
{
	str_add(out, name);
	if (*version)
		str_addf(out, " (%s)", version);
}

/* "mine 1.0 -> 1.1", or the two names. */
static void add_who(struct str *out, const json_t *library)
{
	const json_t *from = json_object_get(library, "from");
	const json_t *to = json_object_get(library, "to");
	const char *old = text_at(from, "name"), *new = text_at(to, "name");
	const char *before = text_at(from, "version");
	const char *after = text_at(to, "version");

	if (strcmp(old, new)) {
		add_one(out, new, after);
		str_add(out, " against ");
		add_one(out, old, before);
		return;
	}
	str_add(out, new);
	if (strcmp(before, after) && *before && *after)
		str_addf(out, " %s -> %s", before, after);
	else if (*before || *after)
		str_addf(out, " %s", *after ? after : before);
}

static void add_side(struct str *out, const json_t *runs)
{
	size_t n = json_array_size(runs);
	const json_t *first = json_array_get(runs, 0);

	str_addf(out, "%.8s of %.16s UTC", text_at(first, "run_id"),
		 text_at(first, "start_time"));
	if (n > 1)
		str_addf(out, " and %zu more", n - 1);
}

/* Which runs, and how sure. */
static void add_method(struct str *out, const json_t *comparison)
{
	bool within = json_is_true(json_object_get(comparison, "within_run"));

	if (within) {
		str_add(out, "within the run ");
		add_side(out, json_object_get(comparison, "to_runs"));
	} else {
		str_add(out, "from run ");
		add_side(out, json_object_get(comparison, "from_runs"));
		str_add(out, " to run ");
		add_side(out, json_object_get(comparison, "to_runs"));
		str_add(out, ", by ratios to reference");
	}
	str_addf(out, "; each verdict at %.4g%%",
		 100 * number_at(comparison, "level"));
}

/* "15,113", or where runs are compared "11.5% of ref.", of CPU "8.6 x ref.". */
static struct table_cell side_cell(const struct figure *figure,
				   const json_t *value, bool before)
{
	double share = number_at(value, before ? "from_of_reference"
					       : "to_of_reference");
	struct table_cell cell;

	if (!isfinite(share))
		return table_number(number_at(value, before ? "from" : "to"));
	if (figure == figures)
		snprintf(cell.text, sizeof(cell.text), "%.40s%% of ref.",
			 table_number(100 * share).text);
	else
		snprintf(cell.text, sizeof(cell.text), "%.40s x ref.",
			 table_number(share).text);
	return cell;
}

/* ------------------------------------------------------------- the terminal --- */

static void text_library(FILE *out, const json_t *library)
{
	struct str line = STR_INIT;

	add_who(&line, library);
	fprintf(out, "  %s\n", line.buf);
	if (*text_at(library, "broken"))
		fprintf(out, "    BROKEN: %s\n", text_at(library, "broken"));
	for (size_t i = 0; i < FIGURES_COUNT; i++) {
		const json_t *value = json_object_get(library,
						      figures[i].member);

		str_reset(&line);
		add_verdict(&line, &figures[i], value);
		fprintf(out, "    %-14s %13s -> %-13s %s%s\n", figures[i].name,
			side_cell(&figures[i], value, true).text,
			side_cell(&figures[i], value, false).text, line.buf,
			json_is_true(json_object_get(value, "fails"))
				? "  <- more than is allowed"
				: "");
	}
	str_release(&line);
}

static void text_list(FILE *out, const json_t *list, const char *before)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "  %s%s\n", before, text_of(list, i));
}

static void text_comparison(FILE *out, const json_t *comparison)
{
	const json_t *libraries = json_object_get(comparison, "libraries");
	struct str method = STR_INIT;

	fprintf(out, "\n%s\n", text_at(comparison, "heading"));
	add_method(&method, comparison);
	fprintf(out, "  %s\n", method.buf);
	str_release(&method);
	if (*text_at(comparison, "why_not"))
		fprintf(out, "  not compared: %s\n",
			text_at(comparison, "why_not"));
	for (size_t i = 0; i < json_array_size(libraries); i++)
		text_library(out, json_array_get(libraries, i));
	text_list(out, json_object_get(comparison, "only_in_first"),
		  "only in the first run: ");
	text_list(out, json_object_get(comparison, "only_in_second"),
		  "only in the second run: ");
	text_list(out, json_object_get(comparison, "doubts"), "in doubt: ");
}

static size_t count_told(const json_t *libraries)
{
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(libraries); i++) {
		const json_t *library = json_array_get(libraries, i);
		bool told = *text_at(library, "broken");

		for (size_t k = 0; k < FIGURES_COUNT; k++)
			told |= isfinite(number_at(
				json_object_get(library, figures[k].member),
				"low"));
		n += told;
	}
	return n;
}

size_t changes_told(const json_t *changes)
{
	const json_t *comparisons = json_object_get(changes, "comparisons");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(comparisons); i++)
		n += count_told(json_object_get(json_array_get(comparisons, i),
						"libraries"));
	return n;
}

/* The largest difference that could have been missed; 0: none. */
static double most_missed(const json_t *libraries)
{
	double most = 0;

	for (size_t i = 0; i < json_array_size(libraries); i++)
		for (size_t k = 0; k < FIGURES_COUNT; k++) {
			const json_t *value = json_object_get(
				json_array_get(libraries, i), figures[k].member);

			if (strcmp(text_at(value, "verdict"), "better"))
				most = fmax(most, number_at(value, "seen"));
		}
	return most;
}

static void add_missed(struct str *out, const json_t *changes, double allowed)
{
	const json_t *comparisons = json_object_get(changes, "comparisons");
	double most = 0;

	for (size_t i = 0; i < json_array_size(comparisons); i++)
		most = fmax(most, most_missed(json_object_get(
					  json_array_get(comparisons, i),
					  "libraries")));
	if (most <= allowed)
		return;
	str_add(out, ", but differences of up to ");
	table_add_percent(out, most);
	str_add(out, "% could not have been seen");
}

static void add_judgement(struct str *out, const json_t *changes)
{
	double allowed = number_at(changes, "fail_above");

	if (!isfinite(allowed))
		return;
	if (!changes_told(changes)) {
		str_add(out, "NOT JUDGED: nothing was compared.");
		return;
	}
	str_add(out, json_is_true(json_object_get(changes, "failed"))
			     ? "FAILED: something is broken, or proven worse and "
			       "by more than "
			     : "passed: nothing is proven worse and by more than ");
	table_add_percent(out, allowed);
	str_add_char(out, '%');
	if (!json_is_true(json_object_get(changes, "failed")))
		add_missed(out, changes, allowed);
	str_add_char(out, '.');
}

void changes_text(FILE *out, const json_t *changes)
{
	const json_t *comparisons = json_object_get(changes, "comparisons");
	struct str judgement = STR_INIT;

	for (size_t i = 0; i < json_array_size(comparisons); i++)
		text_comparison(out, json_array_get(comparisons, i));
	if (json_array_size(comparisons)) {
		text_list(out, json_object_get(changes, "only_in_first"),
			  "not compared, as only the first has it: ");
		text_list(out, json_object_get(changes, "only_in_second"),
			  "not compared, as only the second has it: ");
	}
	add_judgement(&judgement, changes);
	if (judgement.len && json_array_size(comparisons))
		fprintf(out, "\n%s\n", judgement.buf);
	str_release(&judgement);
}

/* ----------------------------------------------------------------- Markdown --- */

static void markdown_figure(FILE *out, const struct figure *figure,
			    const json_t *value, const char *who)
{
	const char *bold = json_is_true(json_object_get(value, "fails")) ? "**"
									 : "";
	struct str verdict = STR_INIT;

	add_verdict(&verdict, figure, value);
	fputs("| ", out);
	markdown_text(out, who);
	fprintf(out, " | %s | %s | %s | %s", figure->name,
		side_cell(figure, value, true).text,
		side_cell(figure, value, false).text, bold);
	markdown_text(out, verdict.buf);
	fprintf(out, "%s |\n", bold);
	str_release(&verdict);
}

static void markdown_library(FILE *out, const json_t *library)
{
	struct str who = STR_INIT;

	add_who(&who, library);
	if (*text_at(library, "broken")) {
		fputs("| ", out);
		markdown_text(out, who.buf);
		fputs(" | | | | **BROKEN: ", out);
		markdown_text(out, text_at(library, "broken"));
		fputs("** |\n", out);
	}
	for (size_t i = 0; i < FIGURES_COUNT; i++)
		markdown_figure(out, &figures[i],
				json_object_get(library, figures[i].member),
				i ? "" : who.buf);
	str_release(&who);
}

static void markdown_list(FILE *out, const json_t *list, const char *before)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		fprintf(out, "- %s", before);
		markdown_text(out, text_of(list, i));
		fputc('\n', out);
	}
}

static void markdown_comparison(FILE *out, const json_t *comparison)
{
	const json_t *libraries = json_object_get(comparison, "libraries");
	struct str method = STR_INIT;

	fputs("### ", out);
	markdown_text(out, text_at(comparison, "heading"));
	add_method(&method, comparison);
	fputs("\n\n", out);
	markdown_text(out, method.buf);
	fputs(".\n\n", out);
	str_release(&method);
	if (json_array_size(libraries))
		fputs("| library | | before | after | |\n"
		      "|---|---|--:|--:|---|\n", out);
	for (size_t i = 0; i < json_array_size(libraries); i++)
		markdown_library(out, json_array_get(libraries, i));
	fputc('\n', out);
	if (*text_at(comparison, "why_not")) {
		fputs("- not compared: ", out);
		markdown_text(out, text_at(comparison, "why_not"));
		fputc('\n', out);
	}
	markdown_list(out, json_object_get(comparison, "only_in_first"),
		      "only in the first run: ");
	markdown_list(out, json_object_get(comparison, "only_in_second"),
		      "only in the second run: ");
	markdown_list(out, json_object_get(comparison, "doubts"),
		      "in doubt: ");
	fputc('\n', out);
}

void changes_markdown(FILE *out, const json_t *changes)
{
	const json_t *comparisons = json_object_get(changes, "comparisons");
	struct str judgement = STR_INIT;

	fputs("## geoio-benchmark: what has changed\n\n", out);
	add_judgement(&judgement, changes);
	if (judgement.len)
		fprintf(out, "**%s**\n\n", judgement.buf);
	str_release(&judgement);
	if (*text_at(changes, "why_not")) {
		fputs("Nothing was compared: ", out);
		markdown_text(out, text_at(changes, "why_not"));
		fputs(".\n\n", out);
	}
	for (size_t i = 0; i < json_array_size(comparisons); i++)
		markdown_comparison(out, json_array_get(comparisons, i));
	if (!json_array_size(comparisons))
		return;
	markdown_list(out, json_object_get(changes, "only_in_first"),
		      "not compared, as only the first has it: ");
	markdown_list(out, json_object_get(changes, "only_in_second"),
		      "not compared, as only the second has it: ");
}
