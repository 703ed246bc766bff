/*
 * The only two functions that move bytes between a connection and the kernel:
 * where TLS would go.
 *
 * Small answers are copied into the kernel, one sendmsg() each. For large ones
 * of a source that keeps its bytes in memory, the copy is most of the cost, so
 * they go through a pipe: vmsplice() puts references to the pages in, splice()
 * hands them to the socket. What a page holds is then read when the client
 * reads, perhaps long after. So only bytes that never change may go that way:
 * those that a source points to outside of its scratch. All else (the head, and
 * what stands in the scratch) is first copied to an arena that is never written
 * to twice: when it is full, its pages are given up for new ones, and the
 * kernel keeps the old ones as long as somebody has to read them.
 */
#ifndef ORIGIN_WIRE_H
#define ORIGIN_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct conn;
struct origin;

struct wire {
	bool copies_only; /* splicing does not work here */
	int pipe[2];
	int sink;         /* /dev/null: for what a socket did not take */
	char *arena;
	size_t arena_used;
};

/* Opens the pipe. Where that fails, everything is copied. */
void wire_init(struct wire *wire);
void wire_release(struct wire *wire);

/* Bytes read, 0 at the end of the input, -EAGAIN, or another negative errno. */
ssize_t wire_read(struct conn *conn, void *to, size_t n);

/* Bytes that the kernel took, -EAGAIN, or another negative errno. Clears
 * conn->writable when it took less than it could have been given; if it did
 * not, there may be room for more. Changes the vectors. */
ssize_t wire_write(struct conn *conn, struct iovec *at, unsigned count);

#endif
