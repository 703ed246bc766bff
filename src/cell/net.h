/*
 * The network of one run. Each replica has a network namespace, which a veth
 * pair of its own joins with the origin's. The namespace has eth0, lo, one
 * address of 198.18.0.0/15 (RFC 2544, benchmarks), a route to the origin only,
 * and no IPv6. So no packet leaves the machine, and replicas do not reach each
 * other. There is no bridge between the two ends: it would add a seventh to the
 * CPU of a fast client's request (docs/method.md). Links are made by
 * libnl-route-3. File descriptors hold everything and nothing is mounted, so a
 * killed harness leaves no namespace behind.
 *
 *	struct net_counts counts[65];
 *	struct net *net;
 *	struct err err;
 *
 *	net_open(&net, &err);
 *	net_add(net, 65, &err); // number 0 is the origin's
 *	if (fork() == 0)
 *		_exit(net_enter(net, 3));
 *	net_read(net, counts, 65);
 *	net_free(net);
 *
 * A short-lived thread makes each namespace, so the caller stays in its own:
 * from within a user namespace it could not return to it.
 */
#ifndef CELL_NET_H
#define CELL_NET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define NET_MOST 1025 /* replicas and the origin */

/* What a namespace's eth0 has counted since it was made, seen from the
 * namespace. Of the origin: the sum of its ends. A GSO packet counts once, so a
 * wire would carry more packets. */
struct net_counts {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_dropped,
		tx_dropped;
};

struct net;

/*
 * For an ordinary user: makes a user namespace (identity map) and moves the
 * calling process into it. The process must have one thread. Its uid, files and
 * network stay the same. ERR_SYSTEM: user namespaces are off. The sentence has
 * the reason and the remedy: user.max_user_namespaces is 0 (ENOSPC), or
 * Debian's kernel.unprivileged_userns_clone or Ubuntu's AppArmor forbids them
 * (EPERM).
 */
int net_enter_user_namespace(struct err *err);

/* Makes namespace 0, the origin's. A failure has its reason and remedy: no
 * permission, max_net_namespaces. */
int net_open(struct net **out, struct err *err);
void net_free(struct net *net); /* NULL is fine */

/* Makes namespaces until there are `count`; if there are more, they stay. Fails
 * as net_open(), and if the kernel has no veth. */
int net_add(struct net *net, unsigned count, struct err *err);

/* The address of a namespace: "198.18.0.1" of number 0, then upwards. */
void net_address(unsigned number, char out[16]);

/* Limits the bits a second that namespace `number`, not the origin's, receives
 * and sends. Two token buckets (TBF) do so: one at the origin's end, one at its
 * own. The burst is 128 KiB up to 200 Mbit/s, 256 KiB up to 1 Gbit/s, then in
 * proportion. A bucket below one GSO packet (64 KiB) would split every packet.
 * 0 takes the limit off. ERR_USAGE: the kernel has no TBF. */
int net_limit(struct net *net, unsigned number, uint64_t bits_per_second,
	      struct err *err);

/* Runs `work` on a thread in namespace `number`, and waits for it. Sockets that
 * it makes belong to that namespace for ever. Returns what `work` returns. */
int net_call(struct net *net, unsigned number,
	     int (*work)(void *context, struct err *err), void *context,
	     struct err *err);

/* Moves the calling thread there. Async-signal-safe. 0, or -1 with errno. */
int net_enter(const struct net *net, unsigned number);

/* Gives a container that was made without a network an eth0 joined with the
 * origin's. `pid` is a process in it. The container takes the place of
 * namespace `number`, whose veth goes; net_read() then counts the container's.
 * Root only. */
int net_adopt(struct net *net, unsigned number, pid_t pid, struct err *err);

/* Reads the counters of namespaces 0 to count - 1 by one RTM_GETSTATS dump, 0.5
 * us a namespace. Allocates nothing. 0, or -1 with errno. */
int net_read(struct net *net, struct net_counts *out, unsigned count);

/* TCP counters of a namespace, from its /proc/net/snmp and netstat. They cost
 * about 80 us: read them at GO and at the end only. A GSO packet counts as all
 * its segments. */
struct net_tcp {
	uint64_t segments_in, segments_out, retransmitted;
};
int net_read_tcp(const struct net *net, unsigned number, struct net_tcp *out);

#endif
