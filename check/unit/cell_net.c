/* Namespaces joined with the origin's: traffic, counters, limits, and that
 * nothing leaves. */
#include "check.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/net.h"
#include "cell/net_count.h"

#define HEADERS 66
#define BODY (8U << 20)
#define NOBODY 65534

static struct net *net;

/* As root here, otherwise in a user namespace; skipped where neither works. */
static int open_net(void **state)
{
	struct err err = { "" };

	(void)state;
	net = NULL;
	if (geteuid() != 0 && net_enter_user_namespace(&err) < 0)
		print_message("no user namespace: %s\n", err.text);
	else if (net_open(&net, &err) < 0)
		print_message("no network namespaces: %s\n", err.text);
	return 0;
}

static int close_net(void **state)
{
	(void)state;
	net_free(net);
	return 0;
}

static void need_net(unsigned count)
{
	struct err err;

	if (!net)
		skip();
	if (net_add(net, count, &err) < 0)
		fail_msg("%s", err.text);
}

static int bind_server(void *context, struct err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int *fd = context;
	socklen_t size = sizeof(at);
	char address[16];

	net_address(0, address);
	inet_pton(AF_INET, address, &at.sin_addr);
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(*fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(*fd, 8) < 0 ||
	    getsockname(*fd, (struct sockaddr *)&at, &size) < 0)
		return err_sys(err, "no server");
	return ntohs(at.sin_port);
}

/* A child inside `number` that reads `bytes` from the server; its status. */
static pid_t start_reader(unsigned number, int port, size_t bytes)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };
	static char buffer[65536];
	char address[16];
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	net_address(0, address);
	inet_pton(AF_INET, address, &to.sin_addr);
	if (net_enter(net, number) < 0)
		_exit(2);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		_exit(3);
	while (bytes) {
		ssize_t n = recv(fd, buffer, sizeof(buffer), 0);

		if (n <= 0)
			_exit(4);
		bytes -= (size_t)n;
	}
	_exit(0);
}

static void wait_ok(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What the kernel sent twice because nobody acknowledged it in time. */
static uint64_t sent_again(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size),
			 0);
	return info.tcpi_bytes_retrans;
}

static uint64_t again_bytes; /* of the last transfer */

/* Sends `bytes` to a child in `number`; how long that took, ns. */
static uint64_t transfer(unsigned number, size_t bytes)
{
	static char buffer[65536];
	struct err err;
	int server, port = net_call(net, 0, bind_server, &server, &err), peer;
	uint64_t began = clock_now_ns();
	pid_t pid;

	assert_true(port > 0);
	pid = start_reader(number, port, bytes);
	peer = accept(server, NULL, NULL);
	assert_true(peer >= 0);
	for (size_t left = bytes; left;) {
		ssize_t n = send(peer, buffer,
				 left < sizeof(buffer) ? left : sizeof(buffer),
				 MSG_NOSIGNAL);

		assert_true(n > 0);
		left -= (size_t)n;
	}
	wait_ok(pid);
	again_bytes = sent_again(peer);
	close(peer);
	close(server);
	return clock_now_ns() - began;
}

static void counts_what_a_link_carries(void **state)
{
	struct net_counts before[3], after[3];
	struct net_tcp tcp_before, tcp_after;
	uint64_t bytes, expected;

	(void)state;
	need_net(3);
	assert_int_equal(net_read(net, before, 3), 0);
	assert_int_equal(net_read_tcp(net, 1, &tcp_before), 0);
	transfer(1, BODY);
	assert_int_equal(net_read(net, after, 3), 0);
	assert_int_equal(net_read_tcp(net, 1, &tcp_after), 0);
	bytes = after[1].rx_bytes - before[1].rx_bytes;
	expected = BODY + again_bytes +
		   HEADERS * (after[1].rx_packets - before[1].rx_packets);
	assert_in_range(bytes, expected - 500, expected + 500);
	/* The origin's counters are the mirror; the third hears nothing. */
	assert_int_equal(after[0].tx_bytes - before[0].tx_bytes, bytes);
	assert_int_equal(after[0].rx_packets - before[0].rx_packets,
			 after[1].tx_packets - before[1].tx_packets);
	assert_int_equal(after[2].rx_bytes, before[2].rx_bytes);
	/* Segments are at least the body in pieces of 1,448 bytes. */
	assert_true(tcp_after.segments_in - tcp_before.segments_in >=
		    BODY / 1448);
}

static void begins_at_zero(void **state)
{
	struct net_counts counts[6];

	(void)state;
	need_net(6);
	assert_int_equal(net_read(net, counts, 6), 0);
	assert_int_equal(counts[5].rx_bytes, 0);
	assert_int_equal(counts[5].tx_bytes, 0);
}

/* Of "address type flags hardware": for ever (ATF_PERM and ATF_COM), so that
 * nobody asks. */
static int knows_its_neighbour(void *context, struct err *err)
{
	char line[256];
	FILE *file = fopen("/proc/thread-self/net/arp", "r");
	int found = 0;

	(void)err;
	while (file && fgets(line, sizeof(line), file)) {
		char address[32], flags[16], hardware[32];

		if (sscanf(line, "%31s %*s %15s %31s", address, flags,
			   hardware) == 3 &&
		    strcmp(address, context) == 0)
			found = strcmp(flags, "0x6") == 0 &&
				strncmp(hardware, "02:00:c6:12:", 12) == 0;
	}
	if (file)
		fclose(file);
	return found;
}

/* `context` is an address. */
static int try_address(void *context, struct err *err)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)err;
	inet_pton(AF_INET, context, &to.sin_addr);
	errno = 0;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		errno = 0;
	close(fd);
	return errno;
}

/* Whether the namespace has an address of IPv6. */
static int has_ipv6(void *context, struct err *err)
{
	FILE *file = fopen("/proc/thread-self/net/if_inet6", "r");
	int found = file && getc(file) != EOF;

	(void)context;
	(void)err;
	if (file)
		fclose(file);
	return found;
}

/* What hosts of containers have set, and new namespaces take over from. */
static int forwards(void *context, struct err *err)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_forward", "r");
	int first = file ? getc(file) : EOF;

	(void)context;
	(void)err;
	if (file)
		fclose(file);
	return first != '0';
}

static void lets_nothing_out(void **state)
{
	char outside[] = "192.0.2.1", origin[16], neighbour[16];
	struct err err;

	(void)state;
	need_net(3);
	net_address(0, origin);
	net_address(2, neighbour);
	assert_int_equal(net_call(net, 1, try_address, outside, &err),
			 ENETUNREACH);
	assert_int_equal(net_call(net, 1, try_address, neighbour, &err),
			 ENETUNREACH);
	assert_int_equal(net_call(net, 1, try_address, origin, &err),
			 ECONNREFUSED);
	assert_int_equal(net_call(net, 1, knows_its_neighbour, origin, &err),
			 1);
	assert_int_equal(net_call(net, 0, knows_its_neighbour, neighbour,
				  &err), 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(net_call(net, i, has_ipv6, NULL, &err), 0);
		assert_int_equal(net_call(net, i, forwards, NULL, &err), 0);
	}
}

static ino_t own_namespace(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	return st.st_ino;
}

static unsigned count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void leaves_the_caller_alone(void **state)
{
	ino_t before = own_namespace();
	unsigned fds = count_fds();
	struct net_tcp tcp;
	struct net *another;
	struct err err;

	(void)state;
	need_net(2);
	if (net_open(&another, &err) < 0 || net_add(another, 64, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(net_read_tcp(another, 63, &tcp), 0);
	net_free(another);
	assert_int_equal(count_fds(), fds);
	assert_int_equal(own_namespace(), before);
}

/* Not how fast, which is the machine's affair, but how much faster without. */
static void limits_a_link(void **state)
{
	uint64_t free_ns = UINT64_MAX, limited_ns;
	struct err err;

	(void)state;
	need_net(2);
	if (net_limit(net, 1, 100000000, &err) < 0)
		fail_msg("%s", err.text);
	limited_ns = transfer(1, BODY);
	assert_int_equal(net_limit(net, 1, 0, &err), 0);
	/* Late once is the machine, late always is the limit. */
	for (int i = 0; i < 10 && free_ns >= limited_ns; i++)
		free_ns = transfer(1, BODY);
	/* 8 MiB at 100 Mbit/s are 0.67 s, less a burst of 128 KiB. */
	assert_true(limited_ns > 600 * NS_PER_MS);
	assert_true(free_ns < limited_ns);
}

static void takes_over_a_process(void **state)
{
	struct net_counts counts[3];
	char byte;
	int ready[2], server, port, peer;
	struct err err;
	pid_t pid;

	(void)state;
	if (!net || geteuid() != 0)
		skip();
	need_net(3);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	if (net_adopt(net, 2, pid, &err) < 0)
		fail_msg("%s", err.text);
	port = net_call(net, 0, bind_server, &server, &err);
	wait_ok(start_reader(2, port, 0));
	peer = accept(server, NULL, NULL);
	assert_true(peer >= 0);
	assert_int_equal(net_read(net, counts, 3), 0);
	assert_true(counts[2].tx_packets >= 2);
	close(peer);
	close(server);
	close(ready[0]);
	close(ready[1]);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void names_what_is_missing(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	pid = fork();
	if (pid == 0) {
		struct net *none;
		struct err err;

		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
			_exit(1);
		_exit(net_open(&none, &err) == 0 ||
		      !strstr(err.text, "as root"));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void reads_tcp_lines(void **state)
{
	static const char snmp[] = "Ip: A B\nIp: 1 2\nTcp: X OutSegs InSegs "
				   "RetransSegs\nTcp: 9 10 11 12\n";
	static const char netstat[] = "TcpExt: X Y\nTcpExt: 5 6\n"
				      "IpExt: InNoECTPkts InECT0Pkts\n"
				      "IpExt: 100 1\n";
	struct net_tcp tcp;

	(void)state;
	net_count_tcp(snmp, netstat, &tcp);
	assert_int_equal(tcp.segments_out, 10);
	assert_int_equal(tcp.retransmitted, 12);
	assert_int_equal(tcp.segments_in, 101);
	net_count_tcp("", "IpExt: InNoECTPkts", &tcp);
	assert_int_equal(tcp.segments_in, 0);
}

int main(void)
{
	const struct CMUnitTest checks[] = {
		cmocka_unit_test(counts_what_a_link_carries),
		cmocka_unit_test(begins_at_zero),
		cmocka_unit_test(lets_nothing_out),
		cmocka_unit_test(leaves_the_caller_alone),
		cmocka_unit_test(limits_a_link),
		cmocka_unit_test(takes_over_a_process),
		cmocka_unit_test(names_what_is_missing),
		cmocka_unit_test(reads_tcp_lines),
	};

	return cmocka_run_group_tests_name("cell_net", checks, open_net,
					   close_net);
}
