/* The libraries of this tree, whose list a golden output cannot prove: one that
 * is left out there is soon left out of the golden output too. */
#include "check.h"

#include <dirent.h>

#include "catalogue/catalogue.h"
#include "plan/plan.h"

static bool has(const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->count; i++)
		if (!strcmp(catalogue->libraries[i].name, name))
			return true;
	return false;
}

/* What has no dot is a library's folder; "__pycache__" is Python's own. */
static void assert_all_there(const struct catalogue *catalogue,
			     const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strchr(entry->d_name, '.') || *entry->d_name == '_')
			continue;
		if (!has(catalogue, entry->d_name))
			fail_msg("%s/%s is no library", folder, entry->d_name);
		count++;
	}
	closedir(dir);
	assert_in_range(count, 10, 1000);
}

/* Those that misbehave do so when they run. */
static void none_is_left_out(void **state)
{
	struct catalogue catalogue;
	struct err err;

	(void)state;
	setenv("GEOIO_TESTS", check_file("check/libraries"), 1);
	assert_int_equal(catalogue_load(&catalogue, plan_workload, &err), 0);
	for (size_t i = 0; i < catalogue.skipped_count; i++)
		fail_msg("%s: %s", catalogue.skipped[i].path,
			 catalogue.skipped[i].why);
	assert_all_there(&catalogue, check_file("benchmark/tests"));
	assert_all_there(&catalogue, check_file("check/libraries"));
	catalogue_release(&catalogue);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(none_is_left_out),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
