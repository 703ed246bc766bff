#include "worker/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* {"type":"bye"}, with room for spaces; no other packet is as short. */
#define BYE_MOST 32

struct channel {
	int fd;
	volatile sig_atomic_t is_done; /* `done` was sent, or is being sent */
	char buffer[CHANNEL_PACKET_BYTES + 1];
};

/* The signal has no other way to it. */
static struct channel *the_channel;

/* The next packet stays where it is. What is told apart here is only `bye`, so
 * no JSON is read: a handler must not allocate. */
static void end_if_told(const struct channel *channel)
{
	static const char bye[] = "\"bye\"";
	char start[BYE_MOST + 1];
	ssize_t n = recv(channel->fd, start, sizeof(start),
			 MSG_PEEK | MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		_exit(1);
	if (n > 0 && n <= BYE_MOST && !channel->is_done &&
	    memmem(start, (size_t)n, bye, sizeof(bye) - 1))
		_exit(0);
}

static void on_signal(int number)
{
	int before = errno;

	(void)number;
	end_if_told(the_channel);
	errno = before;
}

static int ask_for_signals(struct channel *channel, struct err *err)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };
	int flags = fcntl(channel->fd, F_GETFL);

	the_channel = channel;
	if (flags < 0 || sigaction(SIGIO, &action, NULL) < 0 ||
	    fcntl(channel->fd, F_SETOWN, getpid()) < 0 ||
	    fcntl(channel->fd, F_SETFL, flags | O_ASYNC) < 0)
		return err_sys(err, "the socket to the harness cannot be "
				    "waited for");
	return 0;
}

struct channel *channel_new(int fd, struct err *err)
{
	struct channel *channel = mem_new(sizeof(*channel));
	int type = 0;
	socklen_t size = sizeof(type);

	channel->fd = fd;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    type != SOCK_SEQPACKET)
		err_set(err, ERR_USAGE,
			"BENCHMARK_FD is %d, which is no connected "
			"SOCK_SEQPACKET socket: unset it to run the test by "
			"hand",
			fd);
	else if (ask_for_signals(channel, err) == 0)
		return channel;
	free(channel);
	return NULL;
}

void channel_send(struct channel *channel, json_t *packet)
{
	char *text = json_dumps(packet, JSON_COMPACT);
	ssize_t n;

	do
		n = send(channel->fd, text, strlen(text), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		_exit(1);
	free(text);
	json_decref(packet);
}

void channel_send_done(struct channel *channel, json_t *packet)
{
	channel->is_done = true;
	channel_send(channel, packet);
}

/* What is no JSON becomes JSON null, a packet of no type. */
static json_t *take(struct channel *channel)
{
	json_t *packet = NULL;
	ssize_t n;

	do
		n = recv(channel->fd, channel->buffer, sizeof(channel->buffer),
			 MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		_exit(1);
	if (n <= CHANNEL_PACKET_BYTES)
		packet = json_loadb(channel->buffer, (size_t)n, 0, NULL);
	return packet ? packet : json_null();
}

json_t *channel_receive(struct channel *channel, const char *type,
			struct err *err)
{
	json_t *packet = take(channel);
	const char *its = json_string_value(json_object_get(packet, "type"));

	if (its && strcmp(its, "bye") == 0 && !channel->is_done)
		_exit(0);
	/* The signal for what came behind it may be over. */
	if (!its || strcmp(its, "bye") != 0)
		end_if_told(channel);
	if (its && strcmp(its, type) == 0)
		return packet;
	err_set(err, ERR_FAILED,
		"the harness sent a packet of type '%.64s' instead of '%s'",
		its ? its : "", type);
	json_decref(packet);
	return NULL;
}
