/* New files in place of old ones, and what is left where the writer was
 * killed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/invoker.h"
#include "base/mem.h"

#define END ".tmp"
#define DIGITS 16
#define TRIES_MOST 16

/* Nobody can have made this name before us. */
static int make_temporary(const char *path, char **temporary)
{
	unsigned long long number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -1;
	*temporary = mem_printf("%s.%016llx" END, path, number);
	return open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
					O_CLOEXEC, 0666);
}

/* The lock says that somebody still writes the file. file_clear_new() of
 * another process may have removed it before it was locked: then a new one is
 * made. On a file system without locks nothing is ever cleared. */
static int open_temporary(const char *path, char **temporary)
{
	int code = ERR_CONFLICT, fd = -1;

	for (int i = 0; i < TRIES_MOST; i++) {
		fd = make_temporary(path, temporary);
		code = fd < 0 ? 0 : file_lock(fd, AT_FDCWD, *temporary);
		if (code == 0 || code == ERR_SYSTEM)
			break;
		unlink(*temporary);
		close(fd);
		fd = -1;
		free(*temporary);
		*temporary = NULL;
		errno = EBUSY;
	}
	return fd;
}

int file_new_open(struct file_new *new, const char *path, struct err *err)
{
	*new = (struct file_new){ .path = mem_dup(path), .as_invoker = true };
	invoker_begin();
	new->fd = open_temporary(path, &new->temporary);
	invoker_end();
	if (new->fd < 0 && invoker_refused(errno)) {
		new->as_invoker = false;
		free(new->temporary);
		new->temporary = NULL;
		new->fd = open_temporary(path, &new->temporary);
	}
	if (new->fd >= 0)
		return 0;
	err_sys(err, "cannot write %s", path);
	free(new->path);
	free(new->temporary);
	return ERR_SYSTEM;
}

static int put_in_place(const struct file_new *new)
{
	int code;

	if (new->as_invoker)
		invoker_begin();
	code = rename(new->temporary, new->path);
	if (new->as_invoker)
		invoker_end();
	return code;
}

int file_new_close(struct file_new *new, int code, struct err *err)
{
	if (code == 0 && fsync(new->fd) < 0 && errno != EINVAL)
		code = err_sys(err, "cannot write %s", new->path);
	if (code == 0 && put_in_place(new) < 0)
		code = err_sys(err, "cannot write %s", new->path);
	if (code < 0)
		unlink(new->temporary);
	/* This gives up the lock, so only now that the file has its name. */
	if (close(new->fd) < 0 && code == 0)
		code = err_sys(err, "cannot write %s", new->path);
	free(new->path);
	free(new->temporary);
	return code;
}

int file_write(const char *path, const void *bytes, size_t n, struct err *err)
{
	struct file_new new;
	int code = file_new_open(&new, path, err);

	if (code < 0)
		return code;
	if (file_write_all(new.fd, bytes, n) < 0)
		code = err_sys(err, "cannot write %s", path);
	return file_new_close(&new, code, err);
}

/* Whether it is "NAME.0123456789abcdef.tmp" and NAME is wanted. */
static bool is_temporary(const char *name, bool (*wanted)(const char *name))
{
	const size_t end = DIGITS + sizeof(END); /* and the dot */
	size_t n = strlen(name);
	char *start;
	bool is;

	if (n <= end || strcmp(name + n + 1 - sizeof(END), END) ||
	    name[n - end] != '.' ||
	    strspn(name + n - end + 1, "0123456789abcdef") != DIGITS)
		return false;
	start = mem_dup_n(name, n - end);
	is = wanted(start);
	free(start);
	return is;
}

/* Without locks nobody knows whether it is still written: it stays. */
static bool is_left(int fd, int folder, const char *name)
{
	struct invoker invoker;
	struct stat st;

	invoker_find(&invoker);
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_uid == geteuid() || st.st_uid == invoker.uid) &&
	       file_lock(fd, folder, name) == 0;
}

void file_clear_new(int folder, bool (*wanted)(const char *name))
{
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	while (all && (entry = readdir(all))) {
		int fd;

		if (!is_temporary(entry->d_name, wanted))
			continue;
		fd = openat(folder, entry->d_name,
			    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 && is_left(fd, folder, entry->d_name))
			unlinkat(folder, entry->d_name, 0);
		if (fd >= 0)
			close(fd);
	}
	if (all)
		closedir(all);
	else if (again >= 0)
		close(again);
}
