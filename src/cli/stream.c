#include "cli/stream.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "cli/interrupt.h"

/* So long is waited for a reader once Ctrl-C was pressed. */
#define GRACE_MS 200

static bool given_up, reader_gone;
static int stdout_errno; /* of its first write that failed */

/* false: it takes nothing, and who waits wants to go. */
static bool wait_room(int fd)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = interrupt_fd(), .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents && fds[1].revents)
		poll(fds, 1, GRACE_MS);
	return fds[0].revents;
}

static void note_failure(int fd)
{
	if (fd != STDOUT_FILENO)
		return;
	reader_gone |= errno == EPIPE;
	if (!stdout_errno)
		stdout_errno = errno;
}

/* A pipe with room takes PIPE_BUF bytes without a wait. It may be shared with
 * others, so it cannot be made non-blocking. Returns 0 on failure. */
static ssize_t put(void *cookie, const char *bytes, size_t n)
{
	int fd = (int)(intptr_t)cookie;
	size_t done = 0;

	while (done < n) {
		size_t left = n - done;
		ssize_t wrote;

		if (given_up || !wait_room(fd)) {
			given_up = true;
			errno = EINTR;
			return 0;
		}
		wrote = write(fd, bytes + done,
			      left < PIPE_BUF ? left : PIPE_BUF);
		if (wrote < 0 && errno != EINTR) {
			note_failure(fd);
			return 0;
		}
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	return (ssize_t)n;
}

static int end(void *cookie)
{
	return close((int)(intptr_t)cookie);
}

FILE *stream_open(int fd)
{
	static const cookie_io_functions_t does = { .write = put, .close = end };
	FILE *file = fopencookie((void *)(intptr_t)fd, "w", does);

	assert(file);
	setvbuf(file, NULL, isatty(fd) ? _IOLBF : _IOFBF, BUFSIZ);
	return file;
}

void stream_use_stdout(void)
{
	stdout = stream_open(STDOUT_FILENO);
}

bool stream_given_up(void)
{
	return given_up;
}

bool stream_reader_gone(void)
{
	return reader_gone;
}

int stream_stdout_errno(void)
{
	return stdout_errno ? stdout_errno : errno;
}
