/*
 * The network of one run: namespaces, each joined with the origin's by a veth
 * pair of its own. Each has eth0, lo, one address of 198.18.0.0/15 (RFC 2544,
 * benchmarks), a route to the origin and to nothing else, and no IPv6. So nothing
 * leaves, and replicas do not reach each other. There is no bridge between the
 * two ends: it would add a seventh to the CPU of a fast client's request
 * (docs/method.md). By libnl-route-3; everything is held by file descriptors
 * and nothing is mounted, so that a killed harness leaves no namespace behind.
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
 * Namespaces are made by a short-lived thread, so that the caller stays where
 * it is, which it could not get back to from within a user namespace.
 */
#ifndef CELL_NET_H
#define CELL_NET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define NET_MOST 1025 /* replicas and the origin */

/* What a namespace's own eth0 counts, from its side, since it was made; of the
 * origin the sum of its ends. GSO packets count once: `packets` are not those
 * of a wire. */
struct net_counts {
	uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_dropped,
		tx_dropped;
};

struct net;

/*
 * For an ordinary user: makes a user namespace (identity map) and moves the
 * calling process into it. Must be called while the process has one thread.
 * Nothing else of the process changes: same uid, same files, same network.
 * ERR_SYSTEM with the reason and remedy for each way in which it is off
 * (user.max_user_namespaces 0: ENOSPC; Debian's
 * kernel.unprivileged_userns_clone, Ubuntu's AppArmor: EPERM).
 */
int net_enter_user_namespace(struct err *err);

/* Makes namespace 0, the origin's. Fails with reason and remedy: no permission,
 * max_net_namespaces. */
int net_open(struct net **out, struct err *err);
void net_free(struct net *net); /* NULL is fine */

/* Makes namespaces until there are `count`; fewer is not an error. Fails as
 * above, and where this kernel has no veth. */
int net_add(struct net *net, unsigned count, struct err *err);

/* "198.18.0.1" of namespace 0, then on. `out` has 16 bytes. */
void net_address(unsigned number, char out[16]);

/* Limits what namespace `number`, not the origin's, receives (on the origin's
 * side) and sends (on its own side), each with TBF: burst 128 KiB up to 200
 * Mbit/s, 256 KiB up to 1 Gbit/s, then in proportion: below one GSO packet (64
 * KiB) every packet would be split. 0 takes the limit off. ERR_USAGE without
 * TBF. */
int net_limit(struct net *net, unsigned number, uint64_t bits_per_second,
	      struct err *err);

/* Runs `work` on a thread that is inside namespace `number`, and waits for it.
 * Sockets made there belong to it for ever. Returns what `work` returns. */
int net_call(struct net *net, unsigned number,
	     int (*work)(void *context, struct err *err), void *context,
	     struct err *err);

/* Moves the calling thread there. Async-signal-safe. 0, or -1 with errno. */
int net_enter(const struct net *net, unsigned number);

/* Gives the network namespace of a process (a container made with no network)
 * an eth0 joined with the origin's, in place of namespace `number`, whose veth is
 * taken away; net_read() then counts the container's. Needs root. */
int net_adopt(struct net *net, unsigned number, pid_t pid, struct err *err);

/* Counters of namespaces 0 … count-1 with one RTM_GETSTATS dump (0.5 us each).
 * Allocates nothing. -1 with errno. */
int net_read(struct net *net, struct net_counts *out, unsigned count);

/* TCP counters of a namespace (its /proc/net/snmp and netstat), for GO and the
 * end only: about 80 us. A GSO packet counts as the segments that it stands
 * for. */
struct net_tcp {
	uint64_t segments_in, segments_out, retransmitted;
};
int net_read_tcp(const struct net *net, unsigned number, struct net_tcp *out);

#endif
