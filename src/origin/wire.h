/*
 * The only two functions that move bytes between a connection and the kernel.
 * TLS would go here.
 *
 * A small response is copied into the kernel by one sendmsg(). The copy is most
 * of the cost of a large response of a source that keeps its bytes in memory.
 * So such a response goes through a pipe: vmsplice() puts references to the
 * pages in, and splice() hands them to the socket. The kernel then reads a page
 * when the client reads, perhaps long after. So only bytes that never change
 * may go that way: slices that point outside of their scratch. The head and the
 * bytes in the scratch are first copied to an arena, no part of which is
 * written twice. A full arena gets new pages. The kernel keeps the old ones
 * until they have been read.
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

/* Opens the pipe. If that fails, everything is copied. */
void wire_init(struct wire *wire);
void wire_release(struct wire *wire);

/* Bytes read, 0 at the end of the input, -EAGAIN, or another negative errno. */
ssize_t wire_read(struct conn *conn, void *to, size_t n);

/* Bytes that the kernel took, -EAGAIN, or another negative errno. Clears
 * conn->writable if the kernel took less than it was given; otherwise there may
 * be room for more. Changes the vectors. */
ssize_t wire_write(struct conn *conn, struct iovec *at, unsigned count);

#endif
