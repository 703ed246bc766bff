#include "cli/command.h"

#include <jansson.h>
#include <string.h>

#include "base/str.h"
#include "catalogue/catalogue.h"
#include "cli/say.h"
#include "plan/plan.h"

static const char *kind_word(enum library_kind kind)
{
	static const char *const words[] = { "library", "baseline", "check" };

	return words[kind];
}

static json_t *verbs_json(const struct library *library)
{
	json_t *verbs = json_array();

	for (unsigned i = 0; i < PLAN_VERB_COUNT; i++)
		if (library->verbs & PLAN_VERB_BIT(i))
			json_array_append_new(verbs,
					      json_string(plan_verb_name(i)));
	return verbs;
}

/* Those that are hidden are in no list of what is run. */
static json_t *tests_json(const struct library *library, bool all_of_verbs)
{
	json_t *tests = json_array();

	for (size_t i = 0; i < library->test_count; i++) {
		const struct test *test = &library->tests[i];

		if (all_of_verbs ? test->of_verbs : !test->hidden)
			json_array_append_new(tests, json_string(test->name));
	}
	return tests;
}

static json_t *library_json(const struct library *library)
{
	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o, s:i, s:o, s:o, s:b, "
			 "s:s?}", "name", library->name, "kind",
			 kind_word(library->kind), "language",
			 library->language, "version", library->version,
			 "home_page", library->home_page, "tests",
			 tests_json(library, false), "protocol",
			 (int)library->protocol, "verbs", verbs_json(library),
			 "tests_of_verbs", tests_json(library, true), "ready",
			 library->ready, "remedy", library->remedy);
}

static void print_json(const struct catalogue *catalogue)
{
	json_t *all = json_array(), *skipped = json_array();
	json_t *document;

	for (size_t i = 0; i < catalogue->count; i++)
		json_array_append_new(all,
				      library_json(&catalogue->libraries[i]));
	for (size_t i = 0; i < catalogue->skipped_count; i++)
		json_array_append_new(
			skipped, json_pack("{s:s, s:s}", "path",
					   catalogue->skipped[i].path, "why",
					   catalogue->skipped[i].why));
	document = json_pack("{s:o, s:o}", "libraries", all, "skipped",
			     skipped);
	json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(document);
}

static void print_library(const struct library *library)
{
	struct str tests = STR_INIT;

	for (size_t i = 0; i < library->test_count; i++)
		if (!library->tests[i].hidden)
			str_addf(&tests, "%s%s%s", tests.len ? ", " : "",
				 library->tests[i].name,
				 library->tests[i].of_verbs ? "*" : "");
	say(stdout, "%-12s %-10s %s", library->name,
	    library->version ? library->version : "-",
	    tests.len ? tests.buf : "(no tests)");
	if (!library->ready)
		say(stdout, "%-24snot ready: %s", "", library->remedy);
	str_release(&tests);
}

static void print_kind(const struct catalogue *catalogue,
		       enum library_kind kind, const char *title)
{
	bool any = false;

	for (size_t i = 0; i < catalogue->count; i++) {
		if (catalogue->libraries[i].kind != kind)
			continue;
		if (!any)
			printf("%s\n", title);
		any = true;
		print_library(&catalogue->libraries[i]);
	}
	if (any)
		printf("\n");
}

static bool has_hidden(const struct library *library, const char *name)
{
	for (size_t i = 0; i < library->test_count; i++)
		if (library->tests[i].hidden &&
		    !strcmp(library->tests[i].name, name))
			return true;
	return false;
}

/* Workloads that no library shows among its tests, and who can do them. */
static void print_hidden(const struct catalogue *catalogue)
{
	const struct workload_about *w;

	for (size_t i = 0; (w = catalogue->workload(i)); i++) {
		struct str who = STR_INIT;

		for (size_t j = 0; j < catalogue->count; j++)
			if (has_hidden(&catalogue->libraries[j], w->name))
				str_add_item(&who, catalogue->libraries[j].name);
		if (who.len)
			say(stdout, "%-24s%s", w->name, who.buf);
		str_release(&who);
	}
}

static bool any_test(const struct catalogue *catalogue, bool hidden)
{
	for (size_t i = 0; i < catalogue->count; i++) {
		const struct library *library = &catalogue->libraries[i];

		for (size_t j = 0; j < library->test_count; j++)
			if (hidden ? library->tests[j].hidden
				   : library->tests[j].of_verbs &&
					     !library->tests[j].hidden)
				return true;
	}
	return false;
}

static void print_about_verbs(const struct catalogue *catalogue)
{
	if (any_test(catalogue, false))
		printf("* by the verbs of the library, without a file\n\n");
	if (!any_test(catalogue, true))
		return;
	printf("Tests for the harness's own checks, by verbs (run only when "
	       "named):\n");
	print_hidden(catalogue);
	printf("\n");
}

static void print_skipped(const struct catalogue *catalogue)
{
	if (catalogue->skipped_count)
		printf("Left out:\n");
	for (size_t i = 0; i < catalogue->skipped_count; i++)
		say(stdout, "%s: %s", catalogue->skipped[i].path,
		    catalogue->skipped[i].why);
	if (catalogue->skipped_count)
		printf("\n");
}

static int run(struct options *options, struct err *err)
{
	struct catalogue catalogue;
	int code = catalogue_load(&catalogue, plan_workload, err);

	if (code == 0)
		say_whose_tests(&catalogue.layout);

	if (code == 0 && options->json) {
		print_json(&catalogue);
	} else if (code == 0) {
		printf("%-12s %-10s %s\n\n", "LIBRARY", "VERSION", "TESTS");
		print_kind(&catalogue, LIBRARY_MEASURED, "Libraries:");
		print_kind(&catalogue, LIBRARY_BASELINE,
			   "Baselines (the machine's limit, the harness's "
			   "cost):");
		print_kind(&catalogue, LIBRARY_CHECK,
			   "For the harness's own checks (run only when "
			   "named):");
		print_about_verbs(&catalogue);
		print_skipped(&catalogue);
	}
	catalogue_release(&catalogue);
	return code;
}

const struct command command_list = {
	.name = "list",
	.arguments = "",
	.summary = "List libraries, their tests and versions, and what is "
		   "ready.",
	.help = "Tests are files: benchmark/tests/LIBRARY/TEST.py or .c. A "
		"library that names its\nverbs in library.toml has a test more "
		"for each workload that needs no others. The\nvariable "
		"GEOIO_TESTS adds folders of libraries, separated by colons.",
	.groups = { options_json, options_common },
	.run = run,
};
