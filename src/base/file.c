#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/invoker.h"
#include "base/mem.h"

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_regular(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_same_inode(const char *a, const char *b)
{
	struct stat of_a, of_b;

	return stat(a, &of_a) == 0 && stat(b, &of_b) == 0 &&
	       of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

bool file_is_same(const char *a, const char *b)
{
	char *folder_a, *folder_b;
	bool same = !strcmp(a, b) || is_same_inode(a, b);

	if (same || strcmp(file_name(a), file_name(b)) != 0)
		return same;
	folder_a = file_folder(a);
	folder_b = file_folder(b);
	same = is_same_inode(folder_a, folder_b);
	free(folder_a);
	free(folder_b);
	return same;
}

int file_read_open(int fd, const char *path, size_t limit, struct str *out,
		   struct err *err)
{
	size_t before = out->len;
	ssize_t n;

	do {
		str_reserve(out, 65536);
		n = read(fd, out->buf + out->len, 65536);
		if (n > 0)
			out->len += (size_t)n;
	} while ((n > 0 && out->len - before <= limit) ||
		 (n < 0 && errno == EINTR));
	out->buf[out->len] = '\0';
	if (n < 0)
		return err_sys(err, "cannot read %s", path);
	if (out->len - before > limit)
		return err_set(err, ERR_INVALID,
			       "%s is larger than %zu bytes", path, limit);
	return 0;
}

int file_read(const char *path, size_t limit, struct str *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int code;

	if (fd < 0)
		return err_sys(err, "cannot open %s", *path ? path : "''");
	code = file_read_open(fd, path, limit, out, err);
	close(fd);
	return code;
}

int file_read_regular(const char *path, size_t limit, struct str *out,
		      struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int code = 0;

	if (fd < 0)
		return err_sys(err, "cannot open %s", *path ? path : "''");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		code = err_set(err, ERR_INVALID,
			       "%s: it is no file", path);
	if (code == 0)
		code = file_read_open(fd, path, limit, out, err);
	close(fd);
	return code;
}

int file_lock(int fd, int folder, const char *name)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat open, named;

	if (fcntl(fd, F_SETLK, &all) < 0)
		return errno == EAGAIN || errno == EACCES ? ERR_CONFLICT
							  : ERR_SYSTEM;
	if (fstat(fd, &open) < 0)
		return ERR_SYSTEM;
	return fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
			       named.st_dev == open.st_dev &&
			       named.st_ino == open.st_ino
		       ? 0
		       : ERR_NOT_FOUND;
}

int file_write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		ssize_t wrote = write(fd, p, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return ERR_SYSTEM;
		p += wrote;
		n -= (size_t)wrote;
	}
	return 0;
}

static int make_dir(const char *path, mode_t mode)
{
	int code;

	invoker_begin();
	code = mkdir(path, mode);
	invoker_end();
	return code < 0 && invoker_refused(errno) ? mkdir(path, mode) : code;
}

int file_make_dirs(const char *path, mode_t mode, struct err *err)
{
	char *copy = mem_dup(path);
	int code = 0;

	for (char *p = copy + 1; code == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (make_dir(copy, mode) < 0 && !file_is_dir(copy))
			code = err_sys(err, "cannot make the folder %s", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return code;
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *file_folder(const char *path)
{
	size_t n = (size_t)(file_name(path) - path);

	if (!n)
		return mem_dup(".");
	return mem_dup_n(path, n == 1 ? 1 : n - 1);
}

char *file_program_dir(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n < 0)
		return mem_dup(".");
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash && slash != path)
		*slash = '\0';
	return mem_dup(path);
}
