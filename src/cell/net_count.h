/* Counters of links and of TCP, read from outside. */
#ifndef CELL_NET_COUNT_H
#define CELL_NET_COUNT_H

#include <stddef.h>

#include "cell/net.h"

/*
 * One RTM_GETSTATS dump of the origin's namespace: fills out[number[index]] for
 * each link with index < `known` and number[index] < count, turned round: the
 * origin's tx is the cell's rx. `fd` is a netlink socket of that namespace that
 * nothing else uses; `buffer` has at least 32 KiB. -1 with errno.
 */
int net_count_dump(int fd, const unsigned *number, size_t known,
		   struct net_counts *out, unsigned count, char *buffer,
		   size_t size);

/* From the texts of /proc/net/snmp and /proc/net/netstat; 0 what is not
 * there. */
void net_count_tcp(const char *snmp, const char *netstat, struct net_tcp *out);

#endif
