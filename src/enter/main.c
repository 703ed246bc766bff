/*
 * geoio-enter PROGRAM [ARGUMENT]...: the first program in a replica's
 * container. A container inherits no descriptors, so this program fetches them.
 * It connects to the Unix socket (SOCK_SEQPACKET) whose path is in
 * BENCHMARK_SOCKET, and waits for a packet that carries descriptors. Then it
 * becomes PROGRAM, with the descriptors that any replica has from its start:
 *
 *	0      /dev/null
 *	1, 2   the first of them, a pipe
 *	3      the connected socket; BENCHMARK_FD=3
 *	4…     the third and further ones, at the numbers that the packet lists
 *	       behind its first word: "go 4 5 8"
 *
 * If it cannot go on, it writes a step and errno, "exec 2", to the second one,
 * which is closed when PROGRAM runs. Before it has that descriptor, its exit
 * status says all: errno.
 *
 * It is linked statically, as an image may hold nothing at all. It is process 1
 * of its container: from within, the kernel delivers it only signals that it
 * has a handler for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET 3
#define ABOVE 20 /* out of the way of those below */
#define FILES 1048576 /* more is of no use */
#define MOST 8   /* descriptors that come */

/* What came; `packet` is a text. */
struct arrival {
	char packet[64];
	int descriptors[MOST];
	unsigned count;
};

/* Goes by the folder: the whole path may be longer than an address. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), folder;
	const char *name = strrchr(path, '/');
	char *parent;

	if (!name) {
		errno = EINVAL;
		return -1;
	}
	parent = strndup(path, (size_t)(name - path) + 1);
	folder = parent ? open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	free(parent);
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/%.60s", folder, name + 1);
	if (fd < 0 || folder < 0 ||
	    connect(fd, (const struct sockaddr *)(const void *)&address,
		    sizeof(address)) < 0)
		return -1;
	close(folder);
	return fd;
}

static unsigned count_of(const struct cmsghdr *rights)
{
	if (!rights || rights->cmsg_type != SCM_RIGHTS)
		return 0;
	return (unsigned)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
}

/* The packet and its descriptors; -1 also when the socket ends first. */
static int receive(int fd, struct arrival *arrival)
{
	union {
		char bytes[CMSG_SPACE(MOST * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = { arrival->packet, sizeof(arrival->packet) - 1 };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;

	do {
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	arrival->count = n > 0 ? count_of(CMSG_FIRSTHDR(&message)) : 0;
	if (arrival->count < 2 || arrival->count > MOST) {
		errno = n < 0 ? errno : ECONNRESET;
		return -1;
	}
	arrival->packet[n] = '\0';
	memcpy(arrival->descriptors, CMSG_DATA(CMSG_FIRSTHDR(&message)),
	       arrival->count * sizeof(int));
	return 0;
}

static _Noreturn void fail(int report, const char *step)
{
	int error = errno;

	dprintf(report, "%s %d", step, error);
	_exit(127);
}

/* A signal that is ignored would stay ignored. */
static int reset_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < _NSIG; number++)
		sigaction(number, &action, NULL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The numbers behind the packet's first word, one a further descriptor. */
static int place_more(const struct arrival *arrival)
{
	const char *at = strchr(arrival->packet, ' ');

	for (unsigned i = 2; i < arrival->count; i++) {
		char *end;
		long number = at ? strtol(at, &end, 10) : -1;

		if (number <= SOCKET || number >= ABOVE) {
			errno = EINVAL;
			return -1;
		}
		if (dup2(arrival->descriptors[i], (int)number) < 0)
			return -1;
		at = end;
	}
	return 0;
}

static int move_up(int *fd)
{
	*fd = fcntl(*fd, F_DUPFD_CLOEXEC, ABOVE);
	return *fd;
}

/* All else that is open is closed by execve(). */
static int place(int socket, struct arrival *arrival)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), output;

	for (unsigned i = 0; i < arrival->count; i++)
		if (move_up(&arrival->descriptors[i]) < 0)
			return -1;
	if (move_up(&null) < 0 || move_up(&socket) < 0)
		return -1;
	output = arrival->descriptors[0];
	if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
	    dup2(socket, SOCKET) < 0)
		return -1;
	return place_more(arrival);
}

/* Connections want files, and engines give few by default. */
static void raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= FILES)
		return;
	files.rlim_cur = files.rlim_max < FILES ? files.rlim_max : FILES;
	setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
	const char *path = getenv("BENCHMARK_SOCKET");
	struct arrival arrival;
	int socket, placed, report;

	if (argc < 2 || !path)
		return EINVAL;
	socket = connect_to(path);
	if (socket < 0 || receive(socket, &arrival) < 0)
		return errno;
	setsid(); /* most engines have done so */
	raise_files();
	placed = place(socket, &arrival);
	report = arrival.descriptors[1];
	if (placed < 0 || reset_signals() < 0 ||
	    unsetenv("BENCHMARK_SOCKET") < 0 ||
	    setenv("BENCHMARK_FD", "3", 1) < 0)
		fail(report, "prepare");
	execv(argv[1], argv + 1);
	/* Is it that which is not there, or the one named in its first line? */
	if (errno == ENOENT && access(argv[1], F_OK) == 0) {
		errno = ENOENT;
		fail(report, "interpreter");
	}
	errno = errno ? errno : ENOENT;
	fail(report, "exec");
}
