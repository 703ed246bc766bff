/* How a program in a container gets the descriptors of a replica. */
#include "docker/docker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "run/handed.h"

#define NO_MEETING                                                             \
	(struct meeting)                                                       \
	{                                                                      \
		.listener = -1, .socket = -1, .pid = -1, .pidfd = -1,          \
		.output = { -1, -1 }, .report = { -1, -1 }                     \
	}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void meeting_close(struct meeting *meeting)
{
	close_end(&meeting->listener);
	close_end(&meeting->socket);
	close_end(&meeting->pidfd);
	for (int i = 0; i < 2; i++) {
		close_end(&meeting->output[i]);
		close_end(&meeting->report[i]);
	}
	if (meeting->path)
		file_remove_tree(meeting->path, NULL);
	free(meeting->path);
	meeting->path = NULL;
}

/* ----------------------------------------------------------------- open --- */

/* By way of the folder: its path may be longer than an address. */
static int bind_in(int fd, int folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/" MEETING_SOCKET, folder);
	return bind(fd, (const struct sockaddr *)(const void *)&address,
		    sizeof(address));
}

/* The replica's user passes through the folder and opens the socket. */
static int give_socket(int folder, const struct container_user *user)
{
	if (fchmod(folder, 0711) < 0 ||
	    fchmodat(folder, MEETING_SOCKET, 0600, 0) < 0)
		return -1;
	if (user->uid == geteuid())
		return 0;
	return fchownat(folder, MEETING_SOCKET, user->uid, user->gid,
			AT_SYMLINK_NOFOLLOW);
}

static int listen_in(struct meeting *meeting, int folder,
		     const struct launch *launch)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);

	meeting->listener = fd;
	if (fd < 0 || bind_in(fd, folder) < 0 ||
	    give_socket(folder, docker_user(launch)) < 0)
		return -1;
	return listen(fd, 1);
}

static int listen_for(struct meeting *meeting, const struct launch *launch)
{
	static atomic_uint serial;
	int folder, result;

	meeting->path = mem_printf("%s/enter-%u", docker_container(launch)->run_folder,
				   atomic_fetch_add(&serial, 1));
	if (mkdir(meeting->path, 0700) < 0) {
		free(meeting->path);
		meeting->path = NULL;
		return -1;
	}
	folder = open(meeting->path,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -1;
	result = listen_in(meeting, folder, launch);
	close(folder);
	return result;
}

int meeting_open(struct meeting *meeting, const struct launch *launch,
		 struct err *err)
{
	*meeting = NO_MEETING;
	if (listen_for(meeting, launch) == 0 &&
	    pipe2(meeting->output, O_CLOEXEC) == 0 &&
	    pipe2(meeting->report, O_CLOEXEC) == 0 &&
	    fcntl(meeting->output[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	if (errno == EMFILE || errno == ENFILE)
		err_sys(err, "could not be started, as too many files are "
			"open (raise the limit: ulimit -n)");
	else
		err_sys(err, "could not be started, as no socket can be made "
			"in %s", docker_container(launch)->run_folder);
	meeting_close(meeting);
	return ERR_SYSTEM;
}

/* ----------------------------------------------------------------- wait --- */

/* A process keeps its number until it has ended, and its end of the socket is
 * open no longer than that. */
static bool has_hung_up(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) > 0 &&
	       (poll_fd.revents & (POLLRDHUP | POLLHUP));
}

static int identify(struct meeting *meeting, struct err *err)
{
	struct ucred who = { 0 };
	socklen_t n = sizeof(who);

	if (getsockopt(meeting->socket, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return err_sys(err, "could not be started");
	if (who.pid <= 0)
		return err_set(err, ERR_SYSTEM,
			       "runs in a container whose processes cannot be "
			       "seen from here: start the harness in the PID "
			       "namespace of the container engine (in a "
			       "container: docker run --pid host)");
	meeting->pid = who.pid;
	meeting->pidfd = (int)syscall(SYS_pidfd_open, who.pid, 0);
	if (meeting->pidfd >= 0 && !has_hung_up(meeting->socket))
		return 0;
	close_end(&meeting->pidfd);
	return err_set(err, ERR_FAILED, "ended before it was started");
}

int meeting_wait(struct meeting *meeting, int timeout_ms, struct err *err)
{
	struct pollfd poll_fd = { .fd = meeting->listener, .events = POLLIN };
	int code;

	if (poll(&poll_fd, 1, timeout_ms) <= 0)
		return 0;
	meeting->socket = accept4(meeting->listener, NULL, NULL, SOCK_CLOEXEC);
	if (meeting->socket < 0)
		return 0;
	handed_refuse(meeting->socket);
	code = identify(meeting, err);
	return code < 0 ? code : 1;
}

/* ------------------------------------------------------------------- go --- */

#define OVER_MOST (2 + HANDED_COUNT)

/* Sends output and report, and then what a replica is handed. The packet lists
 * the numbers of these: "go 4 8". */
static unsigned gather(const struct meeting *meeting, const int *handed,
		       int descriptors[OVER_MOST], struct str *packet)
{
	unsigned n = 2;

	descriptors[0] = meeting->output[1];
	descriptors[1] = meeting->report[1];
	str_add(packet, "go");
	for (int i = 0; i < HANDED_COUNT; i++) {
		if (handed[i] < 0)
			continue;
		descriptors[n++] = handed[i];
		str_addf(packet, " %d", HANDED_FD(i));
	}
	return n;
}

static int send_over(int socket, const struct str *packet,
		     const int *descriptors, unsigned count)
{
	union {
		char bytes[CMSG_SPACE(OVER_MOST * sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { packet->buf, packet->len };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int hand_over(struct meeting *meeting, const struct launch *launch)
{
	struct str packet = STR_INIT;
	int descriptors[OVER_MOST];
	unsigned count = gather(meeting, launch->handed, descriptors, &packet);
	int result = send_over(meeting->socket, &packet, descriptors, count);

	str_release(&packet);
	return result;
}

/* As launcher_process.c says it, and where it was looked for. */
static int step_error(const struct launch *launch, const char *step, int error,
		      struct err *err)
{
	const char *program = launch->argv[0];
	const char *image = docker_container(launch)->image;

	if (!strcmp(step, "interpreter"))
		return err_set(err, ERR_NOT_FOUND,
			       "could not be started: the interpreter that the "
			       "first line of %s names, or what a compiled "
			       "program is loaded by, does not exist in its "
			       "container (image %s): install it there",
			       program, image);
	if (!strcmp(step, "exec") && error == ENOENT)
		return err_set(err, ERR_NOT_FOUND,
			       "could not be started: %s does not exist in its "
			       "container (image %s): build or install it",
			       program, image);
	if (!strcmp(step, "exec") && error == EACCES)
		return err_set(err, ERR_FAILED,
			       "could not be started: %s may not be executed "
			       "by user %u in its container: chmod +x it, and "
			       "give access to its folders", program,
			       (unsigned)docker_user(launch)->uid);
	return err_set(err, ERR_FAILED, "could not be started: %s: %s", program,
		       strerror(error));
}

static int read_report(const struct launch *launch, int fd, struct err *err)
{
	char text[64], step[16];
	int error;
	ssize_t n;

	do {
		n = read(fd, text, sizeof(text) - 1);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0; /* closed by execve(), or by its end */
	text[n] = '\0';
	if (sscanf(text, "%15s %d", step, &error) != 2)
		return err_set(err, ERR_FAILED, "could not be started");
	return step_error(launch, step, error, err);
}

int meeting_go(struct meeting *meeting, const struct launch *launch,
	       struct err *err)
{
	int code;

	if (hand_over(meeting, launch) < 0)
		return err_set(err, ERR_FAILED, "ended before it was started");
	/* They end only when no copy of the other end is open. */
	close_end(&meeting->output[1]);
	close_end(&meeting->report[1]);
	code = launch_wait(launch, meeting->report[0], err);
	return code < 0 ? code : read_report(launch, meeting->report[0], err);
}
