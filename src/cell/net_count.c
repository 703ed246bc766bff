#include "cell/net_count.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* libnl has no statistics dump of its own: these two messages are all of it. */
struct request {
	struct nlmsghdr head;
	struct if_stats_msg stats;
};

static int ask(int fd, uint32_t sequence)
{
	struct request request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = RTM_GETSTATS,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			  .nlmsg_seq = sequence },
		.stats = { .family = AF_UNSPEC,
			   .filter_mask = IFLA_STATS_FILTER_BIT(
				   IFLA_STATS_LINK_64) },
	};

	return send(fd, &request, sizeof(request), 0) ==
			       (ssize_t)sizeof(request)
		       ? 0
		       : -1;
}

static void take(const struct rtnl_link_stats64 *stats, struct net_counts *out)
{
	*out = (struct net_counts){
		.rx_bytes = stats->tx_bytes,
		.tx_bytes = stats->rx_bytes,
		.rx_packets = stats->tx_packets,
		.tx_packets = stats->rx_packets,
		.rx_dropped = stats->tx_dropped,
		.tx_dropped = stats->rx_dropped,
	};
}

/* The kernel's macros want pointers that are not const. */
static void take_link(struct nlmsghdr *head, const unsigned *number,
		      size_t known, struct net_counts *out, unsigned count)
{
	struct if_stats_msg *message = NLMSG_DATA(head);
	struct rtattr *attribute = (void *)((char *)message +
					    NLMSG_ALIGN(sizeof(*message)));
	int left = (int)NLMSG_PAYLOAD(head, sizeof(*message));
	struct rtnl_link_stats64 stats;

	if (left < 0 || message->ifindex >= known ||
	    number[message->ifindex] >= count)
		return;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type != IFLA_STATS_LINK_64 ||
		    RTA_PAYLOAD(attribute) < offsetof(struct rtnl_link_stats64,
						      multicast))
			continue;
		memset(&stats, 0, sizeof(stats));
		memcpy(&stats, RTA_DATA(attribute),
		       RTA_PAYLOAD(attribute) < sizeof(stats)
			       ? RTA_PAYLOAD(attribute)
			       : sizeof(stats));
		take(&stats, &out[number[message->ifindex]]);
	}
}

/* 1: it is over. */
static int take_messages(char *buffer, size_t n, uint32_t sequence,
			 const unsigned *number, size_t known,
			 struct net_counts *out, unsigned count)
{
	unsigned left = (unsigned)n;

	for (struct nlmsghdr *head = (struct nlmsghdr *)(void *)buffer;
	     NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
		if (head->nlmsg_seq != sequence)
			continue; /* of a dump that was given up */
		if (head->nlmsg_type == NLMSG_DONE)
			return 1;
		if (head->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(head);

			errno = -error->error;
			return -1;
		}
		take_link(head, number, known, out, count);
	}
	return 0;
}

int net_count_dump(int fd, const unsigned *number, size_t known,
		   struct net_counts *out, unsigned count, char *buffer,
		   size_t size)
{
	static _Thread_local uint32_t sequence;
	int over = ask(fd, ++sequence);

	while (over == 0) {
		ssize_t n = recv(fd, buffer, size, MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (size_t)n > size)
			return -1;
		over = take_messages(buffer, (size_t)n, sequence, number, known,
				     out, count);
	}
	return over < 0 ? -1 : 0;
}

/* Two lines a protocol, "Tcp: Name …" and "Tcp: 1 …": the number below a
 * name. */
static uint64_t number_below(const char *text, const char *protocol,
			     const char *name)
{
	const char *names = strstr(text, protocol), *values;
	size_t n = strlen(name);

	values = names ? strstr(names + strlen(protocol), protocol) : NULL;
	if (!values)
		return 0;
	while (names && names < values && values) {
		names = strchr(names, ' ');
		values = strchr(values, ' ');
		if (!names || !values)
			return 0;
		names++;
		values++;
		if (strncmp(names, name, n) == 0 &&
		    (names[n] == ' ' || names[n] == '\n'))
			return strtoull(values, NULL, 10);
	}
	return 0;
}

void net_count_tcp(const char *snmp, const char *netstat, struct net_tcp *out)
{
	/* Tcp's InSegs counts a GSO packet once; these count its segments. */
	out->segments_in = number_below(netstat, "IpExt:", "InNoECTPkts") +
			   number_below(netstat, "IpExt:", "InECT0Pkts") +
			   number_below(netstat, "IpExt:", "InECT1Pkts") +
			   number_below(netstat, "IpExt:", "InCEPkts");
	out->segments_out = number_below(snmp, "Tcp:", "OutSegs");
	out->retransmitted = number_below(snmp, "Tcp:", "RetransSegs");
}
