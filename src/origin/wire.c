#include "origin/wire.h"

#include <errno.h>
#include <sys/socket.h>

ssize_t wire_read(struct conn *conn, void *to, size_t n)
{
	ssize_t got;

	do
		got = recv(conn->watch.fd, to, n, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

ssize_t wire_write(struct conn *conn, struct iovec *at, unsigned count)
{
	struct msghdr message = { .msg_iov = at, .msg_iovlen = count };
	ssize_t taken;

	do
		taken = sendmsg(conn->watch.fd, &message, MSG_NOSIGNAL);
	while (taken < 0 && errno == EINTR);
	return taken < 0 ? -errno : taken;
}
