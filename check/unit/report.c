#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "report/report.h"
#include "report_fixture.h"
#include "written.h"

static void check_csv(void **state)
{
	struct result_row row;
	static const char begin[] = "\"a,\"\"b\"\"\",fetch_range,"
				    "\"{\"\"request_size\"\": 16384}\",,,";
	char *header, *line;

	(void)state;
	fill(&row, "a,\"b\"", 0.1);
	row.keep_alive = true;
	WRITTEN(header, report_csv_header(out, REPORT_TRIALS));
	WRITTEN(line, report_csv_row(out, &row, REPORT_TRIALS));
	assert_int_equal(strncmp(header, "library_name,test_name,test_params,",
				 35),
			 0);
	assert_null(strstr(header, "container_id"));
	assert_int_equal(strncmp(line, begin, strlen(begin)), 0);
	assert_non_null(strstr(line, ",True,")); /* keep_alive */
	assert_non_null(strstr(line, ",0.1,"));  /* not 0.10000000000000001 */
	free(header);
	free(line);
	WRITTEN(header, report_csv_header(out, REPORT_REPLICAS));
	assert_non_null(strstr(header, ",container_id,"));
	free(header);
	result_row_release(&row);
}

#define PARTS(name)                                                            \
	name "_count," name "_mean," name "_std," name "_min," name "_25%,"    \
	name "_50%," name "_75%," name "_max,"
#define FIGURES                                                                \
	PARTS("recv_bytes_per_second")                                         \
	PARTS("cpu_seconds")                                                   \
	PARTS("recv_bytes_per_second_per_cpu")                                 \
	PARTS("memory_usage_bytes")                                            \
	"duration_seconds,requests_per_second,instance_type,cost_usd"

/* The headers of the two files that pyasyncio-benchmark published on
 * 2025-04-30: ours begin with them, column by column. */
static void check_ancestor_columns(void **state)
{
	static const char aggregated[] =
		"library_name,test_name,test_params,start_time,end_time,"
		"number_requests,number_failures,run_id,pool_size,keep_alive,"
		"keep_alive_timeout_seconds,use_dns_cache," FIGURES;
	static const char containers[] =
		"library_name,test_name,start_time,end_time,number_requests,"
		"number_failures,number_successes,container_id,run_id,"
		"pool_size,keep_alive,keep_alive_timeout_seconds,use_dns_cache,"
		"test_params," FIGURES;
	char *header;

	(void)state;
	WRITTEN(header, report_csv_header(out, REPORT_AGGREGATED));
	assert_int_equal(strncmp(header, aggregated, strlen(aggregated)), 0);
	assert_non_null(strstr(header, ",cost_usd,number_successes,"));
	free(header);
	WRITTEN(header, report_csv_header(out, REPORT_CONTAINERS));
	assert_int_equal(strncmp(header, containers, strlen(containers)), 0);
	assert_non_null(strstr(header, ",cost_usd,replicas,"));
	free(header);
}

/* Each column is there, once, and over its own value. */
static void check_same_values(void **state)
{
	struct result_row row;
	char *line, *moved;

	(void)state;
	fill(&row, "aiohttp", 10);
	row.number_successes = 99;
	WRITTEN(line, report_csv_row(out, &row, REPORT_TRIALS));
	WRITTEN(moved, report_csv_row(out, &row, REPORT_AGGREGATED));
	assert_int_equal(strlen(line), strlen(moved));
	assert_non_null(strstr(line, ",100,0,99,,"));
	assert_non_null(strstr(moved, ",100,0,,"));
	assert_non_null(strstr(moved, ",99,1,1.2.3,"));
	free(line);
	free(moved);
	result_row_release(&row);
}

/* docs/metrics.md has a row for every column, and for no other. */
static void check_documented(void **state)
{
	struct str text = STR_INIT;
	struct err err;

	(void)state;
	assert_int_equal(file_read(check_file("docs/metrics.md"), 1 << 20,
				   &text, &err),
			 0);
	for (const struct column *c = result_columns; c->name; c++) {
		char *name = mem_printf("`%s`", c->name);
		bool part = strstr(c->name, "_count") || strchr(c->name, '%') ||
			    strstr(c->name, "_mean") ||
			    strstr(c->name, "_std") || strstr(c->name, "_min") ||
			    strstr(c->name, "_max");

		if (!part && !strstr(text.buf, name))
			fail_msg("docs/metrics.md does not define %s", c->name);
		free(name);
	}
	str_release(&text);
}

static void check_json(void **state)
{
	struct result_row row;
	json_t *object;

	(void)state;
	fill(&row, "lib", 100);
	row.keep_alive = false;
	row.hot_key = true;
	object = report_json(&row, false);
	assert_string_equal(
		json_string_value(json_object_get(object, "library_name")),
		"lib");
	assert_true(json_is_null(json_object_get(object, "cost_usd")));
	assert_true(json_is_null(json_object_get(object, "connections")));
	assert_true(json_is_false(json_object_get(object, "keep_alive")));
	assert_true(json_is_true(json_object_get(object, "hot_key")));
	/* Of a trial before there was such an option. */
	assert_true(json_is_null(json_object_get(object, "anonymous")));
	json_decref(object);
	result_row_release(&row);
}

/* What jansson writes, but for the digits; and when read again, the same doubles. */
static void check_json_written(void **state)
{
	static const char form[] =
		"{\"a\": [], \"b\": {}, \"c\": [1, {\"d\": \"\\u001f\\\"x\"}, true], "
		"\"e\": null, \"f\": 3.0, \"g\": [2.5, -0.5]}";
	static const double values[] = { 0.1, 1.0 / 3, 0.1 + 0.2, 5e-324, 1e22,
					 123456789012345678.0 };
	json_t *document = json_loads(form, 0, NULL);
	char *ours, *theirs;

	(void)state;
	for (int indent = 0; indent <= 1; indent++) {
		WRITTEN(ours, report_json_write(out, document, indent));
		theirs = json_dumps(document, indent ? JSON_INDENT(2) : 0);
		assert_string_equal(ours, theirs);
		free(theirs);
		free(ours);
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		json_t *number = json_real(values[i]);

		WRITTEN(ours, report_json_write(out, number, false));
		assert_true(strtod(ours, NULL) == values[i]);
		assert_true(i > 0 || strcmp(ours, "0.1") == 0);
		free(ours);
		json_decref(number);
	}
	json_decref(document);
}

static void check_json_environment(void **state)
{
	static const char *const none[] = { NULL, "", "[]", "{", "\"a\"" };
	json_t *object = report_json_object("{\"governor\": \"powersave\"}");

	(void)state;
	assert_string_equal(
		json_string_value(json_object_get(object, "governor")),
		"powersave");
	json_decref(object);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_true(json_is_null(report_json_object(none[i])));
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(check_csv),
		cmocka_unit_test(check_ancestor_columns),
		cmocka_unit_test(check_same_values),
		cmocka_unit_test(check_documented),
		cmocka_unit_test(check_json),
		cmocka_unit_test(check_json_written),
		cmocka_unit_test(check_json_environment),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
