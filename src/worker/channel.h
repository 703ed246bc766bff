/*
 * The socket to the harness. The kernel signals (SIGIO) what arrives there, so
 * that the end of the harness ends this process at once, whatever the test is
 * doing, and a `pause` is known as soon. A thread that waits in recv() would do
 * the same, but in a process of two threads each system call costs more: 1% of
 * a request of 16 KiB.
 */
#ifndef WORKER_CHANNEL_H
#define WORKER_CHANNEL_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

#define CHANNEL_PACKET_BYTES 65536

struct channel;

/* Takes over `fd`, a connected SOCK_SEQPACKET socket, and the signal SIGIO,
 * which comes to the calling thread; one a process. */
struct channel *channel_new(int fd, struct err *err);

/* Sends one packet, which it releases. A harness that is gone ends the process
 * with status 1. */
void channel_send(struct channel *channel, json_t *packet);

/* Waits for the next packet; NULL with a sentence in *err when it is not of the
 * type `type`, nor of the type `other` (NULL: there is none). The caller
 * releases. A `bye` before channel_send_done() ends the process with status 0,
 * end of file with status 1. Only the thread of channel_new() may call it. */
json_t *channel_receive(struct channel *channel, const char *type,
			const char *other, struct err *err);

/* When a `pause` came behind the last `go`, CLOCK_MONOTONIC; 0: none did. It is
 * taken off the socket and may be set at any time, also while a call waits,
 * which then may end with EINTR. */
const _Atomic uint64_t *channel_pause_ns(const struct channel *channel);

/* As channel_send(), and from now on `bye` is a packet like the others, and a
 * `pause` that crossed this packet is passed over. */
void channel_send_done(struct channel *channel, json_t *packet);

#endif
