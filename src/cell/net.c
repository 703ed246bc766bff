#include "cell/net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <limits.h>
#include <netlink/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "cell/net_count.h"
#include "cell/net_link.h"

#define ORIGIN 0
#define DUMP_BYTES 32768
#define FIRST_ADDRESS ((198U << 24) + (18U << 16) + 1)
#define TEXT_BYTES 16384

struct namespace {
	int fd;
	int link_index;    /* of the origin's end */
	uint64_t limit;    /* bits a second; 0: none */
	int snmp, netstat; /* fds of its /proc/net files; -1: none */
};

struct net {
	struct nl_sock *socket; /* of the origin's namespace */
	int dump_fd;            /* another one, for counters */
	struct namespace *at;
	size_t count, capacity;
	unsigned *number;       /* of a namespace, by the link's index */
	size_t known, known_capacity;
	char *buffer;           /* DUMP_BYTES */
};

/* -------------------------------------------------------------- threads --- */

/* Work for a thread of its own, so that only that thread changes its
 * namespace. */
struct errand {
	struct net *net;
	int enter; /* the namespace to be in first; -1: where we are */
	int (*work)(void *context, struct err *err);
	void *context;
	struct err *err;
	int code;
};

static void *run_errand(void *argument)
{
	struct errand *errand = argument;

	if (errand->enter >= 0 && setns(errand->enter, CLONE_NEWNET) < 0)
		errand->code = err_sys(errand->err,
				       "cannot enter a network namespace");
	else
		errand->code = errand->work(errand->context, errand->err);
	return NULL;
}

/* The thread takes no signals: they are the caller's. */
static int on_thread(struct errand *errand)
{
	sigset_t all, before;
	pthread_t thread;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&thread, NULL, run_errand, errand);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code) {
		errno = code;
		return err_sys(errand->err, "cannot start a thread");
	}
	pthread_join(thread, NULL);
	return errand->code;
}

/* ----------------------------------------------------------- namespaces --- */

static int new_namespace(struct err *err)
{
	if (unshare(CLONE_NEWNET) == 0) {
		link_quiet();
		return 0;
	}
	if (errno == ENOSPC)
		return err_set(err, ERR_NOT_FOUND,
			       "no more network namespaces: as root, `sysctl "
			       "user.max_net_namespaces=10000`");
	if (errno == EPERM)
		return err_set(err, ERR_NOT_FOUND,
			       "network namespaces may not be made here: run it "
			       "as root, outside of a sandbox");
	return err_sys(err, "cannot make a network namespace");
}

static int open_own(const char *name, struct err *err)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/thread-self/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err_sys(err, "cannot open %s%s", path,
			errno == EMFILE ? " (raise the limit of open files: "
					  "ulimit -n)" : "");
	return fd;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void namespace_close(struct namespace *at)
{
	close_fd(at->fd);
	close_fd(at->snmp);
	close_fd(at->netstat);
}

void net_free(struct net *net)
{
	if (!net)
		return;
	for (size_t i = 0; i < net->count; i++)
		namespace_close(&net->at[i]);
	close_fd(net->dump_fd);
	if (net->socket)
		nl_socket_free(net->socket);
	free(net->at);
	free(net->number);
	free(net->buffer);
	free(net);
}

void net_address(unsigned number, char out[16])
{
	unsigned address = FIRST_ADDRESS + number;

	snprintf(out, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		 address >> 8 & 255, address & 255);
}

static void remember_index(struct net *net, unsigned number, int index)
{
	while (net->known <= (size_t)index) {
		MEM_ROOM(net->number, net->known, net->known_capacity);
		net->number[net->known++] = UINT_MAX;
	}
	net->number[index] = number;
}

static int open_counters(struct namespace *at, struct err *err)
{
	at->snmp = open_own("net/snmp", err);
	if (at->snmp >= 0)
		at->netstat = open_own("net/netstat", err);
	return at->netstat < 0 ? ERR_SYSTEM : 0;
}

static int join_ends(struct nl_sock *own, const char *address,
		     struct nl_sock *origins, int origins_index,
		     const char *origin, struct err *err)
{
	int index, code = link_cell_index(own, &index, err);

	if (code == 0)
		code = link_up(own, LINK_LOOPBACK, err);
	if (code == 0)
		code = link_up(own, index, err);
	if (code == 0)
		code = link_join(own, index, address, origin, err);
	if (code == 0)
		code = link_join(origins, origins_index, origin, address, err);
	return code;
}

/* Joins the namespace that this thread is in with the origin's. */
static int join_origin(struct net *net, unsigned number, struct namespace *at,
		       struct err *err)
{
	char name[16], origin[16], address[16];
	struct nl_sock *own;
	int code = link_socket(&own, err);

	snprintf(name, sizeof(name), "c%u", number);
	net_address(ORIGIN, origin);
	net_address(number, address);
	if (code == 0)
		code = link_pair(net->socket, name, origin, address, at->fd,
				 &at->link_index, err);
	if (code == 0)
		code = join_ends(own, address, net->socket, at->link_index,
				 origin, err);
	if (code == 0)
		code = open_counters(at, err);
	if (own)
		nl_socket_free(own);
	if (code == 0)
		remember_index(net, number, at->link_index);
	return code;
}

/* What a thread that makes or takes a namespace works with. */
struct joining {
	struct net *net;
	unsigned number;
	unsigned until; /* of net_add() */
	struct namespace at;
};

static int make_namespace(struct namespace *at, struct err *err)
{
	int code = new_namespace(err);

	*at = (struct namespace){ .fd = -1, .snmp = -1, .netstat = -1 };
	if (code == 0 && (at->fd = open_own("ns/net", err)) < 0)
		code = ERR_SYSTEM;
	return code;
}

static void keep(struct net *net, const struct namespace *at)
{
	MEM_ROOM(net->at, net->count, net->capacity);
	net->at[net->count++] = *at;
}

static int add_one(struct net *net, unsigned number, struct err *err)
{
	struct namespace at;
	int code = make_namespace(&at, err);

	if (code == 0)
		code = join_origin(net, number, &at, err);
	if (code < 0)
		namespace_close(&at);
	else
		keep(net, &at);
	return code;
}

static int add_all(void *context, struct err *err)
{
	struct joining *joining = context;
	int code = 0;

	while (code == 0 && joining->net->count < joining->until)
		code = add_one(joining->net, (unsigned)joining->net->count,
			       err);
	return code;
}

/* Its address is on lo, so that it is there before there is any link. */
static int open_sockets(struct net *net, struct err *err)
{
	char address[16];
	int code = link_socket(&net->socket, err);

	net_address(ORIGIN, address);
	if (code == 0)
		code = link_up(net->socket, LINK_LOOPBACK, err);
	if (code == 0)
		code = link_address(net->socket, LINK_LOOPBACK, address, err);
	if (code < 0)
		return code;
	net->dump_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			      NETLINK_ROUTE);
	return net->dump_fd < 0
		       ? err_sys(err, "cannot open a netlink socket")
		       : 0;
}

static int open_origin(void *context, struct err *err)
{
	struct net *net = context;
	struct namespace at;
	int code = make_namespace(&at, err);

	if (code == 0)
		code = open_sockets(net, err);
	if (code == 0)
		code = open_counters(&at, err);
	if (code < 0)
		namespace_close(&at);
	else
		keep(net, &at);
	return code;
}

int net_open(struct net **out, struct err *err)
{
	struct net *net = mem_new(sizeof(*net));
	struct errand errand = { net, -1, open_origin, net, err, 0 };
	int code;

	net->dump_fd = -1;
	net->buffer = mem_new(DUMP_BYTES);
	code = on_thread(&errand);
	if (code < 0) {
		net_free(net);
		return code;
	}
	*out = net;
	return 0;
}

int net_add(struct net *net, unsigned count, struct err *err)
{
	struct joining joining = { .net = net, .until = count };
	struct errand errand = { net, -1, add_all, &joining, err, 0 };

	if (count > NET_MOST)
		return err_set(err, ERR_USAGE,
			       "%u network namespaces are too many: %u at most",
			       count, NET_MOST);
	return net->count < count ? on_thread(&errand) : 0;
}

/* --------------------------------------------------------------- inside --- */

int net_call(struct net *net, unsigned number,
	     int (*work)(void *context, struct err *err), void *context,
	     struct err *err)
{
	struct errand errand = { net, net->at[number].fd, work, context, err,
				 0 };

	return on_thread(&errand);
}

int net_enter(const struct net *net, unsigned number)
{
	return setns(net->at[number].fd, CLONE_NEWNET);
}

static int limit_own_end(void *context, struct err *err)
{
	const uint64_t *bits = context;
	struct nl_sock *own;
	int index, code = link_socket(&own, err);

	if (code < 0)
		return code;
	code = link_cell_index(own, &index, err);
	if (code == 0)
		code = link_limit(own, index, *bits, err);
	nl_socket_free(own);
	return code;
}

int net_limit(struct net *net, unsigned number, uint64_t bits_per_second,
	      struct err *err)
{
	struct namespace *at = &net->at[number];
	int code;

	if (at->limit == bits_per_second)
		return 0;
	code = link_limit(net->socket, at->link_index, bits_per_second, err);
	if (code == 0)
		code = net_call(net, number, limit_own_end, &bits_per_second,
				err);
	if (code == 0)
		at->limit = bits_per_second;
	return code;
}

/* On a thread that is in the namespace of the process. */
static int join_process(void *context, struct err *err)
{
	struct joining *joining = context;

	link_quiet();
	return join_origin(joining->net, joining->number, &joining->at, err);
}

int net_adopt(struct net *net, unsigned number, pid_t pid, struct err *err)
{
	struct namespace *old = &net->at[number];
	struct joining joining = {
		.net = net,
		.number = number,
		.at = { .snmp = -1, .netstat = -1 },
	};
	uint64_t limit = old->limit;
	char path[48];
	int code;

	snprintf(path, sizeof(path), "/proc/%ld/ns/net", (long)pid);
	joining.at.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (joining.at.fd < 0)
		return err_sys(err, "cannot open the network namespace of the "
			       "container");
	code = link_delete(net->socket, old->link_index, err);
	if (code == 0) {
		struct errand errand = { net, joining.at.fd, join_process,
					 &joining, err, 0 };

		net->number[old->link_index] = UINT_MAX;
		code = on_thread(&errand);
	}
	if (code < 0) {
		namespace_close(&joining.at);
		return code;
	}
	namespace_close(old);
	*old = joining.at;
	return net_limit(net, number, limit, err);
}

/* ------------------------------------------------------------- counters --- */

/* The origin's ends sent what the others received, and the other way round. */
static void sum_up(const struct net_counts *replica, unsigned count,
		   struct net_counts *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < count; i++) {
		out->rx_bytes += replica[i].tx_bytes;
		out->tx_bytes += replica[i].rx_bytes;
		out->rx_packets += replica[i].tx_packets;
		out->tx_packets += replica[i].rx_packets;
		out->rx_dropped += replica[i].tx_dropped;
		out->tx_dropped += replica[i].rx_dropped;
	}
}

int net_read(struct net *net, struct net_counts *out, unsigned count)
{
	int code = net_count_dump(net->dump_fd, net->number, net->known, out,
				  count, net->buffer, DUMP_BYTES);

	if (code == 0 && count)
		sum_up(out + 1, count - 1, &out[ORIGIN]);
	return code;
}

static bool read_text(int fd, char *out)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, out, TEXT_BYTES - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

int net_read_tcp(const struct net *net, unsigned number, struct net_tcp *out)
{
	char snmp[TEXT_BYTES], netstat[TEXT_BYTES];

	if (!read_text(net->at[number].snmp, snmp))
		return -1;
	read_text(net->at[number].netstat, netstat);
	net_count_tcp(snmp, netstat, out);
	return 0;
}
