#include "cell/view_build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc has them since 2.36, and then not beside <linux/mount.h>. */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#define ATTR_READ_ONLY 1
#define ATTR_NO_SUID 2
#define ATTR_NO_DEVICES 4

struct attributes {
	uint64_t set, clear, propagation, user_namespace;
};

/* The view under construction. It lies at `root` until it becomes the root. */
struct build {
	const char *root; /* the scratch folder, covered */
	int scratch_fd;   /* of what is below the cover */
	struct view_fault *fault;
};

/* Top folders that a view does not have from the system: people's files, what
 * programs leave, and the folders of the view's own. A replica asks for the
 * paths in them that it needs. */
static const char *const left_out[] = {
	".", "..", "boot", "dev", "home", "lost+found", "media", "mnt",
	"proc", "root", "run", "srv", "sys", "tmp", "var",
};

static int fail(struct build *b, const char *what, const char *path)
{
	b->fault->error = errno;
	snprintf(b->fault->what, sizeof(b->fault->what), "%s %.150s", what,
		 path);
	return -1;
}

static int inside(const struct build *b, const char *path, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s%s", b->root, path);

	errno = ENAMETOOLONG;
	return n < 0 || n >= PATH_MAX ? -1 : 0;
}

/* ---------------------------------------------------------------- parts --- */

static int close_to_writing(const char *path)
{
	struct attributes attributes = {
		.set = ATTR_READ_ONLY | ATTR_NO_SUID | ATTR_NO_DEVICES,
	};

	return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE,
			    &attributes, sizeof(attributes));
}

/* Makes it read-only at once, so that nothing made in the view from then on is
 * made on the machine. */
static int bind_closed(struct build *b, const char *from, const char *to)
{
	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		return fail(b, "mount", from);
	if (close_to_writing(to) < 0)
		return fail(b, "mount read-only", from);
	return 0;
}

/* A file of that name to mount on. */
static int touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return errno == EEXIST ? 0 : -1;
	return close(fd);
}

static int make_folder(struct build *b, const char *name)
{
	char path[PATH_MAX];

	if (inside(b, name, path) < 0 ||
	    (mkdir(path, 0755) < 0 && errno != EEXIST))
		return fail(b, "make", name);
	return 0;
}

static int make_link(struct build *b, const char *name, const char *says)
{
	char path[PATH_MAX];

	if (inside(b, name, path) < 0 ||
	    (symlink(says, path) < 0 && errno != EEXIST))
		return fail(b, "link", name);
	return 0;
}

/* --------------------------------------------------------------- system --- */

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
		if (strcmp(left_out[i], name) == 0)
			return true;
	return false;
}

static int show_top(struct build *b, const char *name)
{
	char from[NAME_MAX + 2], to[PATH_MAX], says[PATH_MAX];
	struct stat st;
	ssize_t n;

	snprintf(from, sizeof(from), "/%s", name);
	if (lstat(from, &st) < 0 || inside(b, from, to) < 0)
		return fail(b, "look at", from);
	if (S_ISDIR(st.st_mode)) {
		if (make_folder(b, from) < 0)
			return -1;
		return bind_closed(b, from, to);
	}
	n = S_ISLNK(st.st_mode) ? readlink(from, says, sizeof(says) - 1) : 0;
	if (n <= 0)
		return 0;
	says[n] = '\0';
	return make_link(b, from, says);
}

static int show_system(struct build *b)
{
	DIR *top = opendir("/");
	const struct dirent *entry;
	int code = top ? 0 : fail(b, "read", "/");

	while (code == 0 && (entry = readdir(top)))
		if (!is_left_out(entry->d_name))
			code = show_top(b, entry->d_name);
	if (top)
		closedir(top);
	return code;
}

/* Devices that stay the same for everybody when written to. */
static const char *const devices[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
};

static int make_own_folders(struct build *b)
{
	static const char *const folders[] = { "/proc", "/sys", "/dev",
					       "/dev/shm", "/tmp", "/run",
					       VIEW_SCRATCH, VIEW_KEPT };
	static const char *const links[][2] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(folders) / sizeof(*folders);
	     i++)
		code = make_folder(b, folders[i]);
	for (size_t i = 0; code == 0 && i < sizeof(links) / sizeof(*links); i++)
		code = make_link(b, links[i][0], links[i][1]);
	return code;
}

/* /proc as it is here, too: a new one may be mounted only where one is seen. */
static int show_kernel(struct build *b)
{
	static const char *const folders[] = { "/proc", "/sys" };
	char to[PATH_MAX];

	for (size_t i = 0; i < 2; i++)
		if (inside(b, folders[i], to) < 0 ||
		    mount(folders[i], to, NULL, MS_BIND | MS_REC, NULL) < 0)
			return fail(b, "mount", folders[i]);
	if (close_to_writing(to) < 0)
		return fail(b, "mount read-only", "/sys");
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (inside(b, devices[i], to) < 0 || touch(to) < 0 ||
		    mount(devices[i], to, NULL, MS_BIND, NULL) < 0)
			return fail(b, "mount", devices[i]);
	return 0;
}

/* ---------------------------------------------------------------- reads --- */

/* Covers a folder on the way that is closed to others by one that is open. */
static int open_way(struct build *b, const char *folder)
{
	char path[PATH_MAX];
	struct stat st;

	if (inside(b, folder, path) < 0)
		return fail(b, "open", folder);
	if (lstat(path, &st) < 0)
		return make_folder(b, folder);
	errno = ENOTDIR;
	if (!S_ISDIR(st.st_mode))
		return fail(b, "open", folder);
	if (st.st_mode & S_IXOTH)
		return 0;
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return fail(b, "cover", folder);
	return 0;
}

static int open_ways(struct build *b, const char *path)
{
	char folder[PATH_MAX];
	int code = 0;

	for (size_t n = 1; code == 0 && path[n]; n++)
		if (path[n] == '/') {
			snprintf(folder, sizeof(folder), "%.*s", (int)n, path);
			code = open_way(b, folder);
		}
	return code;
}

bool view_is_same(const char *path, const char *other)
{
	struct stat a, b;

	return lstat(path, &a) == 0 && lstat(other, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int show_at(struct build *b, const char *path, const char *name)
{
	char to[PATH_MAX];
	struct stat st;
	int code;

	if (inside(b, name, to) < 0 || lstat(path, &st) < 0)
		return fail(b, "look at", path);
	if (view_is_same(path, to))
		return 0;
	code = S_ISDIR(st.st_mode) ? make_folder(b, name) : touch(to);
	if (code < 0)
		return fail(b, "make", path);
	return bind_closed(b, path, to);
}

bool view_is_anew(const char *path)
{
	return strncmp(path, "/tmp/", 5) == 0 ||
	       strncmp(path, "/dev/shm/", 9) == 0;
}

static int show(struct build *b, const struct view_path *at, size_t number)
{
	char kept[40];

	if (view_is_anew(at->path)) {
		snprintf(kept, sizeof(kept), VIEW_KEPT "/%zu", number);
		return at->link ? 0 : show_at(b, at->path, kept);
	}
	if (open_ways(b, at->path) < 0)
		return -1;
	return at->link ? make_link(b, at->path, at->link)
			: show_at(b, at->path, at->path);
}

static int show_reads(struct build *b, const struct view_paths *paths)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < paths->count; i++)
		code = show(b, &paths->at[i], i);
	return code;
}

/* -------------------------------------------------------------- scratch --- */

/* Makes the way to replicas' folders, which lie at their own paths, and hides
 * what the machine has there. */
static int cover_scratch(struct build *b)
{
	char to[PATH_MAX];

	if (open_ways(b, b->root) < 0 || make_folder(b, b->root) < 0)
		return -1;
	if (inside(b, b->root, to) < 0 ||
	    mount("tmpfs", to, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return fail(b, "cover", b->root);
	return 0;
}

static int keep_scratch(struct build *b)
{
	char from[40], to[PATH_MAX];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", b->scratch_fd);
	if (inside(b, VIEW_SCRATCH, to) < 0 ||
	    mount(from, to, NULL, MS_BIND, NULL) < 0)
		return fail(b, "mount", b->root);
	return 0;
}

static int bind_hosts(struct build *b, const char *hosts)
{
	char from[PATH_MAX], to[PATH_MAX];
	int n = snprintf(from, sizeof(from), "%s" VIEW_SCRATCH "%s", b->root,
			 hosts + strlen(b->root));

	if (n < 0 || n >= PATH_MAX || inside(b, "/etc/hosts", to) < 0)
		return fail(b, "mount", hosts);
	return bind_closed(b, from, to);
}

/* ----------------------------------------------------------------- root --- */

static int begin(struct build *b)
{
	if (unshare(CLONE_NEWNS) < 0)
		return fail(b, "make", "a mount namespace");
	/* Without this the mounts would show outside too. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail(b, "make private", "/");
	b->scratch_fd = open(b->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (b->scratch_fd < 0)
		return fail(b, "open", b->root);
	if (mount("tmpfs", b->root, "tmpfs", MS_NOSUID | MS_NODEV,
		  "mode=755") < 0)
		return fail(b, "mount a tmpfs on", b->root);
	/* What is bound of the folders above must not hold it again. */
	if (mount(NULL, b->root, NULL, MS_UNBINDABLE, NULL) < 0)
		return fail(b, "make unbindable", b->root);
	return 0;
}

static int close_root(struct build *b)
{
	struct attributes attributes = {
		.set = ATTR_READ_ONLY | ATTR_NO_SUID | ATTR_NO_DEVICES,
		.propagation = MS_PRIVATE,
	};

	if (syscall(SYS_mount_setattr, AT_FDCWD, b->root, 0, &attributes,
		    sizeof(attributes)) < 0)
		return fail(b, "mount read-only", b->root);
	return 0;
}

/* The kernel's first root (an initramfs) cannot be moved away: it is
 * covered. */
static int become_root(struct build *b)
{
	if (chdir(b->root) < 0)
		return fail(b, "enter", b->root);
	if (syscall(SYS_pivot_root, ".", ".") == 0) {
		if (umount2(".", MNT_DETACH) < 0)
			return fail(b, "put away", "the machine's root");
	} else if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0) {
		return fail(b, "make the root", b->root);
	}
	return chdir("/") < 0 ? fail(b, "enter", "/") : 0;
}

static int add_all(struct build *b, const struct view_plan *plan)
{
	int code = show_system(b);

	if (code == 0)
		code = make_own_folders(b);
	if (code == 0)
		code = show_kernel(b);
	if (code == 0)
		code = show_reads(b, plan->paths);
	if (code == 0)
		code = cover_scratch(b);
	if (code == 0)
		code = keep_scratch(b);
	if (code == 0 && plan->hosts)
		code = bind_hosts(b, plan->hosts);
	return code;
}

int view_build(const struct view_plan *plan, struct view_fault *fault)
{
	struct build b = { plan->scratch, -1, fault };

	umask(0022);
	if (begin(&b) < 0 || add_all(&b, plan) < 0 || close_root(&b) < 0)
		return -1;
	return become_root(&b);
}
