#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_read(const char *path, size_t limit, struct str *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t before = out->len;
	ssize_t n;

	if (fd < 0)
		return err_sys(err, "cannot open %s", path);
	do {
		str_reserve(out, 65536);
		n = read(fd, out->buf + out->len, 65536);
		if (n > 0)
			out->len += (size_t)n;
	} while ((n > 0 && out->len - before <= limit) ||
		 (n < 0 && errno == EINTR));
	out->buf[out->len] = '\0';
	if (n < 0) {
		int code = err_sys(err, "cannot read %s", path);

		close(fd);
		return code;
	}
	close(fd);
	if (out->len - before > limit)
		return err_set(err, ERR_INVALID,
			       "%s is larger than %zu bytes", path, limit);
	return 0;
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

int file_write(const char *path, const void *bytes, size_t n, struct err *err)
{
	char *temporary = mem_printf("%s.%ld.tmp", path, (long)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int code = 0;

	if (fd < 0) {
		code = err_sys(err, "cannot write %s", path);
		goto out;
	}
	if (file_write_all(fd, bytes, n) < 0 || fsync(fd) < 0)
		code = err_sys(err, "cannot write %s", path);
	if (close(fd) < 0 && code == 0)
		code = err_sys(err, "cannot write %s", path);
	if (code == 0 && rename(temporary, path) < 0)
		code = err_sys(err, "cannot write %s", path);
	if (code < 0)
		unlink(temporary);
out:
	free(temporary);
	return code;
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
		if (mkdir(copy, mode) < 0 && !file_is_dir(copy))
			code = err_sys(err, "cannot make the folder %s", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	free(copy);
	return code;
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
