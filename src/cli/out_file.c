#include "cli/out_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/invoker.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/say.h"
#include "cli/stream.h"

/* Devices, pipes and links are written to. A rename over one would take it away
 * from the system. */
static bool is_replaced(const char *path)
{
	struct stat there;

	return lstat(path, &there) < 0 || S_ISREG(there.st_mode);
}

/* Waits for the reader of a pipe, as every program does, but not in silence. */
static int open_or_wait(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK, 0666);
	struct stat there;

	if (fd >= 0) {
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
		return fd;
	}
	if (errno != ENXIO)
		return fd;
	if (stat(path, &there) < 0 || !S_ISFIFO(there.st_mode)) {
		errno = ENXIO;
		return fd;
	}
	say(stderr, "benchmark: %s is a pipe: waiting for its reader", path);
	return open(path, flags, 0666);
}

/* Root does not follow another user's link, except as the user who asked. */
static int open_there(const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	struct stat link;
	int fd;

	invoker_begin();
	fd = open_or_wait(path, flags);
	invoker_end();
	if (fd >= 0 || !invoker_refused(errno))
		return fd;
	if (lstat(path, &link) < 0 || link.st_uid != geteuid())
		flags |= O_NOFOLLOW;
	return open_or_wait(path, flags);
}

static const char *named(const char *path)
{
	return strcmp(path, "-") ? path : "/dev/stdout";
}

bool out_file_is_same(const char *a, const char *b)
{
	return file_is_same(named(a), named(b));
}

FILE *out_file_teller(const char *a, const char *b)
{
	return (a && out_file_is_same(a, "-")) ||
			       (b && out_file_is_same(b, "-"))
		       ? stderr
		       : stdout;
}

static int open_error(const char *path, struct err *err)
{
	if (errno == EINTR && interrupt_seen())
		return err_set(err, ERR_INTERRUPTED,
			       "interrupted while waiting for the reader of "
			       "%s", path);
	return err_sys(err, "cannot write %s", path);
}

int out_file_open(struct out_file *out, const char *path, struct err *err)
{
	int fd, code = 0;

	memset(out, 0, sizeof(*out));
	if (!strcmp(path, "-")) {
		out->file = stdout;
		return 0;
	}
	out->replaces = is_replaced(path);
	if (out->replaces)
		code = file_new_open(&out->new, path, err);
	fd = out->replaces ? out->new.fd : open_there(path);
	if (code == 0 && fd < 0)
		code = open_error(path, err);
	if (code < 0)
		return code;
	out->path = mem_dup(path);
	/* What is new is closed by file_new_close(). */
	out->file = out->replaces ? fdopen(dup(fd), "w")
					: stream_open(fd);
	assert(out->file);
	return 0;
}

static int write_error(const struct out_file *out, const char *name,
		       struct err *err)
{
	if (!out->path)
		errno = stream_stdout_errno();
	return stream_given_up()
		       ? err_set(err, ERR_INTERRUPTED,
				 "interrupted while writing %s", name)
		       : err_sys(err, "cannot write %s", name);
}

int out_file_close(struct out_file *out, int code, struct err *err)
{
	const char *name = out->path ? out->path : "standard output";

	/* Who empties nothing is what was waited for. */
	if (stream_given_up())
		code = write_error(out, name, err);
	if (code == 0 && (ferror(out->file) || fflush(out->file)) &&
	    (out->path || !stream_reader_gone()))
		code = write_error(out, name, err);
	if (!out->path)
		return code;
	if (fclose(out->file) && code == 0)
		code = write_error(out, name, err);
	if (out->replaces)
		code = file_new_close(&out->new, code, err);
	free(out->path);
	return code;
}
