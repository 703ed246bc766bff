/*
 * Makes links by rtnetlink. A socket belongs to the network namespace in which
 * it was opened, and so do the links that it makes. The functions return 0 or
 * an ERR_ code with the reason and the remedy.
 */
#ifndef CELL_NET_LINK_H
#define CELL_NET_LINK_H

#include <stdint.h>

#include "base/err.h"

struct nl_sock;

#define LINK_CELL "eth0" /* a cell's own end */
#define LINK_LOOPBACK 1  /* the index of lo, everywhere */

/* Opens a socket in the namespace of the calling thread. */
int link_socket(struct nl_sock **out, struct err *err);

/* Writes two settings of the namespace (/proc/sys/net). Without IPv6 an idle
 * link counts nothing. Without forwarding, which the host may have handed on,
 * cells do not reach each other. A setting that does not exist is fine. */
void link_quiet(void);

/* Makes a pair: `name` here, up, and LINK_CELL in the namespace of
 * `namespace_fd`, down. Their hardware addresses are made from the IP addresses
 * that they will have, `local` and `other`. */
int link_pair(struct nl_sock *socket, const char *name, const char *local,
	      const char *other, int namespace_fd, int *index, struct err *err);

int link_up(struct nl_sock *socket, int index, struct err *err);

/* Gives a link an address, "198.18.0.1". */
int link_address(struct nl_sock *socket, int index, const char *local,
		 struct err *err);

/* Gives an end of a pair its address, the route to `peer` at the other end, and
 * the peer's hardware address for ever. So no ARP request is sent: it would be
 * counted, and until a neighbour is confirmed, after 5 s, the kernel would ask
 * again for every packet. */
int link_join(struct nl_sock *socket, int index, const char *local,
	      const char *peer, struct err *err);

int link_delete(struct nl_sock *socket, int index, struct err *err);

/* The index of LINK_CELL, by the cell's socket. */
int link_cell_index(struct nl_sock *socket, int *index, struct err *err);

/* A token bucket for what leaves through the link; 0 takes it off. */
int link_limit(struct nl_sock *socket, int index, uint64_t bits_per_second,
	       struct err *err);

#endif
