#include "cell/net_link.h"

#include <errno.h>
#include <fcntl.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/tbf.h>
#include <netlink/route/tc.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Below one GSO packet a bucket splits every packet, at six times the CPU. */
#define BURST_LEAST (128 << 10)
#define BITS_OF_BURST_LEAST 200000000ULL
#define BURST_OF_GBIT (256 << 10)
#define LATENCY_US 50000 /* what may wait before packets are dropped */

static const char *remedy_of(int nl_error)
{
	switch (nl_error) {
	case NLE_PERM:
	case NLE_NOACCESS:
		return ": run it as root";
	case NLE_NOMEM:
		return ": too many links or too little memory";
	default:
		return "";
	}
}

static int nl_failed(struct err *err, int nl_error, const char *what)
{
	if (nl_error < 0)
		nl_error = -nl_error;
	return err_set(err, ERR_SYSTEM, "%s: %s%s", what,
		       nl_geterror(nl_error), remedy_of(nl_error));
}

/* The sentence for a link of a kind that is a module of the kernel, which may
 * be missing. */
static int make_failed(struct err *err, int nl_error, const char *what,
		       const char *module)
{
	if (nl_error != -NLE_OPNOTSUPP && nl_error != -NLE_OBJ_NOTFOUND)
		return nl_failed(err, nl_error, what);
	return err_set(err, ERR_SYSTEM,
		       "%s, as this kernel has no %s: as root, `modprobe %s` "
		       "(it comes with the kernel's package, on Ubuntu with "
		       "linux-modules-extra-$(uname -r))", what, module, module);
}

int link_socket(struct nl_sock **out, struct err *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int code;

	*out = NULL;
	if (!socket)
		return err_sys(err, "no memory for a netlink socket");
	code = nl_connect(socket, NETLINK_ROUTE);
	if (code < 0) {
		nl_socket_free(socket);
		return errno == EMFILE
			       ? err_sys(err, "cannot open a netlink socket "
					 "(raise the limit of open files: "
					 "ulimit -n)")
			       : nl_failed(err, code,
					   "cannot open a netlink socket");
	}
	fcntl(nl_socket_get_fd(socket), F_SETFD, FD_CLOEXEC);
	*out = socket;
	return 0;
}

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		errno = 0; /* it stays as it was: more packets, no fault */
	close(fd);
}

void link_quiet(void)
{
	set("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	set("/proc/sys/net/ipv4/ip_forward", "0");
}

static int index_of(struct nl_sock *socket, const char *name, int *index,
		    struct err *err)
{
	struct rtnl_link *link;
	int code = rtnl_link_get_kernel(socket, 0, name, &link);

	if (code < 0)
		return nl_failed(err, code, "cannot find a new network link");
	*index = rtnl_link_get_ifindex(link);
	rtnl_link_put(link);
	return 0;
}

int link_cell_index(struct nl_sock *socket, int *index, struct err *err)
{
	return index_of(socket, LINK_CELL, index, err);
}

/* Parses an address that we have written ourselves: this fails only without
 * memory. */
static struct nl_addr *parse(const char *text)
{
	struct nl_addr *address;

	if (nl_addr_parse(text, AF_INET, &address) < 0)
		abort();
	nl_addr_set_prefixlen(address, 32);
	return address;
}

/* The hardware address, locally administered, for an IP address. */
static struct nl_addr *hardware_of(const char *text)
{
	unsigned char bytes[6] = { 0x02, 0x00 };
	struct nl_addr *address = parse(text), *made;

	memcpy(bytes + 2, nl_addr_get_binary_addr(address), 4);
	nl_addr_put(address);
	made = nl_addr_build(AF_LLC, bytes, sizeof(bytes));
	if (!made)
		abort();
	return made;
}

static void set_hardware(struct rtnl_link *link, const char *address)
{
	struct nl_addr *hardware = hardware_of(address);

	rtnl_link_set_addr(link, hardware);
	nl_addr_put(hardware);
}

int link_pair(struct nl_sock *socket, const char *name, const char *local,
	      const char *other, int namespace_fd, int *index, struct err *err)
{
	struct rtnl_link *link = rtnl_link_veth_alloc();
	struct rtnl_link *peer = rtnl_link_veth_get_peer(link);
	int code;

	rtnl_link_set_name(link, name);
	rtnl_link_set_flags(link, IFF_UP);
	set_hardware(link, local);
	/* The peer must not be up yet: its namespace is another. */
	rtnl_link_set_name(peer, LINK_CELL);
	rtnl_link_set_ns_fd(peer, namespace_fd);
	set_hardware(peer, other);
	code = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_link_put(peer);
	rtnl_link_put(link);
	if (code < 0)
		return make_failed(err, code, "no pair of network links can be "
				   "made", "veth");
	return index_of(socket, name, index, err);
}

int link_up(struct nl_sock *socket, int index, struct err *err)
{
	struct rtnl_link *which = rtnl_link_alloc();
	struct rtnl_link *change = rtnl_link_alloc();
	int code;

	rtnl_link_set_ifindex(which, index);
	rtnl_link_set_flags(change, IFF_UP);
	code = rtnl_link_change(socket, which, change, 0);
	rtnl_link_put(which);
	rtnl_link_put(change);
	if (code < 0)
		return nl_failed(err, code, "cannot bring a network link up");
	return 0;
}

static int add_address(struct nl_sock *socket, int index, const char *local,
		       const char *peer, struct err *err)
{
	struct rtnl_addr *address = rtnl_addr_alloc();
	struct nl_addr *ends[] = { parse(local), peer ? parse(peer) : NULL };
	int code;

	rtnl_addr_set_ifindex(address, index);
	code = rtnl_addr_set_local(address, ends[0]);
	if (code == 0 && peer)
		code = rtnl_addr_set_peer(address, ends[1]);
	if (code == 0)
		code = rtnl_addr_add(socket, address, 0);
	nl_addr_put(ends[0]);
	nl_addr_put(ends[1]);
	rtnl_addr_put(address);
	if (code < 0)
		return nl_failed(err, code,
				 "cannot give a network link its address");
	return 0;
}

int link_address(struct nl_sock *socket, int index, const char *local,
		 struct err *err)
{
	return add_address(socket, index, local, NULL, err);
}

static int add_neighbour(struct nl_sock *socket, int index, const char *peer,
			 struct err *err)
{
	struct rtnl_neigh *neighbour = rtnl_neigh_alloc();
	struct nl_addr *address = parse(peer), *hardware = hardware_of(peer);
	int code;

	rtnl_neigh_set_ifindex(neighbour, index);
	rtnl_neigh_set_dst(neighbour, address);
	rtnl_neigh_set_lladdr(neighbour, hardware);
	rtnl_neigh_set_state(neighbour, NUD_PERMANENT);
	code = rtnl_neigh_add(socket, neighbour, NLM_F_CREATE);
	nl_addr_put(address);
	nl_addr_put(hardware);
	rtnl_neigh_put(neighbour);
	if (code < 0)
		return nl_failed(err, code, "cannot tell a network link who is "
				 "at its other end");
	return 0;
}

int link_join(struct nl_sock *socket, int index, const char *local,
	      const char *peer, struct err *err)
{
	int code = add_address(socket, index, local, peer, err);

	return code < 0 ? code : add_neighbour(socket, index, peer, err);
}

int link_delete(struct nl_sock *socket, int index, struct err *err)
{
	struct rtnl_link *link = rtnl_link_alloc();
	int code;

	rtnl_link_set_ifindex(link, index);
	code = rtnl_link_delete(socket, link);
	rtnl_link_put(link);
	if (code < 0)
		return nl_failed(err, code, "cannot remove a network link");
	return 0;
}

static int burst_of(uint64_t bits)
{
	double burst = (double)BURST_OF_GBIT * ((double)bits / 1e9);

	if (bits <= BITS_OF_BURST_LEAST)
		return BURST_LEAST;
	if (bits <= 1000000000ULL)
		return BURST_OF_GBIT;
	return burst > (1 << 30) ? 1 << 30 : (int)burst;
}

static struct rtnl_qdisc *root_qdisc(int index)
{
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();

	rtnl_tc_set_ifindex(TC_CAST(qdisc), index);
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT);
	return qdisc;
}

/* Bytes a second are 32 bits wide in libnl: 34 Gbit/s. Above it nothing on one
 * machine is limited by its link anyway. */
static int add_bucket(struct nl_sock *socket, int index, uint64_t bits)
{
	uint64_t bytes = bits / 8 > INT32_MAX ? INT32_MAX : bits / 8;
	struct rtnl_qdisc *qdisc = root_qdisc(index);
	int burst = burst_of(bits), code;

	rtnl_tc_set_handle(TC_CAST(qdisc), TC_HANDLE(1, 0));
	code = rtnl_tc_set_kind(TC_CAST(qdisc), "tbf");
	if (code == 0) {
		rtnl_qdisc_tbf_set_rate(qdisc, (int)bytes, burst, 0);
		code = rtnl_qdisc_tbf_set_limit_by_latency(qdisc, LATENCY_US);
	}
	if (code == 0)
		code = rtnl_qdisc_add(socket, qdisc,
				      NLM_F_CREATE | NLM_F_REPLACE);
	rtnl_qdisc_put(qdisc);
	return code;
}

int link_limit(struct nl_sock *socket, int index, uint64_t bits_per_second,
	       struct err *err)
{
	struct rtnl_qdisc *qdisc;
	int code;

	if (bits_per_second) {
		code = add_bucket(socket, index, bits_per_second);
		return code < 0 ? make_failed(err, code,
					      "--link-rate cannot be set",
					      "sch_tbf")
				: 0;
	}
	qdisc = root_qdisc(index);
	code = rtnl_qdisc_delete(socket, qdisc);
	rtnl_qdisc_put(qdisc);
	/* There was none. */
	if (code == -NLE_OBJ_NOTFOUND || code == -NLE_INVAL || code == 0)
		return 0;
	return nl_failed(err, code, "a link's rate limit cannot be taken off");
}
