/* Scratch folders, and those of replicas in them. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "run/home.h"
#include "run/scratch.h"

static char base[128];

static int make_base(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(base, sizeof(base), "%.80s/scratch-check-XXXXXX",
		 tmp ? tmp : "/tmp");
	return mkdtemp(base) ? 0 : -1;
}

static int remove_base(void **state)
{
	(void)state;
	return file_remove_tree(base, NULL);
}

/* Makes a folder of that name with a file in it; returns its path. */
static char *folder(const char *name)
{
	char *path = mem_printf("%s/%s", base, name);
	char *file = mem_printf("%s/file", path);

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(file_write(file, "x", 1, NULL), 0);
	free(file);
	return path;
}

static unsigned clear(void)
{
	unsigned removed = 0;
	struct err err;

	if (scratch_clear_stale_in(base, &removed, &err) < 0)
		fail_msg("%s", err.text);
	return removed;
}

static void make_and_remove(void **state)
{
	struct scratch scratch, second;
	struct err err;
	struct stat st;
	char *path;

	(void)state;
	assert_int_equal(scratch_make_in(&scratch, base, &err), 0);
	path = mem_dup(scratch.path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(scratch_make_in(&second, base, &err), ERR_CONFLICT);
	assert_int_equal(scratch_remove(&second, &err), 0);
	assert_true(file_is_dir(path));
	assert_int_equal(scratch_remove(&scratch, &err), 0);
	assert_false(file_exists(path));
	assert_int_equal(scratch_remove(&scratch, &err), 0);
	free(path);
}

static void where(void **state)
{
	struct scratch scratch;
	struct err err;

	(void)state;
	setenv("TMPDIR", base, 1);
	/* More than any tmpfs has. */
	assert_int_equal(scratch_make(&scratch, UINT64_MAX, &err), 0);
	assert_int_equal(strncmp(scratch.path, base, strlen(base)), 0);
	assert_int_equal(scratch_remove(&scratch, &err), 0);
	setenv("TMPDIR", "/nonexistent", 1);
	assert_int_equal(scratch_make(&scratch, UINT64_MAX, &err), ERR_SYSTEM);
	assert_non_null(strstr(err.text, "/nonexistent"));
	unsetenv("TMPDIR");
}

static void own_run_is_kept(void **state)
{
	struct scratch scratch;
	struct err err;

	(void)state;
	assert_int_equal(scratch_make_in(&scratch, base, &err), 0);
	assert_int_equal(clear(), 0);
	assert_true(file_is_dir(scratch.path));
	assert_int_equal(scratch_remove(&scratch, &err), 0);
}

/* A run that was killed: its folder is there, its process is not. */
static void killed_run_is_cleared(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct scratch scratch;

		_exit(scratch_make_in(&scratch, base, NULL) < 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(clear(), 1);
	assert_int_equal(clear(), 0);
}

/* A replica of our own user can rename the folder: it is known by what stands
 * in it, and removed by whoever has it open. */
static void renamed_run_is_cleared(void **state)
{
	char *to = mem_printf("%s/renamed", base);
	struct scratch scratch;
	struct err err;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(scratch_make_in(&scratch, base, NULL) < 0 ||
		      rename(scratch.path, to) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(clear(), 1);
	assert_false(file_exists(to));
	assert_int_equal(scratch_make_in(&scratch, base, &err), 0);
	assert_int_equal(rename(scratch.path, to), 0);
	assert_int_equal(clear(), 0);
	assert_int_equal(scratch_remove(&scratch, &err), 0);
	assert_false(file_exists(to));
	free(to);
}

/* Root must not be led to another user's folder by a name. */
static void others_are_kept(void **state)
{
	char *name = mem_printf("geoio-benchmark-%u-%ld-1",
				(unsigned)geteuid(), (long)getpid());
	char *path = folder(name);
	char *file = mem_printf("%s/.owner", path);

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(file_write(file, "0-1-1", 5, NULL), 0);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(clear(), 0);
	assert_true(file_exists(file));
	free(name);
	free(path);
	free(file);
}

/* What cannot be removed is named; a living mount for instance. */
static void what_stays_is_named(void **state)
{
	char *name = mem_printf("geoio-benchmark-%u-%ld-1",
				(unsigned)geteuid(), (long)getpid());
	char *path = folder(name);
	unsigned removed = 0;
	struct err err;

	(void)state;
	if (geteuid() || mount("none", path, "tmpfs", 0, NULL) < 0)
		skip();
	assert_int_equal(scratch_clear_stale_in(base, &removed, &err),
			 ERR_SYSTEM);
	assert_int_equal(removed, 0);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "by hand"));
	assert_int_equal(umount(path), 0);
	assert_int_equal(clear(), 1);
	free(name);
	free(path);
}

/* The same number, but an older process; and things that are not ours. */
static void names(void **state)
{
	char *old = mem_printf("geoio-benchmark-%u-%ld-1",
			       (unsigned)geteuid(), (long)getpid());
	char *other = mem_printf("geoio-benchmark-%u-%ld-1",
				 (unsigned)geteuid() + 1, (long)getpid());
	char *stale = folder(old), *foreign = folder(other);
	char *more = folder("geoio-benchmark-0-1-1x");
	char *less = folder("geoio-benchmark-0-1");
	char *negative = folder("geoio-benchmark-0--1-1");
	char *huge = folder("geoio-benchmark-0-99999999999999999999999-1");
	char *near = folder("geoio-benchmarks-0-1-1");

	(void)state;
	assert_int_equal(clear(), 1);
	assert_false(file_exists(stale));
	assert_true(file_exists(foreign) && file_exists(more) &&
		    file_exists(less) && file_exists(negative) &&
		    file_exists(huge) && file_exists(near));
	free(old);
	free(other);
	free(stale);
	free(foreign);
	free(more);
	free(less);
	free(negative);
	free(huge);
	free(near);
}

/* A link of the right name to a folder that must stay. */
static void link_is_not_followed(void **state)
{
	char *target = folder("precious");
	char *link = mem_printf("%s/geoio-benchmark-%u-%ld-2", base,
				(unsigned)geteuid(), (long)getpid());

	(void)state;
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(clear(), 0);
	assert_true(file_is_dir(target));
	assert_int_equal(unlink(link), 0);
	free(target);
	free(link);
}

/* A child, or one of its own, that says `ready` and lives until `life` ends. */
struct holder {
	int ready[2], life[2];
	pid_t pid;
};

static _Noreturn void hold(const struct holder *holder)
{
	char end;

	if (write(holder->ready[1], "r", 1) == 1 &&
	    read(holder->life[0], &end, 1) >= 0)
		_exit(0);
	_exit(1);
}

static void holder_start(struct holder *holder,
			 void (*child)(const struct holder *holder))
{
	char byte;

	assert_int_equal(pipe(holder->ready), 0);
	assert_int_equal(pipe(holder->life), 0);
	holder->pid = fork();
	assert_true(holder->pid >= 0);
	if (holder->pid == 0) {
		close(holder->life[1]);
		child(holder);
	}
	assert_int_equal(read(holder->ready[0], &byte, 1), 1);
}

static void holder_end(struct holder *holder)
{
	int status;

	close(holder->life[1]);
	assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
	assert_int_equal(status, 0);
	close(holder->life[0]);
	close(holder->ready[0]);
	close(holder->ready[1]);
}

static void take_other_name(const struct holder *holder)
{
	struct scratch scratch;
	char *other = mem_printf("%s/geoio-benchmark-%u-%ld-3", base,
				 (unsigned)geteuid(), (long)getppid());

	if (scratch_make_in(&scratch, base, NULL) < 0 ||
	    rename(scratch.path, other) < 0)
		_exit(1);
	hold(holder);
}

/* Held by somebody whose process we do not see (another PID namespace): the
 * lock tells. */
static void locked_is_kept(void **state)
{
	struct holder holder;

	(void)state;
	holder_start(&holder, take_other_name);
	assert_int_equal(clear(), 0);
	holder_end(&holder);
	assert_int_equal(clear(), 1);
}

/* A run that is killed, and what it had begun dies later: forked, or cloned
 * behind the back of the C library, as the launcher does. */
static void be_killed_forked(const struct holder *holder)
{
	if (scratch_make_in(&(struct scratch){ 0 }, base, NULL) < 0)
		_exit(1);
	if (fork() == 0)
		hold(holder);
	_exit(0);
}

static void be_killed_cloned(const struct holder *holder)
{
	if (scratch_make_in(&(struct scratch){ 0 }, base, NULL) < 0)
		_exit(1);
	if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0)
		hold(holder);
	_exit(0);
}

static void heirs_do_not_hold(void **state)
{
	static void (*const ways[])(const struct holder *holder) = {
		be_killed_forked, be_killed_cloned
	};
	struct holder holder;
	siginfo_t info;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		holder_start(&holder, ways[i]);
		/* Ended, and so not to be seen any more; not waited for. */
		assert_int_equal(waitid(P_PID, (id_t)holder.pid, &info,
					WEXITED | WNOWAIT), 0);
		assert_int_equal(clear(), 1);
		holder_end(&holder);
	}
}

/* ------------------------------------------------- folders of replicas --- */

static struct scratch scratch_of_run(void)
{
	struct scratch scratch;
	struct err err;

	assert_int_equal(scratch_make_in(&scratch, base, &err), 0);
	return scratch;
}

static void homes(void **state)
{
	struct scratch scratch = scratch_of_run();
	struct home one, two;
	struct err err;
	struct stat st;

	(void)state;
	assert_int_equal(home_make(&one, &scratch, 0, geteuid(), getegid(),
				   &err), 0);
	assert_int_equal(home_make(&two, &scratch, 1, geteuid(), getegid(),
				   &err), 0);
	assert_int_equal(stat(one.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(scratch.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(home_remove(&one, &err), 0);
	assert_int_equal(home_remove(&one, &err), 0);
	assert_true(file_is_dir(two.path));
	assert_int_equal(home_remove(&two, &err), 0);
	assert_int_equal(scratch_remove(&scratch, &err), 0);
}

/* The replica's user passes through the scratch folder and reads nothing. */
static void home_of_another(void **state)
{
	struct scratch scratch;
	struct home home;
	struct err err;
	struct stat st;

	(void)state;
	if (geteuid() != 0)
		skip();
	scratch = scratch_of_run();
	assert_int_equal(home_make(&home, &scratch, 0, 65534, 65533, &err), 0);
	assert_int_equal(stat(home.path, &st), 0);
	assert_true(st.st_uid == 65534 && st.st_gid == 65533);
	assert_int_equal(stat(scratch.path, &st), 0);
	assert_true(st.st_uid == 0 && (st.st_mode & 07777) == 0711);
	assert_int_equal(home_remove(&home, &err), 0);
	assert_int_equal(scratch_remove(&scratch, &err), 0);
}

/* A replica of our own user renames its folder, and puts something else in its
 * place: neither is there for the next trial. */
static void home_is_moved(void **state)
{
	struct scratch scratch = scratch_of_run();
	char *away = mem_printf("%s/away", base), *file, *path;
	struct home home;
	struct err err;

	(void)state;
	assert_int_equal(home_make(&home, &scratch, 0, geteuid(), getegid(),
				   &err), 0);
	path = mem_dup(home.path);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(symlink("/etc", path), 0);
	assert_int_equal(home_remove(&home, &err), 0);
	assert_false(file_exists(away));
	assert_int_equal(home_make(&home, &scratch, 0, geteuid(), getegid(),
				   &err), 0);
	file = mem_printf("%s/passwd", path);
	assert_false(file_exists(file));
	assert_int_equal(home_remove(&home, &err), 0);
	assert_int_equal(scratch_remove(&scratch, &err), 0);
	free(away);
	free(file);
	free(path);
}

/* A folder that was closed is opened. One that was renamed gets its name back, or
 * the path follows where that is taken. One that is gone comes back. */
static void scratch_is_kept(void **state)
{
	struct scratch scratch = scratch_of_run();
	char *path = mem_dup(scratch.path);
	char *away = mem_printf("%s/away", base);
	struct err err;
	struct stat st;

	(void)state;
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(scratch_keep(&scratch, &err), 0);
	assert_string_equal(scratch.path, path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(scratch_keep(&scratch, &err), 0);
	assert_string_equal(scratch.path, path);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(scratch_keep(&scratch, &err), 0);
	assert_string_equal(scratch.path, away);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(file_remove_tree(away, &err), 0);
	assert_int_equal(scratch_keep(&scratch, &err), 0);
	assert_string_equal(scratch.path, path);
	assert_true(file_is_dir(path));
	assert_int_equal(scratch_remove(&scratch, &err), 0);
	free(away);
	free(path);
}

/* Its program has begun once the pipe has ended. */
static pid_t start_with_home(const char *home)
{
	char *variable = mem_printf("HOME=%s", home);
	char *const environment[] = { variable, NULL };
	int ends[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		execle("/bin/sleep", "sleep", "1000", (char *)NULL,
		       environment);
		_exit(1);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	close(ends[0]);
	free(variable);
	return pid;
}

static void ends_what_lives_in_it(void **state)
{
	char *stale, *home, *beside, name[64];
	pid_t inside, outside;
	int status;

	(void)state;
	snprintf(name, sizeof(name), "geoio-benchmark-%u-1-1",
		 (unsigned)geteuid());
	stale = folder(name);
	home = mem_printf("%s/replica-0", stale);
	beside = mem_printf("%s2/replica-0", stale);
	inside = start_with_home(home);
	outside = start_with_home(beside);
	assert_int_equal(clear(), 1);
	assert_int_equal(waitpid(inside, &status, 0), inside);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(waitpid(outside, &status, WNOHANG), 0);
	kill(outside, SIGKILL);
	assert_int_equal(waitpid(outside, &status, 0), outside);
	assert_false(file_exists(stale));
	free(stale);
	free(home);
	free(beside);
}

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, make_base, remove_base)
	static const struct CMUnitTest tests[] = {
		EACH(make_and_remove), EACH(where), EACH(own_run_is_kept),
		EACH(killed_run_is_cleared), EACH(renamed_run_is_cleared),
		EACH(others_are_kept), EACH(what_stays_is_named), EACH(names),
		EACH(link_is_not_followed), EACH(locked_is_kept),
		EACH(heirs_do_not_hold),
		EACH(homes), EACH(home_of_another), EACH(home_is_moved),
		EACH(scratch_is_kept), EACH(ends_what_lives_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
