#include "cell/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cell/view_build.h"

struct view {
	int fd;        /* of the mount namespace */
	char *scratch; /* without a trailing slash */
	struct view_paths paths;
};

/* Certificates and resolvers that /etc leads to. */
static const char *const system_reads[] = {
	"/etc/resolv.conf", "/var/lib/ca-certificates", NULL,
};

/* ----------------------------------------------------------------- make --- */

/* The child lives until its namespace has been opened: until `go` ends. */
static _Noreturn void build_in_child(const struct view_plan *plan, int report,
				     int go)
{
	struct view_fault fault = { 0, "" };
	char byte;

	if (view_build(plan, &fault) == 0)
		fault.error = 0;
	if (write(report, &fault, sizeof(fault)) == (ssize_t)sizeof(fault) &&
	    read(go, &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

static int open_namespace(pid_t pid, int report, struct view *view,
			  struct err *err)
{
	struct view_fault fault = { EIO, "its child ended" };
	char path[40];

	if (read(report, &fault, sizeof(fault)) < 0)
		fault.error = errno;
	if (fault.error) {
		errno = fault.error;
		err_sys(err, "replicas cannot have a view of their own (%s)",
			fault.what);
		return ERR_NOT_FOUND;
	}
	snprintf(path, sizeof(path), "/proc/%ld/ns/mnt", (long)pid);
	view->fd = open(path, O_RDONLY | O_CLOEXEC);
	return view->fd < 0 ? err_sys(err, "cannot open %s", path) : 0;
}

static int run_child(const struct view_plan *plan, struct view *view,
		     struct err *err)
{
	int report[2], go[2], code;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return err_sys(err, "cannot make a pipe");
	if (pipe2(go, O_CLOEXEC) < 0) {
		code = err_sys(err, "cannot make a pipe");
		goto out;
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		build_in_child(plan, report[1], go[0]);
	}
	close(report[1]);
	report[1] = -1;
	code = pid < 0 ? err_sys(err, "cannot start a child")
		       : open_namespace(pid, report[0], view, err);
	close(go[0]);
	close(go[1]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
out:
	close(report[0]);
	if (report[1] >= 0)
		close(report[1]);
	return code;
}

int view_make(struct view **out, const char *const *reads, const char *scratch,
	      const char *hosts, struct err *err)
{
	struct view *view = mem_new(sizeof(*view));
	struct view_plan plan = { &view->paths, scratch, hosts };
	int code;

	for (size_t i = 0; reads && reads[i]; i++)
		view_paths_add(&view->paths, reads[i]);
	for (size_t i = 0; system_reads[i]; i++)
		view_paths_add(&view->paths, system_reads[i]);
	view_paths_sort(&view->paths);
	view->fd = -1;
	view->scratch = mem_dup(scratch);
	code = run_child(&plan, view, err);
	if (code < 0) {
		view_free(view);
		return code;
	}
	*out = view;
	return 0;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	if (view->fd >= 0)
		close(view->fd);
	view_paths_release(&view->paths);
	free(view->scratch);
	free(view);
}

/* ---------------------------------------------------------------- enter --- */

/* A folder that is closed to others is covered, as in view_build.c. */
static int open_way(const char *folder)
{
	struct stat st;

	if (mkdir(folder, 0755) == 0)
		return 0;
	if (stat(folder, &st) < 0)
		return -1;
	if (st.st_mode & S_IXOTH)
		return 0;
	return mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV,
		     "mode=755");
}

static int open_ways(const char *path)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	int code = 0;

	errno = ENAMETOOLONG;
	if (n >= sizeof(part))
		return -1;
	memcpy(part, path, n + 1);
	for (size_t i = 1; code == 0 && i < n; i++)
		if (part[i] == '/') {
			part[i] = '\0';
			code = open_way(part);
			part[i] = '/';
		}
	return code;
}

static int bind_own_folder(const struct view *view, const char *folder)
{
	size_t n = strlen(view->scratch);
	char source[PATH_MAX] = VIEW_SCRATCH;

	if (strncmp(folder, view->scratch, n) != 0 ||
	    (folder[n] && folder[n] != '/') ||
	    strlen(folder + n) + sizeof(VIEW_SCRATCH) > sizeof(source)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(source + sizeof(VIEW_SCRATCH) - 1, folder + n,
	       strlen(folder + n) + 1);
	if (open_ways(folder) < 0)
		return -1;
	mkdir(folder, 0755);
	return mount(source, folder, NULL, MS_BIND, NULL);
}

/* Decimal: snprintf(3) may not be used here. */
static void add_number(char *end, size_t number)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while (number /= 10);
	while (n)
		*end++ = digits[--n];
	*end = '\0';
}

static int show_kept(const struct view_path *at, size_t number)
{
	char kept[40] = VIEW_KEPT "/";
	struct stat st;
	int fd;

	if (open_ways(at->path) < 0)
		return -1;
	if (at->link)
		return symlink(at->link, at->path) < 0 && errno != EEXIST ? -1
									  : 0;
	add_number(kept + sizeof(VIEW_KEPT), number);
	if (view_is_same(kept, at->path))
		return 0;
	if (stat(kept, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode)) {
		mkdir(at->path, 0755);
	} else {
		fd = open(at->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return mount(kept, at->path, NULL, MS_BIND | MS_REC, NULL);
}

static int show_all_kept(const struct view *view)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < view->paths.count; i++)
		if (view_is_anew(view->paths.at[i].path))
			code = show_kept(&view->paths.at[i], i);
	return code;
}

static int mount_own(const char *path)
{
	return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV,
		     "mode=1777,size=25%");
}

static int enter(const struct view *view, const char *folder)
{
	/* A sanitizer's thread may share our root and working folder. */
	if (unshare(CLONE_FS) < 0 || setns(view->fd, CLONE_NEWNS) < 0 ||
	    unshare(CLONE_NEWNS | CLONE_NEWIPC) < 0)
		return -1;
	if (mount_own("/tmp") < 0 || mount_own("/dev/shm") < 0)
		return -1;
	if (show_all_kept(view) < 0 ||
	    (folder && bind_own_folder(view, folder) < 0))
		return -1;
	if (umount2(VIEW_SCRATCH, MNT_DETACH) < 0)
		return -1;
	/* Of the PID namespace that it is in; in a container that hides parts
	 * of /proc it is not allowed, and the machine's stays. */
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0 && errno != EPERM)
		return -1;
	return chdir("/");
}

/* The umask is off, so that folders on the way are open to all. */
int view_enter(const struct view *view, const char *folder)
{
	mode_t before = umask(0022);
	int code = enter(view, folder);

	umask(before);
	return code;
}
