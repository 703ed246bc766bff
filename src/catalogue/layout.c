#include "catalogue/layout.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"
#include "catalogue/same_tests.h"

/* The home of the invoking user. HOME may be missing under services and
 * cron. */
static const char *home_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home && *home)
		return home;
	user = getpwuid(getuid());
	return user ? user->pw_dir : "/tmp";
}

/* $VARIABLE/geoio-benchmark/TAIL, or the same below HOME/FALLBACK. */
static char *user_folder(const char *variable, const char *fallback,
			 const char *tail)
{
	const char *base = getenv(variable);

	if (base && *base == '/')
		return mem_printf("%s/geoio-benchmark%s", base, tail);
	return mem_printf("%s/%s/geoio-benchmark%s", home_folder(), fallback,
			  tail);
}

/* The sudo of Debian sets HOME to root's. Then the folders of the user who
 * asked will do. */
static char *find_envs(void)
{
	char *envs = user_folder("XDG_DATA_HOME", ".local/share", "/envs");
	const char *home = invoker_home();
	char *theirs = home ? mem_printf("%s/.local/share/geoio-benchmark/envs",
					 home) : NULL;

	if (!theirs || file_is_dir(envs) || !file_is_dir(theirs)) {
		free(theirs);
		return envs;
	}
	free(envs);
	return theirs;
}

static int refuse_tests(const char *folder, struct err *err)
{
	char *mark = mem_printf("%s/library.toml", folder);
	int code = 0;

	if (!file_is_dir(folder))
		code = err_set(err, ERR_USAGE,
			       "GEOIO_TESTS names %s, which is no folder that "
			       "is there", folder);
	else if (file_exists(mark))
		code = err_set(err, ERR_USAGE,
			       "GEOIO_TESTS names %s, which is a library itself: "
			       "name the folder that it lies in", folder);
	free(mark);
	return code;
}

/* Replicas run in folders of their own, so the path must be absolute. */
static char *absolute(const char *folder, size_t n)
{
	char *here = *folder == '/' ? NULL : getcwd(NULL, 0);
	char *path = here ? mem_printf("%s/%.*s", here, (int)n, folder)
			  : mem_dup_n(folder, n);

	free(here);
	for (n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = '\0';
	return path;
}

static int add_extra_tests(struct layout *layout, struct err *err)
{
	const char *extra = getenv("GEOIO_TESTS");
	int code = 0;

	while (code == 0 && extra && *extra) {
		size_t n = strcspn(extra, ":");

		if (n && layout->test_count == LAYOUT_TESTS_MAX)
			return err_set(err, ERR_USAGE,
				       "GEOIO_TESTS names more than %d folders",
				       LAYOUT_TESTS_MAX - 1);
		if (n) {
			char *folder = absolute(extra, n);

			layout->tests[layout->test_count++] = folder;
			code = refuse_tests(folder, err);
		}
		extra += n + (extra[n] == ':');
	}
	return code;
}

/* From build/asan/check/unit, a check's, to what holds build. */
#define FOLDERS_UP 4

/* The checkout above a build folder (build, build/asan, …), or NULL. */
static char *find_checkout(const char *program_dir)
{
	char *folder = mem_dup(program_dir);

	for (int up = 0; up < FOLDERS_UP; up++) {
		char *slash = strrchr(folder, '/');
		char *probe;
		bool found;

		if (!slash || slash == folder)
			break;
		*slash = '\0';
		probe = mem_printf("%s/benchmark/worker.py", folder);
		found = file_exists(probe);
		free(probe);
		if (found)
			return folder;
	}
	free(folder);
	return NULL;
}

static void lay_out_checkout(struct layout *layout, const char *root,
			   const char *program_dir)
{
	layout->python_root = mem_dup(root);
	layout->programs = mem_printf("%s/tests", program_dir);
	layout->include = mem_printf("%s/include", root);
	layout->worker_library = mem_printf("%s/libbenchmark-worker.a",
					    program_dir);
	layout->formats = mem_printf("%s/libgeoio-formats.so", program_dir);
	layout->make_cog = mem_printf("%s/make-cog", program_dir);
	layout->enter = mem_printf("%s/geoio-enter", program_dir);
	layout->setup_envs = mem_printf("%s/tools/setup-envs", root);
}

/* Takes the prefix itself: in a container there may be no PREFIX/bin to go up
 * from. */
static void lay_out_installed(struct layout *layout, const char *program_dir)
{
	char *prefix = mem_dup(program_dir);
	char *end = strrchr(prefix, '/');

	if (end)
		*end = '\0';
	layout->python_root = mem_printf("%s/share/geoio-benchmark", prefix);
	layout->programs = mem_printf("%s/libexec/geoio-benchmark/tests",
				      prefix);
	layout->include = mem_printf("%s/include", prefix);
	layout->worker_library = mem_printf("%s/lib/libbenchmark-worker.a",
					    prefix);
	layout->formats = mem_printf("%s/benchmark/libgeoio-formats.so",
				     layout->python_root);
	layout->make_cog = mem_printf("%s/libexec/geoio-benchmark/make-cog",
				      prefix);
	layout->enter = mem_printf("%s/libexec/geoio-benchmark/geoio-enter",
				   prefix);
	layout->setup_envs = mem_printf("%s/libexec/geoio-benchmark/setup-envs",
					prefix);
	free(prefix);
}

int layout_find(struct layout *layout, struct err *err)
{
	char *program_dir = file_program_dir();
	char *root = find_checkout(program_dir);
	const char *envs = getenv("GEOIO_ENVS");

	memset(layout, 0, sizeof(*layout));
	if (root)
		lay_out_checkout(layout, root, program_dir);
	else
		lay_out_installed(layout, program_dir);
	layout->tests[layout->test_count++] =
		mem_printf("%s/benchmark/tests", layout->python_root);
	layout->envs = envs && *envs ? mem_dup(envs) : find_envs();
	layout->cache = user_folder("XDG_CACHE_HOME", ".cache", "");
	free(root);
	free(program_dir);
	if (!file_is_dir(layout->tests[0]))
		return err_set(err, ERR_NOT_FOUND,
			       "no folder of tests at %s/benchmark/tests: "
			       "install again with `make install`",
			       layout->python_root);
	return add_extra_tests(layout, err);
}

static bool is_checkout(const char *folder)
{
	char *tests = mem_printf("%s/benchmark/tests", folder);
	char *sources = mem_printf("%s/src/cli", folder);
	bool is = file_is_dir(tests) && file_is_dir(sources);

	free(tests);
	free(sources);
	return is;
}

char *layout_other_checkout(const struct layout *layout)
{
	char *here = getenv("GEOIO_TESTS") ? NULL : getcwd(NULL, 0);
	char *tests = NULL, *slash = here ? strrchr(here, '/') : NULL;
	bool found = here && is_checkout(here);

	if (slash && !found) {
		*slash = '\0';
		found = is_checkout(here);
	}
	if (found)
		tests = mem_printf("%s/benchmark/tests", here);
	if (!found || same_tests(tests, layout->tests[0])) {
		free(here);
		here = NULL;
	}
	free(tests);
	return here;
}

void layout_release(struct layout *layout)
{
	for (size_t i = 0; i < layout->test_count; i++)
		free(layout->tests[i]);
	free(layout->python_root);
	free(layout->programs);
	free(layout->include);
	free(layout->worker_library);
	free(layout->formats);
	free(layout->envs);
	free(layout->cache);
	free(layout->make_cog);
	free(layout->enter);
	free(layout->setup_envs);
	memset(layout, 0, sizeof(*layout));
}
