#include "worker/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* {"type":"pause"}, with room for spaces; a packet in which "bye" or "pause"
 * means something else is longer. */
#define WORD_MOST 64

enum step {
	STEP_WAITING, /* for a packet, or to send `ready` or `paused` */
	STEP_WORKING, /* behind `go`, and before `pause` */
	STEP_DONE,    /* `done` was sent, or is being sent */
};

struct channel {
	int fd;
	volatile sig_atomic_t step;
	_Atomic uint64_t pause_ns;
	char buffer[CHANNEL_PACKET_BYTES + 1];
};

/* The signal has no other way to it. */
static struct channel *the_channel;

static bool has(const char *text, ssize_t n, const char *word)
{
	return memmem(text, (size_t)n, word, strlen(word)) != NULL;
}

/* The next packet stays where it is, but for a `pause` of the work. Of packets
 * only these words are told apart here, so no JSON is read: a handler must not
 * allocate. Returns whether it took one. */
static bool look_at_next(struct channel *channel)
{
	char start[WORD_MOST + 1];
	ssize_t n = recv(channel->fd, start, sizeof(start),
			 MSG_PEEK | MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		_exit(1);
	if (n < 0 || n > WORD_MOST || channel->step == STEP_DONE)
		return false;
	if (has(start, n, "\"bye\""))
		_exit(0);
	if (channel->step != STEP_WORKING || !has(start, n, "\"pause\""))
		return false;
	atomic_store_explicit(&channel->pause_ns, clock_now_ns(),
			      memory_order_relaxed);
	/* Another one would be a mistake that channel_receive() tells of. */
	channel->step = STEP_WAITING;
	return recv(channel->fd, start, 1, MSG_DONTWAIT) > 0;
}

/* The signal for what came behind a packet may have come with that packet's. */
static void look(struct channel *channel)
{
	while (look_at_next(channel))
		;
}

static void on_signal(int number)
{
	int before = errno;

	(void)number;
	look(the_channel);
	errno = before;
}

static int ask_for_signals(struct channel *channel, struct err *err)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };
	/* In one thread only: what receives shall not be disturbed by another
	 * that looks, nor a slot's thread in the test's calls. */
	const struct f_owner_ex owner = { F_OWNER_TID, gettid() };
	int flags = fcntl(channel->fd, F_GETFL);

	the_channel = channel;
	if (flags < 0 || sigaction(SIGIO, &action, NULL) < 0 ||
	    fcntl(channel->fd, F_SETOWN_EX, &owner) < 0 ||
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
	channel->step = STEP_DONE;
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

static bool is_type(const json_t *packet, const char *type)
{
	const char *its = json_string_value(json_object_get(packet, "type"));

	return its && type && strcmp(its, type) == 0;
}

/* Not a `pause` that crossed `done`. */
static json_t *take_due(struct channel *channel)
{
	json_t *packet = take(channel);

	while (channel->step == STEP_DONE && is_type(packet, "pause")) {
		json_decref(packet);
		packet = take(channel);
	}
	return packet;
}

static void begin_work(struct channel *channel)
{
	atomic_store_explicit(&channel->pause_ns, 0, memory_order_relaxed);
	channel->step = STEP_WORKING;
}

json_t *channel_receive(struct channel *channel, const char *type,
			const char *other, struct err *err)
{
	const char *its;
	json_t *packet;

	/* From here on a `pause` is what this call reads. */
	if (channel->step == STEP_WORKING)
		channel->step = STEP_WAITING;
	packet = take_due(channel);
	if (is_type(packet, "bye") && channel->step != STEP_DONE)
		_exit(0);
	if (is_type(packet, "go") && strcmp(type, "go") == 0)
		begin_work(channel);
	/* The signal for what came behind it may be over. */
	if (!is_type(packet, "bye"))
		look(channel);
	if (is_type(packet, type) || is_type(packet, other))
		return packet;
	its = json_string_value(json_object_get(packet, "type"));
	err_set(err, ERR_FAILED,
		"the harness sent a packet of type '%.64s' instead of '%s'",
		its ? its : "", type);
	json_decref(packet);
	return NULL;
}

const _Atomic uint64_t *channel_pause_ns(const struct channel *channel)
{
	return &channel->pause_ns;
}
