/* The descriptors of one replica: its output, its socket, its end. */
#include "run/runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/* Reads at once, so that a replica that floods us cannot keep us from the
 * others. */
#define OUTPUT_READS 16

enum { FD_OUTPUT, FD_SOCKET, FD_PROCESS };

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void member_close(struct member *member)
{
	close_fd(&member->process.socket_fd);
	close_fd(&member->process.output_fd);
	close_fd(&member->process.pidfd);
}

unsigned member_poll(const struct member *member, struct pollfd *fds)
{
	fds[FD_OUTPUT] = (struct pollfd){ .fd = member->process.output_fd,
					  .events = POLLIN };
	fds[FD_SOCKET] = (struct pollfd){ .fd = member->process.socket_fd,
					  .events = POLLIN | POLLRDHUP };
	fds[FD_PROCESS] = (struct pollfd){ .fd = member->process.pidfd,
					   .events = POLLIN };
	return MEMBER_FDS;
}

static void read_output(struct member *member)
{
	char buffer[65536];

	for (int i = 0; i < OUTPUT_READS && member->process.output_fd >= 0;
	     i++) {
		ssize_t n = read(member->process.output_fd, buffer,
				 sizeof(buffer));

		if (n > 0)
			tail_add(&member->output, buffer, (size_t)n);
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			return;
		else
			close_fd(&member->process.output_fd);
	}
}

/* An empty packet and the end of the connection look alike to recv(). */
static bool has_hung_up(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) > 0 &&
	       (poll_fd.revents & (POLLRDHUP | POLLHUP));
}

/* One packet; false when there is none now. */
static bool read_packet(struct runner *runner, struct member *member)
{
	int fd = member->process.socket_fd;
	ssize_t n = recv(fd, runner->all->packet, PACKET_MAX_BYTES,
			 MSG_DONTWAIT | MSG_TRUNC);

	/* ECONNRESET comes once, and says that the replica left packets of ours
	 * unread. What the replica sent comes after it. */
	if (n < 0 && (errno == EINTR || errno == ECONNRESET))
		return true;
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n > PACKET_MAX_BYTES)
		member_on_bad_packet(runner, member,
				     "a packet of more than 65,536 bytes");
	else if (n > 0)
		member_on_packet(runner, member, runner->all->packet,
				 (size_t)n);
	else if (n == 0 && !has_hung_up(fd))
		member_on_bad_packet(runner, member, "an empty packet");
	else {
		close_fd(&member->process.socket_fd);
		member_on_hang_up(runner, member);
	}
	return true;
}

/* After the verdict nothing that the replica says matters. The end of the
 * socket asks it to exit. */
static void read_packets(struct runner *runner, struct member *member)
{
	while (!member->judged && member->process.socket_fd >= 0 &&
	       read_packet(runner, member))
		;
	if (member->judged)
		close_fd(&member->process.socket_fd);
}

/* A replica that has ended cannot be waited for while a process of its own
 * traces it. A place knows all its processes and kills them; without a place
 * they are found when the trial ends. */
static void free_from_tracer(struct runner *runner, const struct member *member)
{
	const struct place *place = runner->request->place;

	if (place && place->kill)
		runner->orphans += place->kill(place->context,
					       member->replica->number);
	clock_sleep_until(clock_now_ns() + NS_PER_MS);
}

static void read_end(struct runner *runner, struct member *member)
{
	siginfo_t info = { 0 };

	/* What it said and printed last explains its end. */
	read_output(member);
	read_packets(runner, member);
	/* Nobody has waited for it, so nobody else has its number: the signal
	 * reaches its own group and no other. */
	runner->launcher->kill(&member->process);
	member_ask_place(runner, member);
	if (!runner->launcher->reap(&member->process, &info)) {
		free_from_tracer(runner, member);
		return;
	}
	member->running = false;
	member_on_exit(runner, member, &info);
	member_close(member);
}

void member_dispatch(struct runner *runner, struct member *member,
		     const struct pollfd *fds)
{
	if (fds[FD_OUTPUT].revents)
		read_output(member);
	if (fds[FD_SOCKET].revents)
		read_packets(runner, member);
	if (fds[FD_PROCESS].revents)
		read_end(runner, member);
}

bool member_send(struct member *member, char *packet)
{
	ssize_t n = -1;

	if (member->process.socket_fd >= 0 && packet)
		n = send(member->process.socket_fd, packet, strlen(packet),
			 MSG_DONTWAIT | MSG_NOSIGNAL);
	free(packet);
	return n >= 0;
}
