/*
 * Links by rtnetlink: a socket belongs to the network namespace in which it was
 * opened, and so do the links that it makes. The functions return 0 or an
 * ERR_ code with the reason and its remedy.
 */
#ifndef CELL_NET_LINK_H
#define CELL_NET_LINK_H

#include <stdint.h>

#include "base/err.h"

struct nl_sock;

#define LINK_CELL "eth0" /* a cell's own end */
#define LINK_LOOPBACK 1  /* the index of lo, everywhere */

/* In the namespace that the calling thread is in now. */
int link_socket(struct nl_sock **out, struct err *err);

/* Lines in the namespace's /proc/sys/net: no IPv6, which keeps counters at 0,
 * and no forwarding, which a host may have handed on, so that cells do not
 * reach each other. What is not there is fine. */
void link_quiet(void);

/* A pair: `name` here, up; LINK_CELL, down, in the namespace of
 * `namespace_fd`. Their hardware addresses follow from the addresses that they
 * are going to have, `local` and `other`. */
int link_pair(struct nl_sock *socket, const char *name, const char *local,
	      const char *other, int namespace_fd, int *index, struct err *err);

int link_up(struct nl_sock *socket, int index, struct err *err);

/* Gives a link an address, "198.18.0.1". */
int link_address(struct nl_sock *socket, int index, const char *local,
		 struct err *err);

/* The same to an end of a pair, with the route to the only address at its other
 * end, whose hardware address it is told for ever: nobody asks for it, neither
 * in what is counted, nor, as until a neighbour is confirmed after 5 s, for
 * every packet anew. */
int link_join(struct nl_sock *socket, int index, const char *local,
	      const char *peer, struct err *err);

int link_delete(struct nl_sock *socket, int index, struct err *err);

/* The index of LINK_CELL, by the cell's socket. */
int link_cell_index(struct nl_sock *socket, int *index, struct err *err);

/* A token bucket for what leaves through the link; 0 takes it off. */
int link_limit(struct nl_sock *socket, int index, uint64_t bits_per_second,
	       struct err *err);

#endif
