/* What is built into the program is its file, byte for byte; and which page
 * has what. */
#include "check.h"

#include <dirent.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/mem.h"

#define MOST_BYTES (4 << 20)

static const struct embedded *find(const struct embedded *list,
				   const char *name)
{
	while (list->name && strcmp(list->name, name) != 0)
		list++;
	return list->name ? list : NULL;
}

/* "web/report/report.html": the array has it, and as it is in the checkout. */
static void assert_held(const struct embedded *list, const char *folder,
			const char *name)
{
	const struct embedded *e = find(list, name);
	char *path = mem_printf("%s/%s", folder, name);
	struct str text = STR_INIT;
	struct err err;

	if (file_read(check_file(path), MOST_BYTES, &text, &err) < 0)
		fail_msg("%s", err.text);
	if (!e)
		fail_msg("%s is not built in", path);
	if (strlen(e->text) != text.len ||
	    memcmp(e->text, text.buf, text.len) != 0)
		fail_msg("%s is not built in as it is", path);
	str_release(&text);
	free(path);
}

/* Each file of a folder that may not be there; how many. */
static size_t assert_all_held(const struct embedded *list, const char *folder)
{
	DIR *dir = opendir(check_file(folder));
	struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir))) {
		char *path = mem_printf("%s/%s", folder, entry->d_name);

		if (file_is_regular(check_file(path))) {
			assert_held(list, folder, entry->d_name);
			count++;
		}
		free(path);
	}
	if (dir)
		closedir(dir);
	return count;
}

static size_t count_of(const struct embedded *list)
{
	size_t count = 0;

	while (list[count].name)
		count++;
	return count;
}

static void holds_the_live_page_alone(void **state)
{
	(void)state;
	assert_true(assert_all_held(embedded_web, "web") > 0);
	assert_int_equal(count_of(embedded_web),
			 assert_all_held(embedded_web, "web"));
}

static void holds_a_reports_page(void **state)
{
	size_t count = assert_all_held(embedded_report, "web/report");

	(void)state;
	assert_held(embedded_report, "web/vendor", "plot.js");
	assert_held(embedded_report, "web/vendor", "plot.LICENSES.txt");
	assert_int_equal(count_of(embedded_report), count + 2);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(holds_the_live_page_alone),
		cmocka_unit_test(holds_a_reports_page),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
