#include "origin/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "origin/server.h"

#define ARENA_BYTES (256U << 10)
#define PIPE_BYTES (1U << 20) /* what anybody may have */
#define SPLICE_LEAST (32U << 10) /* below it copying is cheaper */
#define COPIED_MOST (8U << 10)   /* to the arena, for one answer */
#define ROUNDS 2 /* pipes full; 1 MiB does not quite fit into one */

/* recv() and sendmsg() of glibc can be cancelled, which in a process that has,
 * or before its fork() had, a second thread costs 0.8% of a range of 16 KiB.
 * The origin that belongs to a run is such a process. */
static ssize_t plain_recv(int fd, void *to, size_t n)
{
	return syscall(SYS_recvfrom, fd, to, n, 0, NULL, NULL);
}

static ssize_t plain_sendmsg(int fd, const struct msghdr *message)
{
	return syscall(SYS_sendmsg, fd, message, MSG_NOSIGNAL);
}

ssize_t wire_read(struct conn *conn, void *to, size_t n)
{
	ssize_t got;

	do
		got = plain_recv(conn->watch.fd, to, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

void wire_init(struct wire *wire)
{
	wire->pipe[0] = wire->pipe[1] = -1;
	wire->sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
	wire->arena = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	wire->arena_used = 0;
	wire->copies_only =
		wire->sink < 0 || wire->arena == MAP_FAILED ||
		pipe2(wire->pipe, O_CLOEXEC | O_NONBLOCK) < 0 ||
		fcntl(wire->pipe[1], F_SETPIPE_SZ, PIPE_BYTES) < 0;
	if (wire->copies_only)
		LOG(ORIGIN, "no pipe for large answers: %s", strerror(errno));
}

void wire_release(struct wire *wire)
{
	int fds[] = { wire->pipe[0], wire->pipe[1], wire->sink };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (wire->arena != MAP_FAILED)
		munmap(wire->arena, ARENA_BYTES);
}

static ssize_t copy_out(struct conn *conn, struct iovec *at, unsigned count,
			size_t bytes)
{
	struct msghdr message = { .msg_iov = at, .msg_iovlen = count };
	ssize_t taken;

	do
		taken = plain_sendmsg(conn->watch.fd, &message);
	while (taken < 0 && errno == EINTR);
	if (taken < (ssize_t)bytes)
		conn->writable = false;
	return taken < 0 ? -errno : taken;
}

/* The first vector is text of ours; the others are a source's. */
static bool may_change(const struct origin *origin, const struct iovec *at,
		       unsigned i)
{
	const char *base = at[i].iov_base;
	const char *scratch = origin->slices.scratch;

	return i == 0 ||
	       (base >= scratch && base < scratch + OBJECT_SCRATCH);
}

static void to_arena(struct wire *wire, struct iovec *at)
{
	char *copy = wire->arena + wire->arena_used;

	memcpy(copy, at->iov_base, at->iov_len);
	wire->arena_used += at->iov_len;
	at->iov_base = copy;
}

/* Moves all that may change into the arena; new pages for it when they end. */
static void fix(struct origin *origin, struct iovec *at, unsigned count)
{
	struct wire *wire = &origin->wire;

	if (wire->arena_used + COPIED_MOST > ARENA_BYTES) {
		madvise(wire->arena, ARENA_BYTES, MADV_DONTNEED);
		wire->arena_used = 0;
	}
	for (unsigned i = 0; i < count; i++)
		if (may_change(origin, at, i))
			to_arena(wire, &at[i]);
}

/* What the socket did not take. */
static void empty_pipe(struct wire *wire, ssize_t left)
{
	while (left > 0) {
		ssize_t n = splice(wire->pipe[0], NULL, wire->sink, NULL,
				   (size_t)left, SPLICE_F_NONBLOCK);

		if (n <= 0 && errno != EINTR) {
			/* Never seen. What is in it must not go to another. */
			wire->copies_only = true;
			return;
		}
		left -= n > 0 ? n : 0;
	}
}

/* One pipe full at most. *filled: what could have been taken; 0 when the pipe
 * does not work, and then nothing was sent. */
static ssize_t splice_once(struct conn *conn, struct iovec *at, unsigned count,
			   ssize_t *filled)
{
	struct wire *wire = &conn->origin->wire;
	ssize_t taken;

	*filled = vmsplice(wire->pipe[1], at, count, SPLICE_F_NONBLOCK);
	if (*filled <= 0) {
		*filled = 0;
		wire->copies_only = true;
		return 0;
	}
	taken = splice(wire->pipe[0], NULL, conn->watch.fd, NULL,
		       (size_t)*filled, SPLICE_F_NONBLOCK);
	if (taken < 0)
		taken = errno == EINTR ? 0 : -errno;
	empty_pipe(wire, *filled - (taken > 0 ? taken : 0));
	if (taken == -EINVAL || taken == -ENOSYS) {
		*filled = 0;
		wire->copies_only = true;
		return 0;
	}
	return taken;
}

/* Vectors without their first n bytes. */
static void skip(struct iovec **at, unsigned *count, size_t n)
{
	while (*count && n >= (*at)->iov_len) {
		n -= (*at)->iov_len;
		(*at)++;
		(*count)--;
	}
	if (*count) {
		(*at)->iov_base = (char *)(*at)->iov_base + n;
		(*at)->iov_len -= n;
	}
}

static ssize_t splice_out(struct conn *conn, struct iovec *at, unsigned count,
			  size_t bytes)
{
	ssize_t total = 0, filled, taken;

	fix(conn->origin, at, count);
	for (int round = 0; round < ROUNDS && count; round++) {
		taken = splice_once(conn, at, count, &filled);
		if (!filled)
			return total ? total
				     : copy_out(conn, at, count, bytes);
		/* 0: a signal came in between, and there may be room. */
		if (taken < filled && taken != 0)
			conn->writable = false;
		if (taken < 0)
			return total ? total : taken;
		total += taken;
		if (taken < filled)
			break;
		skip(&at, &count, (size_t)taken);
	}
	return total;
}

ssize_t wire_write(struct conn *conn, struct iovec *at, unsigned count)
{
	struct origin *origin = conn->origin;
	size_t bytes = 0, copied = 0;

	for (unsigned i = 0; i < count; i++) {
		bytes += at[i].iov_len;
		if (may_change(origin, at, i))
			copied += at[i].iov_len;
	}
	if (origin->wire.copies_only || copied > COPIED_MOST ||
	    bytes - copied < SPLICE_LEAST)
		return copy_out(conn, at, count, bytes);
	return splice_out(conn, at, count, bytes);
}
