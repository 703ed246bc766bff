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

#define LINK_BRIDGE "geoio0" /* ip(8) would read "br" as "broadcast" */
#define LINK_CELL "eth0"     /* a cell's own end */

/* In the namespace that the calling thread is in now. */
int link_socket(struct nl_sock **out, struct err *err);

/* Lines in the namespace's /proc/sys/net that keep counters at 0: no IPv6, no
 * packet filter on the bridge. What is not there is fine. */
void link_quiet(void);

/* The bridge, up. */
int link_bridge(struct nl_sock *socket, int *index, struct err *err);

/* A pair: `name` here on the bridge, up; LINK_CELL, down, in the namespace of
 * `namespace_fd`. */
int link_pair(struct nl_sock *socket, const char *name, int bridge_index,
	      int namespace_fd, int *index, struct err *err);

/* Brings lo and LINK_CELL up and gives the latter an address, "198.18.0.1",
 * with a prefix of 15 bits. `socket` is the cell's. */
int link_address(struct nl_sock *socket, const char *address, struct err *err);

int link_delete(struct nl_sock *socket, int index, struct err *err);

/* The index of LINK_CELL, by the cell's socket. */
int link_cell_index(struct nl_sock *socket, int *index, struct err *err);

/* A token bucket for what leaves through the link; 0 takes it off. */
int link_limit(struct nl_sock *socket, int index, uint64_t bits_per_second,
	       struct err *err);

#endif
