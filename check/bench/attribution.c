/*
 * Whom the kernel charges for the receiver's work on veth: a sender and a
 * receiver in namespaces of their own, on CPUs of their own where there are
 * two, and the CPU time of each (rusage, exact). `make bench-attribution` runs
 * it; docs/method.md says what it means.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/values.h"
#include "cell/net.h"
#include "cell/pin.h"

#define SKIPPED 77
#define ROUNDS 5
#define DATAGRAMS 400000
#define STREAM_BYTES (4ULL << 30)
#define ANSWER_BYTES 16384
#define ANSWERS 30000
#define PORT 9000
/* Of what both used, for datagrams that nobody reads: the receiver's share is
 * far below this if its input work is charged to the sender. */
#define UNREAD_LIMIT 0.10

static struct net *net;
static struct pin pin;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "attribution: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static struct sockaddr_in address_of(unsigned number)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT) };

	to.sin_addr.s_addr = htonl((198U << 24) + (18U << 16) + number + 1);
	return to;
}

/* The congestion control that the origin uses. */
static void set_up(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
}

/* Socket of namespace 0 that others reach. */
static int serve_at(int type)
{
	struct sockaddr_in at = address_of(0);
	int fd = socket(AF_INET, type, 0);

	set_up(fd);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 1) < 0))
		fail("cannot listen");
	return fd;
}

static int connect_to_it(int type)
{
	struct sockaddr_in to = address_of(0);
	int fd = socket(AF_INET, type, 0);

	set_up(fd);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		fail("cannot connect");
	return fd;
}

static char buffer[262144];

static void read_exactly(int fd, size_t wanted)
{
	while (wanted) {
		ssize_t n = recv(fd, buffer, wanted < sizeof(buffer)
						     ? wanted
						     : sizeof(buffer), 0);

		if (n <= 0)
			fail("the peer went away");
		wanted -= (size_t)n;
	}
}

static void write_exactly(int fd, size_t wanted)
{
	while (wanted) {
		ssize_t n = send(fd, buffer, wanted < sizeof(buffer)
						     ? wanted
						     : sizeof(buffer),
				 MSG_NOSIGNAL);

		if (n <= 0)
			fail("the peer went away");
		wanted -= (size_t)n;
	}
}

/* Each pair: `serve` in namespace 0 once it is reachable, until the other end
 * hangs up `done`; `use` in namespace 1. */
static void unread_serve(int fd, int done)
{
	(void)fd;
	while (read(done, buffer, 1) < 0 && errno == EINTR)
		;
}

static void unread_use(int fd)
{
	for (int i = 0; i < DATAGRAMS; i++)
		send(fd, buffer, 1000, 0);
}

static void stream_serve(int fd, int done)
{
	int peer = accept(fd, NULL, NULL);

	(void)done;
	set_up(peer);
	for (uint64_t sent = 0; sent < STREAM_BYTES; sent += 1 << 20)
		write_exactly(peer, 1 << 20);
	close(peer);
}

static void stream_use(int fd)
{
	for (uint64_t got = 0; got < STREAM_BYTES; got += 1 << 20)
		read_exactly(fd, 1 << 20);
}

static void answers_serve(int fd, int done)
{
	int peer = accept(fd, NULL, NULL);

	(void)done;
	set_up(peer);
	for (int i = 0; i < ANSWERS; i++) {
		read_exactly(peer, 100);
		write_exactly(peer, ANSWER_BYTES);
	}
	close(peer);
}

static void answers_use(int fd)
{
	for (int i = 0; i < ANSWERS; i++) {
		write_exactly(fd, 100);
		read_exactly(fd, ANSWER_BYTES);
	}
}

static const struct work {
	const char *name, *server, *client;
	int type;
	void (*serve)(int fd, int done);
	void (*use)(int fd);
} works[] = {
	{ "datagrams that nobody reads, 1,000 B", "receiver", "sender",
	  SOCK_DGRAM, unread_serve, unread_use },
	{ "one TCP stream of 4 GiB", "sender", "receiver", SOCK_STREAM,
	  stream_serve, stream_use },
	{ "100 B asked, 16 KiB answered, one at a time", "origin", "replica",
	  SOCK_STREAM, answers_serve, answers_use },
};

#define WORK_COUNT (sizeof(works) / sizeof(*works))

static pid_t start(unsigned namespace, const cpu_set_t *cpus)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("cannot fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (net_enter(net, namespace) < 0 ||
	    sched_setaffinity(0, sizeof(*cpus), cpus) < 0)
		fail("cannot enter a cell");
	return 0;
}

/* CPU of a child until its end, s. */
static double wait_for(pid_t pid)
{
	struct rusage usage;
	int status;

	while (wait4(pid, &status, 0, &usage) < 0)
		if (errno != EINTR)
			fail("cannot wait");
	if (status)
		exit(1);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void run(const struct work *work, double *server, double *client)
{
	int ready[2], done[2];
	pid_t serving, using;

	if (pipe(ready) < 0 || pipe(done) < 0)
		fail("cannot make a pipe");
	serving = start(0, &pin.origin);
	if (serving == 0) {
		int fd = serve_at(work->type);

		close(done[1]);
		close(ready[1]);
		work->serve(fd, done[0]);
		_exit(0);
	}
	close(ready[1]);
	while (read(ready[0], buffer, 1) < 0 && errno == EINTR)
		; /* until it listens */
	using = start(1, &pin.replicas);
	if (using == 0) {
		work->use(connect_to_it(work->type));
		_exit(0);
	}
	*client = wait_for(using);
	close(done[1]);
	*server = wait_for(serving);
	close(ready[0]);
	close(done[0]);
}

/* The server's share of what both used. */
static double measure(const struct work *work)
{
	double server[ROUNDS], client[ROUNDS], s, c;

	for (int i = 0; i < ROUNDS; i++)
		run(work, &server[i], &client[i]);
	s = values_median(server, ROUNDS);
	c = values_median(client, ROUNDS);
	printf("%-46s %8s %6.0f ms  %8s %6.0f ms\n", work->name, work->server,
	       s * 1e3, work->client, c * 1e3);
	return s / (s + c);
}

int main(void)
{
	struct err err;
	double unread;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if ((geteuid() != 0 && net_enter_user_namespace(&err) < 0) ||
	    net_open(&net, &err) < 0 || net_add(net, 2, &err) < 0 ||
	    pin_parse("auto", &pin, &err) < 0) {
		printf("no cells here: %s\n", err.text);
		return SKIPPED;
	}
	printf("CPU time, median of %d; server on CPU %s\n", ROUNDS, pin.text);
	unread = measure(&works[0]);
	for (size_t i = 1; i < WORK_COUNT; i++)
		measure(&works[i]);
	net_free(net);
	printf("bench attribution-unread ratio %.3f limit %.3f %s\n", unread,
	       UNREAD_LIMIT, unread <= UNREAD_LIMIT ? "ok" : "over");
	return unread > UNREAD_LIMIT;
}
