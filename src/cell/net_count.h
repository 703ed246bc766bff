/* Counters of links and of TCP, read from outside. */
#ifndef CELL_NET_COUNT_H
#define CELL_NET_COUNT_H

#include <stddef.h>

#include "cell/net.h"

/*
 * Reads one RTM_GETSTATS dump of the origin's namespace. number[index] is the
 * cell of the link with that index; links from `known` on, and cells from
 * `count` on, are passed over. out[cell] gets the counters as the cell sees
 * them: the origin's tx is the cell's rx. `fd` is a netlink socket of that
 * namespace for this use alone. `buffer` has at least 32 KiB. 0, or -1 with
 * errno.
 */
int net_count_dump(int fd, const unsigned *number, size_t known,
		   struct net_counts *out, unsigned count, char *buffer,
		   size_t size);

/* Reads the texts of /proc/net/snmp and /proc/net/netstat. A counter that is
 * not there is 0. */
void net_count_tcp(const char *snmp, const char *netstat, struct net_tcp *out);

#endif
