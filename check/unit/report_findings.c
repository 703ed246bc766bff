/* Findings: each by its name, in documents, CSV and JSON. */
#include "check.h"

#include "base/file.h"
#include "base/mem.h"
#include "report/report.h"
#include "written.h"

/* Its section "Findings" has a row for every name, and for no other. */
static void check_findings_documented(void **state)
{
	struct str text = STR_INIT;
	const char *section, *end;
	unsigned rows = 0;
	struct err err;

	(void)state;
	assert_int_equal(file_read(check_file("docs/metrics.md"), 1 << 20,
				   &text, &err),
			 0);
	section = strstr(text.buf, "\n## Findings\n");
	assert_non_null(section);
	end = strstr(section + 1, "\n## ");
	for (int i = 0; i < FINDING_COUNT; i++) {
		const char *word = finding_name((enum finding_kind)i);
		char *row = mem_printf("\n| `%s` |", word);
		const char *at = strstr(section, row);

		if (!at || (end && at > end))
			fail_msg("docs/metrics.md does not define %s", word);
		assert_true(strlen(word) < sizeof(((struct finding *)0)->name));
		free(row);
	}
	for (const char *at = section; (at = strstr(at, "\n| `")); at++)
		rows += !end || at < end;
	assert_int_equal(rows, FINDING_COUNT);
	str_release(&text);
}

/* Each stands alone, whatever it holds. */
static void check_findings_written(void **state)
{
	struct result_row row;
	json_t *object, *list;
	char *line;

	(void)state;
	result_row_init(&row);
	findings_add(&row.findings, "in_flight", "first; and why");
	findings_add(&row.findings, "repeated", "second");
	findings_add(&row.findings, "in_flight", "third");
	object = report_json(&row, false);
	list = json_object_get(object, "findings");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(json_string_value(json_object_get(
		json_array_get(list, 0), "name")), "in_flight");
	assert_string_equal(json_string_value(json_object_get(
		json_array_get(list, 0), "text")), "first; and why");
	assert_string_equal(json_string_value(json_object_get(
		object, "finding_names")), "in_flight;repeated");
	json_decref(object);
	WRITTEN(line, report_csv_row(out, &row, REPORT_TRIALS));
	assert_non_null(strstr(line, ",first; and why; second; third,"
				     "in_flight;repeated,"));
	free(line);
	result_row_release(&row);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_findings_documented),
		cmocka_unit_test(check_findings_written),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
