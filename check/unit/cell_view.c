/* What a replica sees of the file system: what it was given, at its own path,
 * and nothing of people's; nothing of it is seen outside. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "cell/identity.h"
#include "cell/view.h"

#define OTHER 1879048999

/* A home of mode 0700 with all that makes paths difficult, a scratch folder, and
 * a view of it. */
struct fixture {
	char top[512]; /* absolute */
	char *reads[8];
	unsigned count;
	char scratch[544], folder[576];
	struct view *view;
};

static char *at(const struct fixture *f, const char *name)
{
	return mem_printf("%s/%s", f->top, name);
}

static void make_folder(const struct fixture *f, const char *name, mode_t mode)
{
	char *path = at(f, name);

	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(chmod(path, mode), 0);
	free(path);
}

static void make_file(const struct fixture *f, const char *name)
{
	char *path = at(f, name);
	struct err err;

	assert_int_equal(file_write(path, "here", 4, &err), 0);
	assert_int_equal(chmod(path, 0644), 0);
	free(path);
}

static void make_link(const struct fixture *f, const char *name,
		      const char *says)
{
	char *path = at(f, name), *to = *says == '/' ? at(f, says + 1)
						     : mem_dup(says);

	assert_int_equal(symlink(to, path), 0);
	free(path);
	free(to);
}

static void make_home(struct fixture *f)
{
	make_folder(f, "home", 0700);
	make_folder(f, "home/my envs", 0755);
	make_folder(f, "home/my envs/bin", 0755);
	make_file(f, "home/secret");
	make_folder(f, "home/tree", 0755);
	make_file(f, "home/tree/file");
	make_folder(f, "home/tree/closed", 0700);
	make_file(f, "home/tree/closed/secret");
	make_folder(f, "home/tree/closed/tests", 0755);
	make_file(f, "home/tree/closed/tests/test");
	make_folder(f, "home/uv", 0700);
	make_folder(f, "home/uv/3.12.1", 0755);
	make_file(f, "home/uv/3.12.1/python");
	make_link(f, "home/uv/3.12", "3.12.1");
	make_link(f, "home/my envs/bin/python", "/" "home/uv/3.12/python");
}

static bool begin_at(struct fixture *f, const char *base)
{
	const char *const names[] = { "home/my envs/bin/python",
				      "home/my envs", "home/tree",
				      "home/tree/file",
				      "home/tree/closed/tests", "home/none" };
	struct err err;

	memset(f, 0, sizeof(*f));
	snprintf(f->top, sizeof(f->top), "%s/view-XXXXXX", base);
	assert_non_null(mkdtemp(f->top));
	assert_int_equal(chmod(f->top, 0755), 0);
	make_home(f);
	make_folder(f, "scratch", 0700);
	make_folder(f, "scratch/one", 0755);
	make_folder(f, "scratch/two", 0755);
	make_file(f, "scratch/secret");
	make_file(f, "scratch/two/secret");
	snprintf(f->scratch, sizeof(f->scratch), "%s/scratch", f->top);
	snprintf(f->folder, sizeof(f->folder), "%s/one", f->scratch);
	assert_int_equal(chown(f->folder, OTHER, OTHER), 0);
	for (; f->count < sizeof(names) / sizeof(*names); f->count++)
		f->reads[f->count] = at(f, names[f->count]);
	if (view_make(&f->view, (const char *const *)f->reads, f->scratch,
		      NULL, &err) == 0)
		return true;
	printf("%s\n", err.text);
	return false;
}

static void end(struct fixture *f)
{
	for (unsigned i = 0; i < f->count; i++)
		free(f->reads[i]);
	view_free(f->view);
	assert_int_equal(file_remove_tree(f->top, NULL), 0);
}

/* ---------------------------------------------------------------- inside --- */

static bool reads(const struct fixture *f, const char *name)
{
	char *path = at(f, name);
	struct str text = STR_INIT;
	bool right = file_read(path, 100, &text, NULL) == 0 &&
		     strcmp(text.buf, "here") == 0;

	free(path);
	str_release(&text);
	return right;
}

static bool writes(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool writes_in(const struct fixture *f, const char *name)
{
	char *path = at(f, name);
	bool may = writes(path);

	free(path);
	return may;
}

static int sees_what_was_given(const struct fixture *f)
{
	if (!reads(f, "home/my envs/bin/python"))
		return 10;
	if (!reads(f, "home/uv/3.12/python"))
		return 11;
	if (!reads(f, "home/tree/closed/tests/test") ||
	    !reads(f, "home/tree/file"))
		return 12;
	if (reads(f, "home/secret") || reads(f, "home/tree/closed/secret"))
		return 13;
	if (access("/bin/sh", X_OK) < 0 || access("/root", F_OK) == 0)
		return 14;
	return 0;
}

static int writes_to_its_own(const struct fixture *f)
{
	if (!writes_in(f, "scratch/one/file"))
		return 20;
	if (!writes("/tmp/file") || !writes("/dev/shm/file") ||
	    !writes("/dev/null"))
		return 21;
	if (writes_in(f, "home/tree/new") || writes("/etc/file") ||
	    writes("/file"))
		return 22;
	/* A folder of that name is on the way to its own. */
	if (geteuid() && writes_in(f, "scratch/file"))
		return 23;
	if (reads(f, "scratch/secret") || reads(f, "scratch/two/secret"))
		return 24;
	return access("/.scratch/two", F_OK) == 0 ? 25 : 0;
}

/* Where it writes as root too, it is the mounts that stand in its way. */
static int look(const struct fixture *f, uid_t user)
{
	struct identity other = { user, user, true };
	int code;

	if (view_enter(f->view, f->folder) < 0)
		return 1;
	if (user && identity_take(&other) < 0)
		return 2;
	code = sees_what_was_given(f);
	return code ? code : writes_to_its_own(f);
}

static int in_child(const struct fixture *f, uid_t user)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(look(f, user));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static char *mounts(void)
{
	struct str text = STR_INIT;

	assert_int_equal(file_read("/proc/self/mountinfo", 1 << 20, &text,
				   NULL), 0);
	return str_detach(&text);
}

static void check_in(const char *base)
{
	char *before = mounts(), *after;
	struct fixture f;

	if (begin_at(&f, base)) {
		assert_int_equal(in_child(&f, OTHER), 0);
		assert_int_equal(in_child(&f, 0), 0);
		after = mounts();
		assert_string_equal(before, after);
		free(after);
	} else {
		print_message("no views here\n");
	}
	free(before);
	end(&f);
}

static void gives_what_is_asked_for(void **state)
{
	char *here;

	(void)state;
	if (geteuid() != 0)
		skip();
	here = getcwd(NULL, 0);
	assert_non_null(here);
	check_in("/tmp");
	check_in("/dev/shm");
	check_in(here);
	free(here);
}

static void needs_a_scratch_folder(void **state)
{
	struct view *view = NULL;
	struct err err;

	(void)state;
	assert_int_equal(view_make(&view, NULL, "/nonexistent", NULL, &err),
			 ERR_NOT_FOUND);
	assert_null(view);
	assert_names(err, "view");
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(gives_what_is_asked_for),
		cmocka_unit_test(needs_a_scratch_folder),
	};

	return cmocka_run_group_tests(checks, NULL, NULL);
}
