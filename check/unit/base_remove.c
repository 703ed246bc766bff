/* Removal of trees: deep ones, closed ones, and ones that change meanwhile. */
#include "check.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static char base[128];
static char *tree, *precious; /* from base, and from within the tree */
static struct err err;

/* What is done just before the file of this name is opened. */
static const char *swap_name;
static void (*swap)(int parent, const char *name);

/* The library's calls come here first, so that a race is no matter of luck. */
int openat(int parent, const char *name, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	if (swap_name && !strcmp(name, swap_name)) {
		swap_name = NULL;
		swap(parent, name);
	}
	return (int)syscall(SYS_openat, parent, name, flags, mode);
}

static int begin(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	/* A disk's file system takes seconds for 6,000 folders. */
	if (access("/dev/shm", W_OK) == 0)
		tmp = "/dev/shm";
	snprintf(base, sizeof(base), "%.80s/remove-check-XXXXXX",
		 tmp ? tmp : "/tmp");
	/* A user need not reach where the checks run. */
	if (!mkdtemp(base) || chdir(base) < 0)
		return -1;
	tree = mem_dup("tree");
	precious = mem_dup("../precious");
	if (mkdir(tree, 0700) < 0 || mkdir("precious", 0755) < 0)
		return -1;
	return file_write("precious/file", "x", 1, &err);
}

static int end(void **state)
{
	(void)state;
	free(tree);
	free(precious);
	return chdir("/") < 0 ? -1 : file_remove_tree(base, &err);
}

static void make(const char *name, mode_t mode)
{
	char *path = mem_printf("%s/%s", tree, name);

	if (mode)
		assert_int_equal(mkdir(path, mode), 0);
	else
		assert_int_equal(file_write(path, "x", 1, &err), 0);
	free(path);
}

static void close_folder(const char *name, mode_t mode)
{
	char *path = mem_printf("%s/%s", tree, name);

	assert_int_equal(chmod(path, mode), 0);
	free(path);
}

static void remove_it(void)
{
	if (file_remove_tree(tree, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(access(tree, F_OK), -1);
	assert_true(file_exists("precious/file"));
}

static void all_kinds(void **state)
{
	char *link = mem_printf("%s/link", tree);
	char *fifo = mem_printf("%s/fifo", tree);

	(void)state;
	make("a", 0700);
	make("a/b", 0700);
	make("a/b/file", 0);
	make("file", 0);
	assert_int_equal(symlink(precious, link), 0);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	free(link);
	free(fifo);
	remove_it();
}

/* Deeper than there are descriptors, or room on a stack, or a path can name. */
static void deep(void **state)
{
	struct rlimit few = { 32, 32 }, before;
	int folder = open(tree, O_RDONLY | O_DIRECTORY);

	(void)state;
	for (int i = 0; i < 6000; i++) {
		int next;

		assert_int_equal(mkdirat(folder, "d", 0700), 0);
		next = openat(folder, "d", O_RDONLY | O_DIRECTORY);
		close(folder);
		folder = next;
	}
	close(folder);
	getrlimit(RLIMIT_NOFILE, &before);
	few.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	remove_it();
	setrlimit(RLIMIT_NOFILE, &before);
}

static void closed(void **state)
{
	(void)state;
	make("a", 0700);
	make("a/b", 0700);
	make("a/b/c", 0700);
	make("a/b/c/file", 0);
	make("a/e", 0700);
	make("read", 0700);
	make("read/file", 0);
	close_folder("read", 0500);
	close_folder("a/b/c", 0);
	close_folder("a/b", 0);
	close_folder("a/e", 0);
	close_folder("a", 0);
	assert_int_equal(chmod(tree, 0), 0);
	remove_it();
}

/* The same as a user, whom modes bind. */
static void closed_to_a_user(void **state)
{
	if (geteuid())
		skip();
	assert_int_equal(chown(base, 65534, 65534), 0);
	assert_int_equal(chown(tree, 65534, 65534), 0);
	assert_int_equal(seteuid(65534), 0);
	closed(state); /* (all it makes is the user's) */
	assert_int_equal(seteuid(0), 0);
}

static void put_link(int parent, const char *name)
{
	assert_int_equal(renameat(parent, name, parent, "moved"), 0);
	assert_int_equal(symlinkat(parent == AT_FDCWD ? "precious" : precious,
				   parent, name), 0);
}

/* Between the look and the opening, a folder becomes a link. */
static void swapped_for_a_link(void **state)
{
	(void)state;
	make("a", 0700);
	make("a/file", 0);
	swap = put_link;
	swap_name = "a";
	remove_it();
	assert_null(swap_name);
}

static void root_swapped_for_a_link(void **state)
{
	int folder = open(tree, O_RDONLY | O_DIRECTORY);

	(void)state;
	make("a", 0700);
	put_link(AT_FDCWD, tree);
	assert_int_equal(file_empty_folder(folder, tree, &err), 0);
	close(folder);
	assert_int_equal(rmdir("moved"), 0);
	assert_true(file_exists("precious/file"));
}

/* Another user's file in a folder of theirs cannot go: told, and the rest does. */
static void what_stays_is_named(void **state)
{
	char *theirs = mem_printf("%s/a/theirs", tree);
	char *ours = mem_printf("%s/z", tree);

	if (geteuid())
		skip();
	(void)state;
	make("a", 0700);
	make("a/theirs", 0700);
	make("a/theirs/file", 0);
	make("z", 0);
	close_folder("a", 0755);
	close_folder("a/theirs", 0755);
	assert_int_equal(chown(base, 65534, 65534), 0);
	assert_int_equal(chown(tree, 65534, 65534), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(file_remove_tree(tree, &err), ERR_SYSTEM);
	assert_int_equal(seteuid(0), 0);
	assert_names(err, tree);
	assert_names(err, "because of theirs in it");
	assert_names(err, "by hand");
	assert_true(file_exists(theirs));
	assert_false(file_exists(ours));
	free(theirs);
	free(ours);
}

int main(void)
{
#define CHECK(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest checks[] = {
		CHECK(all_kinds), CHECK(deep), CHECK(closed),
		CHECK(closed_to_a_user), CHECK(swapped_for_a_link),
		CHECK(root_swapped_for_a_link), CHECK(what_stays_is_named),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
